"""Answers a browser's requests: from what the capture has recorded where it has, through the recorder where not.

Every answer that came is written to the WARC before the browser gets it, and the browser gets the recorded bytes. What
may not be asked, or has no answer, is noted with its reason.
"""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO
from urllib.parse import urlsplit

from archiver.browser.proxy import BrowserRequest, Reply
from archiver.capture.capture_writer import Recording
from archiver.capture.fetch import Session
from archiver.capture.single_exchange import Attempt, attempt
from archiver.capture.urls import as_sent
from archiver.capture.wire.http_framing import Sent, headers_of, status_of, values
from archiver.config import Limits
from archiver.model import IndexEntry, Unfetched

AT_ONCE = 6
"""Exchanges under way, as browsers have with one host."""
LISTED = 500
"""Refused and failed requests that are named."""
_PIECE = 1 << 16
_HEAD = 1 << 20


@dataclass(slots=True)
class Relay:
    """The recorder as one browser sees it, within the bounds of the settings; safe among threads."""

    session: Session
    limits: Limits
    deadline: float
    """When asking ends, by `monotonic`."""
    monotonic: Callable[[], float] = time.monotonic
    refused: list[Unfetched] = field(default_factory=list)
    failed: list[Unfetched] = field(default_factory=list)
    _asked: int = 0
    _bytes: int = 0
    _gone: dict[str, str] = field(default_factory=dict)
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _room: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def __call__(self, request: BrowserRequest) -> Reply | None:
        """The answer to a request; None where there is none. Raises StorageError."""
        if request.upgrade:
            self._note(self.refused, request.url, f"not connected: {request.upgrade} cannot be recorded")
            return None
        if request.method != "GET":
            return self._ask(request)
        with self._lock:
            turn = self._turns.setdefault(request.url, threading.Lock())
        with turn:  # the same address is asked for once
            entry = self.recorded(request.url)
            if entry is not None:
                return self._replay(entry)
            if request.url in self._gone:
                return None
            return self._ask(request)

    def recorded(self, url: str) -> IndexEntry | None:
        """The last answer to a GET of an address that the capture has; a part of a body (206) is none."""
        wanted = {url, _as_sent(url)}
        entries = reversed(self._recording.index)
        usable = (each for each in entries if each.url in wanted and each.method == "GET")
        return next((each for each in usable if each.status not in (206, 304)), None)

    @property
    def _recording(self) -> Recording:
        return self.session.recording

    def note(self, url: str, reason: str) -> None:
        """Keep that a request did not go out."""
        self._note(self.refused, url, reason)

    def _note(self, where: list[Unfetched], url: str, reason: str) -> None:
        with self._lock:
            if len(where) < LISTED:
                where.append(Unfetched(url=url[:_URL], reason=reason[:_URL]))

    def _ask(self, request: BrowserRequest) -> Reply | None:
        if (why := self._forbidden(request)) is not None:
            self._note(self.refused, request.url, why)
            return None
        with self._room:
            left = self.deadline - self.monotonic()
            if left <= 0:
                self._note(self.refused, request.url, "the time for the browser was over")
                return None
            done = self._exchange(request, left)
        if done.fault is not None:
            refused = done.fault.kind == "guard"
            self._note(self.refused if refused else self.failed, request.url, done.fault.message)
        with self._lock:
            self._bytes += done.raw.size
        if self._recording.keep(done) is None:
            self._gone[request.url] = done.fault.message if done.fault else "no answer"
            return None
        entry = next(
            each for each in reversed(self._recording.index) if each.moment == done.asked and each.url == request.url
        )
        return self._replay(entry, broken=done.fault is not None)

    def _forbidden(self, request: BrowserRequest) -> str | None:
        if urlsplit(request.url).hostname is None:
            return "not an address"
        with self._lock:
            self._asked += 1
            if self._asked > self.limits.browser_requests:
                return f"more than {self.limits.browser_requests} requests of the browser"
            if self._bytes > self.limits.requisites_bytes:
                return f"more than {self.limits.requisites_bytes} bytes in all"
        refusal = self.session.requester.may(request.url)
        return refusal.message if refusal else None

    def _exchange(self, request: BrowserRequest, left: float) -> Attempt:
        requester, limits = self.session.requester, self.limits
        bounds = replace(
            limits,
            response_bytes=min(limits.requisite_bytes, limits.response_bytes),
            exchange_seconds=min(limits.exchange_seconds, left),
            read_seconds=min(limits.read_seconds, left),
        )
        done = attempt(
            requester.recorder,
            requester.visit,
            request.url,
            "browser",
            asked=requester.now(),
            keep=0,
            limits=bounds,
            spool=requester.spool,
            sent=Sent(method=request.method, headers=request.headers, body=request.body),
        )
        done.ended = max(requester.now(), done.asked)
        return done

    def _replay(self, entry: IndexEntry, *, broken: bool = False) -> Reply:
        """The response as it stands in the WARC file, byte for byte."""
        pieces = _block(self._recording.files.written(entry.file), entry)
        head = bytearray()
        for piece in pieces:
            head += piece
            if b"\r\n\r\n" in head or b"\n\n" in head or len(head) > _HEAD:
                break
        keeps = not broken and _ends_itself(bytes(head), entry.method)
        return Reply(pieces=_chained(bytes(head), pieces), keeps=keeps)


_URL = 2_000


def _as_sent(url: str) -> str:
    try:
        return as_sent(url)
    except ValueError:
        return url


def _ends_itself(head: bytes, method: str) -> bool:
    """Whether a client knows where a message of HTTP/1.1 ends (RFC 9112, 6.3) and may go on with the connection."""
    headers = headers_of(head.partition(b"\r\n\r\n")[0])
    if not head.startswith(b"HTTP/1.1") or "close" in values(headers, "connection"):
        return False
    chunked, lengths = "chunked" in values(headers, "transfer-encoding"), set(values(headers, "content-length"))
    return method == "HEAD" or status_of(head) in (204, 304) or chunked != (len(lengths) == 1)


def _block(file: IO[bytes], entry: IndexEntry) -> Iterator[bytes]:
    """The block of a WARC record: one gzip member of its file, without the record's own header and end."""
    with file:
        file.seek(entry.offset)
        left, inflater, header, total = entry.length, zlib.decompressobj(31), bytearray(), -1
        while left and (packed := file.read(min(_PIECE, left))):
            left -= len(packed)
            while piece := inflater.decompress(packed, _PIECE):
                packed = inflater.unconsumed_tail
                if total < 0:
                    header += piece
                    end = header.find(b"\r\n\r\n")
                    if end < 0:
                        continue
                    total = _length(bytes(header[:end]))
                    piece = bytes(header[end + 4 :])
                if total:
                    yield piece[:total]
                    total -= min(total, len(piece))


def _length(header: bytes) -> int:
    lines = (line.partition(b":") for line in header.split(b"\r\n"))
    return next(int(value) for name, _, value in lines if name.lower() == b"content-length")


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest
