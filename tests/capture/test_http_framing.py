"""Where a message ends (RFC 9112, 6.3): every truncation point, every way to cut it into pieces, any bytes at all."""

import http.client
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.wire import chunked, ok

from archiver.capture.wire.chunk_relay import ChunkRelay
from archiver.capture.wire.content_codings import decoded
from archiver.capture.wire.http_framing import Framing, client_head, headers_of, status_of, values
from archiver.capture.wire.raw_exchange import BoundReached, RawExchange
from archiver.config import Limits

CHUNKED = chunked(b"hello", b" ", b"harbour", trailers=b"X-T: 1\r\n")
COUNTED = ok(b"hello harbour", b"X-A : b")


def framed(message: bytes) -> tuple[bytes, Framing]:
    head = message[: message.index(b"\r\n\r\n") + 4]
    framing = Framing(io.BytesIO(message), head)
    return b"".join(framing.payload()), framing


def recorded(pieces: list[bytes], limits: Limits | None = None) -> tuple[RawExchange, bytes]:
    """A raw exchange fed with these pieces, and what the HTTP client saw of them."""
    raw = RawExchange(limits or Limits(), None)
    seen = b"".join(raw.received(piece) for piece in pieces) + raw.ended()
    return raw, seen


@pytest.mark.parametrize("message", [CHUNKED, COUNTED])
def test_a_message_is_whole_only_when_nothing_is_missing(message: bytes):
    """At every truncation point something is said, and the payload is the beginning of the payload."""
    payload, framing = framed(message)
    assert (payload, framing.problem, framing.surplus) == (b"hello harbour", None, 0)
    for end in range(message.index(b"\r\n\r\n") + 4, len(message)):
        part, framing = framed(message[:end])
        assert b"hello harbour".startswith(part)
        assert framing.problem is not None and framing.problem.startswith("cut short"), end
        assert not framing.broken


@given(st.binary(max_size=20))
def test_what_follows_a_message_is_surplus(rest: bytes):
    for message in (CHUNKED, COUNTED):
        payload, framing = framed(message + rest)
        assert (payload, framing.problem, framing.surplus) == (b"hello harbour", None, len(rest))


@given(st.lists(st.binary(max_size=30), max_size=5), st.integers(0, 40))
def test_any_chunks_give_their_bytes_back(chunks: list[bytes], extension: int):
    message = chunked(*(each for each in chunks if each), trailers=b"X: y\r\n" * (extension % 3))
    payload, framing = framed(message)
    assert (payload, framing.problem, framing.chunked) == (b"".join(chunks), None, True)


@given(st.binary(max_size=80))
def test_no_chunked_body_is_beyond_framing(body: bytes):
    message = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    _, framing = framed(message)
    assert framing.problem is not None or body.count(b"0")


@given(
    st.binary(max_size=80), st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd", "none", "identity"]), max_size=4)
)
def test_no_coded_body_is_beyond_decoding(body: bytes, codings: list[str]):
    plain = decoded(iter([body[:9], body[9:]]) if body[9:] else iter([body] if body else []), codings, 50)
    assert len(plain.body) <= 50


@given(st.data())
def test_however_a_response_arrives_the_tape_is_the_same(data: st.DataObject):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"
    stream = interim + COUNTED
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1))))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)])]
    raw, seen = recorded(pieces)
    assert (raw.interim, raw.block().read(), raw.head_complete) == ([interim], COUNTED, True)
    assert raw.head + b"hello harbour" == COUNTED
    assert seen == client_head(raw.head) + b"hello harbour"
    raw.close()


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_arrives_is_on_the_tape(pieces: list[bytes]):
    raw, _ = recorded(pieces)
    assert b"".join(raw.interim) + raw.block().read() == b"".join(pieces)
    raw.close()


@given(st.lists(st.sampled_from([b"HTTP/1.1 ", b"200", b" OK", b"\r", b"\n", b"\r\n", b"X: ", b" ", b"\xff", b":"])))
def test_whatever_a_head_holds_the_client_can_read_what_is_shown_to_it(parts: list[bytes]):
    head = b"HTTP/1.1 200 OK\r\n" + b"".join(parts) + b"\r\n\r\n"
    head = head[: head.index(b"\n\r\n") + 3] if b"\n\r\n" in head else head
    shown = http.client.parse_headers(io.BytesIO(client_head(head).partition(b"\r\n")[2]))
    assert not shown.defects


