"""Reads gzip members one after another, inflated in small pieces and never beyond a ceiling (RFC 1952; WARC 1.1, Annex
D)."""

import zlib
from typing import BinaryIO

_IN = 1 << 14
"""Compressed bytes looked at in one go: small, since what follows a member is copied when the next one begins."""
OUT = 1 << 16
"""Bytes a read may give."""
_MAGIC = b"\x1f\x8b"


class Broken(Exception):
    """Raised where the stream cannot be read on: the code of the rule, and the facts for its message."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Members:
    """A file of gzip members. Raises Broken where it is cut short, damaged, followed by something else, or where it
    expands to more than `ceiling` bytes."""

    def __init__(self, stream: BinaryIO, ceiling: int) -> None:
        self._stream, self._ceiling, self._given = stream, ceiling, 0
        self._pending, self._taken = b"", 0
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.offset = 0
        """Where the current member begins in the file."""

    @property
    def given(self) -> int:
        """Bytes inflated so far."""
        return self._given

    @property
    def end(self) -> int:
        """Where the current member ends in the file, once it is read."""
        return self._taken - len(self._pending)

    def advance(self) -> bool:
        """Go to the next member, which must begin where the last one was read to its end. False after the last."""
        self._fill(len(_MAGIC))
        self.offset = self.end
        if not self._pending:
            return False
        if not self._pending.startswith(_MAGIC):
            if self.offset:
                raise Broken("WARC003", offset=self.offset)
            raise Broken("WARC001", reason="it does not begin as gzip does")
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def read(self) -> bytes:
        """The next piece of the current member, at most OUT bytes; empty at its end."""
        while not self._inflater.eof:
            self._fill(1)
            at_end = not self._pending
            try:
                piece = self._inflater.decompress(self._pending, OUT)
            except zlib.error as error:
                raise Broken("WARC004", offset=self.offset, reason=str(error)) from error
            eof = self._inflater.eof
            self._pending = self._inflater.unused_data if eof else self._inflater.unconsumed_tail
            if piece:
                self._given += len(piece)
                if self._given > self._ceiling:
                    raise Broken("WARC006", limit=self._ceiling)
                return piece
            if at_end and not eof:
                raise Broken("WARC002")
        return b""

    def _fill(self, least: int) -> None:
        while len(self._pending) < least and (more := self._stream.read(_IN)):
            self._taken += len(more)
            self._pending += more
