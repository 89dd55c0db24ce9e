"""Files of others that are broken, hostile, or beyond the bounds."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from jobs.importing import URL, Made, Runs, page, seed
from places import SHARED

from archiver.cli import main
from archiver.imports.files import build_index
from archiver.imports.index import Index
from archiver.imports.mhtml import read_mhtml

# warcio leaves its temporary files to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


FOREIGN = SHARED / "foreign"


@pytest.mark.parametrize(
    "data",
    [b"{}", b'{"log": {"entries": 5}}', b"[" * 200_000, b"PK\x03\x04 no zip", b"hello", b"{" + b'"a":{' * 50_000],
)
def test_what_is_no_such_file_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes):
    path = tmp_path / "bad.har"
    path.write_bytes(data)
    code = main(["run", "--bags", str(tmp_path / "bags"), "--from", str(path), str(seed(tmp_path))])
    err = capsys.readouterr().err
    assert code == 2
    assert "Traceback" not in err
    assert "bad.har" in err


def test_multiparts_in_multiparts_are_bounded():
    deep = b"".join(b"Content-Type: multipart/related; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))
    with pytest.raises(Exception, match="not an MHTML"):
        read_mhtml(b"MIME-Version: 1.0\r\n" + deep + b"Content-Type: text/html\r\n\r\nx", "deep.mhtml")


def test_a_bomb_in_a_wacz_is_not_inflated(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    bomb = tmp_path / "bomb.wacz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", json.dumps({"resources": [], "software": "Browsertrix"}))
        package.writestr("archive/good.warc.gz", made.file.getvalue())
        package.writestr("archive/../../x.warc", b"\0" * (1 << 20))
    _, result = run("--from", bomb, seed(tmp_path))
    imported = run.record(result)["capture"]["import"]
    assert imported["file"]["entry"] == "archive/good.warc.gz"
    assert {each["check"]: each["outcome"] for each in imported["checks"]}["digests"] == "not checked"
    assert any(each["outcome"] == "failed" and "x.warc" in each["words"] for each in imported["checks"])


def test_a_wacz_whose_digest_differs_says_so(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    with zipfile.ZipFile(tmp_path / "w.wacz", "w") as package:
        resources = [{"path": "archive/a.warc.gz", "hash": f"sha256:{'0' * 64}"}]
        package.writestr("datapackage.json", json.dumps({"resources": resources, "software": "Scoop 1"}))
        package.writestr("archive/a.warc.gz", made.file.getvalue())
    _, result = run("--from", tmp_path / "w.wacz", seed(tmp_path))
    imported = run.record(result)["capture"]["import"]
    assert next(each for each in imported["checks"] if each["check"] == "digests")["outcome"] == "failed"
    assert {"name": "software", "value": "Scoop 1", "source": "datapackage.json"} in imported["stated"]


@pytest.mark.parametrize(
    "broken", ["datapackage.json", "datapackage-digest.json", "pages/pages.jsonl", "archive/b.warc"]
)
def test_a_wacz_in_which_a_file_is_packed_wrongly_says_so_of_that_file(broken: str, tmp_path: Path, run: Runs):
    """Its deflate stream is none, which zlib says in an error of its own."""
    made = Made()
    made.add(URL, page())
    path, listed = tmp_path / "w.wacz", {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        files = {"archive/a.warc.gz": made.file.getvalue(), "archive/b.warc": b"WARC/1.1\r\n" * 50,
                 "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n' * 50}  # fmt: skip
        for name, data in files.items():
            package.writestr(name, data)
            listed[name] = f"sha256:{hashlib.sha256(data).hexdigest()}"
        stated = json.dumps({"resources": [{"path": name, "hash": each} for name, each in listed.items()]}).encode()
        package.writestr("datapackage.json", stated)
        package.writestr(
            "datapackage-digest.json", json.dumps({"hash": f"sha256:{hashlib.sha256(stated).hexdigest()}"})
        )
    with zipfile.ZipFile(path) as package:
        at = package.getinfo(broken).header_offset + 30 + len(broken)
    data = bytearray(path.read_bytes())
    data[at : at + 4] = b"\xff" * 4
    path.write_bytes(data)
    code, result = run("--from", path, seed(tmp_path))
    assert (code, result["outcome"]) == (0, "captured"), result
    checks = run.record(result)["capture"]["import"]["checks"]
    wrong = {"datapackage.json": "digests", "datapackage-digest.json": "datapackage", "pages/pages.jsonl": "digests",
             "archive/b.warc": "records"}[broken]  # fmt: skip
    assert any(each["check"] == wrong and each["outcome"] != "passed" for each in checks), checks


def test_records_beyond_the_bound_are_said_to_be_left_out(tmp_path: Path, run: Runs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("archiver.imports.files.RECORDS", 3)
    made = Made()
    made.add("https://news.example/other", page("Another."))
    made.add(URL, page())
    code, result = run("--from", made.save(tmp_path / "m.warc.gz"), seed(tmp_path))
    assert code == 1
    assert "not all was looked at" in result["reason"]


def test_lengths_that_lie_and_files_cut_anywhere_end_in_no_traceback(tmp_path: Path, run: Runs):
    made = Made(packed=False)
    made.add(URL, page())
    whole = made.file.getvalue()
    path = tmp_path / "m.warc"
    for at in range(8, len(whole), 97):
        path.write_bytes(whole[:at])
        code, result = run("--recapture", "--from", path, seed(tmp_path))
        assert code in (0, 1)
        if result["bag"]:
            run.record(result)
    path.write_bytes(whole.replace(b"Content-Length: ", b"Content-Length: 9", 1))
    assert run("--recapture", "--from", path, seed(tmp_path))[0] == 1


@pytest.mark.shared
@pytest.mark.skipif(not FOREIGN.is_dir(), reason="../shared/foreign is absent")
@pytest.mark.parametrize("path", sorted(FOREIGN.glob("*.w*")), ids=lambda each: each.name[:40])
def test_every_page_of_others_files_becomes_a_valid_bag(path: Path, tmp_path: Path, run: Runs):
    build_index((path,), tmp_path / "index.sqlite")
    index = Index(tmp_path / "index.sqlite")
    rows = index._do(
        "SELECT DISTINCT url FROM records WHERE type = 'response' AND status = 200 AND mime LIKE '%html%' "
        "AND key IS NOT NULL AND problem IS NULL LIMIT 3"
    ).fetchall()
    index.close()
    for number, (url,) in enumerate(rows):
        _, result = run("--from", path, seed(tmp_path / str(number), url))
        if result["bag"]:
            run.record(result)
        else:
            assert "http" not in url or result["reason"]
