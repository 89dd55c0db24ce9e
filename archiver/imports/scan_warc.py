"""Reads a WARC file that others made, once and as a stream, into the index: every record with its place, its digests
checked on the way."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urljoin

from archiver.imports.bounds import EXPANDED, FLOOR, HEAD_BYTES, TEXT
from archiver.imports.index import Index, Place, key_of_address
from archiver.model import Finding
from archiver.validation.warc.content_codings import NotInstalled, decoded_as_archived
from archiver.validation.warc.foreign import Allowance, ForeignReader, Plain, read_foreign
from archiver.validation.warc.gzip_members import Members
from archiver.validation.warc.http_payload import Message, header_values
from archiver.validation.warc.reader import WarcRecord

_CANONICAL = re.compile(
    rb"""<link\b(?=[^<>]{0,2000}?\brel\s{0,9}=\s{0,9}["']?canonical\b)[^<>]{0,2000}?\bhref\s{0,9}=\s{0,9}["']?([^"'<>\s]{1,2000})""",
    re.IGNORECASE,
)
_INFOS = 1_000
"""warcinfo records of one file whose fields are kept."""
_INFO = 1 << 16
"""Bytes of a warcinfo record that are read."""


class Indexer(ForeignReader):
    """Puts each record into the index; `infos` are the warcinfo records by their ids."""

    def __init__(
        self, source: Members | Plain, path: str, index: Index, file: int, entry: str | None, room: int
    ) -> None:
        super().__init__(source, path)
        self._bytes = source
        self._index, self._file, self._entry, self.room = index, file, entry, room
        self.infos: dict[str, bytes] = {}
        self.cut = False
        self._last_info: str | None = None
        """It describes the records after it that name none (WARC 1.1, 6.2)."""
        self._given = self._before = 0
        self._problem: str | None = None
        self._message: Message | None = None
        self._head = bytearray()
        self._info: bytearray | None = None

    def add(self, found: Finding) -> None:
        """Take a finding, and keep what is damage of the record that is being read."""
        super().add(found)
        if found.severity == "error" and found.code in ("WARC011", "WARC013", "WARC014"):
            self._problem = found.message

    def begins(self, number: int) -> None:
        """Note where the next record begins in its member."""
        if number == 1:
            self._given = self._bytes.given - len(self.buffer)
        self._before = self._bytes.given - len(self.buffer) - self._given
        self._problem, self._message, self._info = None, None, None
        self._head = bytearray()

    def message(self, stated: object, algorithms: set[str], raw: set[str]) -> Message | None:
        """What reads the block as HTTP, and keeps the beginning of its payload."""
        made = super().message(stated, algorithms, raw)  # type: ignore[arg-type]
        if made is not None and made.kind == "response":
            head = self._head
            made = Message(
                "response",
                algorithms,
                raw=raw,
                keep=lambda piece: head.extend(piece[: HEAD_BYTES - len(head)]),
                unframed=True,
            )
        self._message = made
        return made

    def take(self, length: int) -> Iterator[bytes]:
        """The next bytes of a block; those of a warcinfo record are kept."""
        for piece in super().take(length):
            if self._message is None and len(self._head) < _INFO:
                self._head += piece[: _INFO - len(self._head)]
            yield piece

    def keep(self, record: WarcRecord) -> None:
        """Put the record into the index."""
        super().keep(record)
        self._ids.clear()  # other records' references do not matter here
        self._named.clear()
        if self.count > self.room:
            self.cut = True
            return
        kind, url = record.type, record.url
        if kind == "warcinfo":
            self._last_info = record.id
            if len(self.infos) < _INFOS:
                self.infos[record.id] = bytes(self._head)
        concurrent, refers = record.get("warc-concurrent-to"), record.get("warc-refers-to")
        headers = self._message.headers if self._message else ()
        location = next((value for name, value in headers if name.lower() == "location"), None)
        plain = isinstance(self.source, Plain)
        place = Place(
            file=self._file,
            entry=self._entry,
            type=kind,
            key=key_of_address(url),
            url=url,
            date=record.get("warc-date"),
            status=record.status if kind == "response" else None,
            mime=record.mime if kind == "response" else record.get("content-type"),
            record_id=record.id,
            about=concurrent if kind in ("request", "metadata", "response") and concurrent else refers,
            info=record.get("warc-warcinfo-id") or (self._last_info if kind != "warcinfo" else None),
            location=urljoin(url, location[:TEXT]) if location and url and _joins(url, location) else None,
            payload=None if self._message and self._message.bare else record.payload_sha256,
            truncated=record.get("warc-truncated"),
            ip=record.get("warc-ip-address"),
            length=record.length,
            member=record.offset,
            at=0 if plain else self._before,
            ends=record.end - (len(self.buffer) if plain else 0),
            problem=self._problem,
            method=self._message.method if self._message else None,
        )
        number = self._index.add(place)
        if (
            url
            and kind == "response"
            and record.status
            and 200 <= record.status < 300
            and "html" in (record.mime or "")
        ):
            for each in canonical_links(bytes(self._head), headers, url):
                if (key := key_of_address(each)) and key != place.key:
                    self._index.add_canonical(key, number)


def canonical_links(head: bytes, headers: tuple[tuple[str, str], ...], url: str) -> list[str]:
    """What a page calls its address, in the beginning of its markup."""
    try:
        text = decoded_as_archived(head, header_values(headers, "content-encoding"), HEAD_BYTES)
    except NotInstalled:
        return []
    match = _CANONICAL.search(text)
    href = match[1].decode("utf-8", "replace").replace("&amp;", "&") if match else None
    return [urljoin(url, href)] if href and _joins(url, href) else []


def _joins(url: str, other: str) -> bool:
    try:
        urljoin(url, other)
    except ValueError:
        return False
    return True


def scan_warc(
    stream: BinaryIO, path: str, size: int, index: Index, file: int, entry: str | None, room: int
) -> tuple[Indexer | None, list[Finding]]:
    """Read a WARC of `size` bytes into the index, at most `room` records. Raises StorageError."""
    made: list[Indexer] = []

    def make(source: Members | Plain, name: str) -> Indexer:
        made.append(Indexer(source, name, index, file, entry, room))
        return made[0]

    found = read_foreign(stream, path, size, allowance=Allowance(FLOOR + EXPANDED * size), make=make)
    return (made[0] if made else None), found
