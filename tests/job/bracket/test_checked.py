"""What validation says of the two tokens of a job, in bags and beside them."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders.pki import Authorities, authorities, issue, needs_openssl
from jobs.brackets import INSIDE, brackets, codes, holds, settings, site
from jobs.whole import seeds
from places import ROOT

from archiver.cli import main
from archiver.model.bracket import CLOSING
from archiver.validation.trust.policy import Trust
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl


def resealed(bag: Path) -> None:
    """Make the manifests fit again, as whoever tampers would."""
    shutil.rmtree(bag / "signatures")
    digests = {line[66:]: line[:64] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    found = {path: hashlib.sha256((bag / path).read_bytes()).hexdigest() for path in digests if (bag / path).exists()}
    (bag / "manifest-sha256.txt").write_text("".join(f"{digest}  {path}\n" for path, digest in found.items()))


def other_token(bag: Path, pki: Authorities) -> None:
    (bag / "query.tsq").write_bytes(b"")
    command = [
        "openssl",
        "ts",
        "-query",
        "-data",
        str(bag / INSIDE),
        "-sha256",
        "-cert",
        "-out",
        str(bag / "query.tsq"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (bag / f"{INSIDE}.tsr").write_bytes(pki.timestamp((bag / "query.tsq").read_bytes()))
    (bag / "query.tsq").unlink()


def other_statement(bag: Path, _: Authorities) -> None:
    (bag / INSIDE).write_bytes((bag / INSIDE).read_bytes().replace(b"opening", b"0pening"))


def changed(key: str, value: object):
    def change(bag: Path, _: Authorities) -> None:
        record = json.loads((bag / "data/provenance.json").read_bytes())
        record["bracket"][key] = value
        (bag / "data/provenance.json").write_text(json.dumps(record))

    return change


def dated(started: str):
    def change(bag: Path, _: Authorities) -> None:
        record = json.loads((bag / "data/provenance.json").read_bytes())
        record["capture"]["started"] = started
        (bag / "data/provenance.json").write_text(json.dumps(record))

    return change


def unstated(bag: Path, _: Authorities) -> None:
    record = json.loads((bag / "data/provenance.json").read_bytes())
    del record["bracket"]
    (bag / "data/provenance.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (other_token, {"BRK001"}),
        (other_statement, {"BRK002"}),
        (changed("job", "urn:uuid:00000000-0000-4000-8000-000000000000"), {"BRK003"}),
        (changed("time", "2020-01-01T00:00:00Z"), {"BRK003"}),
        (changed("sha256", "0" * 64), {"BRK001", "BRK004"}),
        (dated("2020-01-01T00:00:00.000000Z"), {"BRK005"}),
        (unstated, {"BRK007"}),
    ],
    ids=["token", "statement", "job", "time", "digest", "early", "unstated"],
)
def test_what_contradicts_the_opening_token_is_found_where_all_checksums_fit(damage, expected, tmp_path, job, pki):
    with site(1) as server:
        options = settings(tmp_path, pki.url)
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    bag = job.bags / result["bag"]
    damage(bag, pki)
    resealed(bag)
    found = codes(bag)
    assert {code for code, severity in found.items() if severity != "info" and code < "BRK012"} == expected


def test_the_commands_of_the_page_check_a_bag_and_a_closing_without_archiver(tmp_path, job, pki):
    """docs/keep/bracket.md, run by a bash that knows the system's programs alone."""
    with site(1, 2) as server:
        _, (result, _) = job.run(seeds(tmp_path / "seeds", 1, 2), server, *settings(tmp_path, pki.url))
    given = tmp_path / "given"
    shutil.copytree(job.bags / result["bag"], given / result["bag"])
    for each in brackets(job)[0].glob("closing.txt*"):
        shutil.copyfile(each, given / each.name)
    (given / "roots.pem").write_bytes(pki.tsa_root.pem())
    page = (ROOT / "docs/keep/bracket.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2

    def run(block: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "--noprofile", "--norc", "-ec", block]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(given)}
        return subprocess.run(
            command, cwd=given / result["bag"], env=clean, capture_output=True, text=True, check=False
        )

    for block in blocks:
        done = run(block)
        assert done.returncode == 0, done
        assert "Time stamp:" in done.stdout
    *_, digest, named = run(blocks[0]).stdout.splitlines()
    assert named.strip() == f"archiver-bracket: sha256:{digest[:64]}"
    (given / "closing.txt").write_text((given / "closing.txt").read_text().replace("bags: 2", "bags: 1"))
    assert run(blocks[1]).returncode != 0


def test_an_access_copy_keeps_the_opening_and_its_check(tmp_path, job, pki, capsys):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    (tmp_path / "out").mkdir()
    bag = job.bags / result["bag"]
    assert main(["handoff", "--redact", "--form", "folder", str(bag), str(tmp_path / "out")]) == 0, capsys.readouterr()
    (copy,) = [each for each in (tmp_path / "out").iterdir() if each.is_dir()]
    report = validate_bag(copy)
    assert report.ok, report.findings
    assert report.checks["bracket"] == "passed"
    assert holds(copy / INSIDE, pki)


