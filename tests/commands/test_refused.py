"""A command that is refused writes nothing: every file and folder is as it was."""

import tarfile

import pytest
from builders.bags import Builder

from archiver.cli import main


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Builder().write(tmp_path / "in/good")
    broken = Builder().write(tmp_path / "in/broken")
    (broken / "data/text/article.txt").write_text("forged")
    (tmp_path / "out").mkdir()
    (tmp_path / "broken.tar").write_bytes(b"no tar at all")
    (tmp_path / "seed.txt").write_text("A headline\n\nWords.\n\nOriginal url: https://news.example/a\n")
    with tarfile.open(tmp_path / "damaged.tar", "w") as archive:
        archive.add(broken, "broken")
    (tmp_path / "wrong.toml").write_text('organistion = "x"\n')
    return tmp_path


def state(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


REFUSED = {
    "receive missing.tar": 2,
    "receive --bags new missing.tar": 2,
    "receive --bags new s3://bucket": 2,
    "receive --bags new seed.txt": 2,
    "receive --bags new broken.tar": 1,
    "receive --bags new damaged.tar": 1,
    "receive --bags new/deep in/broken": 1,
    "receive --bags new in/good missing.tar": 2,
    "receive --bags new --signer Someone in/good": 2,
    "handoff in/broken out": 1,
    "handoff in/broken nowhere": 2,
    "handoff in/good ftp://library/x": 2,
    "handoff in/good in": 1,
    "handoff --group spring in/broken out": 1,
    "handoff --form wacz --group spring in/good out": 2,
    "handoff --for aptrust in/broken out": 1,
    "handoff --redact in/broken out": 1,
    "handoff missing out": 2,
    "sign in/good": 2,
    "sign in/broken --key missing.pem --certificate missing.pem": 3,
    "certify in/broken --output certificate.txt": 1,
    "validate --since-ledger in/good": 2,
    "validate missing": 2,
    "audit missing": 2,
    "audit in --seed x": 2,
    "audit in --replica missing": 2,
    "show missing": 2,
    "status --bags missing": 3,
    "run missing": 2,
    "run seed.txt --deliver nowhere": 2,
    "run seed.txt --deliver ftp://library/x": 2,
    "run seed.txt --proxy http://user@host:1": 2,
    "run seed.txt --ca-bundle missing.pem": 2,
    "run seed.txt --executor http://x": 2,
    "run seed.txt --config wrong.toml": 2,
    "validate in --config wrong.toml": 2,
    "extract missing.html": 3,
    "compare missing.txt missing.html": 3,
    "demo seed.txt": 2,
    "help wombat": 2,
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_leaves_nothing(line, home, capsys):
    before = state(home)
    assert main(line.split()) == REFUSED[line]
    assert state(home) == before
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err or said.out


def test_of_two_packages_the_sound_one_is_taken_in_and_nothing_stays_of_the_other(home, capsys):
    assert main(["receive", "--bags", "new", "broken.tar", "in/good"]) == 1
    assert sorted(each.name for each in (home / "new").iterdir()) == [".archiver", "good", "receipts"]
    assert [each for each in (home / "new/.archiver").iterdir() if each.is_dir() and list(each.iterdir())] == []
