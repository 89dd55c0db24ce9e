"""Writes zip archives as a stream of bytes, with sizes and checksums before each file, so that every reader accepts
them.

The standard library's zipfile writes a stream with sizes after the files, which readers of streams (Java's among them)
refuse for stored files. Every file is therefore measured first. Zip64 where it is needed (APPNOTE.TXT 6.3.10).
"""

import struct
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from archiver.errors import Refused

LONG = 0xFFFFFFFF
"""Sizes and offsets from here on need zip64."""
MANY = 0xFFFF
"""Entries from here on need zip64."""
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
_UNIX_FILE, _UNIX_FOLDER = 0o100644 << 16, 0o40755 << 16 | 0x10
Facts = tuple[int, int, int]
"""CRC-32, size, packed size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file to be put into an archive: `read` gives its bytes, the same each time. A name ending in / is a folder."""

    name: str
    read: Callable[[], Iterator[bytes]]
    stored: bool


class Zip:
    """An archive of some entries, which can be written any number of times."""

    def __init__(self, entries: Iterable[Entry], moment: datetime) -> None:
        self._entries = list(entries)
        # The format means local time; this is UTC, so that it is the same everywhere.
        date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
        self._when = struct.pack("<HH", moment.hour << 11 | moment.minute << 5 | moment.second // 2, date)
        self._facts: dict[str, Facts] = {}

    def layout(self) -> Iterator[bytes | Entry]:
        """The archive in its parts: heads and directory as bytes, and each entry where its packed bytes stand. Every
        entry is read once, to be measured."""
        directory: list[bytes] = []
        offset = 0
        for entry in self._entries:
            if entry.name not in self._facts:
                self._facts[entry.name] = _measured(entry)
            crc, size, packed = self._facts[entry.name]
            name = entry.name.encode("utf-8")
            large = max(size, packed) >= LONG
            extra = struct.pack("<HHQQ", 1, 16, size, packed) if large else b""
            sizes = (0xFFFFFFFF, 0xFFFFFFFF) if large else (packed, size)
            about = struct.pack("<HH", 0 if name.isascii() else _UTF8, _STORED if entry.stored else _DEFLATED)
            about += self._when + struct.pack("<LLL", crc, *sizes)
            yield struct.pack("<4sH", b"PK\3\4", 45 if large else 20) + about + _lengths(name, extra) + name + extra
            yield entry
            directory.append(_central(about, name, extra, offset))
            offset += 30 + len(name) + len(extra) + packed
        yield from directory
        yield _end(len(directory), sum(map(len, directory)), offset)

    def stream(self) -> Iterator[bytes]:
        """The bytes of the archive. Raises Refused where a file is not what it was when it was measured."""
        for part in self.layout():
            if isinstance(part, bytes):
                yield part
            elif (yield from _packed(part)) != self._facts[part.name]:
                raise Refused(f"{part.name} changed while it was packed; hand the bag off again")

    def size_of(self, entry: Entry) -> int:
        """The packed bytes of an entry that `layout` has given."""
        return self._facts[entry.name][2]


def _packed(entry: Entry) -> Generator[bytes, None, Facts]:
    """The bytes of a file as they stand in the archive."""
    crc = size = packed = 0
    deflater = None if entry.stored else zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    for piece in entry.read():
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        out = piece if deflater is None else deflater.compress(piece)
        packed += len(out)
        yield out
    if deflater is not None:
        out = deflater.flush()
        packed += len(out)
        yield out
    return crc, size, packed


def _measured(entry: Entry) -> Facts:
    pieces = _packed(entry)
    try:
        while True:
            next(pieces)
    except StopIteration as end:
        facts: Facts = end.value
        return facts


def _lengths(name: bytes, extra: bytes) -> bytes:
    return struct.pack("<HH", len(name), len(extra))


def _central(about: bytes, name: bytes, extra: bytes, offset: int) -> bytes:
    """The entry of a file in the directory at the end."""
    far = offset >= LONG
    if far:
        sizes = extra[4:]
        extra = struct.pack("<HH", 1, len(sizes) + 8) + sizes + struct.pack("<Q", offset)
    version = 45 if extra else 20
    head = struct.pack("<4sHH", b"PK\1\2", 3 << 8 | version, version) + about + _lengths(name, extra)
    kind = _UNIX_FOLDER if name.endswith(b"/") else _UNIX_FILE
    return head + struct.pack("<HHHLL", 0, 0, 0, kind, 0xFFFFFFFF if far else offset) + name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    """The end of the archive: the end of the directory, with zip64's where it is needed."""
    end = b""
    if count >= MANY or max(size, offset) >= LONG:
        end = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 3 << 8 | 45, 45, 0, 0, count, count, size, offset)
        end += struct.pack("<4sLQL", b"PK\6\7", 0, offset + size, 1)
        count, size, offset = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return end + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, size, offset, 0)