def test_what_cannot_be_checked_here_is_said_and_not_passed(tmp_path, job, pki, monkeypatch):
    with site(1) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *settings(tmp_path, pki.url))
    bag = job.bags / result["bag"]
    assert validate_bag(bag).checks["bracket"] == "passed"
    for name in [each for each in sys.modules if each.startswith("archiver.cms")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    report = validate_bag(bag)
    assert report.checks["bracket"] == "not checked"
    assert "BRK008" in {each.code for each in report.findings}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> tuple[Path, Path]:
    """A bag whose bracket is beside it, and the roots."""
    home = tmp_path_factory.mktemp("sealed")
    with authorities(home) as pki, site(1) as server:
        options = [*settings(home, pki.url), "--connect-to", f":80:127.0.0.1:{server.port}", "--quiet"]
        assert main(["run", *options, "--bags", str(home / "bags"), str(seeds(home / "seeds", 1))]) == 0
        roots = pki.roots
    (bag,) = [each for each in (home / "bags").iterdir() if (each / "bagit.txt").exists()]
    return bag, roots


def _nothing(folder: Path) -> None:
    pass


def _without_the_bag(folder: Path) -> None:
    text = (folder / CLOSING).read_text()
    (folder / CLOSING).write_text(text.partition("\n\n")[0] + "\n")


def _of_another_opening(folder: Path) -> None:
    (folder / CLOSING).write_text(
        re.sub("opening: sha256:.{8}", "opening: sha256:00000000", (folder / CLOSING).read_text())
    )


def _with_another_line(folder: Path) -> None:
    (folder / CLOSING).write_text((folder / CLOSING).read_text() + f"{'0' * 64}\n")


def _without_a_token(folder: Path) -> None:
    (folder / f"{CLOSING}.tsr").unlink()


def _with_a_pipe(folder: Path) -> None:
    (folder / f"{CLOSING}.tsr").unlink()
    os.mkfifo(folder / f"{CLOSING}.tsr")


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        (_nothing, "BRK015", "info"),
        (_without_the_bag, "BRK013", "warning"),
        (_of_another_opening, "BRK014", "error"),
        (_with_another_line, "BRK014", "error"),
        (_without_a_token, "BRK012", "info"),
        (_with_a_pipe, "BRK012", "info"),
    ],
)
def test_a_closing_that_is_kept_beside_a_bag_is_checked_with_it(change, code, severity, sealed, tmp_path):
    bag, roots = sealed
    shutil.copytree(bag.parent, tmp_path / "bags")
    (folder,) = (tmp_path / "bags/.archiver/brackets").iterdir()
    change(folder)
    here = tmp_path / "bags" / bag.name
    closing = {c: s for c, s in codes(here).items() if c >= "BRK012"}
    assert closing == {code: severity}
    trusted = [
        each for each in validate_bag(here, trust=Trust(roots=roots.read_bytes())).findings if each.code == "BRK015"
    ]
    assert [each.message.partition(": ")[2] for each in trusted] == (
        ["the certificate leads to CN=Time Root"] if change is _nothing else []
    )


def test_a_bag_that_was_given_away_says_that_the_closing_was_not_checked(sealed, tmp_path):
    bag, roots = sealed
    shutil.copytree(bag, tmp_path / bag.name)
    found = codes(tmp_path / bag.name, trust=Trust(roots=roots.read_bytes()))
    assert found == {"BRK010": "info", "BRK012": "info"}


def test_a_closing_whose_authority_is_not_trusted_is_an_error(sealed):
    bag, _ = sealed
    stranger = Trust(roots=issue("Another Root", ca=True).pem())
    assert {"BRK011", "BRK014"} <= codes(bag, trust=stranger).keys()


def test_a_record_that_names_no_job_leads_nowhere(sealed, tmp_path):
    shutil.copytree(sealed[0], tmp_path / sealed[0].name)
    changed("job", "urn:uuid:../../../../etc")(tmp_path / sealed[0].name, None)
    assert codes(tmp_path / sealed[0].name)["BRK012"] == "info"


@pytest.mark.parametrize(("chosen", "code"), [("sometimes", 2), ("never", 0)])
def test_what_a_job_does_without_a_token_is_one_of_three_words(chosen, code, tmp_path, capsys):
    folder, config = seeds(tmp_path / "seeds", 1), settings(tmp_path, None, bracket=chosen)
    assert main(["run", "--dry-run", *config, "--bags", str(tmp_path / "bags"), str(folder)]) == code
    said = capsys.readouterr().err
    assert ("bracket = 'sometimes' is not one of required, if-possible, never" in said) == (code == 2)


def test_the_certificate_says_before_which_time_nothing_was_asked_for(sealed, capsys):
    bag, _ = sealed
    assert main(["certify", str(bag)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    record = json.loads((bag / "data/provenance.json").read_bytes())["bracket"]
    assert "Job timestamped before" in said
    assert record["time"] in said
