"""Broken and hostile servers: what came is kept and reported, nothing hangs, nothing grows without end."""

import gzip
import itertools
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from jobs.capturing import SITE, Bench, MemoryFiles, one
from servers.wire import CLOSE, RESET, Server, chunked, drip, ok

from archiver.errors import StorageError
from archiver.model import Capture

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
STALL = 9.0

# name: (answer, limits, truncated, part of the outcome's words, payload digest in the WARC and the record)
BROKEN: dict[str, tuple[Any, dict[str, Any], str | None, str, bool]] = {
    "cut in the body": (
        (HEAD + b"Content-Length: 9\r\n\r\nhell", CLOSE),
        {},
        "disconnect",
        "5 bytes of the body",
        True,
    ),
    "reset in the body": ((HEAD + b"Content-Length: 9\r\n\r\nhell", 0.05, RESET), {}, "disconnect", "5 bytes", True),
    "surplus": (HEAD + b"Content-Length: 4\r\n\r\nhello you", {}, None, "5 bytes follow the end", False),
    "surplus after 204": (b"HTTP/1.1 204 -\r\n\r\nhello", {}, None, "5 bytes follow the end", False),
    "surplus after chunks": (chunked(b"hello") + b"you", {}, None, "3 bytes follow the end", False),
    "lengths that differ": (
        (HEAD + b"Content-Length: 5\r\nContent-Length: 8\r\n\r\nhello", CLOSE),
        *({}, "disconnect", "Content-Length is 5, 8", True),
    ),
    "a length that is not a number": ((HEAD + b"Content-Length: -5\r\n\r\nhello", CLOSE), {}, "disconnect", "-5", True),
    "a chunk size that is not a number": (CHUNKED + b"5\r\nhello\r\nxyz\r\n", {}, "disconnect", "hexadecimal", False),
    "a chunk size with a sign": (
        (CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n", CLOSE),
        {},
        "disconnect",
        "hexadecimal",
        False,
    ),
    "a chunk longer than its size": ((CHUNKED + b"2\r\nhello\r\n0\r\n\r\n", CLOSE), {}, "disconnect", "longer", False),
    "cut in a chunk": ((CHUNKED + b"9\r\nhell", CLOSE), {}, "disconnect", "5 bytes of a chunk", False),
    "cut between chunks": ((CHUNKED + b"5\r\nhello\r\n", CLOSE), {}, "disconnect", "last chunk is missing", False),
    "cut in the headers": ((HEAD + b"X-A: b\r\nX-", CLOSE), {}, "disconnect", "inside the headers", False),
    "stall in the body": (
        (HEAD + b"Content-Length: 9\r\n\r\nhell", STALL),
        *({"read_seconds": 0.3}, "time", "5 bytes of the body", True),
    ),
    "stall in the headers": (
        (HEAD + b"X-A: b\r\nX-", STALL),
        *({"read_seconds": 0.3}, "time", "stopped answering", False),
    ),
    "drip in the body": (
        (HEAD + b"\r\n", *drip(b"x" * 900, 0.02)),
        *({"exchange_seconds": 0.4}, "time", "not over after 0.4 seconds", True),
    ),
    "drip in the headers": (
        (HEAD + b"X: ", *drip(b"x" * 900, 0.02)),
        *({"exchange_seconds": 0.4}, "time", "not over after 0.4 seconds", False),
    ),
    "too large": (ok(b"x" * 5000), {"response_bytes": 1000}, "length", "larger than 1000 bytes", True),
    "endless body": (
        (HEAD + b"\r\n", itertools.repeat(b"x" * 65536)),
        *({"response_bytes": 3 << 20}, "length", "larger than 3145728 bytes", True),
    ),
    "endless chunks": (
        (CHUNKED, itertools.repeat(b"1\r\nx\r\n" * 9999)),
        *({"response_bytes": 200_000}, "length", "cut short", False),
    ),
    "endless trailers": (
        (CHUNKED + b"0\r\n", itertools.repeat(b"X-Trailer: t\r\n" * 999)),
        *({"response_bytes": 200_000}, "length", "trailers do not end", False),
    ),
    "headers of 1 MiB": ((HEAD, *[b"X-A: " + b"a" * 65530 + b"\r\n"] * 16), {}, "length", "larger than 524288", False),
    "one header of 1 MiB": (HEAD + b"X: " + b"x" * (1 << 20), {}, "length", "larger than 524288 bytes", False),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_came_of_a_broken_response_is_kept_and_marked(name: str, tmp_path: Path):
    answer, limits, truncated, words, digest = BROKEN[name]
    capture, files = one(answer, tmp_path, **limits)
    (response,) = files.of("response")
    exchange = capture.final
    assert words in exchange.outcome
    assert (exchange.truncated, response.all("WARC-Truncated")) == (truncated, [truncated] if truncated else [])
    assert bool(response.all("WARC-Payload-Digest")) is digest
    assert exchange.bytes == len(response.block) == int(response["Content-Length"])
    pieces = answer if isinstance(answer, tuple) else (answer,)
    sent = b"".join(itertools.takewhile(lambda step: isinstance(step, bytes), pieces))
    assert response.block[: len(sent)] == sent[: len(response.block)]


def test_a_response_cut_in_its_body_is_captured_with_the_reason_said(tmp_path: Path):
    capture, _ = one((HEAD + b"Content-Length: 9\r\n\r\nhell", CLOSE), tmp_path)
    assert (capture.outcome, capture.page.body) == ("captured", b"hell")
    assert capture.reason == "the response is not whole: cut short: 5 bytes of the body are missing"
    assert capture.page.problem == "cut short: 5 bytes of the body are missing"


def test_a_response_cut_in_its_headers_is_kept_but_not_captured(tmp_path: Path):
    capture, _ = one((HEAD + b"X-A: b\r\nX-", CLOSE), tmp_path)
    assert (capture.outcome, capture.payload_sha256) == ("failed", None)


def test_the_payload_of_broken_chunks_has_no_digest_and_is_not_asked_for_again(tmp_path: Path):
    capture, _ = one(CHUNKED + b"5\r\nhello\r\nxyz\r\n", tmp_path, retries=3)
    assert (capture.payload_sha256, len(capture.exchanges)) == (None, 1)
    assert (capture.outcome, capture.page.body) == ("captured", b"hello")


NO_HTTP = {
    "HTTP/0.9": ((b"<html>old</html>\n", CLOSE), "protocol", "begins with '<html>old"),
    "HTTP/0.9 without a line": ((b"x" * 100_000, CLOSE), "protocol", "begins with 'xxx"),
    "HTTP/0.9 that looks like HTTP later": (
        (b"<html>\n", 0.05, ok(b"forged")),
        *("protocol", "begins with '<html>"),
    ),
    "another protocol": ((b"SSH-2.0-OpenSSH_9\r\n", 9.0), "protocol", "begins with 'SSH-2.0"),
    "a status that is not a number": ((b"HTTP/1.1 OK\r\n\r\n", CLOSE), "protocol", "status line is not HTTP"),
    "status 000": ((b"HTTP/1.1 000 OK\r\n\r\n", CLOSE), "protocol", "status line is not HTTP"),
    "no answer": ((CLOSE,), "disconnect", "closed without an answer"),
    "reset": ((RESET,), "disconnect", "closed without an answer"),
    "half a status line": ((b"HTTP/1.", CLOSE), "disconnect", "before the response was whole"),
    "silence": ((600.0,), "timeout", "stopped answering"),
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_response_is_a_failure_with_its_reason(name: str, tmp_path: Path):
    answer, kind, words = NO_HTTP[name]
    settings = {"limits": {"read_seconds": 0.4}}
    with Server({"/": [answer]}) as server, Bench(tmp_path, server, settings=settings) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.outcome, failure.attempts) == (kind, "failed", 1)
    assert words in failure.reason


def test_a_port_that_nobody_listens_on_is_a_failure(tmp_path: Path):
    with Server({}) as server:
        pass
    with Bench(tmp_path, server) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.reason) == (
        "connect",
        "cannot connect to news.example:80: Connection refused",
    )


def deflate(data: bytes, window: int) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, window)
    return squeezer.compress(data) + squeezer.flush()


