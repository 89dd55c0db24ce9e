"""Programs before sealing: stand-ins that answer as the real ones do, and those that fail, hang, flood or lie."""

import gzip
import json
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from jobs.whole import Job, seeds, story
from lxml import etree
from servers.wire import Server, ok

from archiver.bag.identifiers import identifiers, nbn_check, noid_check
from archiver.before_seal.bounded_run import NotRun, bounded_run
from archiver.cli import main
from archiver.config.identifiers import Identifiers, identifiers_of
from archiver.errors import UsageError

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
P = {"p": "http://www.loc.gov/premis/v3"}
SCANNER = """
import pathlib, sys
if "--version" in sys.argv:
    print("ClamAV 1.4.2/27500"); sys.exit(0)
mark, hits = b"EICAR-" + b"STANDARD", 0
for root in sys.argv[1:]:
    for path in sorted(pathlib.Path(root).rglob("*")) if root.startswith("/") else []:
        if path.is_file() and mark in path.read_bytes():
            print(f"{path}: Eicar-Signature FOUND"); hits += 1
print("----------- SCAN SUMMARY -----------"); print("Infected files:", hits)
sys.exit(1 if hits else 0)
"""
SIEGFRIED = """
import json, pathlib, sys
files = []
for root in sys.argv[1:]:
    for path in sorted(pathlib.Path(root).rglob("*")) if root.startswith("/") else []:
        if path.is_file():
            html = path.read_bytes()[:40].lstrip().lower().startswith((b"<!doctype html", b"<html"))
            match = {"ns": "pronom", "id": "fmt/471", "format": "Hypertext Markup Language", "version": "5",
                     "mime": "text/html", "basis": "byte match at 0, 14", "warning": ""}
            if not html:
                match |= {"id": "fmt/999", "basis": "extension match txt"}
            files.append({"filename": str(path), "filesize": 1, "errors": "", "matches": [match]})
print(json.dumps({"siegfried": "1.11.2", "files": files}))
"""


