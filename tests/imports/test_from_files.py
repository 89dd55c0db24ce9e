"""`archiver run --from`: pages that others captured become bags, by their own records, and nobody is asked."""

import base64
import gzip
import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from servers.sites import Site
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.cli import main
from archiver.imports.files import build_index
from archiver.imports.index import Index
from archiver.imports.mhtml import read_mhtml
from archiver.validation.validator import validate_bag

FOREIGN = Path(__file__).parents[3] / "shared/foreign"
# warcio leaves its temporary files to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
URL = "https://news.example/bridge"
LINES = (
    "The old bridge over the river closes on Monday for repairs, the city said.",
    "Buses take another road by the mill.",
)


def page(*lines: str, head: str = "") -> bytes:
    body = "".join(f"<p>{line}</p>" for line in lines or LINES)
    return (
        f"<html><head><title>Bridge closes</title>{head}</head><body><article><h1>Bridge closes</h1>{body}"
        f'<img src="/a.png"></article></body></html>'
    ).encode()


def seed(folder: Path, url: str = URL, *, date: str = "") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / "bridge.txt"
    day = f"{date}\n\n" if date else ""
    path.write_text(f"Bridge closes\n\n{day}{LINES[0]}\n\n{LINES[1]}\n\nOriginal url: {url}\n", "utf-8")
    return path


class Made:
    """A WARC file in the making, by warcio."""

    def __init__(self, *, packed: bool = True) -> None:
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed)
        self.writer.write_record(
            self.writer.create_warcinfo_record("made.warc", {"software": "wget/1.21", "operator": "Ada"})
        )

    def add(
        self, url: str, body: bytes, *, date: str = "2024-03-01T10:00:00Z", status: str = "200 OK", **more: str
    ) -> Any:
        kind = more.pop("kind", "text/html; charset=utf-8")
        fields = [("Content-Type", kind), ("Content-Length", str(len(body))), *more.items()]
        head = StatusAndHeaders(status, fields, protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
        )
        asked = StatusAndHeaders(
            "GET / HTTP/1.1", [("User-Agent", "tool/1"), ("Host", "news.example")], is_http_request=True
        )
        request = self.writer.create_warc_record(
            url, "request", http_headers=asked, warc_headers_dict={"WARC-Date": date}
        )
        self.writer.write_request_response_pair(request, record)

    def save(self, path: Path) -> Path:
        path.write_bytes(self.file.getvalue())
        return path


