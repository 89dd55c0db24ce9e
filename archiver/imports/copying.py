"""Takes single records out of the files of others: the gzip member as it stands where it holds one record, else the
record's own bytes in a member of their own. Each is checked before it is written."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from archiver.imports.bounds import RECORD_BYTES
from archiver.imports.files import opened
from archiver.imports.index import Place
from archiver.validation.warc.content_codings import NotInstalled, decoded_as_archived
from archiver.validation.warc.fields import length_of
from archiver.validation.warc.foreign import KeepingReader, Plain, read_foreign
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.http_payload import Message, header_values
from archiver.validation.warc.reader import WarcRecord

_IN_MEMORY = 4 << 20
_HEADER = 1 << 20
_PIECE = 1 << 16


class Unusable(Exception):
    """A record that cannot be taken: why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A record out of a file, as one gzip member in `file`, and what was read of it."""

    file: IO[bytes]
    record: WarcRecord
    length: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the member."""
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            yield piece

    def head(self) -> bytes:
        """The head of the HTTP message of a record, at most 64 KiB."""
        self.file.seek(0)
        members = Members(cast(BinaryIO, self.file), RECORD_BYTES)
        members.advance()
        kept = bytearray()
        while len(kept) < 2 * _PIECE and (piece := members.read()):
            kept += piece
        block = bytes(kept).partition(b"\r\n\r\n")[2][: self.record.length]
        return block.partition(b"\r\n\r\n")[0]

    def headers_and_body(self, limit: int) -> tuple[tuple[tuple[str, str], ...], bytes, str | None]:
        """(HTTP headers, decoded body, what is wrong with it) of a response; of a resource its content."""
        self.file.seek(0)
        members = Members(cast(BinaryIO, self.file), RECORD_BYTES)
        members.advance()
        content = bytearray()
        message = Message(
            "response",
            set(),
            keep=lambda piece: content.extend(piece[: max(0, limit - len(content))]),
            unframed=True,
        )
        kept, left = bytearray(), self.record.length
        while b"\r\n\r\n" not in kept and (piece := members.read()):
            kept += piece
        piece = bytes(kept.partition(b"\r\n\r\n")[2])
        while left and piece:
            part, left = piece[:left], left - min(left, len(piece))
            if self.record.type == "resource":
                content += part[: max(0, limit - len(content))]
            else:
                message.feed(part)
            piece = members.read() if left else b""
        if self.record.type == "resource":
            return (("Content-Type", self.record.get("content-type") or ""),), bytes(content), None
        message.finish()
        codings = header_values(message.headers, "content-encoding")
        try:
            body = decoded_as_archived(bytes(content), codings, limit)
        except NotInstalled as error:
            return message.headers, b"", f"its coding needs the package {error.package}, which is not installed"
        return message.headers, body, None if message.whole else "the body is shorter than its header says"


@contextmanager
def taken(path: Path, place: Place) -> Iterator[Taken]:
    """A record of a file. Raises Unusable saying why it cannot be taken, StorageError."""
    if place.problem:
        raise Unusable(place.problem)
    if place.length > RECORD_BYTES:
        raise Unusable(f"the record has {place.length:,} bytes")
    with SpooledTemporaryFile(_IN_MEMORY) as spooled, opened(path, place.entry) as stream:
        packed = cast(IO[bytes], spooled)
        try:
            stream.seek(place.member)
            gzipped = stream.read(2) == b"\x1f\x8b"
            stream.seek(place.member)
            if gzipped:
                _from_member(stream, place, packed)
            else:
                _pack(_exactly(stream, place.ends - place.member), packed)
        except (Broken, zlib.error, EOFError) as error:
            raise Unusable(f"the record cannot be read again: {error}") from error
        yield Taken(file=packed, record=_checked(packed, place), length=packed.seek(0, 2))


def _from_member(stream: BinaryIO, place: Place, packed: IO[bytes]) -> None:
    """The member itself, where the record is all of it."""
    members = Members(stream, place.at + RECORD_BYTES)
    members.advance()
    total, head = 0, bytearray()
    while piece := members.read():
        if total + len(piece) > place.at and len(head) < _HEADER and b"\r\n\r\n" not in head:
            head += piece[max(0, place.at - total) :]
        total += len(piece)
        end = bytes(head).find(b"\r\n\r\n")
        if end >= 0 and total > place.at + end + 4 + place.length + 8:
            break  # more records follow: no need to read them
    end = bytes(head).find(b"\r\n\r\n")
    if end < 0:
        raise Unusable("the header of the record is not found again")
    whole = end + 4 + place.length
    stream.seek(place.member)
    if place.at == 0 and whole <= total <= whole + 4:
        for piece in _exactly(stream, members.end):
            packed.write(piece)
        return
    again = Members(stream, place.at + RECORD_BYTES)
    again.advance()
    _pack(_within(again, place.at, whole + 4), packed)


def _within(members: Members, at: int, length: int) -> Iterator[bytes]:
    while length and (piece := members.read()):
        if at >= len(piece):
            at -= len(piece)
            continue
        part, at = piece[at : at + length], 0
        length -= len(part)
        yield part


def _exactly(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (piece := stream.read(min(length, _PIECE))):
        length -= len(piece)
        yield piece


def _pack(pieces: Iterator[bytes], packed: IO[bytes]) -> None:
    member = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        packed.write(member.compress(piece))
    packed.write(member.flush())


def _checked(packed: IO[bytes], place: Place) -> WarcRecord:
    """The record as the validation of a bag will read it. Raises Unusable where that finds damage."""
    kept: list[KeepingReader] = []

    def make(source: Members | Plain, name: str) -> KeepingReader:
        kept.append(KeepingReader(source, name))
        return kept[0]

    size = packed.seek(0, 2)
    packed.seek(0)
    found = read_foreign(cast(BinaryIO, packed), "record", size, make=make)
    if wrong := next((each for each in found if each.severity == "error"), None):
        raise Unusable(f"{wrong.code}: {wrong.message}")
    records = kept[0].records if kept else []
    if len(records) != 1 or records[0].id != place.record_id or length_of(records[0].get("content-length")) is None:
        raise Unusable("another record lies where the file had it when it was indexed: did the file change?")
    return records[0]