TEXT = b"<p>The harbour opened again.</p>" * 9
ZIPPED = gzip.compress(TEXT, mtime=0)
CODED = {
    "gzip": ([ZIPPED], "gzip", TEXT, None),
    "x-gzip in odd case": ([ZIPPED], "X-GZip", TEXT, None),
    "gzip with trailing garbage": ([ZIPPED + b"\0\0garbage"], "gzip", TEXT, None),
    "gzip with one byte of garbage in a chunk of its own": ([ZIPPED, b"\x1f"], "gzip", TEXT, None),
    "gzip of several members": ([ZIPPED + ZIPPED], "gzip", TEXT * 2, None),
    "gzip of several members, each a chunk": ([ZIPPED, ZIPPED], "gzip", TEXT * 2, None),
    "gzip byte by byte": ([ZIPPED[n : n + 1] for n in range(len(ZIPPED))], "gzip", TEXT, None),
    "deflate, zlib": ([deflate(TEXT, 15)], "deflate", TEXT, None),
    "deflate, raw": ([deflate(TEXT, -15)], "deflate", TEXT, None),
    "deflate, zlib with a small window, byte by byte": (
        *([bytes([each]) for each in deflate(TEXT, 9)], "deflate", TEXT, None),
    ),
    "gzip twice": ([gzip.compress(ZIPPED)], "gzip, gzip", TEXT, None),
    "gzip in deflate": ([deflate(ZIPPED, 15)], "gzip, deflate", TEXT, None),
    "identity": ([TEXT], "identity", TEXT, None),
    "nothing in gzip": ([], "gzip", b"", None),
    "cut gzip": ([ZIPPED[:-9]], "gzip", TEXT, "the gzip coding of the body is broken: it ends too early"),
    "gzip that is none": ([TEXT], "gzip", b"", "the gzip coding of the body is broken"),
    "gzip broken in the middle": ([ZIPPED[:12] + b"\xff" * 30], "gzip", None, "the gzip coding of the body is broken"),
    "br unasked": ([brotli.compress(TEXT)], "br", TEXT, None),
    "zstd unasked": ([zstandard.compress(TEXT)], "zstd", TEXT, None),
    "cut br": ([brotli.compress(TEXT)[:-3]], "br", None, "the br coding of the body is broken: it ends too early"),
    "zstd that is none": ([TEXT], "zstd", b"", "the zstd coding of the body is broken: not zstd"),
    "none": ([TEXT], "none", TEXT, None),
    "a charset": ([TEXT], "UTF-8", TEXT, None),
    "aws-chunked around gzip": ([ZIPPED], "gzip, aws-chunked", TEXT, None),
    "compress": ([TEXT], "compress", b"", "encoded as compress, which was not asked for"),
    "four times": ([ZIPPED], "gzip, gzip, gzip, gzip", b"", "encoded 4 times over"),
}


