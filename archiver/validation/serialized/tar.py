"""tar and gzipped tar, read where they lie: headers in bounded memory, files by their offset (POSIX.1-2017, pax; GNU).

Own reading instead of tarfile, which takes whole pax headers into memory and trusts the sizes in them. A gzipped tar is
inflated once from end to end; marks on the way let a file be read again without starting over.
"""

import io
import os
import re
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from archiver.validation.serialized.archive_index import BadArchive, EntryIndex, Kind

BLOCK = 512
EXTRA = 1 << 20
"""Bytes a long name or a pax header may have."""
_IN = 1 << 16
_OUT = 1 << 18
_MARKS = 64
_OCTAL = re.compile(rb"[ \0]*([0-7]{1,21})[ \0]*")
_PAX = re.compile(rb"(\d{1,7}) ")
_WANTED = ("path", "linkpath", "size")
"""Of pax headers; the rest is not kept: headers may follow one another without end."""
_OTHERS = (b"\x1f\x8b", b"PK\3\4")
"""How a gzip and a zip begin."""
_LARGEST = 1 << 60
"""Bytes of one entry; beyond, offsets are no longer those of files."""
_KINDS: dict[bytes, Kind] = {b"3": "special", b"4": "special", b"5": "folder", b"6": "special"}

ReadAt = Callable[[int, int], bytes]
"""(offset, bytes wanted) -> bytes, fewer only at the end. Raises OSError."""


