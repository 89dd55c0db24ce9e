"""What goes over the connection is what the WARC holds, byte for byte (docs/bag-format.md, section 3.1; RFC 9112)."""

import base64
import gzip
import io
from pathlib import Path

import pytest
from jobs.capturing import SITE, Bench, one
from servers.wire import CLOSE, Server, chunked, ok
from waiting import until

from archiver.validation.warc.reader import read_warc

HTML = b"<html><title>Harbour</title><p>The harbour opened again.</p></html>"
ODD = (
    b"HTTP/1.1 200 Fine\r\ncontent-TYPE:text/html\r\nX-A : spaced\r\nX-Tab:\t tabbed\t \r\n"
    b"X-Fold: one\r\n  two\r\n\tthree\r\n"
    b"Z-Last: z\r\nA-First: a\r\nVia: 1\r\nVia: 2\r\nVIA: 1\r\n"
)

EXACT = {
    "plain": ok(HTML),
    "chunked": chunked(b"<p>", b"harbour", b"</p>"),
    "chunked with extensions and trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;x=y\r\nhello\r\n0000;last\r\nX-Trailer : t\r\nX-2: u\r\n\r\n",
    "chunked in odd case, after a header that http.client cannot parse": b"HTTP/1.1 200 OK\r\nX-A : b\r\n"
    b"tRANSFER-eNCODING:   Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "gzip": ok(gzip.compress(HTML, mtime=0), b"Content-Encoding: gzip"),
    "gzip in chunks": chunked(gzip.compress(HTML, mtime=0), head=b"Content-Encoding: gzip\r\n"),
    "odd case, spacing, folding, order, repeated": ODD + b"Content-Length : 5\r\n\r\nhello",
    "non-ASCII header bytes": ok(b"x", "X-Town: Tromsø".encode(), b"X-Raw: \xff\xfe\x80"),
    "64 KiB header": ok(b"x", b"X-Large: " + b"l" * 65536),
    "200 headers before the length": ok(b"x" * 9, *(b"X-%d: %d" % (n, n) for n in range(200))),
    "150 cookies before the length": ok(b"x" * 9, *(b"Set-Cookie: c%d=%d" % (n, n) for n in range(150))),
    "two Content-Types": ok(HTML, b"Content-Type: text/plain", b"Content-Type: text/html"),
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n\nhello",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    "204": b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
    "304 with a length but no body": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n",
    "206": ok(b"part", b"Content-Range: bytes 0-3/9", status=b"206 Partial Content"),
    "no length, up to the end of the connection": (b"HTTP/1.1 200 OK\r\n\r\n" + HTML, CLOSE),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + HTML, CLOSE),
    "in two pieces, split inside the headers": (
        b"HTTP/1.1 200 OK\r\nContent-Len",
        0.02,
        b"gth: 5\r\n\r",
        0.02,
        b"\nhello",
    ),
    "lengths twice but equal": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("name", EXACT)
def test_request_and_response_are_recorded_byte_for_byte(name: str, tmp_path: Path):
    """Sent and kept are the same, and what was read ends where the message ends."""
    answer = EXACT[name]
    with Server({"/": [answer]}) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture()
        assert [each.block for each in files.of("request")] == server.seen["/"]
    sent = answer if isinstance(answer, bytes) else b"".join(step for step in answer if isinstance(step, bytes))
    assert [each.block for each in files.of("response")] == [sent]
    assert capture.final.outcome == "complete"
    assert capture.final.truncated is None
    assert capture.final.bytes == len(sent)


def test_the_request_is_what_a_plain_reader_sends(tmp_path: Path):
    with Server({"/a?b=c": [ok()]}) as server, Bench(tmp_path, server, settings={"user_agent": "t/1"}) as bench:
        bench.capture(SITE + "/a?b=c#part")
        (request,) = server.seen["/a?b=c"]
    lines = request.decode("ascii").split("\r\n")
    assert lines[0] == "GET /a?b=c HTTP/1.1"
    assert sorted(lines[1:-2]) == [
        "Accept-Encoding: gzip",
        "Accept-Language: *",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Connection: keep-alive",
        "Host: news.example",
        "User-Agent: t/1",
    ]


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("http://NEWS.example//double//slash", "//double//slash"),
        ("http://news.example/a/../b%7e/%c3%a9?q=ü ö", "/b%7e/%c3%a9?q=%C3%BC%20%C3%B6"),
        ("http://news.example/%zz|x", "/%zz|x"),
        ("http://news.example/100%-true?", "/100%-true?"),
        ("http://news.example/a[1].html?ids[]=3&s=d|e&t='#x?", "/a[1].html?ids[]=3&s=d|e&t=%27"),
        ("http:\\\\news.example\\%2f%7E^`{}", "/%2f%7E%5E%60%7B%7D"),
        ("http:///news.example/a;b", "/a;b"),
        ("http://news.example?x=1", "/?x=1"),
    ],
)
def test_the_record_names_the_address_that_was_on_the_wire(asked: str, target: str, tmp_path: Path):
    with Server({target: [ok()]}) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture(asked)
        assert list(server.seen) == [target]
    assert capture.status == 200
    assert files.of("response")[0]["WARC-Target-URI"] == "http://news.example" + target
    assert capture.final_url == "http://news.example" + target