def test_a_bare_carriage_return_does_not_smuggle_a_header_to_the_client():
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\rContent-Length: 3\r\n\r\n"
    assert client_head(head) == b"HTTP/1.1 200 -\r\nSet-Cookie: a=b Content-Length: 3\r\n\r\n"
    assert values(headers_of(head), "content-length") == []


def test_the_client_is_shown_one_framing_and_it_is_ours():
    head = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\ntransfer-encoding : Chunked\r\n\r\n"
    assert client_head(head) == b"HTTP/1.0 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 8, x\r\nConnection: Keep-Alive, close\r\n\r\n"
    assert (
        client_head(head)
        == b"HTTP/1.1 200 -\r\nContent-Length: 8\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("head", "status"),
    [
        *((b"HTTP/1.1 200 OK\r\n", 200), (b"HTTP/1.0  404\r\n", 404), (b"HTTP/1.1 200", 200), (b"HTTP/1.1 20", None)),
        *((b"HTTP/1.1 2000\r\n", None), (b"HTTP/1.1 099 -\r\n", None), (b"ICY 200 OK\r\n", 200), (b"", None)),
        *((b"HTTP/2 200\r\n", 200), (b"\r\nhttp/1.1 200\r\n", 200), (b"SSH-2.0 200\r\n", None)),
    ],
)
def test_a_status_is_three_digits(head: bytes, status: int | None):
    assert status_of(head) == status


def test_what_begins_as_no_http_stays_so_whatever_follows():
    raw, seen = recorded([b"<html>", ok(b"forged")])
    assert (raw.head, raw.head_complete) == (b"<html>", False)
    assert raw.block().read() == seen == b"<html>" + ok(b"forged")
    raw.close()


def test_a_head_that_drips_in_is_not_searched_from_its_start_each_time():
    """Half a MiB byte by byte, up to the bound, within a blink."""
    raw = RawExchange(Limits(), None)
    raw.received(b"HTTP/1.1 200 OK\r\nX: ")
    with pytest.raises(BoundReached, match="headers are larger"):
        for _ in range(1 << 20):
            raw.received(b"x")
    assert raw.size > 1 << 19
    raw.close()


def test_a_body_beyond_the_spool_bound_goes_to_the_folder_it_was_given(tmp_path: Path):
    raw = RawExchange(Limits(spool_bytes=100), tmp_path)
    raw.received(ok(b"x" * 50))
    assert not raw._file._rolled  # type: ignore[attr-defined]
    raw.received(b"x" * 100)
    assert raw._file._rolled  # type: ignore[attr-defined]
    raw.close()
    assert not list(tmp_path.iterdir())


def test_the_time_bound_is_the_exchanges_not_a_reads():
    clock = iter([0.0, 4.0, 9.9, 10.0])
    raw = RawExchange(Limits(exchange_seconds=10), None, monotonic=lambda: next(clock))
    assert raw.seconds_left() == 6.0
    assert raw.seconds_left() == pytest.approx(0.1)
    with pytest.raises(BoundReached, match="not over after 10 seconds") as bound:
        raw.seconds_left()
    assert bound.value.truncation == "time"
    raw.close()


@given(
    st.lists(st.binary(min_size=1, max_size=9), max_size=4),
    st.sampled_from([b"\n", b"\r\n"]),
    st.lists(st.integers(1, 12), max_size=12),
    st.sampled_from([b"", b"X-T: 1"]),
)
def test_the_client_gets_chunks_in_one_form_however_they_are_cut(chunks, end, cuts, trailer):
    body = b"".join(b"%X ;x=y%s%s%s" % (len(each), end, each, end) for each in chunks)
    body += b"0" + end + (trailer + end if trailer else b"") + end
    relay, seen, rest = ChunkRelay(), b"", body
    for cut in [*cuts, len(body)]:
        seen, rest = seen + relay.feed(rest[:cut]), rest[cut:]
    plain = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + b"0\r\n"
    assert seen == plain + (trailer + end if trailer else b"") + b"\r\n"
    assert relay.rest() == b""


@given(st.binary(max_size=200))
def test_what_is_no_chunk_reaches_the_client_as_it_came(body):
    relay = ChunkRelay()
    seen = relay.feed(b"5\r\nhello?" + body) + relay.rest()
    assert seen.startswith(b"5\r\nhello")
    assert not body or seen.endswith(body[-1:]) or body[-1:] in b"\r\n"
