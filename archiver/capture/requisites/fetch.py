"""Fetches what a page needs, within bounds, with a reason for everything that is not there: what a near host has in the
page's own thread, all else four at a time (docs/adr/0122).

Style sheets and modules are followed to what they name, frames one level deep. What a newspaper puts into every page is
copied from another capture of the job where there is one (`shared_cache.py`).
"""

import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from archiver.capture.capture_writer import Recording
from archiver.capture.failure_kinds import CaptureError
from archiver.capture.redirect_chain import AGAIN, RedirectChain, Requester
from archiver.capture.refresh import refresh_target
from archiver.capture.requisites.find import SVG, Needs, Requisite, Srcset, announced, cut_at, needs_of, resolved
from archiver.capture.requisites.modules import MODULE_DEPTH, imports_of
from archiver.capture.requisites.photos import Photos
from archiver.capture.requisites.stylesheets import sheet_references
from archiver.capture.robots.fetch import cached_response_of, impersonal
from archiver.capture.shared_cache import LARGEST, CachedResponse, SharedCache
from archiver.capture.single_exchange import Attempt
from archiver.capture.urls import referer_of
from archiver.capture.wire.recorder import Visit
from archiver.config import Config, Limits
from archiver.markup.addresses import web_address
from archiver.markup.media_types import content_type, content_type_of, is_html
from archiver.model import Copied, Exchange, Page, Requisites, Unfetched

CSS_DEPTH = 5
FRAME_DEPTH = 1
SHEET_BYTES = 4 << 20
REFRESHES = 3
"""Documents in a row that lead on by themselves and are followed in a frame."""
DOCUMENTS, READ_AGAIN = {"document", "object"}, {"style", "module"}
SHAREABLE = {"style", "script", "module", "font", "icon"}
LISTED = 2_000
"""Skipped addresses that are named one by one."""


def idle_clock() -> float:
    """A clock in seconds that stops while this process computes, in whatever thread."""
    return time.monotonic() - time.process_time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """When threads fetch what a page needs, and how many (docs/adr/0122)."""

    at_once: int = 4
    idle_seconds: float = 0.05
    """That a page and its requisites, one after another, may leave this process with nothing to do before threads fetch
    the rest: to start and wake them costs more than to wait for a server that is near, or while others are served."""
    alone_seconds: float = 1.0
    """After which threads do in any case."""
    exchange_seconds: float = 10.0
    """That one exchange may hold up the rest of its page: what takes longer is asked for again, in a thread."""
    idle_clock: Callable[[], float] = idle_clock


@dataclass(frozen=True, slots=True)
class _Pending:
    requisite: Requisite
    sheets: int = 0
    """How many style sheets or modules deep."""
    frames: int = 0
    refreshes: int = 0
    """How often the document of a frame led on to another."""
    around: str | None = None
    """The encoding of the document that names it."""

    def at_hand(self, home: str) -> bool:
        """Whether it comes from the page's own host and does not last, as streams and frames do."""
        return self.requisite.url.startswith(home) and self.requisite.kind not in ("media", "other", *DOCUMENTS)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """The result of one requisite: its redirect chain, and the last exchange that was recorded."""

    chain: RedirectChain
    exchange: Exchange | None


_Asking = Generator[bool, None, _Fetched | CachedResponse]
"""A requisite on its way: steps from exchange to exchange, in any thread; False where it will be asked for again."""