def program(folder: Path, name: str, source: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{source}")
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the only one on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    (tmp_path / "tools").mkdir()
    return tmp_path / "tools"


def bag(tmp_path: Path, capsys, settings: str, answer: bytes | None = None) -> tuple[Job, dict, str]:
    """The job, the record and the warning of one seed archived with these settings."""
    config = tmp_path / "archiver.toml"
    config.write_text(settings)
    job = Job(tmp_path / "bags", capsys)
    with Server({"/news/1": [answer or story(1)]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, "--browser", "never", "--config", str(config))
    return job, job.record(result["bag"]) | {"bag": result["bag"]}, result.get("warning") or ""


def events(job: Job, record: dict) -> dict[str, tuple[str, str]]:
    tree = etree.parse(str(job.bags / record["bag"] / "data/metadata/premis.xml"))
    return {
        each.findtext("p:eventType", namespaces=P): (
            each.findtext(".//p:eventOutcome", namespaces=P),
            each.findtext(".//p:eventOutcomeDetailNote", namespaces=P) or "",
        )
        for each in tree.iterfind("p:event", P)
    }


def test_formats_are_identified_in_the_payload_and_in_the_warc(tmp_path: Path, tools: Path, capsys):
    program(tools, "sf", SIEGFRIED)
    job, record, warning = bag(tmp_path, capsys, '[before_seal]\nidentify = "auto"\n')
    (check,) = record["checks"]
    assert (check["kind"], check["tool"], check["outcome"]) == ("format identification", "Siegfried 1.11.2", "passed")
    inside = [each for each in check["formats"] if each["of"]["record_id"]]
    assert record["capture"]["record_id"] in {each["of"]["record_id"] for each in inside}
    assert {each["puid"] for each in check["formats"]} == {"fmt/471"}  # what only the name says is not identified
    assert warning == ""
    assert events(job, record)["format identification"][0] == "success"
    tree = etree.parse(str(job.bags / record["bag"] / "data/metadata/premis.xml"))
    notes = {each.text for each in tree.iterfind(".//p:formatNote", P)}
    assert "by the file's name; not identified from its content" in notes
    assert job.valid(record["bag"])


def test_without_a_tool_the_record_says_that_formats_go_by_names(tmp_path: Path, tools: Path, capsys):
    job, record, warning = bag(tmp_path, capsys, '[before_seal]\nidentify = "auto"\nvirus_scan = "auto"\n')
    assert [each["outcome"] for each in record["checks"]] == ["not made", "not made"]
    assert "neither sf (Siegfried) nor fido is installed" in warning
    assert "neither clamdscan nor clamscan is installed" in warning
    assert events(job, record)["virus check"] == ("not made", "neither clamdscan nor clamscan is installed")
    tree = etree.parse(str(job.bags / record["bag"] / "data/metadata/premis.xml"))
    notes = {each.text for each in tree.iterfind(".//p:formatNote", P)}
    assert notes == {"by the file's name; not identified from its content"}
    assert job.valid(record["bag"])


@pytest.mark.parametrize("scanner", ["clamscan", "clamdscan"])
def test_a_virus_inside_a_packed_response_is_flagged_and_nothing_is_deleted(
    tmp_path: Path, tools: Path, capsys, scanner: str
):
    program(tools, scanner, SCANNER)
    html = b"<html><body><article><p>The harbour.</p><pre>" + EICAR + b"</pre></article></body></html>"
    packed = ok(gzip.compress(html), b"Content-Type: text/html", b"Content-Encoding: gzip")
    job, record, warning = bag(tmp_path, capsys, '[before_seal]\nvirus_scan = "auto"\n', packed)
    (check,) = record["checks"]
    assert check["outcome"] == "flagged"
    assert record["capture"]["record_id"] in {each["of"]["record_id"] for each in check["flags"] if each["of"]}
    assert "virus scan before sealing flagged: Eicar-Signature" in warning
    outcome, note = events(job, record)["virus check"]
    assert outcome == "flagged"
    assert "Eicar-Signature" in note
    assert job.valid(record["bag"])  # a flag is a warning
    capsys.readouterr()
    assert main(["validate", "--json", str(job.bags / record["bag"])]) == 0
    assert "REC016" in capsys.readouterr().out


def test_what_exceeds_the_scanners_limits_is_neither_clean_nor_a_virus(tmp_path: Path, tools: Path, capsys):
    source = SCANNER.replace("mark in path.read_bytes()", 'path.name.endswith(".txt")')
    program(tools, "clamscan", source.replace("Eicar-Signature", "Heuristics.Limits.Exceeded.MaxFileSize"))
    _, record, warning = bag(tmp_path, capsys, '[before_seal]\nvirus_scan = "clamscan"\n')
    (check,) = record["checks"]
    assert (check["outcome"], check["flags"], warning) == ("passed", [], "")
    assert any("seed/" in each and "exceeds what clamscan scans" in each for each in check["left_out"])


def test_a_clean_scan_passes(tmp_path: Path, tools: Path, capsys):
    program(tools, "clamscan", SCANNER)
    _, record, warning = bag(tmp_path, capsys, '[before_seal]\nvirus_scan = "clamscan"\n')
    assert [each["outcome"] for each in record["checks"]] == ["passed"]
    assert record["checks"][0]["looked_at"] > 5
    assert warning == ""


FORKS = """
import subprocess, sys, time
for _ in range(9):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
"""
BAD = {
    "fails": ("import sys; sys.stderr.write('no database'); sys.exit(2)", "failed with exit code 2: no database"),
    "hangs": ("import time; time.sleep(600)", "was ended after 1 seconds"),
    "floods": ("while True: print('x' * 9999)", "printed more than"),
    "garbage": ("print('hello')", "printed something"),
    "forks": (FORKS, "it had more than 3 processes"),
    "dies": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "was ended by signal 11"),
}


@pytest.mark.parametrize(("source", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("name", ["sf", "clamscan"])
def test_a_program_that_does_not_do_its_work_is_a_check_that_was_not_made(
    tmp_path: Path, tools: Path, capsys, name: str, source: str, said: str
):
    program(tools, name, source)
    seconds = 5 if "9" in source else 1
    settings = f"[before_seal]\nseconds = {seconds}\noutput_bytes = 100000\nprocesses = 3\n"
    settings += 'identify = "siegfried"\n' if name == "sf" else 'virus_scan = "clamscan"\n'
    job, record, warning = bag(tmp_path, capsys, settings)
    (check,) = record["checks"]
    assert check["outcome"] == "not made"
    assert said in check["reason"]
    assert said in warning
    assert "\n" not in check["reason"]
    assert job.valid(record["bag"])
    assert list((job.bags / ".archiver/checks").iterdir()) == []


def test_own_programs_pass_flag_or_fail_and_get_no_secrets(tmp_path: Path, tools: Path, capsys, monkeypatch):
    monkeypatch.setenv("ARCHIVER_PASSPHRASE", "secret")
    look = "import os, sys; print(sorted(os.environ)); print(sys.argv[1] + '/seed/x: odd'); sys.exit(1)"
    program(tools, "odd", look)
    program(tools, "fine", "print('all is well')")
    commands = f'[{{ name = "house rules", run = ["{tools}/odd", "{{payload}}", "{{contents}}"] }}, '
    commands += f'{{ name = "fine", run = ["{tools}/fine"] }}, {{ name = "absent", run = ["{tools}/absent"] }}]'
    _, record, warning = bag(tmp_path, capsys, f"[before_seal]\ncommands = {commands}\n")
    odd, fine, absent = record["checks"]
    assert [odd["outcome"], fine["outcome"], absent["outcome"]] == ["flagged", "passed", "not made"]
    assert "ARCHIVER_PASSPHRASE" not in odd["flags"][0]["message"]
    assert odd["flags"][1] == {"of": {"path": "seed/x", "record_id": None}, "message": "odd"}
    assert "absent cannot be started: No such file or directory" in absent["reason"]
    assert "house rules before sealing flagged" in warning


def test_what_a_program_leaves_behind_is_ended(tmp_path: Path):
    source = (
        "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
        "start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\nprint(child.pid)"
    )
    ran = bounded_run([sys.executable, "-c", source], tmp_path, seconds=20, output_bytes=1000, processes=9)
    assert not isinstance(ran, NotRun)
    status = Path(f"/proc/{int(ran.output)}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('identify = "droid"', "is not one of never, auto, siegfried, fido"),
        ("seconds = 0", "must be a whole number"),
        ('commands = [{ name = "x" }]', "must have name and run"),
        ("colour = 1", "unknown key colour"),
    ],
)
def test_settings_that_are_wrong_are_named(tmp_path: Path, capsys, settings: str, said: str):
    (tmp_path / "archiver.toml").write_text(f"[before_seal]\n{settings}\n")
    assert main(["status", "--config", str(tmp_path / "archiver.toml"), "--bags", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


class TestIdentifiers:
    """Check characters by the examples of those who define them."""

    def test_the_check_character_of_noid(self):
        assert noid_check("13030/xf93gt2") == "q"

    @pytest.mark.parametrize(
        ("urn", "digit"), [("urn:nbn:de:gbv:7-isbn-90-6984-508-3-", "8"), ("urn:nbn:de:101:1-20110203359", "2")]
    )
    def test_the_check_digit_of_urn_nbn(self, urn: str, digit: str):
        assert nbn_check(urn) == digit

    def test_a_wrong_letter_is_another_check_character(self):
        good = "13030/xf93gt2"
        for place in range(6, len(good)):
            assert noid_check(f"{good[:place]}{'b' if good[place] != 'b' else 'c'}{good[place + 1 :]}") != "q"

    def test_two_bags_never_have_the_same(self):
        made = [identifiers(f"urn:uuid:{uuid4()}", Identifiers(ark="12345/x5")) for _ in range(500)]
        assert len(set(made)) == 500

    @pytest.mark.parametrize("table", [{"ark": "123/x"}, {"urn_nbn": "x"}, {"handle": "a b"}, {"doi": "10.1/x"}])
    def test_settings_that_are_wrong_are_refused(self, table: dict):
        with pytest.raises(UsageError, match="identifiers"):
            identifiers_of(table)

    def test_they_are_in_bag_info_record_crate_and_premis(self, tmp_path: Path, capsys):
        settings = '[identifiers]\nark = "12345/x5"\nurn_nbn = "de:gbv:7-"\nhandle = "20.500.12345"\n'
        asked = Identifiers(ark="12345/x5", urn_nbn="de:gbv:7-", handle="20.500.12345")
        job, record, _ = bag(tmp_path, capsys, settings)
        folder = job.bags / record["bag"]
        info = [line for line in (folder / "bag-info.txt").read_text().splitlines() if "External-Identifier" in line]
        assert info[0].startswith("External-Identifier: urn:uuid:")
        stated = [each["value"] for each in record["identifiers"]]
        assert [line.partition(": ")[2] for line in info[1:]] == stated
        assert dict(zip(("ARK", "URN:NBN", "Handle"), stated, strict=True)) == dict(
            identifiers(info[0].partition(": ")[2], asked)
        )
        for path in ("data/ro-crate-metadata.json", "data/metadata/premis.xml"):
            assert all(each in (folder / path).read_text() for each in stated)
        crate = json.loads((folder / "data/ro-crate-metadata.json").read_bytes())
        root = next(each for each in crate["@graph"] if each["@id"] == "./")
        assert len(root["identifier"]) == 4
        assert job.valid(record["bag"])
