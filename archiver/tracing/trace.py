"""Traces the states of a seed's original: captures held by the named archives and own bags, read within a budget.

The captures are bisected where their texts differ; the archives are treated as in a run (mementos/client.py). Nothing
is kept: what is read is not evidence, and no bag is made.
"""

import io
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from archiver.article.analyse import read
from archiver.article.page_kind import stands_instead
from archiver.capture.capture_writer import Recording
from archiver.capture.warc import CopiedRecords, WarcFile
from archiver.config import Config
from archiver.errors import StorageError
from archiver.escape import counted
from archiver.ledger.ledger import PATH, Ledger
from archiver.mementos.addresses import archived_address, asked_for, is_private
from archiver.mementos.client import ArchiveClient, NotAsked, Outage
from archiver.mementos.consult import Mementos
from archiver.mementos.seek import holdings, judge, memento_address, near_of
from archiver.mementos.turns import Turns
from archiver.model import Page, Reading, Seed
from archiver.series.recorded_page import State, page_of, photo_of
from archiver.tracing.points import Point, TextChange, TracedState, next_to_read, text_changes, traced_states
from archiver.view.open_bag import OpenBag

OWN_BAGS = 200
"""Bags of one address that are read, the newest."""
_WORDS = 12


class BudgetSpent(Exception):
    """The requests that one seed may cost are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What became of one original: its states, the changes of its text, how many captures are held and were read, and
    what else has to be said, in sentences. `points` are the captures in order of time."""

    seed: str
    url: str
    states: tuple[TracedState, ...]
    changes: tuple[TextChange, ...]
    read: int
    held: int
    notes: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(slots=True)
class _Tracer:
    seed: Seed
    url: str
    left: int
    points: list[Point] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self) -> None:
        if self.left <= 0:
            raise BudgetSpent
        self.left -= 1


class _NotKept:
    """Where the exchanges of a trace go: nowhere (`CaptureFiles`)."""

    name = "trace"

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self._out = Path(os.devnull).open("wb")  # noqa: SIM115 - closed by close()
        self._warc = WarcFile(
            self._out, name="trace.warc.gz", info={}, started=datetime.now(UTC), new_id=lambda: str(uuid4())
        )

    def warc(self) -> WarcFile:
        return self._warc

    def shared(self) -> CopiedRecords:
        return CopiedRecords(self._out, "trace-shared.warc.gz")

    def written(self, _: str) -> IO[bytes]:
        return io.BytesIO()

    def close(self) -> None:
        self._out.close()


