"""WARC 1.1 records (ISO 28500:2017), judged by this file, by warcio and by FastWARC."""

import base64
import gzip
import io
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from jobs.capturing import NOW, SITE, Bench, MemoryFiles, base32, records
from servers.wire import CLOSE, Server, chunked, ok
from warcio.archiveiterator import ArchiveIterator

from archiver.capture.warc import CONFORMS_TO, WarcFile
from archiver.schemas.moments import moment_text

ZIPPED = gzip.compress(b"<p>Harbour</p>" * 50, mtime=0)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"
ANSWERS: dict[str, list[Any]] = {
    "/": [EARLY + ok(b"moved", b"Location: /busy", status=b"302 Found")],
    "/busy": [
        ok(b"", status=b"503 Busy"),
        (b"HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 9\r\n\r\nhel", CLOSE),
        ok(b"moved", b"Location: /chunks", status=b"301 Moved"),
    ],
    "/chunks": [chunked(ZIPPED[:9], ZIPPED[9:], head=b"Content-Encoding: gzip\r\nLocation: /zipped\r\n")],
    "/zipped": [ok(ZIPPED, b"Content-Encoding: gzip", b"X-Town: Troms\xc3\xb8", b"X-Fold: a\r\n\tb")],
    "/surplus": [ok(b"hello") + b" and more"],
    "/empty": [b"HTTP/1.1 204 No Content\r\n\r\n"],
}
SENT = [
    *(ok(b"moved", b"Location: /busy", status=b"302 Found"), ok(b"", status=b"503 Busy"), ANSWERS["/busy"][1][0]),
    *(ANSWERS["/busy"][2], ANSWERS["/chunks"][0]),
]
SENT_ALONE = {path: ANSWERS[path][0] for path in ("/zipped", "/surplus", "/empty")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> MemoryFiles:
    """One chain with everything in it: an interim answer, redirects, a busy and a cut answer, chunks."""
    return shelves(tmp_path_factory.mktemp("spool"))[0]


def shelves(spool: Path) -> list[MemoryFiles]:
    settings = {"limits": {"retries": 3}}
    with Server(ANSWERS) as server, Bench(spool, server, settings=settings) as bench:
        return [bench.fetch(SITE + path)[1] for path in ("/", *SENT_ALONE)]


def test_warcinfo_comes_first_and_every_other_record_names_it(files: MemoryFiles):
    info, *others = files.records
    assert (info["WARC-Type"], info["WARC-Filename"]) == ("warcinfo", "t.warc.gz")
    assert info["Content-Type"] == "application/warc-fields"
    assert info.block == f"software: archiver/test\r\nconformsTo: {CONFORMS_TO}\r\n".encode()
    assert {each["WARC-Warcinfo-ID"] for each in others} == {info["WARC-Record-ID"]}
    assert not info.all("WARC-Warcinfo-ID") + info.all("WARC-Target-URI") + info.all("WARC-Concurrent-To")


def test_request_and_response_are_linked_and_of_one_date(files: MemoryFiles):
    _, *others = files.records
    kinds = [each["WARC-Type"] for each in others]
    assert kinds == ["request", "metadata", "response", *["request", "response"] * 4]
    del others[1]
    for request, response in zip(others[::2], others[1::2]):
        assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
        assert response["WARC-Concurrent-To"] == request["WARC-Record-ID"]
        for name in ("WARC-Date", "WARC-Target-URI", "WARC-IP-Address"):
            assert request[name] == response[name]


def test_record_ids_are_never_given_twice(files: MemoryFiles):
    ids = [each["WARC-Record-ID"] for each in files.records]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("<urn:uuid:") and each.endswith(">") for each in ids)


def test_blocks_are_what_the_server_sent(files: MemoryFiles):
    assert [each.block for each in files.of("response")] == SENT
    line = b"interim-response: " + base64.b64encode(EARLY) + b"\r\n"
    assert [each.block for each in files.of("metadata")] == [line]


