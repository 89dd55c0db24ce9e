"""What a capture has written so far: each attempt becomes records and an Exchange; one writer at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from archiver.capture.recorder import as_sent
from archiver.capture.shared_cache import Lent
from archiver.capture.single_exchange import Attempt
from archiver.capture.warc import CopiedRecords, WarcFile
from archiver.errors import RecordingError
from archiver.model import Copied, Exchange, IndexEntry


class Shelf(Protocol):
    """Where a capture's files go: opened when there is something to keep."""

    @property
    def name(self) -> str:
        """Of the bag."""

    @property
    def spool(self) -> Path:
        """A folder for what is too large for memory."""

    def warc(self) -> WarcFile:
        """The capture's WARC file, opened at the first call."""

    def shared(self) -> CopiedRecords:
        """The WARC file of records copied from other captures of the job, opened at the first call."""


@dataclass(slots=True)
class Recording:
    """The exchanges of one capture, in the order they were written."""

    shelf: Shelf
    exchanges: list[Exchange] = field(default_factory=list)
    index: list[IndexEntry] = field(default_factory=list)
    _lengths: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, done: Attempt, *, lend: list[bytes] | None = None) -> Exchange | None:
        """Write an attempt to the WARC and close its tape; None where no response came. `lend` takes the members.

        Raises StorageError.
        """
        try:
            if done.page is None:
                return None
            with self._lock:
                return self._keep(done, done.page.status, lend)
        finally:
            done.tape.close()

    def _keep(self, done: Attempt, status: int, lend: list[bytes] | None) -> Exchange:
        truncated = done.trouble.truncation if done.trouble else None
        payload = done.payload if done.exact else None
        ids = self.shelf.warc().write_exchange(
            done.tape, url=done.url, started=done.asked, payload=payload, truncated=truncated, lend=lend
        )
        exchange = Exchange(
            seq=len(self.exchanges) + 1,
            started=done.asked,
            ended=done.ended,
            url=done.url,
            initiator=done.initiator,
            record_ids=ids,
            ip=done.tape.ip,
            status=status,
            bytes=done.tape.size,
            truncated=truncated,
            outcome=done.said or "complete",
            tls=done.tape.tls,
        )
        self.exchanges.append(exchange)
        warc, mime = self.shelf.warc(), mime_of(done.page.header("content-type") if done.page else None)
        offset, length = warc.last_response
        entry = IndexEntry(
            url=done.url,
            moment=done.asked,
            status=status,
            mime=mime,
            file=warc.name,
            offset=offset,
            length=length,
            payload_sha256=done.payload_sha256,
        )
        self.index.append(entry)
        self._lengths[ids.response] = length
        return exchange

    def borrow(self, lent: Lent) -> Copied:
        """Copy what another capture of the job lends, and say from where. Raises StorageError."""
        if lent.members:
            with self._lock:
                self._copy(lent, self.shelf.shared())
        return Copied(
            url=lent.url,
            bag=lent.bag,
            captured=lent.captured,
            record_id=lent.record_id,
            payload_sha256=lent.payload_sha256,
        )

    def _copy(self, lent: Lent, shared: CopiedRecords) -> None:
        at = shared.copy(lent.record_id, lent.warcinfo, lent.members)
        if at is None:
            return
        entry = IndexEntry(
            url=as_sent(lent.url),
            moment=datetime.fromisoformat(lent.captured),
            status=lent.status,
            mime=mime_of(lent.content_type),
            file=shared.name,
            # The response is the last member of an exchange.
            offset=at + len(lent.members) - lent.response_length,
            length=lent.response_length,
            payload_sha256=lent.payload_sha256,
        )
        self.index.append(entry)

    def length_of(self, record_id: str) -> int:
        """Bytes of the gzip member of a response record written here."""
        return self._lengths[record_id]

    def check(self) -> None:
        """The number of records must equal the number of exchanges. Raises RecordingError."""
        written = self.shelf.warc().responses
        if written != len(self.exchanges):
            raise RecordingError(f"{len(self.exchanges)} exchanges but {written} records; nothing is kept")


def mime_of(content_type: str | None) -> str:
    """The media type of a Content-Type, without parameters; `unk` where there is none that can be read."""
    mime = (content_type or "").partition(";")[0].strip().lower()
    return mime if "/" in mime and mime.isascii() and mime.isprintable() and " " not in mime else "unk"
