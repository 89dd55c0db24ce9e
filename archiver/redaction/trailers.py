"""Where the head of an HTTP message ends, where the trailers behind a chunked body begin (RFC 9112, 7.1.2), and what
belongs to no part of the message."""

import re
from collections.abc import Iterable

_LINE = 1 << 16
"""Bytes of a line of the framing, at most."""
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*+(?:;.*)?")


_CODED = re.compile(rb"(?:^|[\r\n])transfer-encoding[ \t]*+:((?:[^\r\n]|\r?\n[ \t])*+)", re.IGNORECASE)
_LENGTH = re.compile(rb"(?:^|[\r\n])content-length[ \t]*+:[ \t]*+([0-9]{1,15})(?![0-9])", re.IGNORECASE)
_INTERIM = re.compile(rb"HTTP/[0-9.]{1,5} 1(?!01)[0-9]{2}[ \r\n]")


def trailer_at(body: Iterable[bytes]) -> int | None:
    """How many bytes of a body, given in pieces, stand before its trailer section: all up to the end of the line of the
    last chunk's size. None where the framing breaks off or is none, and with it the trailer."""
    whole, at = _framed(body)
    return at if whole else None


def unframed_at(head: bytes, body: Iterable[bytes]) -> int | None:
    """From where on nothing says what the bytes behind a head are: where the framing of its chunks breaks, or their
    last one is longer than what is there; where the length ends that the head states. None where nothing is stated, or
    the chunks are whole."""
    if any(b"chunked" in each.lower() for each in _CODED.findall(head)):
        whole, at = _framed(body)
        return None if whole else at
    lengths = [int(each) for each in _LENGTH.findall(head)]
    return min(lengths) if lengths else None


def _framed(body: Iterable[bytes]) -> tuple[bool, int]:
    """Whether chunks are whole, with where their trailers begin, or else with where their framing is lost."""
    held, before, left, behind, sure = b"", 0, 0, False, 0
    for piece in body:
        skipped = min(left, len(piece))
        left, before = left - skipped, before + skipped
        held, at = held + piece[skipped:], 0
        while (end := held.find(b"\n", at)) >= 0:
            sure = before + at
            line, at = held[at:end].strip(b"\r \t"), end + 1
            if behind and not line:  # the end of a chunk's data
                behind = False
                continue
            size = _SIZE.fullmatch(line)
            if behind or size is None:
                return False, sure
            left, behind = int(size[1], 16), True
            if not left:
                return True, before + at
            sure = before + at
            skipped = min(left, len(held) - at)
            left, at = left - skipped, at + skipped
        held, before = held[at:], before + at
        if len(held) > _LINE:
            break
    return False, sure if left else before


def end_of_head(block: bytes) -> int:
    """Where the first empty line of a message ends, behind interim answers (RFC 9110, 15.2); -1 where there is none."""
    start = 0
    while (end := _end(block, start)) >= 0 and _INTERIM.match(block, start):
        start = end
    return end


def _end(block: bytes, start: int) -> int:
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := block.find(mark, start)) >= 0]
    return min(ends, default=-1)
