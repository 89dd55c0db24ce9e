"""Finds where the parts of a recorded HTTP response begin and end: status, headers, payload (RFC 9112).

The payload, in the sense of WARC 1.1 (section 6.3), is the body after the transfer coding is taken off and before the
content coding is: this is what is hashed (`content_codings.py` takes that off).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that another client made and that goes out as it is: method, end-to-end fields in order, body."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


_STATUS = re.compile(rb"(?:\r?\n)?(?:HTTP/\d(?:\.\d)?|ICY) +([1-9]\d\d)(?:[ \r\n]|$)", re.IGNORECASE)
"""A status line as browsers take it: one empty line before it (as RFC 9112, 2.2, has it of requests), the name in any
case, `HTTP/2` without a minor version, and the `ICY` of streaming servers."""
_STARTS = (b"http/", b"\nhttp/", b"\r\nhttp/", b"icy ", b"\nicy ", b"\r\nicy ")
_VERSION_1_1 = re.compile(rb"(?:\r?\n)?HTTP/1\.[1-9]", re.IGNORECASE)
_LENGTH = re.compile(r"\+?[0-9]{1,18}")
"""A plus sign is wrong (RFC 9110, 8.6), and the number has one meaning all the same."""
_OWS = " \t\r"
"""White space around a value (RFC 9110, 5.6.3); str.strip() alone would take 0xA0 too, half of a UTF-8 `à`."""
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_READ = 1 << 16
_CHUNK_LINE = 4096
_TRAILERS = 1 << 16


def begins_as_http(data: bytes | bytearray) -> bool:
    """Whether these first bytes of an answer are, or may become, those of a status line."""
    start = bytes(data[:7]).lower()
    return any(each.startswith(start) or start.startswith(each) for each in _STARTS)


def status_of(head: bytes) -> int | None:
    """The status code of a response's head, or None where it is not an HTTP response."""
    match = _STATUS.match(head)
    return int(match[1]) if match else None


def headers_of(head: bytes) -> Headers:
    """Names as sent and values, in order; folded lines joined (RFC 9112, 5.2); decoded as Latin-1."""
    found: list[tuple[str, list[str]]] = []
    for line in head.decode("latin-1").lstrip("\r\n").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1][1].append(line.strip(_OWS))
        elif colon:
            found.append((name.strip(_OWS), [value.strip(_OWS)]))
    return tuple((name, " ".join(lines)) for name, lines in found)


def values(headers: Headers, name: str) -> list[str]:
    """All values of one header, lists split at commas, lower case."""
    joined = ",".join([value for key, value in headers if key.lower() == name])
    return [each.strip().lower() for each in joined.split(",") if each.strip()]


def client_head(head: bytes, headers: Headers | None = None) -> bytes:
    """What http.client gets in place of `head`: the status and the fields it needs, as `Framing` understands them.
    `headers` are those of the head, where they are known.

    http.client drops every field after one it cannot parse (`X-A : b`), gives up at 101 fields or a long one, and knows
    `chunked` only alone; the response would lose its framing. The recorded head is not touched.
    """
    headers = headers_of(head) if headers is None else headers
    version = "HTTP/1.1" if _VERSION_1_1.match(head) else "HTTP/1.0"
    lines = [f"{version} {status_of(head)} -"]
    lengths = [each for each in values(headers, "content-length") if _LENGTH.fullmatch(each)]
    if "chunked" in values(headers, "transfer-encoding"):
        lines.append("Transfer-Encoding: chunked")
    elif lengths:
        # Where they differ no length can be believed: the longest loses nothing.
        lines.append(f"Content-Length: {max(map(int, lengths))}")
    lines += [f"Connection: {each}" for each in ("close", "keep-alive") if each in values(headers, "connection")]
    cookies = [value for name, value in headers if name.lower() == "set-cookie" and len(value) <= _COOKIE]
    lines += [f"Set-Cookie: {re.sub(_CONTROLS, ' ', value)}" for value in cookies[:_COOKIES]]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_COOKIE, _COOKIES = 8192, 50


def part_of(status: int, headers: Headers) -> str | None:
    """What part of a body an answer 206 holds, in words; None for a whole one, or where that is not said (RFC 9110,
    14.4)."""
    if status != 206:
        return None
    for name, value in headers:
        if name.lower() == "content-range" and (found := _RANGE.fullmatch(value)):
            first, last, size = (int(each) if each.isdigit() else None for each in found.groups())
            if first == 0 and (size is None or last is None or last >= size - 1):
                return None
            return f"the server sent a part of it: {value}"
    return None


_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)


@dataclass(slots=True)
class Framing:
    """Reads the payload out of a recorded response and notes what is unusual about it."""

    block: IO[bytes]
    head: bytes
    headers: Headers | None = None
    """Those of the head, where they are known."""
    chunked: bool = False
    problem: str | None = None
    """In words: cut short, broken chunks, … None for a message that is whole."""
    bodiless: bool = False
    """Whether the answer has no body whatever its headers say, as one to HEAD (RFC 9112, 6.3)."""
    broken: bool = False
    """Whether the server framed it wrong, so that another attempt would bring the same."""
    surplus: int = 0
    """Bytes after the end of the message."""

    def payload(self) -> Iterator[bytes]:
        """The payload's bytes, in pieces, as far as they go. Sets `chunked`, `problem` and `surplus`."""
        headers, status = self.headers, status_of(self.head)
        if headers is None:
            headers = headers_of(self.head)
        self.chunked = "chunked" in values(headers, "transfer-encoding")
        self.block.seek(len(self.head))
        if self.bodiless or status in (101, 204, 304):  # never a body (RFC 9112, 6.3)
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
        if len(lengths) > 1 or any(not _LENGTH.fullmatch(each) for each in lengths):
            said = ", ".join(sorted(lengths))[:80]
            self.problem, self.broken, lengths = f"Content-Length is {said}", True, set()
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
                if len(line) < _CHUNK_LINE:
                    self.problem = "cut short: the last chunk is missing"
                else:
                    self._break("a line of a chunk's size does not end")
                return
            if not _CHUNK_SIZE.fullmatch(size):
                self._break("a chunk size is not a hexadecimal number")
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
                self._break("a chunk is longer than its size")
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
        self._break("the trailers do not end")

    def _break(self, why: str) -> None:
        self.problem, self.broken = f"broken chunks: {why}", True