@dataclass(slots=True)
class Collector:
    """Collects the requisites of one capture. Each requisite gets a fork of the page's visit."""

    requester: Requester
    recording: Recording
    cache: SharedCache | None
    config: Config
    begun: float
    """When the page was first asked for, by the idle clock of `concurrency`."""
    concurrency: Concurrency
    monotonic: Callable[[], float] = time.monotonic
    _queue: deque[_Pending] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _photos: Photos = field(default_factory=Photos)
    _shared: list[Copied] = field(default_factory=list)
    _failed: list[Unfetched] = field(default_factory=list)
    _skipped: list[Unfetched] = field(default_factory=list)
    _unlisted: int = 0
    _begun: int = 0
    _fetched: int = 0
    _bytes: int = 0
    _deadline: float = 0.0
    _here: bool = False
    """Whether the page's own thread is the one that fetches."""

    def collect(self, page: Page) -> Requisites:
        """Everything `page` needs, as far as it could be had. Raises StorageError."""
        self._deadline = self.monotonic() + self.config.limits.requisites_seconds
        self._seen.add(page.url)
        self._want(self._needs(page, again=True), _Pending(Requisite(page.url, "document")))
        self._here = True
        begun = self._run_here(page.url)
        self._here = False
        if begun or self._queue:
            with ThreadPoolExecutor(self.concurrency.at_once, "requisite") as pool:
                self._run(pool, page.url, begun)
        if self._unlisted:
            self._skipped.append(Unfetched(url=page.url, reason=f"and {self._unlisted} more addresses, not listed"))
        return Requisites(
            fetched=self._fetched,
            shared=tuple(self._shared),
            failed=tuple(self._failed),
            skipped=tuple(self._skipped),
            photos=tuple(self._photos.chosen()),
        )

    def _run_here(self, page: str) -> dict[_Asking, _Pending]:
        """Fetch in the page's own thread, from its own host and while that is quick; gives what turned out slow."""
        home, until = f"{web_address(page).origin}/", self.monotonic() + self.concurrency.alone_seconds
        while self._queue and self._queue[0].at_hand(home) and self._quick(until):
            pending = self._queue.popleft()
            if self._skip(pending):
                continue
            asking = self._ask(pending, page)
            try:
                while next(asking) and self._quick(until):
                    pass
            except StopIteration as end:
                self._take(pending, end.value)
            else:
                return {asking: pending}
        return {}

    def _quick(self, until: float) -> bool:
        idle = self.concurrency.idle_clock() - self.begun
        return idle < self.concurrency.idle_seconds and self.monotonic() < until

    def _run(self, pool: ThreadPoolExecutor, page: str, begun: dict[_Asking, _Pending]) -> None:
        running = {pool.submit(_to_end, asking): pending for asking, pending in begun.items()}
        try:
            while self._queue or running:
                while self._queue and len(running) < self.concurrency.at_once:
                    pending = self._queue.popleft()
                    if not self._skip(pending):
                        running[pool.submit(_to_end, self._ask(pending, page))] = pending
                finished, _ = wait(running, return_when=FIRST_COMPLETED) if running else ((), ())
                for future in finished:
                    self._take(running.pop(future), future.result())
        finally:
            self._queue.clear()
            for future in running:
                future.cancel()

    def _ask(self, pending: _Pending, page: str) -> _Asking:
        self._begun += 1
        return self._get(pending.requisite, self.requester.visit.fork(referer_of(page, pending.requisite.url)))

    def _want(self, needs: Needs, by: _Pending) -> None:
        """Queue what a document names, photos under captions first; what was not read of it is noted."""
        if needs.unread:
            self._skipped.append(Unfetched(url=by.requisite.url, reason=needs.unread))
        if by.frames == 0:
            self._photos.expect(needs.figures)
        for each in sorted(needs.requisites, key=lambda each: each.url not in self._photos.captions):
            if each.url in self._seen:
                continue
            self._seen.add(each.url)
            frames = by.frames + (each.kind == "document")
            sheets = by.sheets + 1 if by.requisite.kind in READ_AGAIN else 0
            self._queue.append(_Pending(each, sheets, frames, around=needs.encoding or by.around))

    def _skip(self, pending: _Pending) -> bool:
        """Whether a bound forbids it; the reason is noted."""
        limits, reason = self.config.limits, self._overdue()
        if reason is None and self._begun >= limits.requisites:
            reason = f"more than {limits.requisites} requisites"
        elif reason is None and self._bytes >= limits.requisites_bytes:
            reason = f"more than {limits.requisites_bytes} bytes in all"
        elif pending.frames > FRAME_DEPTH:
            reason = f"a frame inside a frame is not followed ({FRAME_DEPTH} deep)"
        elif pending.requisite.kind == "module" and pending.sheets > MODULE_DEPTH:
            reason = f"modules are followed {MODULE_DEPTH} deep"
        elif pending.requisite.kind != "module" and pending.sheets > CSS_DEPTH:
            reason = f"style sheets are followed {CSS_DEPTH} deep"
        if reason and len(self._skipped) < LISTED:
            self._skipped.append(Unfetched(url=pending.requisite.url, reason=reason))
        elif reason:
            self._unlisted += 1
        return reason is not None

    def _overdue(self) -> str | None:
        over = self.monotonic() >= self._deadline
        return f"more than {self.config.limits.requisites_seconds:g} seconds in all" if over else None

    def _get(self, requisite: Requisite, visit: Visit) -> _Asking:
        """One requisite, an exchange a step: copied from another capture of the job where it may be, or fetched."""
        if self.cache is None or not self.config.shared or requisite.kind not in SHAREABLE:
            return (yield from self._fetch(requisite, visit))
        with self.cache.turn(requisite.url, self._fits) as cached:
            # A cached response is not fetched again, but under 'obey' it is not taken either.
            if cached is None or self.requester.may(requisite.url):
                return (yield from self._fetch(requisite, visit))
            self._shared.append(self.recording.copy_cached(cached))
            return cached

    def _fits(self, cached: CachedResponse) -> bool:
        age = (self.requester.now() - datetime.fromisoformat(cached.captured)).total_seconds()
        return bool(cached.members) and age <= self.config.limits.shared_seconds

    def _fetch(self, requisite: Requisite, visit: Visit) -> Generator[bool, None, _Fetched]:
        """Ask for a requisite, record it, and share it where it may be shared."""
        here, requester = self._here, replace(self.requester, visit=visit, limits=self._bounds(), may=self._may)
        chain = RedirectChain(requester, requisite.url, "requisite", keep=self._kept(requisite), retries=1)
        last = None
        for done in chain:
            may_share = self.cache is not None and requisite.kind in SHAREABLE and done.raw.size <= LARGEST
            members: list[bytes] | None = [] if may_share else None
            exchange = self.recording.keep(done, members=members)
            last = exchange or last
            if exchange and members and self.cache and not chain.redirects and is_shareable(done):
                body = done.page.body if done.page and requisite.kind in READ_AGAIN else b""
                record_id = exchange.record_ids.response
                self.cache.put(cached_response_of(requisite.url, done, self.recording, record_id, members, body))
            elif self.cache:
                self.cache.decline(requisite.url)
            yield done.fault is None and done.status not in AGAIN
            chain.requester = replace(requester, limits=self._bounds())
        if here and chain.fault and chain.fault.truncation == "time":
            return (yield from self._fetch(requisite, visit))  # now in a thread
        return _Fetched(chain, last)

    def _bounds(self) -> Limits:
        """The bounds of the next exchange."""
        limits, left = self.config.limits, max(1.0, self._deadline - self.monotonic())
        longest = min(left, self.concurrency.exchange_seconds) if self._here else left
        return replace(
            limits,
            response_bytes=min(limits.requisite_bytes, limits.response_bytes),
            exchange_seconds=min(limits.exchange_seconds, longest),
            read_seconds=min(limits.read_seconds, longest),
            retry_after_seconds=min(limits.retry_after_seconds, left / 4),
        )

    def _may(self, url: str) -> CaptureError | None:
        """Whether an address on the way may be asked for: first the time left for the page, then its robots policy."""
        overdue = self._overdue()
        return CaptureError(kind="bound", message=overdue, again=False) if overdue else self.requester.may(url)

    def _kept(self, requisite: Requisite) -> int:
        """How much of a body is read again: sheets and frames for what they name, photos for what they say."""
        if requisite.url in self._photos.captions:
            return self.config.limits.image_bytes
        if requisite.kind in DOCUMENTS:
            return self.config.limits.page_bytes
        return SHEET_BYTES if requisite.kind in READ_AGAIN else 0

    def _take(self, pending: _Pending, got: _Fetched | CachedResponse) -> None:
        """Count what came of one requisite, and follow what it names."""
        url = pending.requisite.url
        if isinstance(got, CachedResponse):
            self._bytes += len(got.members)
            self._read_sheet(pending, url, got.body, got.content_type)
            return
        chain, done = got.chain, got.chain.answer
        self._bytes += done.raw.size if done else 0
        page = done.page if done else None
        if chain.fault and chain.fault.kind == "robots":
            self._skipped.append(Unfetched(url=url, reason=chain.fault.message))
        elif done is None or page is None or chain.fault or not chain.arrived or not 200 <= page.status < 300:
            reason = chain.fault.message if chain.fault else f"status {page.status}" if page else "no answer"
            self._failed.append(Unfetched(url=url, reason=reason))
        else:
            self._fetched += 1
            self._read(pending, page)
            if url in self._photos.captions and page.body and got.exchange:
                self._photos.keep(url, page.body, got.exchange.record_ids.response, done.payload_sha256)

    def _read(self, pending: _Pending, page: Page) -> None:
        stated = content_type_of(page.headers)
        kind = content_type(stated)
        shown = is_html(page.body, stated) or (kind is not None and kind.essence == SVG)
        if pending.requisite.kind in DOCUMENTS and shown:
            needs, cut = self._needs(page), page.problem and cut_at(page.body, self.config.limits.page_bytes)
            self._want(replace(needs, unread=cut or needs.unread), pending)
            self._lead_on(pending, page)
        self._read_sheet(pending, page.url, page.body, stated or "")

    def _lead_on(self, pending: _Pending, page: Page) -> None:
        """Queue where the document of a frame leads on to by itself."""
        target = (refresh_target(page) or "").partition("#")[0]
        if target and target not in self._seen and pending.refreshes < REFRESHES:
            self._seen.add(target)
            document = Requisite(target, "document")
            self._queue.append(replace(pending, requisite=document, refreshes=pending.refreshes + 1))

    def _read_sheet(self, pending: _Pending, url: str, body: bytes, stated: str) -> None:
        kind = content_type(stated)
        if pending.requisite.kind == "style" and body and not (kind and "html" in kind.essence):
            references, encoding, unread = sheet_references(body, stated, pending.around)
            self._want(resolved(references, url, encoding, cut_at(body, SHEET_BYTES) or unread), pending)
        elif pending.requisite.kind == "module" and body and not (kind and "html" in kind.essence):
            self._want(resolved(imports_of(body), url, "utf-8", cut_at(body, SHEET_BYTES)), pending)

    def _needs(self, page: Page, *, again: bool = False) -> Needs:
        stated, srcset = content_type_of(page.headers), cast(Srcset, self.config.srcset)
        needs = needs_of(page.body, page.url, stated, srcset=srcset, again=again)
        known = {each.url for each in needs.requisites}  # what the page itself says they are counts
        more = [each for each in announced(page.headers, page.url, srcset) if each.url not in known]
        return replace(needs, requisites=(*needs.requisites, *more)) if more else needs


def _to_end(asking: _Asking) -> _Fetched | CachedResponse:
    while True:
        try:
            next(asking)
        except StopIteration as end:
            return cast(_Fetched | CachedResponse, end.value)


def is_shareable(done: Attempt) -> bool:
    """Whether a requisite may stand in other bags too: whole, 200, public, and the same for everybody."""
    page = done.page
    return page is not None and page.status == 200 and not done.fault and impersonal(page, done)