class Tar:
    """A tar as an `Archive`."""

    def __init__(self, read_at: ReadAt) -> None:
        self._read_at = read_at

    def open(self, place: int, size: int) -> BinaryIO:
        """The file that lies at a place."""
        return cast(BinaryIO, io.BufferedReader(_Slice(self._read_at, place, size)))

    def list(self, index: EntryIndex) -> None:
        """Every entry, to the end of the archive. Raises BadArchive, OSError."""
        offset, extra, common = 0, dict[str, bytes](), dict[str, bytes]()
        while header := self._header(offset, index):
            kind, size = header[156:157], _number(header[124:136])
            offset += BLOCK
            if kind in (b"L", b"K", b"x", b"g"):
                data = self._extra(offset, size)
                if kind == b"L":
                    extra["path"] = data.rstrip(b"\0")
                elif kind == b"K":
                    extra["linkpath"] = data.rstrip(b"\0")
                else:
                    (extra if kind == b"x" else common).update(_pax(data))
            else:
                size = self._entry(index, header, common | extra, offset, size)
                extra = {}
            offset += -(-size // BLOCK) * BLOCK
        if extra:
            raise BadArchive("ARC001", reason="it ends after a header that speaks of the next file")
        while piece := self._read_at(offset, _OUT):  # to the end: what is compressed is checked there
            if piece.strip(b"\0"):
                raise BadArchive("ARC001", reason=f"something follows the end of the archive, at byte {offset}")
            offset += len(piece)

    def _header(self, offset: int, index: EntryIndex) -> bytes | None:
        """The header at an offset; None at the end of the archive, also where the blocks that mark it are missing and
        the last file is whole, as some tools write it. Raises BadArchive."""
        header = self._read_at(offset, BLOCK)
        if not offset and header.startswith(_OTHERS):
            raise BadArchive(
                "ARC001", reason=f"it is not a tar but a {'gzip: name it .tgz' if header[0] == 31 else 'zip'}"
            )
        if index.has_files and len(header) < BLOCK and not header.strip(b"\0"):
            index.say("ARC008")
            return None
        if len(header) < BLOCK:
            raise BadArchive("ARC001", reason="it is cut short" if offset else "it is not a tar")
        if not header.strip(b"\0"):
            return None
        stated = _number(header[148:156])
        if stated != sum(header[:148]) + 256 + sum(header[156:]):
            raise BadArchive(
                "ARC001", reason=f"the header at byte {offset} is damaged" if offset else "it is not a tar"
            )
        return header

    def _extra(self, offset: int, size: int) -> bytes:
        if size > EXTRA:
            raise BadArchive("ARC002", limit=f"{EXTRA} bytes of one header")
        data = self._read_at(offset, size)
        if len(data) < size:
            raise BadArchive("ARC001", reason="it is cut short")
        return data

    def _entry(self, index: EntryIndex, header: bytes, extra: dict[str, bytes], offset: int, size: int) -> int:
        """Add one entry to the index; returns how many bytes follow its header."""
        flag = header[156:157]
        name = extra.get("path") or _name(header)
        if "size" in extra:
            size = _in_bounds(_digits(extra["size"]))
        path = name.decode("utf-8", "surrogateescape")
        if flag == b"S" or "GNU.sparse" in extra:
            raise BadArchive("ARC007", reason="it holds a sparse file")
        if flag in (b"1", b"2"):
            target = (extra.get("linkpath") or _text(header[157:257])).decode("utf-8", "surrogateescape")
            # A hard link is another name of an earlier file of the archive; a symbolic link leads anywhere.
            index.take(path, "link", target=target if flag == b"1" else None)
            return 0
        kind: Kind = "file" if flag in (b"0", b"\0", b"7") else _KINDS.get(flag, "special")
        if kind == "file" and name.endswith(b"/"):
            kind = "folder"
        if kind != "file":
            index.take(path, kind)
            return 0 if flag in _KINDS else size
        if size and not self._read_at(offset + size - 1, 1):
            raise BadArchive("ARC001", reason="it is cut short")
        index.take(path, "file", size=size, place=offset)
        return size


class _Slice(io.RawIOBase):
    """Some bytes of a longer whole."""

    def __init__(self, read_at: ReadAt, start: int, size: int) -> None:
        self._read_at, self._next, self._end = read_at, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read_at(self._next, min(len(buffer), self._end - self._next))
        if not data and self._next < self._end:
            raise OSError("the archive is cut short")
        buffer[: len(data)] = data
        self._next += len(data)
        return len(data)


def _name(header: bytes) -> bytes:
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + _text(header[:100]) if prefix else _text(header[:100])


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int:
    """Octal, or GNU's base 256. Raises BadArchive."""
    if field[:1] == b"\x80":
        return _in_bounds(int.from_bytes(field[1:], "big"))
    match = _OCTAL.fullmatch(field)
    if match is None:
        if not field.strip(b" \0"):
            return 0
        raise BadArchive("ARC001", reason="a number in a header is malformed")
    return _in_bounds(int(match[1], 8))


def _in_bounds(number: int) -> int:
    if number > _LARGEST:
        raise BadArchive("ARC002", limit=f"{_LARGEST} bytes")
    return number


def _digits(text: bytes) -> int:
    if not re.fullmatch(rb"[0-9]{1,19}", text):
        raise BadArchive("ARC001", reason="a size in a pax header is malformed")
    return int(text)


def _pax(data: bytes) -> dict[str, bytes]:
    """The records `length key=value\\n` of a pax header that matter here. Raises BadArchive."""
    found, at = dict[str, bytes](), 0
    while at < len(data) and data[at]:
        match = _PAX.match(data, at)
        end = at + int(match[1]) if match else 0
        if match is None or end <= match.end() or data[end - 1 : end] != b"\n":
            raise BadArchive("ARC001", reason="a pax header is malformed")
        key, _, value = data[match.end() : end - 1].partition(b"=")
        name = key.decode("utf-8", "replace")
        if name in _WANTED:
            found[name] = value
        elif name.startswith("GNU.sparse"):
            found["GNU.sparse"] = b""
        at = end
    return found


class Gunzip:
    """The inside of a gzip file at any offset, never beyond a ceiling; raises OSError for what is damaged."""

    def __init__(self, descriptor: int, ceiling: int) -> None:
        self._descriptor, self._ceiling = descriptor, ceiling
        self._every = 4 << 20
        self._marks: list[tuple[int, int, Any]] = []
        self._begin(0, 0, zlib.decompressobj(zlib.MAX_WBITS | 16))
        self._mark()

    def _begin(self, at: int, taken: int, inflater: Any) -> None:
        self._at, self._taken, self._inflater = at, taken, inflater
        self._pending = self._kept = b""
        self._used = 0

    def _mark(self) -> None:
        self._marks.append((self._at, self._taken - len(self._pending), self._inflater.copy()))
        if len(self._marks) > _MARKS:  # as many marks for a long file as for a short one, further apart
            self._every *= 2
            del self._marks[1::2]

    def read_at(self, offset: int, count: int) -> bytes:
        """So many bytes from an offset on, fewer only at the end."""
        if offset < self._at - len(self._kept) or any(self._at < mark[0] <= offset for mark in self._marks):
            at, taken, inflater = max((m for m in self._marks if m[0] <= offset), key=lambda mark: mark[0])
            self._begin(at, taken, inflater.copy())
        self._used = min(max(0, offset - self._at + len(self._kept)), len(self._kept))
        found = bytearray()
        while len(found) < count:
            if self._used == len(self._kept):
                if not self._more():
                    break
                self._used = min(max(0, offset - self._at + len(self._kept)), len(self._kept))
            piece = self._kept[self._used : self._used + count - len(found)]
            self._used += len(piece)
            found += piece
            offset += len(piece)
        return bytes(found)

    def _more(self) -> bool:
        """Inflate the next piece into `kept`; False at the end."""
        piece = b""
        try:
            while not piece:
                if self._inflater.eof and not self._next_member():
                    return False
                if not self._pending and not self._fill():
                    raise OSError("the gzip stream is cut short")
                piece = self._inflater.decompress(self._pending, _OUT)
                eof = self._inflater.eof
                self._pending = self._inflater.unused_data if eof else self._inflater.unconsumed_tail
        except zlib.error as error:
            raise OSError(f"the gzip stream is damaged: {error}") from error
        self._kept, self._used = piece, 0
        self._at += len(piece)
        if self._at > self._ceiling:
            raise OSError(f"it expands beyond {self._ceiling} bytes")
        if not self._inflater.eof and self._at - self._marks[-1][0] >= self._every:
            self._mark()
        return True

    def _fill(self) -> bool:
        more = os.pread(self._descriptor, _IN, self._taken)
        self._taken += len(more)
        self._pending += more
        return bool(more)

    def _next_member(self) -> bool:
        while len(self._pending) < 2 and self._fill():
            pass
        if not self._pending.strip(b"\0"):
            while self._fill():
                if self._pending.strip(b"\0"):
                    raise OSError("something other than gzip follows the gzip stream")
                self._pending = b""
            return False
        if not self._pending.startswith(b"\x1f\x8b"):
            raise OSError("something other than gzip follows the gzip stream")
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True
