"""WARC records as a redaction reads them: the header, what of the block is head or trailer, and bodies as streams.

It reads files that validation has passed. Only heads of messages are held in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import Refused
from archiver.redaction.http_heads import COPIED
from archiver.redaction.trailers import end_of_head, trailer_at, unframed_at
from archiver.validation.warc.gzip_members import Broken, Members

HEAD = 4 << 20
"""Bytes of the heads of one record, at most."""
HTTP = "application/http"
Fields = list[tuple[str, str]]


@dataclass(slots=True, kw_only=True)
class Record:
    """A record as it is read: the header, the head of its block, the body, the trailer section of a chunked body with
    the empty line that ends it, and what still follows. Body and what follows are streamed."""

    offset: int
    version: bytes
    fields: Fields
    head: bytes
    copied: bool = False
    body: Callable[[], Iterator[bytes]] = lambda: iter(())
    trailer: bytes = b""
    surplus: Callable[[], Iterator[bytes]] = lambda: iter(())
    unframed: Callable[[], Iterator[bytes]] = lambda: iter(())
    """What the framing of a message leaves open: it counts as body, and may be anything."""

    def rest(self, trailer: bytes) -> Iterator[bytes]:
        """The block behind its head, with this trailer section in place of its own."""
        yield from self.body()
        yield trailer
        yield from self.surplus()

    def get(self, name: str) -> str:
        return next((value for label, value in self.fields if label.lower() == name), "")


def records(path: Path) -> Iterator[Record]:
    """The records of a file. Raises Refused, OSError."""
    with path.open("rb") as stream:
        members = Members(stream, 1 << 50)
        try:
            while members.advance():
                yield _record(path, members)
                while members.read():
                    pass
        except Broken as error:
            raise Refused(f"{path.name} cannot be read: {error.code}; see 'archiver validate'") from error


def unframed(path: Path) -> Iterator[tuple[int, Iterator[bytes]]]:
    """Where each record of a file begins, and what the framing of its message leaves open. Raises Refused, OSError."""
    for record in records(path):
        yield record.offset, record.unframed()


def _record(path: Path, members: Members) -> Record:
    offset, held = members.offset, b""
    while b"\r\n\r\n" not in held:
        held += _more(members, held, path)
    header, _, held = held.partition(b"\r\n\r\n")
    version, *lines = header.split(b"\r\n")
    fields: Fields = []
    for line in lines:
        label, _, value = line.decode("utf-8").partition(":")
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.decode('utf-8').strip()}")
        else:
            fields.append((label, value.strip()))
    record = Record(offset=offset, version=version, fields=fields, head=b"", copied=path.name.endswith(COPIED))
    if record.get("warc-type") == "continuation" or record.get("warc-segment-number").strip("1"):  # heads may go on
        raise Refused(f"{path.name}: the record at byte {offset} is a segment of another, and is not rewritten")
    length = int(record.get("content-length") or 0)
    whole = record.get("warc-type") in ("warcinfo", "request", "metadata")
    while len(held) < length and (whole or end_of_head(held) < 0):
        held += _more(members, held, path)
    held = held[:length]
    cut = length if whole or (end := end_of_head(held)) < 0 else end
    start = len(header) + 4 + cut
    record.head = held[:cut]
    record.body = lambda: _block(path, offset, start, length - cut)
    if b"chunked" in record.head.lower() and (ahead := trailer_at(record.body())) is not None:
        record.trailer = _section(_block(path, offset, start + ahead, length - cut - ahead), path, offset)
        behind = ahead + len(record.trailer)
        record.body = lambda: _block(path, offset, start, ahead)
        record.surplus = lambda: _block(path, offset, start + behind, length - cut - behind)
        record.unframed = record.surplus
    elif not whole and record.get("content-type").lower().startswith(HTTP):
        record.unframed = lambda: _open_end(path, record, start, length - cut)
    return record


def _open_end(path: Path, record: Record, start: int, length: int) -> Iterator[bytes]:
    at = unframed_at(record.head, record.body())
    if at is not None and at < length:
        yield from _block(path, record.offset, start + at, length - at)


def _section(pieces: Iterator[bytes], path: Path, offset: int) -> bytes:
    """A trailer section with the empty line that ends it; nothing where it is empty. Raises Refused, OSError."""
    held = b""
    for piece in pieces:
        held += piece
        if held.startswith((b"\r\n", b"\n")):
            return b""
        if (end := end_of_head(held)) >= 0:
            return held[:end]
        if len(held) > HEAD:
            raise Refused(f"{path.name}: the trailers of the record at byte {offset} are longer than {HEAD:,} bytes")
    return held


def _more(members: Members, held: bytes, path: Path) -> bytes:
    piece = members.read()
    if not piece or len(held) > HEAD:
        raise Refused(f"{path.name}: the head of the record at byte {members.offset} is longer than {HEAD:,} bytes")
    return piece


def _block(path: Path, offset: int, start: int, length: int) -> Iterator[bytes]:
    """So many bytes of a record from `start` on. Raises Refused, OSError."""
    with path.open("rb") as stream:
        stream.seek(offset)
        members = Members(stream, 1 << 50)
        members.advance()
        while length:
            piece = members.read()
            if not piece:
                raise Refused(f"{path.name}: the record at byte {offset} ends too early")
            start, piece = max(0, start - len(piece)), piece[start : start + length]
            length -= len(piece)
            yield piece
