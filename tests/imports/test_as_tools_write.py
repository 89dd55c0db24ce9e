"""What tools write differently: bodies without their framing, requests named by answers, parts, and answers to POST."""

import base64
import hashlib
import json
import uuid
from pathlib import Path

import pytest
from jobs.importing import LINES, URL, Runs, page, seed

from archiver.validation.warc.http_payload import Message

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HTML + b"Transfer-Encoding: chunked\r\n\r\n"


def record(kind: str, block: bytes, *fields: str, url: str = URL, name: str) -> bytes:
    """A WARC record, as a tool with a mind of its own writes it."""
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    head = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: {name}",
        "WARC-Date: 2024-03-15T10:00:00Z",
        f"WARC-Target-URI: {url}",
        f"Content-Type: application/http;msgtype={kind}",
        f"WARC-Block-Digest: sha1:{digest}",
        *fields,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + block + b"\r\n\r\n"


def named() -> str:
    return f"<{uuid.uuid4().urn}>"


def warc(folder: Path, *records: bytes) -> Path:
    path = folder / "made.warc"
    path.write_bytes(b"".join(records))
    return path


def response(block: bytes, *fields: str, name: str | None = None) -> bytes:
    return record("response", block, *fields, name=name or named())


def request(method: str, name: str, *fields: str) -> bytes:
    block = f"{method} /bridge HTTP/1.1\r\nHost: news.example\r\nUser-Agent: w/1\r\n\r\n"
    return record("request", block.encode(), *fields, name=name)


@pytest.mark.parametrize("body", [page(), b"\r\n" + page(), page().replace(b"><", b">\n<"), b" " * 5000 + page()])
def test_a_body_called_chunked_without_its_framing_is_read(body: bytes, tmp_path: Path, run: Runs):
    code, result = run("--from", warc(tmp_path, response(CHUNKED + body)), seed(tmp_path))
    assert (code, result["outcome"], result["verdict"]) == (0, "captured", "same")
    assert run.record(result)["capture"]["payload_sha256"] is None


@pytest.mark.parametrize(
    ("sent", "unframed", "payload", "bare"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", True, b"hello", False),
        (b"<p>hi</p>\r\n<p>5</p>", True, b"<p>hi</p>\r\n<p>5</p>", True),
        (b"<p>hi</p>", True, b"<p>hi</p>", True),
        (b"<p>hi</p>\r\n<p>5</p>", False, b"", False),
        (b"5\r\nhello\r\nzz\r\n", True, b"hello", False),
        (b"", True, b"", False),
        (b"<" + b"p" * 9000, True, b"<" + b"p" * 9000, True),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_only_the_beginning_of_a_body_tells_that_it_has_no_framing(
    sent: bytes, unframed: bool, payload: bytes, bare: bool, step: int
):
    kept = bytearray()
    message = Message("response", {"sha256"}, keep=kept.extend, unframed=unframed)
    whole = CHUNKED + sent
    for at in range(0, len(whole), step):
        message.feed(whole[at : at + step])
    message.finish()
    assert (bytes(kept), message.bare) == (payload, bare)
    assert message.payload.hexdigest() == hashlib.sha256(payload).hexdigest()


@pytest.mark.parametrize("who", ["the request", "the answer", "both"])
def test_a_request_is_copied_whichever_record_names_the_other(who: str, tmp_path: Path, run: Runs):
    asked, answered = named(), named()
    back = [f"WARC-Concurrent-To: {answered}"] if who != "the answer" else []
    forth = [f"WARC-Concurrent-To: {asked}"] if who != "the request" else []
    made = warc(tmp_path, request("GET", asked, *back), response(HTML + b"\r\n" + page(), *forth, name=answered))
    _, result = run("--from", made, seed(tmp_path))
    capture = run.record(result)["capture"]
    assert (capture["exchanges"][0]["record_ids"]["request"], capture["user_agent"]) == (asked, "w/1")
    assert len(capture["exchanges"]) == 1


@pytest.mark.parametrize("who", ["the request", "the answer"])
def test_an_answer_to_a_post_does_not_count_as_a_visit(who: str, tmp_path: Path, run: Runs):
    asked, answered = named(), named()
    back = [f"WARC-Concurrent-To: {answered}"] if who == "the request" else []
    forth = [f"WARC-Concurrent-To: {asked}"] if who == "the answer" else []
    made = warc(tmp_path, request("POST", asked, *back), response(HTML + b"\r\n" + page(), *forth, name=answered))
    _, result = run("--from", made, seed(tmp_path))
    assert (result["outcome"], result["bag"]) == ("failed", None)


def test_a_part_of_a_page_misses_nothing(tmp_path: Path, run: Runs):
    body = page()
    end = body.index(LINES[1].encode())
    head = HTML.replace(b"200 OK", b"206 Partial Content") + b"Content-Range: bytes 0-%d/%d\r\n\r\n" % (
        end - 1,
        len(body),
    )
    _, result = run("--from", warc(tmp_path, response(head + body[:end])), seed(tmp_path))
    lines = run.record(result)["comparison"]["lines"]
    assert [each["kind"] for each in lines if each["seed"]] == ["same", "not-compared"]


def test_a_damaged_file_is_named_where_a_seed_is_not_found(tmp_path: Path, run: Runs):
    made = tmp_path / "made.warc"
    made.write_bytes(response(HTML + b"\r\n" + page()).replace(b"\r\n", b"\n"))
    _, result = run("--from", made, seed(tmp_path))
    assert result["outcome"] == "failed" and "damaged: made.warc" in result["reason"]


@pytest.mark.parametrize(("content", "outcome"), [({"size": 900}, "failed"), ({}, "failed"), ({"size": 0}, "unread")])
def test_an_answer_that_a_har_file_has_no_body_of_is_not_called_empty(content, outcome, tmp_path: Path, run: Runs):
    entry = {
        "startedDateTime": "2024-03-01T10:00:00Z",
        "request": {"method": "GET", "url": URL},
        "response": {"status": 200, "content": {"mimeType": "text/html", **content}},
    }
    path = tmp_path / "p.har"
    path.write_text(json.dumps({"log": {"entries": [entry]}}))
    _, result = run("--from", path, seed(tmp_path))
    assert (result["outcome"], "without the content" in result["reason"]) == (outcome, outcome == "failed")


def test_the_page_of_an_mhtml_file_is_the_part_with_its_address_wherever_it_stands(tmp_path: Path, run: Runs):
    frame = b"Content-Type: text/html\r\nContent-ID: <frame-2@mhtml.blink>\r\n\r\n<p>an advertisement\r\n"
    main = b"Content-Type: text/html\r\nContent-Location: " + URL.encode() + b"\r\n\r\n" + page() + b"\r\n"
    head = f'From: <Saved>\r\nSnapshot-Content-Location: {URL}\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    path = tmp_path / "p.mhtml"
    path.write_bytes(head.encode() + b"--b\r\n" + frame + b"--b\r\n" + main + b"--b--\r\n")
    _, result = run("--from", path, seed(tmp_path))
    assert (result["outcome"], result["verdict"]) == ("captured", "same")
