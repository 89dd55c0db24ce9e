"""Fetches what a page needs: a few at a time, within bounds, with a reason for everything that is not there.

Style sheets are followed to what they name, frames one level deep. What a newspaper puts into every page is borrowed
from another capture of the job where there is one (`store.py`).
"""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime

from archiver.capture.attempt import Attempt
from archiver.capture.framing import values
from archiver.capture.recorder import Visit
from archiver.capture.recording import Recording
from archiver.capture.requisites import Figure, Needs, Requisite, needs_of, needs_of_css
from archiver.capture.robots import lent_from
from archiver.capture.store import Lent, Store
from archiver.capture.walk import Asker, Walk
from archiver.config import Config
from archiver.model import Copied, Exchange, Page, Photo, Requisites, Unfetched

AT_ONCE = 4
CSS_DEPTH = 5
FRAME_DEPTH = 1
SHEET_BYTES = 4 << 20
LENDABLE = {"style", "script", "font", "icon"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    requisite: Requisite
    sheets: int = 0
    """How many style sheets deep."""
    frames: int = 0


_Done = tuple[Walk, Exchange | None]


@dataclass(slots=True)
class Collector:
    """Collects the requisites of one capture. `asker` is the page's own; each requisite gets a fork of its visit."""

    asker: Asker
    recording: Recording
    store: Store | None
    config: Config
    monotonic: Callable[[], float] = time.monotonic
    _queue: deque[_Wanted] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _figures: list[Figure] = field(default_factory=list)
    _photos: dict[str, Photo] = field(default_factory=dict)
    _shared: list[Copied] = field(default_factory=list)
    _failed: list[Unfetched] = field(default_factory=list)
    _skipped: list[Unfetched] = field(default_factory=list)
    _fetched: int = 0
    _bytes: int = 0
    _deadline: float = 0.0

    def collect(self, page: Page) -> Requisites:
        """Everything `page` needs, as far as it could be had. Raises StorageError."""
        self._deadline = self.monotonic() + self.config.limits.requisites_seconds
        self._seen.add(page.url)
        self._want(self._needs(page), _Wanted(Requisite(page.url, "document")))
        if self._queue:
            with ThreadPoolExecutor(AT_ONCE, "requisite") as pool:
                self._run(pool, page.url)
        return Requisites(
            fetched=self._fetched,
            shared=tuple(self._shared),
            failed=tuple(self._failed),
            skipped=tuple(self._skipped),
            photos=tuple(self._chosen_photos()),
        )

    def _run(self, pool: ThreadPoolExecutor, referer: str) -> None:
        running: dict[Future[_Done], _Wanted] = {}
        try:
            while self._queue or running:
                while self._queue and len(running) < AT_ONCE:
                    wanted = self._queue.popleft()
                    if not self._skip(wanted) and not self._borrow(wanted):
                        running[pool.submit(self._fetch, wanted, self.asker.visit.fork(referer))] = wanted
                finished, _ = wait(running, return_when=FIRST_COMPLETED) if running else ((), ())
                for future in finished:
                    self._take(running.pop(future), *future.result())
        finally:
            self._queue.clear()
            for future in running:
                future.cancel()

    def _want(self, needs: Needs, by: _Wanted) -> None:
        """Queue what a document names, photos under captions first."""
        self._figures += needs.figures if by.frames == 0 else ()
        photos = {address for figure in needs.figures for address in figure.images}
        for each in sorted(needs.requisites, key=lambda each: each.url not in photos):
            if each.url in self._seen:
                continue
            self._seen.add(each.url)
            frames = by.frames + (each.kind == "document")
            sheets = by.sheets + 1 if by.requisite.kind == "style" else 0
            self._queue.append(_Wanted(each, sheets, frames))

    def _skip(self, wanted: _Wanted) -> bool:
        """Whether a bound forbids it; the reason is noted."""
        limits, reason = self.config.limits, None
        if wanted.frames > FRAME_DEPTH:
            reason = f"a frame inside a frame is not followed ({FRAME_DEPTH} deep)"
        elif wanted.sheets > CSS_DEPTH:
            reason = f"style sheets are followed {CSS_DEPTH} deep"
        elif self._fetched + len(self._failed) + len(self._shared) >= limits.requisites:
            reason = f"more than {limits.requisites} requisites"
        elif self._bytes >= limits.requisites_bytes:
            reason = f"more than {limits.requisites_bytes} bytes in all"
        elif self.monotonic() >= self._deadline:
            reason = f"more than {limits.requisites_seconds:g} seconds in all"
        elif forbidden := self.asker.may(wanted.requisite.url):
            reason = forbidden.message
        if reason:
            self._skipped.append(Unfetched(url=wanted.requisite.url, reason=reason))
        return reason is not None

    def _borrow(self, wanted: _Wanted) -> bool:
        """Copy it from another capture of the job, where that is allowed and one has it."""
        if self.store is None or not self.config.shared or wanted.requisite.kind not in LENDABLE:
            return False
        lent = self.store.get(wanted.requisite.url)
        if lent is None or not lent.members or self._age(lent) > self.config.limits.shared_seconds:
            return False
        self.recording.borrow(lent)
        self._shared.append(
            Copied(
                url=lent.url,
                bag=lent.bag,
                captured=lent.captured,
                record_id=lent.record_id,
                payload_sha256=lent.payload_sha256,
            )
        )
        self._read_sheet(wanted, lent.url, lent.body, lent.content_type)
        return True

    def _age(self, lent: Lent) -> float:
        return (self.asker.now() - datetime.fromisoformat(lent.captured)).total_seconds()

    def _fetch(self, wanted: _Wanted, visit: Visit) -> "_Done":
        """In a thread of the pool: one requisite to its end, recorded on the way, lent to others where it may be."""
        limits = self.config.limits
        left = max(1.0, self._deadline - self.monotonic())
        bounds = replace(
            limits,
            response_bytes=min(limits.requisite_bytes, limits.response_bytes),
            exchange_seconds=min(limits.exchange_seconds, left),
        )
        asker = replace(self.asker, visit=visit, limits=bounds)
        walk = Walk(asker, wanted.requisite.url, "requisite", keep=self._kept(wanted.requisite), retries=1)
        last = None
        for done in walk:
            members: list[bytes] | None = [] if wanted.requisite.kind in LENDABLE else None
            exchange = self.recording.keep(done, lend=members)
            last = exchange or last
            if exchange and members and self.store is not None and walk.attempts == 1 and lendable(done):
                body = done.page.body if done.page and wanted.requisite.kind == "style" else b""
                record_id = exchange.record_ids.response
                self.store.put(lent_from(wanted.requisite.url, done, self.recording, record_id, members, body))
        return walk, last

    def _kept(self, requisite: Requisite) -> int:
        """How much of a body is read again: sheets and frames for what they name, photos for what they say."""
        if requisite.kind == "image" and any(requisite.url in figure.images for figure in self._figures):
            return self.config.limits.image_bytes
        return {"style": SHEET_BYTES, "document": self.config.limits.page_bytes}.get(requisite.kind, 0)

    def _take(self, wanted: _Wanted, walk: Walk, exchange: Exchange | None) -> None:
        """Count what came of one requisite, and follow what it names."""
        url, done = wanted.requisite.url, walk.answer
        self._bytes += done.tape.size if done else 0
        page = done.page if done else None
        if done is None or page is None or walk.trouble or not walk.arrived or not 200 <= page.status < 300:
            reason = walk.trouble.message if walk.trouble else f"status {page.status}" if page else "no answer"
            self._failed.append(Unfetched(url=url, reason=reason))
            return
        self._fetched += 1
        if wanted.requisite.kind == "document" and "html" in (page.header("content-type") or "html"):
            self._want(self._needs(page), wanted)
        self._read_sheet(wanted, page.url, page.body, page.header("content-type") or "")
        if wanted.requisite.kind == "image" and page.body:
            self._photos[url] = Photo(
                url=url,
                caption=next((each.caption for each in self._figures if url in each.images), ""),
                record_id=exchange.record_ids.response if exchange else "",
                payload_sha256=done.payload_sha256,
                body=page.body,
            )

    def _read_sheet(self, wanted: _Wanted, url: str, body: bytes, content_type: str) -> None:
        if wanted.requisite.kind == "style" and body:
            self._want(Needs(requisites=needs_of_css(body, url, charset_of(content_type)), figures=()), wanted)

    def _needs(self, page: Page) -> Needs:
        srcset = "largest" if self.config.srcset == "largest" else "all"
        return needs_of(page.body, page.url, charset_of(page.header("content-type") or ""), srcset=srcset)  # type: ignore[arg-type]

    def _chosen_photos(self) -> list[Photo]:
        """One photo a figure: the largest of its captured candidates."""
        chosen = []
        for figure in self._figures:
            captured = [self._photos[url] for url in figure.images if url in self._photos]
            if captured:
                chosen.append(max(captured, key=lambda photo: len(photo.body)))
        return list(dict.fromkeys(chosen))


def charset_of(content_type: str) -> str | None:
    """The charset parameter of a Content-Type."""
    _, found, rest = content_type.lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if found else None


def lendable(done: Attempt) -> bool:
    """Whether a response may stand in other bags too: whole, 200, public, and the same for everybody."""
    page = done.page
    if page is None or page.status != 200 or done.trouble or b"\r\ncookie:" in bytes(done.tape.request).lower():
        return False
    control = values(page.headers, "cache-control")
    personal = page.header("set-cookie") is not None or "cookie" in values(page.headers, "vary")
    private = any(each.startswith(("private", "no-store")) for each in control)
    return not personal and not private and "html" not in (page.header("content-type") or "").lower()