def trace(seed: Seed, config: Config, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Trace:
    """Read captures of the seed's original until all are read or the budget of requests is spent. Raises StorageError,
    UsageError."""
    place = archived_address(seed.url)
    tracer = _Tracer(seed, place.original if place else seed.url, config.trace_requests)
    _add_own_bags(tracer, config.bags)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-trace-")))
        files = stack.enter_context(closing(_NotKept(folder)))
        mementos = stack.enter_context(closing(Mementos(config, Turns(folder / "turns", "trace"), now)))
        recording = Recording(files)
        clients: dict[str, ArchiveClient] = {}
        if not config.archives:
            tracer.notes.append("no archive is named in archiver.toml: own bags alone are read")
        for archive in config.archives:
            if is_private(tracer.url) and not is_private(archive.url):
                tracer.notes.append(f"{archive.name} is not asked for an address of a private network")
                continue
            client = mementos.client(archive, recording, trusted=True)
            client.allow = tracer.take
            if _add_held(tracer, client):
                clients[archive.name] = client
        _bisect(tracer, clients)
    tracer.points.sort(key=lambda each: (each.moment, each.uri))
    points = tracer.points
    return Trace(
        seed=seed.origin,
        url=tracer.url,
        states=tuple(traced_states(points)),
        changes=tuple(text_changes(points)),
        read=sum(each.read for each in points),
        held=len(points),
        notes=(*tracer.notes, *_said(seed, points)),
        points=tuple(points),
    )


def _add_own_bags(tracer: _Tracer, bags: Path) -> None:
    if not (bags / PATH).exists():
        return
    with closing(Ledger(bags, read_only=True)) as ledger:
        names = ledger.bags_at(tracer.url, OWN_BAGS, seed_sha256=tracer.seed.sha256)
    unread = 0
    for name in names:
        try:
            tracer.points.append(_point_of(tracer.seed, bags / name))
        except StorageError:
            unread += 1
    if unread:
        tracer.notes.append(f"{counted(unread, 'own bag')} not here any more, or not readable")


def _point_of(seed: Seed, path: Path) -> Point:
    """The capture in a bag of our own: of the original, or of the memento that its text comes from."""
    with OpenBag(path) as bag:
        page, captured, from_archive = page_of(bag)
        try:
            moment = datetime.fromisoformat(captured).astimezone(UTC)
        except ValueError as error:
            raise StorageError(f"{path}: its record has no time of capture") from error
        point = Point(moment=moment, uri=page.url if from_archive else bag.path.name, status=page.status)
        if 200 <= page.status < 300:
            reading = read(seed, page)
            instead = stands_instead(seed, page, reading, ())
            _judged(point, reading, page, None if instead is None else instead.reason, photo_of(bag))
        else:
            point.instead = f"status {page.status}"
        return point


def _judged(point: Point, reading: Reading, page: Page, instead: str | None, photo: str | None = None) -> None:
    point.status = page.status
    if instead is not None:
        point.instead = instead
        return
    point.verdict, point.seed_coverage = reading.comparison.verdict, reading.comparison.seed_coverage
    captured = point.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    point.state = State(bag=point.uri, captured=captured, seal=None, reading=reading.settled(), photo=photo)


def _add_held(tracer: _Tracer, client: ArchiveClient) -> bool:
    """Add what an archive lists. False where it gave no list."""
    name = client.archive.name
    try:
        held = holdings(client, asked_for(tracer.url), near_of(tracer.seed))
    except NotAsked as error:
        tracer.notes.append(error.words)
        return False
    except Outage:
        tracer.notes.append(f"name service gives no answer: {name} is not asked")
        return False
    except BudgetSpent:
        tracer.notes.append(f"the budget of requests is spent before {name} has said what it holds")
        return False
    if not held.captures:
        tracer.notes.append(f"{name} holds no capture of {tracer.url}")
    if held.cut:
        tracer.notes.append(f"the list of {name} was cut: it may hold more")
    known = {(each.uri, each.moment) for each in tracer.points}
    for each in held.captures:
        uri = memento_address(client, each)
        if (uri, each.moment) not in known:
            known.add((uri, each.moment))
            tracer.points.append(
                Point(moment=each.moment, uri=uri, status=each.status, archive=name, digest=each.digest)
            )
    return True


def _bisect(tracer: _Tracer, clients: dict[str, ArchiveClient]) -> None:
    near = near_of(tracer.seed)
    while True:
        tracer.points.sort(key=lambda each: (each.moment, each.uri))
        point = next_to_read(tracer.points, near)
        if point is None:
            return
        client = clients[point.archive or ""]
        try:
            _read(tracer, client, point)
        except NotAsked as error:
            point.lost = error.words
            if client.turns.stopped(client.archive):
                tracer.notes.append(error.words)
                for each in tracer.points:
                    if each.archive == point.archive and each.can_be_read:
                        each.lost = error.words
        except Outage:
            tracer.notes.append(f"name service gives no answer: {client.archive.name} is asked no further")
            return
        except BudgetSpent:
            left = sum(each.can_be_read for each in tracer.points)
            tracer.notes.append(
                f"the budget of requests is spent: {counted(left, 'capture')} that may be a page unread"
            )
            return


def _read(tracer: _Tracer, client: ArchiveClient, point: Point) -> None:
    """Read a capture; where the archive gives that of another moment, that is a point of its own. Raises NotAsked,
    Outage, BudgetSpent, StorageError."""
    archived = client.memento(point.uri, asked_for(tracer.url))
    if archived.moment != point.moment:
        point.lost = f"the archive gives its capture of {archived.moment:%Y-%m-%dT%H:%M:%SZ} instead"
        given = next((each for each in tracer.points if each.uri == archived.uri), None)
        if given is not None and given is not point:
            point, given.moment = given, archived.moment
            if not point.can_be_read:
                return
        else:
            found = Point(moment=archived.moment, uri=archived.uri, status=None, archive=point.archive)
            if client.archive.family == "memento" and point.uri == archived.uri:
                tracer.points.remove(point)  # a TimeGate's moment is the one that was asked for
            tracer.points.append(found)
            point = found
    judged, reading = judge(tracer.seed, archived, read)
    if judged is None or reading is None:
        point.status, point.instead = archived.page.status, f"status {archived.page.status}"
        return
    _judged(point, reading, archived.page, None if judged.article else "another page, or a notice")


def _said(seed: Seed, points: list[Point]) -> list[str]:
    """What has to be said of captures that were not read, and of the seed's text where none has it."""
    found = []
    read = [each for each in points if each.read]
    unread = [each for each in points if not each.read and not each.is_error]
    if unread:
        unread_words = counted(len(unread), "capture")
        found.append(f"{unread_words} not read: nothing is said of them, even where those around have one text")
    if lost := [each for each in points if each.lost]:
        found.append(f"{counted(len(lost), 'capture')} listed but not given: {lost[0].lost}")
    listed = [each for each in points if each.is_error and not each.read]
    if listed:
        found.append(f"the status of {counted(len(listed), 'capture')} is as the archive lists it: not read")
    texts = [each.state.reading for each in read if each.state is not None]
    if texts and seed.paragraphs and not any(each.verdict == "same" for each in read):
        different = {each.article.paragraphs for each in texts}
        sentence = f"the seed's exact spelling occurs in none of the {counted(len(different), 'text')} read"
        words = _absent(seed, texts)
        found.append(f"{sentence}: not in any: {', '.join(words)}" if words else sentence)
    return found


def _absent(seed: Seed, texts: list[Reading]) -> list[str]:
    """Words of the seed's paragraphs that stand in no text that was read, as they are spelled; the first few."""
    known = {word for each in texts for paragraph in each.article.paragraphs for word in _spelled(paragraph)}
    words = dict.fromkeys(word for each in seed.paragraphs for word in _spelled(each.text))
    return [each for each in words if each not in known][:_WORDS]


def _spelled(text: str) -> list[str]:
    return [word for each in text.split() if (word := each.strip("\"'“”‘’„«»()[],.;:!?…–—-"))]
