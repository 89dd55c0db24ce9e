"""zip archives, read where they lie with the standard library's zipfile, in bounds (APPNOTE.TXT 6.3.10)."""

import io
import os
import stat
import struct
import zlib
from typing import Any, BinaryIO, cast
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from archiver.validation.serialized.archive_index import BadArchive, EntryIndex, Kind

DIRECTORY = 64 << 20
"""Bytes the central directory may have: zipfile holds all of it in memory."""
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, KeyError)
"""What zipfile raises for an archive, or a file in one, that is broken or of a kind it does not know."""
UNREADABLE = (*BROKEN, OSError, BadArchive)
"""The same, for who opens the archive too."""


class Zip:
    """A zip as an `Archive`; a place is the number of an entry."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._zip: ZipFile | None = None
        self._entries: list[ZipInfo] = []

    def list(self, index: EntryIndex) -> None:
        """Every entry. Raises BadArchive, OSError."""
        size = directory_size(self._stream)
        if size > DIRECTORY:
            raise BadArchive("ARC002", limit=f"{DIRECTORY} bytes of central directory")
        try:
            self._zip = ZipFile(self._stream)
        except BROKEN as error:
            raise BadArchive("ARC001", reason=error) from error
        end = 0
        for number, entry in enumerate(sorted(self._zip.infolist(), key=lambda each: each.header_offset)):
            self._entries.append(entry)
            if entry.header_offset < end:
                raise BadArchive("ARC007", reason=f"{entry.filename} shares its bytes with another entry")
            name = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
            end = entry.header_offset + 30 + len(name) + entry.compress_size
            if end > self._zip.start_dir:
                raise BadArchive("ARC007", reason=f"{entry.filename} reaches beyond the files of the archive")
            if entry.flag_bits & 0x41:
                raise BadArchive("ARC007", reason=f"{entry.filename} is encrypted")
            if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2):
                raise BadArchive("ARC007", reason=f"{entry.filename} is compressed with method {entry.compress_type}")
            index.take(_name(entry), _kind(entry), size=entry.file_size, place=number)

    def open(self, place: int, size: int) -> BinaryIO:
        """The file of an entry."""
        try:
            assert self._zip is not None
            return cast(BinaryIO, io.BufferedReader(_Entry(self._zip.open(self._entries[place]), size)))
        except BROKEN as error:
            raise OSError(str(error)) from error


class _Entry(io.RawIOBase):
    """What zipfile reads, with one kind of error."""

    def __init__(self, inner: Any, size: int) -> None:
        self._inner, self._left = inner, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(len(buffer))
        except BROKEN as error:
            raise OSError(str(error) or "the archive is cut short") from error
        if not data and self._left:
            raise OSError("the entry is shorter than the archive says")
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def _name(entry: ZipInfo) -> str:
    """The name of an entry. Without the flag for UTF-8 (APPNOTE.TXT, appendix D) it is what the extra field 0x7075
    says, or UTF-8 where a Unix or a Mac wrote it and it is that, or code page 437."""
    if entry.flag_bits & 0x800 or entry.orig_filename.isascii():
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437", "replace")
    at, extra = 0, entry.extra
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if kind == 0x7075 and len(body) > 5 and body[:5] == b"\1" + struct.pack("<L", zlib.crc32(raw)):
            return body[5:].decode("utf-8", "surrogateescape")
        at += 4 + length
    if entry.create_system in (3, 19):
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return entry.orig_filename


def _kind(entry: ZipInfo) -> Kind:
    mode = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if stat.S_ISLNK(mode):
        return "link"
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return "special"
    return "folder" if entry.is_dir() else "file"


def directory_size(stream: BinaryIO) -> int:
    """How long the central directory is, before anybody reads it. Raises BadArchive where there is none."""
    length = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, length - 22 - 0xFFFF - 20))
    tail = stream.read()
    at = len(tail) - 22
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise BadArchive("ARC001", reason="it is not a zip, or cut short")
    size: int = struct.unpack_from("<L", tail, at + 12)[0]
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR:
        where = struct.unpack_from("<Q", tail, at - 12)[0]
        if where + 56 <= length:
            stream.seek(where)
            end = stream.read(56)
            if end[:4] == _END64:
                size = max(size if size != 0xFFFFFFFF else 0, struct.unpack_from("<Q", end, 40)[0])
    stream.seek(0)
    return min(size, length)