def test_an_international_host_is_asked_for_in_its_ascii_form(tmp_path: Path):
    with Server({"/": [ok()]}) as server, Bench(tmp_path, server) as bench:
        _, files = bench.capture("http://zeitung-bücher.example/")
        assert b"Host: xn--zeitung-bcher-4ob.example\r\n" in server.seen["/"][0]
    assert files.of("request")[0]["WARC-Target-URI"] == "http://xn--zeitung-bcher-4ob.example/"


def test_headers_are_read_in_order_with_names_as_sent_and_folds_joined(tmp_path: Path):
    capture, _ = one(ODD + b"X-End: caf\xc3\xa0 \r\nContent-Length: 0\r\n\r\n", tmp_path)
    assert capture.page.headers[:9] == (
        ("content-TYPE", "text/html"),
        ("X-A", "spaced"),
        ("X-Tab", "tabbed"),
        ("X-Fold", "one two three"),
        ("Z-Last", "z"),
        ("A-First", "a"),
        ("Via", "1"),
        ("Via", "2"),
        ("VIA", "1"),
    )
    assert capture.page.header("x-end") == "caf\xc3\xa0", "0xA0 is a byte of the value, not white space"
    assert capture.page.header("absent") is None


def test_interim_answers_stand_in_a_metadata_record_beside_the_response(tmp_path: Path):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n"
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    capture, files = one((early, 0.02, go_on + ok(HTML)), tmp_path)
    assert capture.page.body == HTML
    (metadata,) = files.of("metadata")
    (response,) = files.of("response")
    lines = [line.partition(b": ") for line in metadata.block.splitlines()]
    assert [(name, base64.b64decode(value)) for name, _, value in lines] == [
        *((b"interim-response", early), (b"interim-response", go_on))
    ]
    assert metadata["Content-Type"] == "application/warc-fields", "replay tools index metadata of any other type"
    assert response.block == ok(HTML)
    assert metadata["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert capture.final.record_ids.metadata == metadata["WARC-Record-ID"]
    assert not metadata.all("WARC-Payload-Digest")


def test_a_response_after_interim_answers_only_is_a_failure_not_a_record(tmp_path: Path):
    with Server({"/": [(b"HTTP/1.1 103 Early Hints\r\n\r\n", CLOSE)]}) as server, Bench(tmp_path, server) as bench:
        assert bench.failure().kind == "disconnect"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *[(b"204 No Content", "captured"), (b"304 Not Modified", "failed"), (b"206 Partial Content", "captured")],
        *[(b"404 Not Found", "gone"), (b"410 Gone", "gone"), (b"451 Unavailable", "blocked"), (b"401 Who", "blocked")],
        *[(b"403 No", "blocked"), (b"500 Oh", "failed"), (b"999 Odd", "failed"), (b"300 Choose", "failed")],
    ],
)
def test_an_outcome_is_recognised_by_its_status(status: bytes, outcome: str, tmp_path: Path):
    bodiless = status[:3] in (b"204", b"304")
    capture, _ = one(b"HTTP/1.1 " + status + b"\r\n\r\n" if bodiless else ok(HTML, status=status), tmp_path)
    assert (capture.outcome, capture.status) == (outcome, int(status[:3]))


def test_keep_alive_connections_are_used_again_and_their_responses_kept_apart(tmp_path: Path):
    answers = {"/1": [chunked(b"one", trailers=b"T: 1\r\n")], "/2": [b"HTTP/1.1 204 -\r\n\r\n"], "/3": [ok(b"three")]}
    with Server(answers) as server, Bench(tmp_path, server) as bench:
        for path, (answer,) in answers.items():
            _, files = bench.capture(SITE + path)
            assert files.of("response")[0].block == answer
            assert files.of("response")[0]["WARC-IP-Address"] == "127.0.0.1"
        assert server.connections == 1