@pytest.mark.parametrize("name", CODED)
def test_content_codings_are_taken_off_for_the_reader_and_kept_in_the_record(name: str, tmp_path: Path):
    chunks, coding, body, problem = CODED[name]
    answer = chunked(*chunks, head=b"Content-Encoding: " + coding.encode() + b"\r\n")
    capture, files = one(answer, tmp_path)
    assert files.of("response")[0].block == answer
    assert body is None or capture.page.body == body
    assert capture.page.problem is None if problem is None else problem in (capture.page.problem or "")
    assert capture.outcome == "captured"


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_gzip_bomb_is_read_up_to_the_bound_and_kept_whole(layers: int, tmp_path: Path):
    bomb = b"\0" * (64 << 20)
    for _ in range(layers):
        bomb = gzip.compress(bomb, 9, mtime=0)
    answer = ok(bomb, b"Content-Encoding: " + b", ".join([b"gzip"] * layers))
    capture, files = one(answer, tmp_path, page_bytes=100_000)
    assert capture.page.body == b"\0" * 100_000
    assert capture.page.problem == "only the first 100000 bytes of the page are read"
    assert files.of("response")[0].block == answer


def test_a_bomb_that_unpacks_into_work_instead_of_bytes_is_given_up(tmp_path: Path):
    """Empty gzip members inside gzip: 64 MiB of them from a few KiB, and not one byte of text."""
    inner = gzip.compress(b"", mtime=0) * (64 << 16)
    capture, _ = one(ok(gzip.compress(inner, 9), b"Content-Encoding: gzip, gzip"), tmp_path)
    assert capture.page.problem == "the gzip, gzip coding of the body is broken: more than 10000 members"


def test_a_large_body_goes_to_disk_and_leaves_nothing_there(tmp_path: Path):
    """32 MiB pass through a small part of that memory."""
    size, settings = 32 << 20, {"limits": {"page_bytes": 1000}}
    head = HEAD + b"Content-Length: %d\r\n\r\n" % size
    answer, files = (head, itertools.repeat(b"\0" * 65536, size >> 16)), MemoryFiles(tmp_path)
    with Server({"/": [answer]}) as server, Bench(tmp_path, server, settings=settings) as bench:
        tracemalloc.start()
        try:
            capture = bench.fetcher.fetch(SITE + "/", files)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(capture, Capture)
    assert peak < 6 << 20
    assert not list(tmp_path.iterdir())
    assert capture.final.bytes == len(files.of("response")[0].block) == size + len(head)


def test_a_spool_that_cannot_be_written_is_an_error_of_storage(tmp_path: Path):
    with Server({"/": [ok(b"x" * (2 << 20))]}) as server, Bench(tmp_path, server) as bench:
        with pytest.raises(StorageError, match="cannot keep a response on disk"):
            bench.fetcher.fetch(SITE + "/", MemoryFiles(tmp_path / "missing"))
        assert bench.capture()[0].page.body == b"x" * (2 << 20), "and the next capture is none the worse"
