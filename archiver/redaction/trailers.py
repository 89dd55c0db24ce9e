"""Where the head of an HTTP message ends, and where the trailers behind a chunked body begin (RFC 9112, 7.1.2)."""

import re
from collections.abc import Iterable

_LINE = 1 << 16
"""Bytes of a line of the framing, at most."""
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*+(?:;.*)?")


def trailer_at(body: Iterable[bytes]) -> int | None:
    """How many bytes of a body, given in pieces, stand before its trailer section: all up to the end of the line of the
    last chunk's size. None where the framing breaks off or is none, and with it the trailer."""
    held, before, left, behind = b"", 0, 0, False
    for piece in body:
        skipped = min(left, len(piece))
        left, before = left - skipped, before + skipped
        held, at = held + piece[skipped:], 0
        while (end := held.find(b"\n", at)) >= 0:
            line, at = held[at:end].strip(b"\r \t"), end + 1
            if behind and not line:  # the end of a chunk's data
                behind = False
                continue
            size = _SIZE.fullmatch(line)
            if behind or size is None:
                return None
            left, behind = int(size[1], 16), True
            if not left:
                return before + at
            skipped = min(left, len(held) - at)
            left, at = left - skipped, at + skipped
        held, before = held[at:], before + at
        if len(held) > _LINE:
            return None
    return None


def end_of_head(block: bytes) -> int:
    """Where the first empty line of a message ends; -1 where there is none."""
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := block.find(mark)) >= 0]
    return min(ends, default=-1)
