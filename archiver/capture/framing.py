"""Where the parts of a recorded HTTP response begin and end: status, headers, payload (RFC 9112).

The payload, in the sense of WARC 1.1 (section 6.3), is the body after the transfer coding is taken off and before the
content coding is: this is what is hashed. `decoded` takes off the content coding too, within bounds.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_STATUS = re.compile(rb"HTTP/\d\.\d +(\d{3})(?:[ \r\n]|$)")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_READ = 1 << 16
_CHUNK_LINE = 4096
_TRAILERS = 1 << 16


def status_of(head: bytes) -> int | None:
    """The status code of a response's head, or None where it is no HTTP response."""
    match = _STATUS.match(head)
    return int(match[1]) if match else None


def headers_of(head: bytes) -> tuple[tuple[str, str], ...]:
    """Names as sent and values, in order; folded lines joined (RFC 9112, 5.2); decoded as Latin-1."""
    found: list[tuple[str, str]] = []
    for line in head.decode("latin-1").replace("\r\n", "\n").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif colon:
            found.append((name.strip(), value.strip()))
    return tuple(found)


def values(headers: tuple[tuple[str, str], ...], name: str) -> list[str]:
    """All values of one header, lists split at commas, lower case."""
    joined = ",".join(value for key, value in headers if key.lower() == name)
    return [each.strip().lower() for each in joined.split(",") if each.strip()]


def client_head(head: bytes) -> bytes:
    """What http.client is shown instead of `head`: the status line and the fields it needs, tidily spelt.

    http.client drops every field after one it cannot parse (`X-A : b`), and gives up at 101 fields or a long one; the
    response would lose its framing. The head on the tape is not touched.
    """
    lines = [head.partition(b"\n")[0].strip()]
    for name, value in headers_of(head):
        if name.lower() in _CLIENT_NEEDS and len(lines) < 90 and len(value) < 60_000:
            lines.append(f"{name}: {value}".encode("latin-1"))
    return b"\r\n".join(lines) + b"\r\n\r\n"


_CLIENT_NEEDS = {"content-length", "transfer-encoding", "connection", "set-cookie"}


@dataclass(slots=True)
class Framing:
    """Reads the payload out of a recorded response and notes what it met on the way."""

    block: IO[bytes]
    head: bytes
    chunked: bool = False
    problem: str | None = None
    """In words: cut short, broken chunks, … None for a message that is whole."""
    surplus: int = 0
    """Bytes after the end of the message."""

    def payload(self) -> Iterator[bytes]:
        """The payload's bytes, in pieces, as far as they go. Sets `chunked`, `problem` and `surplus`."""
        headers, status = headers_of(self.head), status_of(self.head)
        self.chunked = "chunked" in values(headers, "transfer-encoding")
        self.block.seek(len(self.head))
        if status in (204, 304):
            self.surplus = self._rest()
        elif self.chunked:
            yield from self._chunks()
        else:
            lengths = set(values(headers, "content-length"))
            yield from self._counted(lengths)

    def _rest(self) -> int:
        here = self.block.tell()
        return self.block.seek(0, 2) - here

    def _counted(self, lengths: set[str]) -> Iterator[bytes]:
        if len(lengths) > 1 or any(not re.fullmatch("[0-9]{1,18}", each) for each in lengths):
            self.problem, lengths = f"Content-Length is {', '.join(sorted(lengths))}", set()
        left = int(lengths.pop()) if lengths else None
        while left != 0 and (piece := self.block.read(_READ if left is None else min(_READ, left))):
            left = None if left is None else left - len(piece)
            yield piece
        if left:
            self.problem = f"cut short: {left} bytes of the body are missing"
        self.surplus = self._rest()

    def _chunks(self) -> Iterator[bytes]:
        while True:
            line = self.block.readline(_CHUNK_LINE)
            size = line.partition(b";")[0].strip()
            if not line.endswith(b"\n"):
                self.problem = "cut short: the last chunk is missing" if len(line) < _CHUNK_LINE else "broken chunks"
                return
            if not _CHUNK_SIZE.fullmatch(size):
                self.problem = "broken chunks: a chunk size is not a hexadecimal number"
                return
            left = int(size, 16)
            if left == 0:
                self._trailers()
                return
            while left and (piece := self.block.read(min(_READ, left))):
                left -= len(piece)
                yield piece
            if left:
                self.problem = f"cut short: {left} bytes of a chunk are missing"
                return
            if self.block.readline(3).strip():
                self.problem = "broken chunks: a chunk is longer than its size"
                return

    def _trailers(self) -> None:
        end = self.block.tell() + _TRAILERS
        while self.block.tell() < end:
            line = self.block.readline(_CHUNK_LINE)
            if not line:
                self.problem = "cut short: the end of the chunked body is missing"
                return
            if line in (b"\r\n", b"\n"):
                self.surplus = self._rest()
                return
        self.problem = "broken chunks: the trailers do not end"


def decoded(payload: Iterator[bytes], codings: list[str], limit: int) -> tuple[bytes, str | None]:
    """Take off the content codings, first applied last; (at most `limit` bytes, what is wrong in words or None)."""
    plain, problem = bytearray(), None
    unknown = [each for each in codings if each not in ("gzip", "x-gzip", "deflate", "identity")]
    if unknown:
        return b"", f"the body is encoded as {unknown[0]}, which was not asked for and is not read"
    pieces: Iterator[bytes] = payload
    for coding in reversed(codings[-3:]):
        if coding != "identity":
            pieces = _inflate(pieces, coding)
    try:
        for piece in pieces:
            plain += piece
            if len(plain) > limit:
                problem = f"only the first {limit} bytes of the page are read"
                break
    except zlib.error as error:
        problem = f"the {codings[-1]} coding of the body is broken: {error}"
    for _ in payload:  # the rest is hashed and framed, not decoded
        pass
    return bytes(plain[:limit]), problem


def _inflate(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Bounded output for any input: at most 64 KiB at a time. Raises zlib.error for what is not the coding."""
    window = zlib.MAX_WBITS | 16 if coding != "deflate" else zlib.MAX_WBITS
    inflater, first = zlib.decompressobj(window), True
    for piece in pieces:
        if first and coding == "deflate" and (piece[0] & 0x0F != 8 or int.from_bytes(piece[:2].ljust(2)) % 31):
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers send raw deflate (RFC 9110, 8.4.1.2)
        first = False
        data = piece
        while data and not inflater.eof:
            yield inflater.decompress(data, _READ)
            data = inflater.unconsumed_tail
            if inflater.eof and coding != "deflate" and inflater.unused_data[:2] == b"\x1f\x8b":
                data = inflater.unused_data  # members one after another are one body (RFC 1952, 2.2)
                inflater = zlib.decompressobj(window)
    if not inflater.eof:
        yield inflater.flush(_READ)
    if not inflater.eof and not first:
        raise zlib.error("it ends too early")