class Runs:
    def __init__(self, bags: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bags, self.capsys = bags, capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        code = main(["run", "--json", "--bags", str(self.bags), *map(str, arguments)])
        lines = self.capsys.readouterr().out.splitlines()
        return code, json.loads(lines[0])

    def record(self, result: dict[str, Any]) -> dict[str, Any]:
        bag = self.bags / result["bag"]
        report = validate_bag(bag)
        assert [each for each in report.findings if each.severity == "error"] == []
        return json.loads((bag / "data/provenance.json").read_text("utf-8"))  # type: ignore[no-any-return]

    def warc(self, result: dict[str, Any]) -> bytes:
        (path,) = (self.bags / result["bag"] / "data/wacz/archive").iterdir()
        return path.read_bytes()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(tmp_path / "bags", capsys)


def members(data: bytes) -> list[bytes]:
    """The gzip members of a WARC, each as it stands."""
    import zlib

    found = []
    while data:
        inflater = zlib.decompressobj(31)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


def test_records_are_copied_member_by_member(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    made.add("https://news.example/a.png", b"\x89PNG....", kind="image/png")
    made.add("https://news.example/other", page("Another story."))
    warc = made.save(tmp_path / "made.warc.gz")
    code, result = run("--from", warc, seed(tmp_path))
    assert (code, result["outcome"], result["verdict"]) == (0, "captured", "same")
    assert result["comparison_source"] == "import"
    theirs = members(warc.read_bytes())
    ours = members(run.warc(result))
    assert sorted(theirs[:5]) == sorted(each for each in ours if each in theirs), "the other story stays out"
    record = run.record(result)
    imported = record["capture"]["import"]
    assert {"name": "software", "value": "wget/1.21", "source": "warcinfo"} in imported["stated"]
    assert {"name": "operator", "value": "Ada", "source": "warcinfo"} in imported["stated"]
    assert imported["captured"] == "2024-03-01T10:00:00.000000Z"
    assert record["capture"]["requisites"]["fetched"] == 1
    assert record["capture"]["user_agent"] == "tool/1"
    assert record["capture"]["tls"] is None
    assert record["comparison"]["source"]["kind"] == record["text"]["from"]["kind"] == "import"


@pytest.mark.parametrize("form", ["plain", "whole"])
def test_records_of_plain_files_and_of_files_gzipped_as_a_whole_keep_their_bytes(tmp_path: Path, run: Runs, form: str):
    made = Made(packed=False)
    made.add("https://news.example/other", page("Another story."))
    made.add(URL, page())
    plain = made.file.getvalue()
    path = tmp_path / ("m.warc" if form == "plain" else "m.warc.gz")
    path.write_bytes(plain if form == "plain" else gzip.compress(plain))
    _, result = run("--from", path, seed(tmp_path))
    run.record(result)
    copied = [gzip.decompress(each) for each in members(run.warc(result))]
    assert any(b"WARC-Type: response" in each and page() in each and each in plain for each in copied)


def test_the_seed_chooses_by_text_then_by_time(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page("Another text altogether."), date="2024-03-01T00:00:00Z")
    made.add(URL, page(), date="2020-01-01T00:00:00Z")
    made.add(URL, page(head="<meta name=x>"), date="2024-02-01T00:00:00Z")
    warc = made.save(tmp_path / "made.warc.gz")
    _, result = run("--from", warc, seed(tmp_path, date="March 1, 2024"))
    imported = run.record(result)["capture"]["import"]
    assert imported["captured"] == "2024-02-01T00:00:00.000000Z"
    assert imported["held"] == 3
    assert {each["verdict"] for each in imported["captures"] if each["verdict"]} == {"different", "same"}


@pytest.mark.parametrize(
    ("held", "matched"),
    [
        (URL, "address"),
        (f"{URL}#top", "address"),
        ("http://www.news.example/bridge", "key"),
        ("https://amp.example/b", "canonical"),
        ("redirect", "redirect"),
    ],
)
def test_captures_are_found_by_address_key_canonical_link_and_redirect(
    tmp_path: Path, run: Runs, held: str, matched: str
):
    made = Made()
    if held == "redirect":
        made.add(URL, b"", status="301 Moved", Location="/new-place")
        made.add("https://news.example/new-place", page())
    else:
        link = f'<link href="{URL}" rel="canonical">' if matched == "canonical" else ""
        made.add(held, page(head=link))
    _, result = run("--from", made.save(tmp_path / "m.warc.gz"), seed(tmp_path))
    record = run.record(result)
    assert record["capture"]["import"]["matched"] == matched
    assert len(record["capture"]["exchanges"]) == (2 if held == "redirect" else 1)
    assert record["capture"]["redirects"] == (["https://news.example/new-place"] if held == "redirect" else [])


def test_a_seed_that_is_not_there_is_not_fetched_and_says_so(tmp_path: Path, run: Runs):
    made = Made()
    made.add(URL, page())
    with Site({"/x": page().decode()}) as site:
        address = f"http://127.0.0.1:{site.port}/x"
        code, result = run("--allow-private", "--from", made.save(tmp_path / "m.warc.gz"), seed(tmp_path, address))
        assert site.asked == []
    assert (code, result["outcome"], result["bag"]) == (1, "failed", None)
    assert "not found by address, key or canonical link" in result["reason"]


def test_a_seed_that_was_blocked_is_taken_from_the_file_and_one_that_is_not_there_keeps_its_bag(
    tmp_path: Path, run: Runs
):
    with Site({"/x": (403, "text/html", b"no")}) as site:
        address = f"http://127.0.0.1:{site.port}/x"
        document = seed(tmp_path, address)
        live = ["--allow-private", "--browser", "never", document]
        assert run(*live)[1]["outcome"] == "blocked"
        other = Made()
        other.add(URL, page())
        code, result = run("--from", other.save(tmp_path / "o.warc.gz"), document)
        assert (code, result["outcome"], result["bag"]) == (1, "failed", None)
        assert run(*live)[1]["outcome"] == "blocked", "the bag with the answer of the site stays known"
        made = Made()
        made.add(address, page())
        assert run("--from", made.save(tmp_path / "m.warc.gz"), document)[1]["outcome"] == "captured"


def test_a_record_with_a_false_digest_is_not_taken(tmp_path: Path, run: Runs):
    made = Made(packed=False)
    made.add(URL, page())
    path = tmp_path / "m.warc"
    path.write_bytes(made.file.getvalue().replace(b"Buses take", b"Trams take"))
    code, result = run("--from", path, seed(tmp_path))
    assert code == 1
    assert result["bag"] is None
    assert "does not match its digest" in result["reason"]


def test_wget_makes_what_is_imported(tmp_path: Path, run: Runs):
    with Site({"/bridge": page().decode(), "/a.png": (200, "image/png", b"\x89PNG")}) as site:
        address = f"http://127.0.0.1:{site.port}/bridge"
        made = ["wget", "-q", "-p", "--warc-file=w", "--delete-after", address]
        try:
            subprocess.run(made, cwd=tmp_path, check=False, timeout=60)
        except FileNotFoundError:
            pytest.skip("wget is not installed")
    _, result = run("--from", tmp_path / "w.warc.gz", seed(tmp_path, address))
    record = run.record(result)
    assert result["verdict"] == "same"
    assert any(each["name"] == "software" and "Wget" in each["value"] for each in record["capture"]["import"]["stated"])
    assert record["capture"]["requisites"]["fetched"] == 1


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