def test_a_kept_connection_that_the_server_closes_at_the_next_request_is_tried_again(tmp_path: Path):
    with Server({"/1": [ok(b"one")], "/2": [(CLOSE,), ok(b"two")]}) as server:
        bench = Bench(tmp_path, server, settings={"limits": {"retries": 1}})
        with bench:
            bench.capture(SITE + "/1")
            capture, _ = bench.capture(SITE + "/2")
            assert (capture.page.body, capture.final.initiator) == (b"two", "retry")
            assert server.connections == 2


def test_a_kept_connection_that_was_closed_meanwhile_is_not_used(tmp_path: Path):
    with Server({"/1": [(ok(b"one"), CLOSE)], "/2": [ok(b"two")]}) as server, Bench(tmp_path, server) as bench:
        bench.capture(SITE + "/1")
        until(lambda: server.closed == 1, "the server closes the connection")
        capture, _ = bench.capture(SITE + "/2")
        assert (capture.page.body, len(bench.slept)) == (b"two", 0)


def test_bytes_sent_unasked_on_a_kept_connection_never_reach_another_record(tmp_path: Path):
    late = ok(b"poison", b"X-Poison: 1")
    with Server({"/1": [(ok(b"one"), 0.05, late)], "/2": [ok(b"two")]}) as server, Bench(tmp_path, server) as bench:
        bench.capture(SITE + "/1")
        until(lambda: server.answered == 1, "the server sends what nobody asked for")
        _, files = bench.capture(SITE + "/2")
        assert files.of("response")[0].block == ok(b"two")


BODY = b"Content-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(HTML), HTML)
UNUSUAL = {
    "HTTP/2 has no minor version": b"HTTP/2 200 OK\r\n" + BODY,
    "ICY, as streaming servers say": b"ICY 200 OK\r\n" + BODY,
    "lower case": b"http/1.1 200 ok\r\n" + BODY,
    "an empty line before it": b"\r\nHTTP/1.1 200 OK\r\n" + BODY,
    "a bare line end before it": b"\nHTTP/1.1 200 OK\r\n" + BODY,
    "a plus before the length": b"HTTP/1.1 200 OK\r\n" + BODY.replace(b"Length: ", b"Length: +"),
    "chunks with bare line ends": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"%x\n%s\n0\n\n" % (len(HTML), HTML),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_odd_status_lines_and_framing_are_read_as_browsers_read_them_and_kept_to_the_byte(name: str, tmp_path: Path):
    """Also where the connection stays open, so that the end must be found; the validator's reader agrees."""
    with Server({"/": [UNUSUAL[name]], "/next": [ok(HTML)]}) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture()
        assert bench.capture(SITE + "/next")[0].status == 200
    assert (capture.outcome, capture.status, capture.reason) == ("captured", 200, None)
    assert (capture.page.body, capture.page.problem) == (HTML, None)
    assert capture.page.header("content-type") == "text/html"
    assert files.of("response")[0].block == UNUSUAL[name]
    data = files.out.getvalue()
    found, findings = read_warc(io.BytesIO(data), "t.warc.gz", len(data))
    assert not findings
    (answer,) = (each for each in found if each.type == "response")
    assert (answer.status, answer.mime) == (200, "text/html")
    assert answer.payload_sha256 == capture.payload_sha256


def test_an_interim_answer_with_an_odd_status_line_is_one(tmp_path: Path):
    early = b"\r\nHTTP/2 103 Early Hints\r\n\r\n"
    capture, files = one((early, 0.02, ok(HTML)), tmp_path)
    assert (capture.page.body, len(files.of("metadata"))) == (HTML, 1)


@pytest.mark.parametrize("start", [b"\r\n\r\nHTTP/1.1 200 OK", b"SSH-2.0-x", b"HTTPS/1.1 200 OK", b"ICYX 200 OK"])
def test_what_browsers_do_not_take_for_http_is_none(start: bytes, tmp_path: Path):
    with Server({"/": [(start + b"\r\n" + BODY, CLOSE)]}) as server, Bench(tmp_path, server) as bench:
        assert bench.failure().kind == "protocol"
