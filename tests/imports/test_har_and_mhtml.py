"""Seeds taken from HAR and MHTML files."""

import base64
import gzip
import json
import zipfile
from pathlib import Path

import pytest
from jobs.importing import URL, Runs, page, seed

from archiver.cli import main
from archiver.validation.validator import validate_bag

# warcio leaves its temporary files to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def har(body: str) -> bytes:
    entries = [
        {
            "startedDateTime": "2024-03-01T10:00:00.000+01:00",
            "serverIPAddress": "192.0.2.1",
            "request": {"method": "GET", "url": URL, "headers": [{"name": "Cookie", "value": "MARK3R"}]},
            "response": {
                "status": 200,
                "headers": [{"name": "Set-Cookie", "value": "s=MARK3R"}],
                "content": {"mimeType": "text/html", "text": body},
            },
        },
        {
            "startedDateTime": "2024-03-01T10:00:01Z",
            "request": {"method": "GET", "url": "https://news.example/a.png"},
            "response": {
                "status": 200,
                "content": {"mimeType": "image/png", "encoding": "base64", "text": base64.b64encode(b"PNG").decode()},
            },
        },
        "no entry",
        {"request": {}},
    ]
    return json.dumps({"log": {"creator": {"name": "WebInspector", "version": "537"}, "entries": entries}}).encode()


def test_har_has_no_messages_and_its_cookies_stay_out(tmp_path: Path, run: Runs):
    path = tmp_path / "p.har"
    path.write_bytes(har(page().decode()))
    _, result = run("--from", path, seed(tmp_path))
    record = run.record(result)
    imported = record["capture"]["import"]
    assert result["verdict"] == "same"
    assert (imported["copy"], imported["captured"]) == ("bodies", "2024-03-01T09:00:00.000000Z")
    assert {"name": "creator", "value": "WebInspector 537", "source": "log.creator"} in imported["stated"]
    assert any("went over the wire" in each for each in imported["not_seen"])
    assert record["capture"]["requisites"]["fetched"] == 1
    assert record["capture"]["exchanges"] == []
    for file in (run.bags / result["bag"]).rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert b"MARK3R" not in data + (gzip.decompress(data) if file.suffix == ".gz" else b""), file


MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nDate: Fri, 1 Mar 2024 09:00:00 -0000\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="--X"\r\n\r\n'
    "----X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Location: {url}\r\n\r\n{body}\r\n"
    "----X\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Location: https://news.example/a.png\r\n\r\nUE5H\r\n----X--\r\n"
)


def test_mhtml_is_kept_whole_and_left_out_of_an_access_copy(tmp_path: Path, run: Runs):
    path = tmp_path / "p.mhtml"
    path.write_text(MHTML.format(url=URL, body=base64.b64encode(page()).decode()), newline="")
    _, result = run("--from", path, seed(tmp_path))
    record = run.record(result)
    imported = record["capture"]["import"]
    assert (result["verdict"], imported["copy"], imported["evidence"]) == ("same", "bodies", "import/page.mhtml")
    assert (run.bags / result["bag"] / "data" / imported["evidence"]).read_bytes() == path.read_bytes()
    assert imported["captured"] == "2024-03-01T09:00:00.000000Z"
    assert any("scripts" in each for each in imported["not_seen"])
    (tmp_path / "out").mkdir()
    assert main(["handoff", "--redact", "--form", "zip", str(run.bags / result["bag"]), str(tmp_path / "out")]) == 0
    (package,) = (tmp_path / "out").glob("*.zip")
    assert not [name for name in zipfile.ZipFile(package).namelist() if "/import/" in name]
    assert validate_bag(package).ok
