"""`import archiver`: cheap, typed, and each function stays a function when it is called again."""

import inspect
import subprocess
import sys

import pytest
from builders.bags import Builder
from builders.pki import authorities, needs_openssl

import archiver
from archiver import api
from archiver.cli import main
from archiver.errors import Refused, StorageError, UsageError

FUNCTIONS = sorted(name for name in archiver.__all__ if name.islower())
CALLS = {
    "read_seed": "archiver.read_seed(seed)",
    "extract": "archiver.extract('<p>Words of a page.')",
    "compare": "archiver.compare(archiver.read_seed(seed), b'<p>Words of a page.')",
    "archive": "list(archiver.archive([], bags=folder / 'bags'))",
    "export": "list(archiver.export(bag))",
    "validate": "archiver.validate(bag)",
    "open_bag": "archiver.open_bag(bag).close()",
    "sign": "refused(lambda: archiver.sign(bag))",
    "handoff": "list(archiver.handoff(bag, target))",
    "receive": "list(archiver.receive(bag, bags=folder / 'received'))",
    "audit": "list(archiver.audit(bag))",
    "certify": "archiver.certify(bag)",
    "history": "refused(lambda: list(archiver.history(folder / 'in', 'https://news.example/a')))",
    "diff": "archiver.diff(bag, bag)",
    "related": "list(archiver.related(bag))",
    "report": "refused(lambda: archiver.report(folder / 'in'))",
    "publish": "archiver.publish(folder / 'in', target)",
    "bundle": "archiver.bundle(bag, folder / f'bundle-{_}')",
    "restrict": "archiver.restrict(bag, reason='asked by the author')",
    "trace": "archiver.trace(archiver.read_seed(seed), bags=folder / 'in')",
}
SCRIPT = """
import sys, archiver
from pathlib import Path
folder = Path(sys.argv[1])
seed, bag, target = folder / "seed.txt", folder / "in/bag", folder / "out"
def refused(call):
    try:
        call()
    except archiver.ArchiverError:
        return
    raise AssertionError("not refused")
for _ in range(2):
    {call}
assert callable(archiver.{name}), type(archiver.{name})
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "seed.txt").write_text("A headline\n\nWords of a page.\n\nOriginal url: https://news.example/a\n")
    Builder().write(tmp_path / "in/bag")
    (tmp_path / "out").mkdir()
    return tmp_path


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_can_be_called_twice_in_a_fresh_process(name, folder):
    done = run(SCRIPT.format(call=CALLS[name], name=name), str(folder))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_annotations_and_a_docstring(name):
    function = getattr(archiver, name)
    assert function is getattr(api, name)
    assert inspect.getdoc(function)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(each.annotation is not inspect.Parameter.empty for each in signature.parameters.values())


def test_the_package_and_its_api_name_the_same_things():
    assert archiver.__all__ == api.__all__
    assert set(archiver.__all__) <= set(dir(archiver))
    with pytest.raises(AttributeError, match="no attribute 'wombat'"):
        _ = archiver.wombat


def test_importing_the_package_imports_no_room():
    done = run("import sys, archiver; print([each for each in sys.modules if each.startswith('archiver.')])")
    assert done.stdout == "[]\n"


def test_help_of_a_function_can_be_printed():
    done = run("import archiver; help(archiver.validate)")
    assert "Validate one bag" in done.stdout


class TestValidate:
    def test_every_check_that_the_command_makes_is_made(self, folder, capsys):
        import json

        main(["validate", "--json", str(folder / "in/bag")])
        parsed = json.loads(capsys.readouterr().out)["bags"][0]
        report = archiver.validate(folder / "in/bag")
        assert dict(report.checks) == parsed["checks"]
        assert set(report.not_checked) == {
            name for name, verdict in parsed["checks"].items() if verdict == "not checked"
        }
        assert "extraction" in report.checks

    def test_a_signer_by_name_needs_roots(self, folder):
        with pytest.raises(UsageError, match="trust-roots"):
            archiver.validate(folder / "in/bag", signer="A. Person")

    def test_what_is_not_there_is_an_error_and_no_report(self, tmp_path):
        with pytest.raises(StorageError):
            archiver.validate(tmp_path / "missing")


class TestReadSeed:
    def test_a_file_that_is_no_seed_is_refused_with_file_and_line(self, tmp_path):
        (tmp_path / "x.txt").write_text("No address here\n")
        with pytest.raises(UsageError, match=r"x\.txt"):
            archiver.read_seed(tmp_path / "x.txt")

    def test_a_folder_and_a_missing_file_are_distinguished(self, tmp_path):
        with pytest.raises(UsageError, match="is a folder"):
            archiver.read_seed(tmp_path)
        with pytest.raises(StorageError, match="no such file"):
            archiver.read_seed(tmp_path / "missing.txt")


class TestSettings:
    def test_an_unknown_setting_is_refused_before_anything_is_written(self, folder):
        with pytest.raises(UsageError, match=r"unknown setting organistion; did you mean organisation\?"):
            archiver.archive([], bags=folder / "bags", organistion="x")
        with pytest.raises(UsageError, match="wrong type"):
            archiver.archive([], bags=folder / "bags", pace="fast")
        with pytest.raises(UsageError, match="no such file or folder"):
            archiver.archive(["missing-seeds"], bags=folder / "bags")
        with pytest.raises(UsageError, match="robots"):
            archiver.archive([], bags=folder / "bags", robots="perhaps")
        assert not (folder / "bags").exists()

    def test_limits_and_connections_may_be_plain_values(self):
        from archiver.config import configured

        config = configured({"limits": {"redirects": 3}, "connect_to": [":443:127.0.0.1:8443"], "bags": "b"})
        assert (config.limits.redirects, config.connect_to[0].to_port, str(config.bags)) == (3, 8443, "b")


def test_closing_the_iterator_of_a_job_ends_it_and_frees_the_folder(tmp_path):
    from servers.newsroom import write_seeds

    seeds = write_seeds(tmp_path / "seeds", range(3), host="127.0.0.1:9")
    events = []
    results = archiver.archive([seeds], bags=tmp_path / "bags", pace=0, on_event=events.append)
    assert next(results).outcome == "refused"
    results.close()
    assert events[-1].event == "job-ended"
    assert events[-1].interrupted
    rest = list(archiver.archive([seeds], bags=tmp_path / "bags", pace=0))
    assert len(rest) == 3


def test_text_is_taken_as_it_is_whatever_the_page_says_of_its_encoding():
    words = "Der Bürgermeister übergab die Brücke am Freitag, wie es der Rat beschlossen hatte. " * 4
    page = f"<meta charset=iso-8859-7><article><p>{words}</p><p>{words}</p></article>"
    assert "Bürgermeister" in archiver.extract(page).text


@needs_openssl
def test_a_bag_that_is_not_valid_is_not_signed(folder):
    (folder / "in/bag/data/text/article.txt").write_text("forged")
    with authorities(folder) as pki:
        key, certificate = pki.signer.write(folder / "keys")[1::2]
        with pytest.raises(Refused, match="FIX"):
            archiver.sign(folder / "in/bag", key=key, certificate=certificate)
    assert not (folder / "in/bag/signatures").exists()


@needs_openssl
def test_an_encrypted_key_is_opened_by_passphrase_or_by_the_file_that_has_it(folder):
    with authorities(folder) as pki:
        key, certificate = pki.signer.write(folder / "keys", passphrase=b"open sesame")[1::2]
        (folder / "passphrase").write_text("open sesame\n")
        wrong = {"key": key, "certificate": certificate, "passphrase": b"wrong"}
        with pytest.raises(UsageError, match="passphrase"):
            archiver.sign(folder / "in/bag", ask_revocation=False, **wrong)
        signed = archiver.sign(
            folder / "in/bag",
            ask_revocation=False,
            key=key,
            certificate=certificate,
            passphrase_file=folder / "passphrase",
        )
    assert signed.signed
    assert not signed.timestamped
    with pytest.raises(UsageError, match="name certificate too"):
        archiver.sign(folder / "in/bag", key=key)


def test_of_a_list_of_bags_a_missing_one_is_named_before_any_is_delivered(folder):
    with pytest.raises(UsageError, match="no bag at"):
        archiver.handoff([folder / "in/bag", folder / "in/none"], folder / "out")
    with pytest.raises(UsageError, match="form 'rar' is not one of"):
        archiver.handoff(folder / "in/bag", folder / "out", form="rar")
    assert list((folder / "out").iterdir()) == []
