"""Passes a chunked body on to the HTTP client in the one form that it reads: `http.client` takes two bytes for the end
of every chunk, where browsers take a line end, bare LF too (RFC 9112, 7.1 and 2.2). What is recorded is not touched.

From the first thing that is not a chunk on, the bytes go on as they are: the client says what is wrong with them.
"""

import re
from typing import Literal

_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_LINE = 4096


class ChunkRelay:
    """A chunked body fed piece by piece; `feed` returns what the client gets."""

    def __init__(self) -> None:
        self._state: Literal["size", "data", "end", "trailer", "raw"] = "size"
        self._kept, self._left = bytearray(), 0

    def feed(self, data: bytes) -> bytes:
        """The next bytes off the connection, of which lines are held back until they end."""
        out, at = [], 0
        while at < len(data):
            if self._state == "raw":
                out.append(data[at:])
                break
            if self._state == "data":
                piece = data[at : at + self._left]
                out.append(piece)
                at += len(piece)
                self._left -= len(piece)
                self._state = "data" if self._left else "end"
                continue
            end = data.find(b"\n", at) + 1
            self._kept += data[at : end or len(data)]
            at = end or len(data)
            if end:
                out.append(self._line(self.rest()))
            elif len(self._kept) > _LINE:
                self._state = "raw"
                out.append(self.rest())
        return b"".join(out)

    def rest(self) -> bytes:
        """What was held back."""
        kept = bytes(self._kept)
        self._kept.clear()
        return kept

    def _line(self, line: bytes) -> bytes:
        bare = line.strip(b" \t\r\n")
        if self._state == "trailer":
            self._state = "trailer" if bare else "raw"
            return line if bare else b"\r\n"
        if self._state == "end":
            self._state = "raw" if bare else "size"
            return line if bare else b"\r\n"
        size = bare.partition(b";")[0].strip()
        if not _SIZE.fullmatch(size):
            self._state = "raw"
            return line
        self._left = int(size, 16)
        self._state = "data" if self._left else "trailer"
        return b"%x\r\n" % self._left