def test_a_record_has_no_field_that_the_standard_does_not_give_to_its_type(files: MemoryFiles):
    common = {"WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Block-Digest", "Content-Type", "Content-Length"}
    exchange = common | {"WARC-Target-URI", "WARC-Warcinfo-ID", "WARC-IP-Address", "WARC-Concurrent-To"}
    allowed = {
        "warcinfo": common | {"WARC-Filename"},
        "request": exchange,
        "metadata": exchange,
        "response": exchange | {"WARC-Payload-Digest", "WARC-Truncated"},
    }
    for record in files.records:
        names = [name for name, _ in record.fields]
        assert len(set(names)) == len(names)
        assert set(names) <= allowed[record["WARC-Type"]], record["WARC-Type"]
        kind = dict.fromkeys(("warcinfo", "metadata"), "application/warc-fields")
        kind["request"] = "application/http;msgtype=request"
        assert record["Content-Type"] == kind.get(record["WARC-Type"], "application/http;msgtype=response")


def test_a_payload_digest_stands_only_where_the_payload_is_the_rest_of_the_block(tmp_path: Path):
    seen = {}
    for files in shelves(tmp_path):
        for record in files.records:
            digests = record.all("WARC-Payload-Digest")
            if record["WARC-Type"] != "response":
                assert not digests
                continue
            _, _, body = record.block.partition(b"\r\n\r\n")
            assert digests in ([], [base32(body)])
            seen[record["WARC-Target-URI"].removeprefix(SITE)] = bool(digests)
    assert seen == {"/": True, "/busy": True, "/chunks": False, "/zipped": True, "/surplus": False, "/empty": True}


def test_only_the_response_that_was_cut_is_marked(files: MemoryFiles):
    assert [each.all("WARC-Truncated") for each in files.of("response")] == [[], [], ["disconnect"], [], []]


def test_warcio_finds_nothing_wrong_and_the_same_bytes(tmp_path: Path):
    for number, files in enumerate(shelves(tmp_path)):
        file = tmp_path / f"{number}.warc.gz"
        file.write_bytes(files.out.getvalue())
        command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(file)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr
        assert "digest failed" not in found.stdout
        with file.open("rb") as stream:
            blocks = [each.raw_stream.read() for each in ArchiveIterator(stream, no_record_parse=True)]
        assert blocks == [each.block for each in files.records]
        file.unlink()


def test_warcio_reads_status_and_payload_as_a_replay_tool_would(tmp_path: Path):
    files = shelves(tmp_path)[1]
    with io.BytesIO(files.out.getvalue()) as stream:
        (response,) = [
            (each.http_headers.get_statuscode(), each.content_stream().read())
            for each in ArchiveIterator(stream)
            if each.rec_type == "response"
        ]
    assert response == ("200", gzip.decompress(ZIPPED))


def test_fastwarc_verifies_every_digest(tmp_path: Path):
    for files in shelves(tmp_path):
        count = 0
        for record in FastIterator(io.BytesIO(files.out.getvalue()), parse_http=False):
            assert record.verify_block_digest(), record.headers
            count += 1
        assert count == len(files.records)
        for record in FastIterator(io.BytesIO(files.out.getvalue()), parse_http=True):
            if "WARC-Payload-Digest" in record.headers:
                assert record.verify_payload_digest(), record.headers


def test_a_damaged_file_fails_in_the_judges_used_here(files: MemoryFiles):
    damaged = bytearray(files.out.getvalue())
    damaged[-40] ^= 0xFF
    with pytest.raises((AssertionError, zlib.error)):
        records(bytes(damaged))
    with pytest.raises((AssertionError, zlib.error)):
        records(bytes(files.out.getvalue()[:-9]))


def test_without_isal_the_records_are_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    pytest.importorskip("isal")

    def write() -> tuple[bytes, list[Any]]:
        out, ids = io.BytesIO(), iter(range(9))
        WarcFile(out, name="t", info={"a": "b" * 500}, started=NOW, new_id=lambda: str(next(ids)))
        return out.getvalue(), records(out.getvalue())

    with_isal, expected = write()
    monkeypatch.setitem(sys.modules, "isal", None)
    without, found = write()
    assert found == expected
    assert with_isal != without, "isal was not used in the first place"


def test_values_of_warcinfo_stay_on_their_line():
    out = io.BytesIO()
    info = {"operator": "A\r\nconformsTo: forged", "isPartOf": "", "description": "søk"}
    WarcFile(out, name="t", info=info, started=NOW, new_id=lambda: "1")
    assert records(out.getvalue())[0].block == "operator: A conformsTo: forged\r\ndescription: søk\r\n".encode()


def test_dates_are_utc_with_microseconds():
    assert moment_text(NOW) == "2026-03-01T10:00:00.123456Z"
