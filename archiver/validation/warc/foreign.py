"""Reads WARC files that other software made, whole, with severities suited to them.

A file may be plain or gzipped, record by record or as a whole. What the standard only recommends, or what a tool reads
differently, is a note; what can be read without doubt is a warning; damage is an error, as everywhere. There is one
finding a kind and file, with a count.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from archiver.model import Finding, Severity
from archiver.validation.rules.registry import finding
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.reader import CEILING, Reader, WarcRecord

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PIECE = 1 << 16
_GAP = 1 << 12
"""Bytes between two records that are passed over."""
_NEXT = re.compile(rb"\r?\n\r?\nWARC/")
_IDS = 2_000_000
"""Record ids that are remembered; in a larger file, references are not followed."""
_FAIR: dict[str, Severity] = {
    **dict.fromkeys(("WARC012", "WARC016", "WARC017", "WARC018", "WARC020", "WARC023"), "warning"),
    "WARC021": "info",
}
"""Deviations that leave no doubt about what is meant: errors in a file of ours, less in one of others."""


@dataclass(slots=True)
class Allowance:
    """What all WARC files of a bag together may still expand to, in bytes."""

    left: int


class Plain:
    """A file without compression, as one piece. Raises Broken beyond `ceiling` bytes."""

    def __init__(self, stream: BinaryIO, ceiling: int) -> None:
        self._stream, self._ceiling = stream, ceiling
        self.offset, self.end, self._begun = 0, 0, False

    @property
    def given(self) -> int:
        """Bytes read so far."""
        return self.end

    def advance(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun

    def read(self) -> bytes:
        piece = self._stream.read(_PIECE)
        self.end += len(piece)
        if self.end > self._ceiling:
            raise Broken("WARC006", limit=self._ceiling)
        return piece


class ForeignReader(Reader):
    """Reads records one after another, wherever they end."""

    versions = re.compile(r"WARC/(?:1\.[01]|0\.1[78])")
    other_payloads = True

    def __init__(self, source: Members | Plain, path: str) -> None:
        super().__init__(source, path)
        self._plain = isinstance(source, Plain)
        self._kinds: dict[tuple[str, str], tuple[Finding, int]] = {}
        self._ids: set[str] = set()
        self._named: list[tuple[str, str, str]] = []
        self.count = 0

    def add(self, found: Finding) -> None:
        fair = found
        if not (found.code == "WARC012" and (found.found or "").strip("b'\\rn\"")):  # bytes nobody states stay an error
            fair = replace(found, severity=_FAIR.get(found.code, found.severity))
        kind = (found.code, found.message.rpartition(": ")[2] if found.code == "WARC018" else "")
        first, count = self._kinds.get(kind, (fair, 0))
        self._kinds[kind] = (first, count + 1)

    def begins(self, number: int) -> None:
        """The record of this number in its gzip member, or in a plain file, is read next."""

    def keep(self, record: WarcRecord) -> None:
        """Of records, only what their references need is remembered."""
        if not self.count and record.type != "warcinfo":
            self.say("WARC027", found=record.label)
        self.count += 1
        if record.id in self._ids:
            self.say("WARC020", record=record.label)
        if len(self._ids) < _IDS:
            self._ids.add(record.id)
            for name, value in record.fields:
                if name in ("warc-concurrent-to", "warc-warcinfo-id"):
                    self._named.append((record.label, name, value))

    def header(self) -> tuple[tuple[str, str], ...]:
        if not self.buffer:
            self.buffer = self.source.read()
        draft = self.buffer.startswith(b"WARC/0.1")
        fields = super().header()
        if draft:
            self.say("WARC026", record=f"the record {dict(reversed(fields)).get('warc-record-id', '')}")
        return fields

    def lost(self) -> None:
        if self._plain:
            raise Broken("WARC031", offset=self.source.end - len(self.buffer))
        super().rest()

    def rest(self) -> bytes:
        """The line ends behind a block, or what else stands before the next record near by, which stays in the buffer.
        Raises Broken where none is near."""
        ends = b""
        while True:
            if not self.buffer:
                self.buffer = self.source.read()
            left = self.buffer.lstrip(b"\r\n")
            ends += self.buffer[: len(self.buffer) - len(left)]
            self.buffer = left
            if len(left) >= len(b"WARC/") or len(ends) > _GAP:
                break
            piece = self.source.read()
            if not piece:
                break
            self.buffer = left + piece
        if self.buffer and not self.buffer.startswith(b"WARC/") and (near := _NEXT.search(self.buffer[:_GAP])):
            ends, self.buffer = (
                ends + self.buffer[: near.end() - len(b"WARC/")],
                self.buffer[near.end() - len(b"WARC/") :],
            )
        if self.buffer and not self.buffer.startswith(b"WARC/"):
            raise Broken("WARC031", offset=self.source.end - (len(self.buffer) if self._plain else 0))
        return ends[:16]

    def results(self) -> Iterator[Finding]:
        """One finding a kind, with the count of those like it."""
        if self.count < _IDS:
            for label, name, value in self._named:
                if value not in self._ids:
                    self.say("WARC021", record=label, field=name, found=value)
        for first, count in self._kinds.values():
            more = f" (and {count - 1:,} more like it)" if count > 1 else ""
            yield replace(first, message=f"{first.message}{more}")


class KeepingReader(ForeignReader):
    """Keeps the records as well, for who compares them with something."""

    def keep(self, record: WarcRecord) -> None:
        """Take a record that was read."""
        super().keep(record)
        self.records.append(record)


def read_foreign(
    stream: BinaryIO,
    path: str,
    size: int,
    *,
    ceiling: int = CEILING,
    allowance: Allowance | None = None,
    make: Callable[[Members | Plain, str], ForeignReader] = ForeignReader,
) -> list[Finding]:
    """All that is wrong with a WARC of `size` bytes that somebody else made, gzipped or not. `stream` is at its
    beginning and need not be seekable. What is inflated is taken from the `allowance`; none left is WARC006. `make`
    gives the reader, for who wants more of the records than what is wrong with them."""
    head = stream.read(4)
    rest, limit = cast(BinaryIO, _Prepended(head, stream)), ceiling + 64 * size
    if allowance is not None:
        limit = min(limit, allowance.left)
    if head == _ZSTD:
        return [finding("WARC030", path, reason="it is compressed by Zstandard, which is not read here")]
    if not head:
        return [finding("WARC007", path)]
    source = Members(rest, limit) if head.startswith(_GZIP) else Plain(rest, limit)
    reader = make(source, path)
    try:
        while reader.source.advance():
            _piece(reader)
    except Broken as broken:
        reader.say(broken.code, **broken.facts)
    except OSError as error:
        reader.say("WARC001", reason=error.strerror or error)
    if allowance is not None:
        allowance.left = max(0, allowance.left - source.given)
    return list(reader.results())


def _piece(reader: ForeignReader) -> None:
    """The records of one gzip member, or of a plain file."""
    reader.buffer, number = b"", 0
    while number == 0 or reader.buffer:
        number += 1
        offset = reader.source.end - len(reader.buffer) if reader._plain else reader.source.offset
        reader.begins(number)
        if number == 2 and not reader._plain:
            reader.say("WARC029", record=f"the record after the first at byte {offset}")
        reader.record(offset)


class _Prepended:
    """A stream with its first bytes put back."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1) -> bytes:
        if self._head:
            piece, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return piece
        return self._stream.read(size)
