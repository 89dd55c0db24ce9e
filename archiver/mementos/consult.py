"""Decides whether web archives are asked for a seed's original, asks them one after another, and adds what they gave to
the capture: the outcome stays the original's, the text may come from a memento (docs/capture/time.md)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock

from archiver.capture.capture_writer import Recording
from archiver.capture.wire.recorder import Recorder
from archiver.config import Config, ConnectTo
from archiver.mementos.addresses import ArchivedAddress, is_private
from archiver.mementos.choose import USABLE, Judged
from archiver.mementos.client import ArchiveClient, Archived, NotAsked, Outage
from archiver.mementos.lead_image import lead_image
from archiver.mementos.record import memento_record
from archiver.mementos.seek import Reads, Sought, judge, seek
from archiver.mementos.turns import Turns
from archiver.model import (
    ArchiveAnswer,
    Capture,
    Failure,
    HeldCapture,
    Memento,
    NoAnswer,
    Photo,
    Reading,
    Seed,
    SourceDocument,
    WebArchive,
)
from archiver.network.address_guard import Guard

_NOT_THEIRS = ("address", "proxy", "guard", "robots")
"""Failures that say nothing of the original: its address, or a proxy of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """What is known of a seed after archives were asked, or not. `photos` are those that are read, None where those of
    the original's page are; `photo_document` is what the memento's photo stands in."""

    fetched: Capture | Failure
    reading: Reading | None
    photos: Sequence[Photo] | None = None
    photo_document: SourceDocument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an original before archives are asked: how it ended, its page read, what a browser showed."""

    fetched: Capture | Failure
    reading: Reading | None
    rendered: Reading | None = None

    @property
    def best(self) -> Reading | None:
        """The reading with more of the seed."""
        found = [each for each in (self.reading, self.rendered) if each is not None]
        return max(found, key=lambda each: each.comparison.seed_coverage, default=None)


@dataclass(slots=True)
class Mementos:
    """The archives of one job, in one process; recorders are made when they are needed."""

    config: Config
    turns: Turns
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _recorders: dict[bool, Recorder] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def consult(
        self,
        seed: Seed,
        known: Known,
        recording: Recording,
        reads: Reads,
        place: ArchivedAddress | None = None,
    ) -> Consulted:
        """Ask archives where it is wanted. `place` is the seed's own address where that lies in an archive: its
        memento is read as one. Raises StorageError, RecordingError."""
        fetched, reading = known.fetched, known.reading
        url = fetched.requested_url if isinstance(fetched, Capture) else fetched.url
        if place is None and not (self.config.archives and is_wanted(self.config, seed, fetched, known.best)):
            return Consulted(fetched=fetched, reading=reading)
        answers: list[ArchiveAnswer] = []
        found: tuple[ArchiveClient, Sought] | None = None
        if place is not None:
            found = self._named(seed, place, recording, reads, answers)
        for archive in self.config.archives if place is None else ():
            if is_private(url) and not is_private(archive.url):
                continue
            client = self.client(archive, recording, trusted=True)
            try:
                sought = seek(client, seed, url, reads)
            except Outage:
                continue
            answers.append(sought.answer)
            if sought.judged and (found is None or _rank(sought) > _rank(found[1])):
                found = client, sought
            if sought.judged and sought.judged.matches:
                break
        if found and place is None and not _is_better(found[1].judged, fetched, known.best):
            found = None
        return self._with(seed, fetched, reading, recording, answers, found, url)

    def _named(
        self,
        seed: Seed,
        place: ArchivedAddress,
        recording: Recording,
        reads: Reads,
        answers: list[ArchiveAnswer],
    ) -> tuple[ArchiveClient, Sought] | None:
        """The memento that the seed itself names; as it was sent, where its archive has that form."""
        archive = WebArchive(name=place.archive, family="pywb", url=place.prefix)
        client, asked = self.client(archive, recording, trusted=False), self.now()

        def unread(words: str) -> ArchiveAnswer:
            return ArchiveAnswer(archive=place.archive, finding="only-errors", words=words, asked=asked)

        archived: Archived | None = None
        for address in dict.fromkeys(each for each in (place.raw, seed.url) if each):
            try:
                archived = client.memento(address, place.original)
                break
            except NotAsked as error:
                finding = ArchiveAnswer(archive=place.archive, finding=error.finding, words=error.words, asked=asked)
                answers.append(finding)
            except Outage:
                return None
        if archived is None:
            return None
        judged, reading = judge(seed, archived, reads)
        if judged is None or reading is None or not judged.article:
            status = f"status {archived.page.status}" if judged is None else "another page, or a notice"
            answers.append(unread(f"the memento that the seed names is one of an error: {status}"))
            return None
        rewritten = "" if archived.raw else "; a copy that the archive has rewritten"
        held = HeldCapture(
            datetime=archived.moment,
            uri=archived.uri,
            status=archived.page.status,
            verdict=judged.verdict,
            seed_coverage=judged.seed_coverage,
        )
        words = f"the memento that the seed names, of {archived.moment:%Y-%m-%dT%H:%M:%SZ}{rewritten}"
        memento = Memento(
            archive=place.archive,
            uri=archived.uri,
            datetime=archived.moment,
            raw=archived.raw,
            timemap=None,
            timegate=None,
            captures=(held,),
            held=1,
            read=1,
            words=words,
        )
        answer = ArchiveAnswer(archive=place.archive, finding="found", words=words, asked=asked)
        answers.append(answer)
        return client, Sought(answer=answer, memento=memento, archived=archived, reading=reading, judged=judged)

    def _with(
        self,
        seed: Seed,
        fetched: Capture | Failure,
        reading: Reading | None,
        recording: Recording,
        answers: list[ArchiveAnswer],
        found: tuple[ArchiveClient, Sought] | None,
        url: str,
    ) -> Consulted:
        photos: list[Photo] = []
        document = None
        client, sought = found or (None, None)
        if client and sought and sought.archived and sought.memento and sought.reading:
            archived = sought.archived
            _state(recording, archived, url)
            image = lead_image(client, seed, archived, url)
            if image:
                photo, of_image = image
                _state(recording, of_image, photo.url)
                photos.append(photo)
                document = document_of(of_image)
            reading = from_memento(sought.reading, document_of(archived))
        recording.check()
        memento = sought.memento if sought else None
        if isinstance(fetched, Failure):
            if memento is None:
                asked = {"archives": [f"{each.archive}: {each.words}" for each in answers]} if answers else {}
                return Consulted(fetched=replace(fetched, seen={**fetched.seen, **asked}), reading=None)
            fetched = capture_without_original(fetched, self.config)
        capture = replace(
            fetched,
            finished=max(self.now(), fetched.finished),
            exchanges=tuple(recording.exchanges),
            index=tuple(recording.index),
            memento=memento,
            archives=tuple(answers),
        )
        return Consulted(fetched=capture, reading=reading, photos=photos if memento else None, photo_document=document)

    def client(self, archive: WebArchive, recording: Recording, *, trusted: bool) -> ArchiveClient:
        """An archive as one seed asks it; `trusted` where the operator has named it, not the seed."""
        return ArchiveClient(
            archive=archive,
            recorder=self._recorder(trusted=trusted),
            recording=recording,
            turns=self.turns,
            limits=self.config.limits,
            now=self.now,
        )

    def _recorder(self, *, trusted: bool) -> Recorder:
        """Archives that the operator has named pass the guard, by host and port; what a seed names does not."""
        with self._lock:
            if trusted not in self._recorders:
                own = tuple(filter(None, (_own(each) for each in self.config.archives if trusted)))
                guard = Guard(allow_private=self.config.allow_private, connect_to=(*self.config.connect_to, *own))
                self._recorders[trusted] = Recorder(self.config, guard)
            return self._recorders[trusted]

    def close(self) -> None:
        """Close all connections."""
        for each in self._recorders.values():
            each.close()


def _own(archive: WebArchive) -> ConnectTo | None:
    """A rule by which an archive's host and port lead to themselves, exempt from the guard."""
    from urllib.parse import urlsplit

    parts = urlsplit(archive.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = (parts.hostname or "").lower()
    return ConnectTo(host=host, port=port, to_host=host, to_port=port) if host else None


def is_wanted(config: Config, seed: Seed, fetched: Capture | Failure, reading: Reading | None) -> bool:
    """Whether archives are asked for the original of a seed that ended so (`--memento`)."""
    if config.memento == "never" or fetched.outcome == "refused":
        return False
    if isinstance(fetched, Failure) and (fetched.outage or fetched.kind in _NOT_THEIRS):
        return False
    if config.memento == "always" or fetched.outcome in ("gone", "blocked", "failed", "unread"):
        return True
    coverage = reading.comparison.seed_coverage if reading else 0.0
    return bool(seed.paragraphs) and coverage < USABLE


def _is_better(judged: Judged | None, fetched: Capture | Failure, reading: Reading | None) -> bool:
    """Whether a memento says more of the seed's article than the original's answer."""
    if judged is None:
        return False
    if fetched.outcome != "captured" or reading is None:
        return True
    return judged.rank > Judged.of(reading, article=True).rank


def _rank(sought: Sought) -> tuple[int, float]:
    assert sought.judged is not None
    return sought.judged.rank


def _state(recording: Recording, archived: Archived, original: str) -> None:
    """A metadata record beside the response: the original's address, when it was archived, in which form."""
    fields = memento_record(archived, original)
    recording.files.warc().write_metadata(
        refers_to=archived.exchange.record_ids.response,
        url=archived.exchange.url,
        moment=archived.exchange.ended,
        fields=fields,
    )


def document_of(archived: Archived) -> SourceDocument:
    """A memento as the document that was read."""
    return SourceDocument(
        kind="memento",
        record_id=archived.exchange.record_ids.response,
        url=archived.exchange.url,
        captured=archived.moment,
    )


def from_memento(reading: Reading, document: SourceDocument) -> Reading:
    """The reading with its document, which each claim and credit of the page states."""
    claims = {
        name: tuple(each if each.source == "seed" else replace(each, document=document) for each in found)
        for name, found in reading.claims.items()
    }
    credited = tuple(each if each.source == "seed" else replace(each, document=document) for each in reading.credits)
    return replace(
        reading,
        article=replace(reading.article, source=document),
        comparison=replace(reading.comparison, source=document),
        claims=claims,
        credits=credited,
    )


def capture_without_original(failure: Failure, config: Config) -> Capture:
    """A capture whose original gave no response: all that is known of it is why."""
    known = failure.recorded
    return Capture(
        outcome=failure.outcome,
        reason=failure.reason,
        started=failure.started,
        finished=failure.finished,
        requested_url=failure.url,
        final_url=None,
        status=None,
        redirects=(),
        record_id=None,
        payload_sha256=None,
        exchanges=known.exchanges if known else (),
        page=None,
        user_agent=config.user_agent,
        proxy=config.stated_proxy,
        robots=known.robots if known else "not-asked",
        robots_rule=known.robots_rule if known else None,
        robots_from=known.robots_from if known else (),
        crawl_delay=failure.crawl_delay,
        error=NoAnswer(kind=failure.kind, message=failure.reason, time=failure.finished, seen=dict(failure.seen)),
    )
