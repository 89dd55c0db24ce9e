"""Writes what a capture has so far: each attempt becomes records and an Exchange; one writer at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import IO, Protocol

from archiver.capture.shared_cache import CachedResponse
from archiver.capture.single_exchange import Attempt
from archiver.capture.urls import as_sent
from archiver.capture.warc import CopiedRecords, WarcFile
from archiver.capture.wire.request_bodies import request_body
from archiver.errors import RecordingError
from archiver.model import Copied, Exchange, IndexEntry


class CaptureFiles(Protocol):
    """Where a capture's files go. A file is opened when there is something to keep."""

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

    def written(self, name: str) -> IO[bytes]:
        """One of these WARC files, by its name, to read what has been written so far. Raises StorageError."""


@dataclass(slots=True)
class Recording:
    """The exchanges of one capture, in the order they were written."""

    files: CaptureFiles
    exchanges: list[Exchange] = field(default_factory=list)
    index: list[IndexEntry] = field(default_factory=list)
    _lengths: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, done: Attempt, *, members: list[bytes] | None = None) -> Exchange | None:
        """Write an attempt to the WARC and close its raw exchange; None where no response came. `members` receives a
        copy of the gzip members, for the shared cache.

        Raises StorageError.
        """
        try:
            if done.page is None:
                return None
            with self._lock:
                return self._keep(done, done.page.status, members)
        finally:
            done.raw.close()

    def _keep(self, done: Attempt, status: int, members: list[bytes] | None) -> Exchange:
        truncated = done.fault.truncation if done.fault else None
        payload = done.payload if done.exact else None
        ids = self.files.warc().write_exchange(
            done.raw, url=done.url, started=done.asked, payload=payload, truncated=truncated, members=members
        )
        exchange = Exchange(
            seq=len(self.exchanges) + 1,
            started=done.asked,
            ended=done.ended,
            url=done.url,
            initiator=done.initiator,
            record_ids=ids,
            ip=done.raw.ip,
            status=status,
            bytes=done.raw.size,
            truncated=truncated,
            outcome=done.said or "complete",
            tls=done.raw.tls,
            method=done.sent.method if done.sent else "GET",
        )
        self.exchanges.append(exchange)
        warc, mime = self.files.warc(), mime_of(done.page.header("content-type") if done.page else None)
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
            method=exchange.method,
            request_body=request_body(done.sent) if done.sent else "",
        )
        if exchange.initiator != "second-view":  # which replay would show in place of the page, under its address
            self.index.append(entry)
        self._lengths[ids.response] = length
        return exchange

    def copy_cached(self, cached: CachedResponse) -> Copied:
        """Copy the records that another capture of the job fetched; the result says from where. Raises StorageError."""
        if cached.members:
            with self._lock:
                self._copy(cached, self.files.shared())
        return Copied(
            url=cached.url,
            bag=cached.bag,
            captured=cached.captured,
            record_id=cached.record_id,
            payload_sha256=cached.payload_sha256,
        )

    def _copy(self, cached: CachedResponse, shared: CopiedRecords) -> None:
        at = shared.copy(cached.record_id, cached.warcinfo, cached.members)
        if at is None:
            return
        entry = IndexEntry(
            url=as_sent(cached.url),
            moment=datetime.fromisoformat(cached.captured),
            status=cached.status,
            mime=mime_of(cached.content_type),
            file=shared.name,
            # The response is the last member of an exchange.
            offset=at + len(cached.members) - cached.response_length,
            length=cached.response_length,
            payload_sha256=cached.payload_sha256,
        )
        self.index.append(entry)

    def length_of(self, record_id: str) -> int:
        """Bytes of the gzip member of a response record written here."""
        return self._lengths[record_id]

    def check(self) -> None:
        """The number of records must equal the number of exchanges. Raises RecordingError."""
        written = self.files.warc().responses
        if written != len(self.exchanges):
            raise RecordingError(f"{len(self.exchanges)} exchanges but {written} records; nothing is kept")


def mime_of(content_type: str | None) -> str:
    """The media type of a Content-Type, without parameters; `unk` where there is none that can be read."""
    mime = (content_type or "").partition(";")[0].strip().lower()
    return mime if "/" in mime and mime.isascii() and mime.isprintable() and " " not in mime else "unk"
