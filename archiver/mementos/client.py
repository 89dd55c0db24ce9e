"""Asks one archive: each request is recorded under the archive's own address, paced, bounded, without cookies.

What answers with Memento-Datetime answers for the original; without it the archive speaks for itself (RFC 7089, 2.1.1).
A Location is never followed live: the archive is asked for what it leads to.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urljoin

from archiver.capture.capture_writer import Recording
from archiver.capture.single_exchange import Attempt, attempt
from archiver.capture.urls import as_sent
from archiver.capture.wire.http_framing import Framing, values
from archiver.capture.wire.recorder import Recorder
from archiver.config import Limits
from archiver.mementos.addresses import archived_address, folded, home_of, joined, mementos_of, raw_address, within
from archiver.mementos.lists import http_date, related
from archiver.mementos.turns import Kind, Turns
from archiver.model import ArchiveFinding, Exchange, Page, WebArchive

UNREACHED_SECONDS = 10.0
"""The longest that an archive which has not answered in this run is waited for."""
ANSWER_SECONDS = 60.0
_HOPS = 4
_REFUSING = {401, 403, 407, 429, 451}
_REDIRECTS = {301, 302, 303, 307, 308}
_PREFIXED = "x-archive-orig-"


class NotAsked(Exception):
    """The archive gave no answer that could be used: what it is called, and a sentence."""

    def __init__(self, finding: ArchiveFinding, words: str) -> None:
        self.finding, self.words = finding, words
        super().__init__(words)


class Outage(Exception):
    """Name service gave no answer for the archive either: nothing is said of anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A memento as it came: the page in its original's terms, when that state was captured, the archive's own address,
    and the exchange that brought it."""

    page: Page
    moment: datetime
    uri: str
    raw: bool
    exchange: Exchange
    payload_sha256: str | None = None


@dataclass(slots=True, kw_only=True)
class ArchiveClient:
    """One archive, for one seed. `now` and `spool` as for a capture."""

    archive: WebArchive
    recorder: Recorder
    recording: Recording
    turns: Turns
    limits: Limits
    now: Callable[[], datetime]
    links: list[str] = field(default_factory=list)
    """Link headers of the answers so far."""
    allow: Callable[[], None] = lambda: None
    """Called before each request; what it raises ends the asking."""

    def list_answer(self, address: str, accept: datetime | None = None) -> Attempt:
        """The answer to a question about what is held. Raises NotAsked, Outage, StorageError."""
        done, _ = self._ask(address, "list", accept)
        return done

    def memento(self, address: str, url: str, *, accept: datetime | None = None) -> Archived:
        """The memento at an address of the archive, of the original `url`. Raises NotAsked, Outage, StorageError."""
        wanted, seen = {folded(url)}, set[str]()
        for _ in range(_HOPS + 1):
            if address in seen:
                break
            seen.add(address)
            done, exchange = self._ask(address, "memento", accept)
            page = done.page
            assert page is not None
            stated, location = page.header("memento-datetime"), page.header("location")
            self.links = values_of(page, "link")
            original = related(self.links, "original")
            if stated and original and folded(joined(address, original)) not in wanted:
                raise NotAsked("other-text", f"a memento of another page was given: {original[:200]}")
            if page.status in _REDIRECTS and location:
                target = self._target(address, location, wanted, of_original=bool(stated))
                if target is None:
                    raise NotAsked("other-text", f"the archive leads away, to {location[:200]}: not followed")
                address = target
                continue
            return self._archived(done, exchange, address, stated)
        raise NotAsked("only-errors", "the archive leads in circles")

    def _archived(self, done: Attempt, exchange: Exchange, address: str, stated: str | None) -> Archived:
        assert done.page is not None
        moment = http_date(stated)
        if stated is None:
            status = f"status {done.status}, without Memento-Datetime"
            raise NotAsked("only-errors", f"the archive speaks for itself ({status}): not the original")
        if moment is None or moment > self.now() + timedelta(days=1):
            raise NotAsked("only-errors", f"the archive states an invalid Memento-Datetime: {stated[:60]!r}")
        place = archived_address(address)
        raw = place is not None and place.modifier == "id_"
        return Archived(
            page=readable(done.page),
            moment=moment,
            uri=address,
            raw=raw,
            exchange=exchange,
            payload_sha256=done.payload_sha256,
        )

    def _target(self, address: str, location: str, wanted: set[str], *, of_original: bool) -> str | None:
        """Where in the archive a Location leads; None for what is not asked for. The original's own redirect is
        followed within the archive, whatever form its Location has."""
        here, prefix = archived_address(address), mementos_of(self.archive)
        try:
            target = urldefrag(joined(address, location)).url
        except ValueError:
            return None
        rest = within(prefix, target)
        there = archived_address(target) if rest is not None else None
        if there is not None:
            if of_original:
                wanted.add(folded(there.original))
            elif folded(there.original) not in wanted:
                return None
            raw = here is not None and here.modifier == "id_"
            return raw_address(prefix, there.stamp, there.original) if raw else target
        if rest is not None and not of_original:
            return target
        if not of_original or here is None:
            return None
        # A raw redirect names the live address: the archive's copy of that is asked for.
        live = urljoin(here.original, location.strip()) if rest is None else None
        if live is None or not live.startswith(("http://", "https://")):
            return None
        if not location.strip().lower().startswith(("http://", "https://")):
            live = urljoin(here.original, location.strip())
        wanted.add(folded(live))
        return raw_address(prefix, here.stamp, live)

    def _ask(self, address: str, kind: Kind, accept: datetime | None) -> tuple[Attempt, Exchange]:
        """One exchange, recorded. Raises NotAsked where the archive is to be left alone, or gives nothing."""
        if stopped := self.turns.stopped(self.archive):
            raise NotAsked(stopped[0], stopped[1])  # type: ignore[arg-type]
        if within(home_of(self.archive), address) is None:
            raise NotAsked("other-text", f"an address outside the archive was given: {address[:200]}")
        self.allow()
        self.turns.wait(self.archive, kind)
        known = self.turns.answered(self.archive)
        seconds = min(self.limits.exchange_seconds, ANSWER_SECONDS if known else UNREACHED_SECONDS)
        visit = self.recorder.visit()  # of its own, without cookies
        if accept is not None:
            visit.headers["Accept-Datetime"] = accept.strftime("%a, %d %b %Y %H:%M:%S GMT")
        try:
            sent = as_sent(address)
        except ValueError as error:
            raise NotAsked("only-errors", f"the archive gives an invalid address: {address[:200]!r}") from error
        done = attempt(
            self.recorder,
            visit,
            sent,
            "memento",
            asked=self.now(),
            keep=self.limits.page_bytes,
            limits=replace(self.limits, exchange_seconds=seconds),
            spool=self.recording.files.spool,
        )
        done.ended = max(self.now(), done.asked)
        if done.page is not None:
            done.page = replace(done.page, **_mislabelled(done))
        exchange = self.recording.keep(done)
        if exchange is None or done.page is None:
            raise self._unreached(done)
        self.turns.note_answer(self.archive)
        speaks = done.page.header("memento-datetime") is None
        if speaks and done.status == 429:
            raise self._stop("refuses", f"{self.archive.name} asks to be left alone (status 429), and is for this run")
        if speaks and done.status in _REFUSING:
            raise NotAsked("refuses", f"{self.archive.name} refuses (status {done.status})")
        if speaks and done.status is not None and done.status >= 500:
            raise NotAsked("unreachable", f"{self.archive.name} is in trouble (status {done.status})")
        if done.fault is not None and done.fault.kind in ("bound", "timeout") and not done.page.body:
            raise self._stop("unreachable", f"{self.archive.name} gives no whole answer: {done.fault.message}")
        return done, exchange

    def _unreached(self, done: Attempt) -> Exception:
        fault = done.fault
        if fault is not None and fault.kind == "dns" and fault.again:
            return Outage(fault.message)
        why = fault.message if fault else "nothing was received"
        return self._stop("unreachable", f"{self.archive.name} cannot be reached: {why}")

    def _stop(self, finding: ArchiveFinding, words: str) -> NotAsked:
        self.turns.stop(self.archive, finding, words)
        return NotAsked(finding, words)


def values_of(page: Page, name: str) -> list[str]:
    """All values of a header."""
    return [value for key, value in page.headers if key.lower() == name]


def readable(page: Page) -> Page:
    """A memento's page in its original's terms: headers that the archive prefixed stand beside the archive's own, and
    a body whose gzip is not labelled is unpacked."""
    prefixed = [(name, value) for name, value in page.headers if name.lower().startswith(_PREFIXED)]
    known = {name.lower() for name, _ in page.headers}
    own = [
        (n[len(_PREFIXED) :], v) for n, v in prefixed if n[len(_PREFIXED) :].lower() not in known | {"content-encoding"}
    ]
    return replace(page, headers=(*page.headers, *own), **unpacked(page))


def unpacked(page: Page) -> dict[str, Any]:
    """The body of a page whose gzip is not labelled, within the size that was read; nothing for another page."""
    if not page.body.startswith(b"\x1f\x8b\x08"):
        return {}
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = inflater.decompress(page.body, Limits().page_bytes)
    except zlib.error:
        return {}
    return {"body": body} if inflater.eof else {"body": body, "problem": "its gzip, which is not labelled, ends early"}


def _mislabelled(done: Attempt) -> dict[str, Any]:
    """The body of an answer that says it is gzip and is not: as it came."""
    assert done.page is not None
    if done.page.body or not {"gzip", "x-gzip"}.intersection(values(done.raw.headers, "content-encoding")):
        return {}
    kept, left = bytearray(), Limits().page_bytes
    for piece in Framing(done.raw.block(), done.raw.head, done.raw.headers).payload():
        kept += piece[: max(0, left - len(kept))]
    return {} if kept.startswith(b"\x1f\x8b") else {"body": bytes(kept), "problem": None, "unread": None}
