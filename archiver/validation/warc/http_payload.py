"""Finds the payload of a recorded HTTP message while its bytes stream by (RFC 9112; WARC 1.1, 6.3).

The payload is the body after the transfer coding is taken off and before the content coding is. Written apart from the
recorder on purpose: this is its judge.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from archiver.digest import Hasher

HEAD = 16 << 20
"""Bytes a head may have."""
_LINE = 4096
_BEGINNINGS = (b"HTTP/", b"\nHTTP/", b"\r\nHTTP/", b"ICY ", b"\nICY ", b"\r\nICY ")
"""How a response may begin (RFC 9112, 4): an empty line before it, and `ICY`, are what browsers forgive."""
_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"(?:\r?\n)?(?:[Hh][Tt][Tt][Pp]/\d(?:\.\d)?|[Ii][Cc][Yy]) +(\d{3})(?: [^\r\n]*)?\r?\n")
_REQUEST = re.compile(rb"[!-~]{1,64} [^\r\n]+ HTTP/\d\.\d\r?\n")
_LENGTH = re.compile(r"\+?[0-9]{1,18}")
_FOLD = re.compile(r"\r?\n[ \t]+")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
_State = Literal["head", "body", "size", "chunk", "chunk-end", "trailer", "done", "broken"]


class Message:
    """A message fed piece by piece: its `headers`, `status` of a response, `payload` the hashes of its payload,
    `chunked`. After `finish`: `parsed` is whether it is HTTP at all, `cut` whether it ended within a head that may have
    been HTTP, `whole` whether its body is as long as its header says. `keep` is given the payload, piece by piece."""

    def __init__(
        self,
        kind: Literal["request", "response"],
        algorithms: set[str],
        *,
        keep: Callable[[memoryview], object] | None = None,
        raw: set[str] | None = None,
        unframed: bool = False,
    ) -> None:
        self.kind, self.payload = kind, Hasher(algorithms)
        self._unframed = unframed
        """Whether a body called chunked may be without its framing: crawlers store such, and replay tools read it."""
        self.raw = Hasher(raw) if raw else None
        """Of all that follows the head, chunk framing included."""
        self.headers: tuple[tuple[str, str], ...] = ()
        self._keep = keep
        self.status: int | None = None
        self.bare = False
        """Whether a body called chunked had no framing."""
        self.method: str | None = None
        """Of a request."""
        self.parsed, self.cut, self.whole, self.chunked = False, False, True, False
        self._state: _State = "head"
        self._kept = bytearray()
        self._left: int | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the message."""
        view = memoryview(data)
        if self._state == "head":
            held: bytes | bytearray = data
            searched = max(0, len(self._kept) - 3)
            if self._kept:
                self._kept += data
                held = self._kept
            end = _END.search(held, searched)
            if end is None:
                self._kept = self._kept or bytearray(data)
                self._state = "head" if len(self._kept) <= HEAD else "broken"
                return
            self._kept, view = bytearray(), memoryview(held)[end.end() :]
            self._begin(bytes(held[: end.end()]))
        if self.raw:
            self.raw.update(view)
        while view and self._state not in ("done", "broken"):
            view = view[self._step(view) :]

    def finish(self) -> None:
        """The message has ended."""
        if self._state == "head":
            start = bytes(self._kept[:7]).upper()
            fits = (each.startswith(start) or start.startswith(each) for each in _BEGINNINGS)
            self.cut = self.kind == "request" or any(fits)
        if self._state == "size" and self._unframed and self._kept:  # a short body, without a line's end
            self._state = "body"
            self._plain()
        if self.parsed and self._state != "done":
            self.whole = self._state == "body" and not self._left

    def _begin(self, head: bytes) -> None:
        pattern = _STATUS if self.kind == "response" else _REQUEST
        match = pattern.match(head)
        self.parsed = match is not None
        if match is None:
            self._state = "broken"
            return
        if self.kind == "response":
            self.status = int(match[1])
        else:
            self.method = head.partition(b" ")[0].decode("ascii")
        self.headers = headers_of(head)
        lengths = set(header_values(self.headers, "content-length"))
        self.chunked = "chunked" in header_values(self.headers, "transfer-encoding")
        stated = lengths.pop() if len(lengths) == 1 else ""
        self._left = int(stated) if _LENGTH.fullmatch(stated) else None
        if self.status in (204, 304):
            self._state = "done"
        elif self.chunked:
            self._state = "size"
        else:
            self._state = "body" if self._left != 0 else "done"

    def _step(self, view: memoryview) -> int:
        """Take what the state allows from the front of `view`; how many bytes that was."""
        if self._state in ("body", "chunk"):
            taken = len(view) if self._left is None else min(len(view), self._left)
            self.payload.update(view[:taken])
            if self._keep:
                self._keep(view[:taken])
            if self._left is not None:
                self._left -= taken
                if not self._left:
                    self._state = "chunk-end" if self._state == "chunk" else "done"
            return taken
        room = bytes(view[: _LINE - len(self._kept)])
        end = room.find(b"\n") + 1
        self._kept += room[:end] if end else room
        if end:
            line = bytes(self._kept).strip(b"\r\n \t")
            self._state, first = self._after(line), self._state == "size" and self._unframed
            self._unframed = False
            if first and self._state == "broken":
                self._state = "body"
                self._plain()
            self._kept.clear()
        elif len(self._kept) >= _LINE:
            self._state = "broken"
            if self._unframed:
                self._state = "body"
                self._plain()
                self._kept.clear()
        return end or len(room)

    def _plain(self) -> None:
        """What was taken for the size of a first chunk is the beginning of a body without framing."""
        self.bare, self._unframed, self._left = True, False, None
        beginning = memoryview(bytes(self._kept))
        self.payload.update(beginning)
        if self._keep:
            self._keep(beginning)

    def _after(self, line: bytes) -> _State:
        """The state after a line of the chunked coding."""
        if self._state == "chunk-end":
            return "broken" if line else "size"
        if self._state == "trailer":
            return "trailer" if line else "done"
        size = _SIZE.fullmatch(line)
        if size is None:
            return "broken"
        self._left = int(size[1], 16)
        return "chunk" if self._left else "trailer"


def headers_of(head: bytes) -> tuple[tuple[str, str], ...]:
    """Names and values of a head in order, folded lines joined."""
    text = head.decode("latin-1")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    pairs = [line.partition(":") for line in text.lstrip("\r\n").split("\n")[1:]]
    return tuple([(name.strip(), value.strip()) for name, colon, value in pairs if colon])


def header_values(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """All values of one header, given in lower case: lists split at commas, in lower case."""
    found = [value for key, value in headers if key.lower() == name]
    return [each.strip().lower() for value in found for each in value.split(",") if each.strip()]
