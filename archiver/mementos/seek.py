"""Seeks a memento of one original in one archive: what is held, read around the seed's date, chosen by the text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from archiver.article.page_kind import stands_instead
from archiver.mementos.addresses import (
    asked_for,
    cdx_address,
    home_of,
    joined,
    mementos_of,
    raw_address,
    stamp_of,
    timegate_address,
    timemap_address,
    within,
)
from archiver.mementos.choose import READS, Judged, in_order, in_words, listed, readable_captures
from archiver.mementos.client import ArchiveClient, Archived, NotAsked, values_of
from archiver.mementos.lists import Listed, NotAList, cdx_captures, related, timemap_of
from archiver.model import ArchiveAnswer, ArchiveFinding, HeldCapture, Memento, Page, Reading, Seed

PAGES = 10
"""Pages of a TimeMap that are asked for."""
Reads = Callable[[Seed, Page], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an archive gave: its answer, and where it has the article, the memento with its reading."""

    answer: ArchiveAnswer
    memento: Memento | None = None
    archived: Archived | None = None
    reading: Reading | None = None
    judged: Judged | None = None


@dataclass(slots=True)
class Held:
    """What an archive holds of an original, and how that was learned."""

    captures: list[Listed]
    timemap: str | None
    timegate: str | None
    cut: bool = False


@dataclass(slots=True)
class _Best:
    archived: Archived | None = None
    reading: Reading | None = None
    judged: Judged | None = None
    read: dict[datetime, HeldCapture] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


def seek(client: ArchiveClient, seed: Seed, url: str, reads: Reads) -> Sought:
    """The state of `url` in one archive that is nearest to the seed by its text. Raises Outage, StorageError."""
    asked = client.now()

    last: HeldCapture | None = None

    def answer(finding: ArchiveFinding, words: str) -> Sought:
        answered = ArchiveAnswer(archive=client.archive.name, finding=finding, words=words, asked=asked, last=last)
        return Sought(answer=answered)

    url, name = asked_for(url), client.archive.name
    try:
        held = holdings(client, url, near_of(seed))
    except NotAsked as error:
        return answer(error.finding, error.words)
    if not held.captures:
        return answer("none-held", f"{name} holds no capture of {url}")
    last = _last(client, held)
    captures = readable_captures(held.captures)
    best = _Best()
    reading_ended = _read(client, seed, url, captures, best, reads)
    if best.archived is None or best.reading is None or best.judged is None or not best.judged.is_usable(seed):
        if not best.read and reading_ended is not None:
            return answer(reading_ended.finding, reading_ended.words)
        many = f"{len(held.captures)} {'capture' if len(held.captures) == 1 else 'captures'}"
        if not best.read:
            why = f": {best.words[0]}" if best.words else ""
            return answer("only-errors", f"{name} holds {many} of {url}, none of them of a page that can be read{why}")
        coverage = f"{best.judged.seed_coverage:.0%}" if best.judged else "none"
        answered = f"the closest of {len(best.read)} read has {coverage} of the seed's words"
        return answer("other-text", f"{name} holds {many} of {url} with other text: {answered}")
    memento = _memento(client, held, best)
    found = ArchiveAnswer(archive=name, finding="found", words=memento.words, asked=asked, last=last)
    return Sought(answer=found, memento=memento, archived=best.archived, reading=best.reading, judged=best.judged)


def _last(client: ArchiveClient, held: Held) -> HeldCapture:
    """The last capture that is listed."""
    last = max(held.captures, key=lambda each: each.moment)
    return HeldCapture(datetime=last.moment, uri=memento_address(client, last), status=last.status)


def near_of(seed: Seed) -> datetime | None:
    """Noon of the seed's day."""
    return datetime.combine(seed.date.day, time(12), UTC) if seed.date and seed.date.day else None


def _read(
    client: ArchiveClient, seed: Seed, url: str, captures: Sequence[Listed], best: _Best, reads: Reads
) -> NotAsked | None:
    """Read captures until one matches or enough are read; returns what ended it early."""
    near = seed.date.day if seed.date else None
    for number, each in enumerate(in_order(captures, near)):
        if number >= READS:
            return None
        try:
            archived = client.memento(memento_address(client, each), url)
        except NotAsked as error:
            best.words.append(error.words)
            if client.turns.stopped(client.archive):
                return error
            continue
        judged, reading = judge(seed, archived, reads)
        if judged is None or reading is None:
            best.words.append(f"status {archived.page.status}")
            continue
        best.read[archived.moment] = _held(archived, judged)
        if best.judged is None or judged.rank > best.judged.rank:
            best.archived, best.reading, best.judged = archived, reading, judged
        if judged.matches or (not seed.paragraphs and judged.article):
            return None
    return None


def judge(seed: Seed, archived: Archived, reads: Reads) -> tuple[Judged | None, Reading | None]:
    """How a memento compares with the seed; nothing for a memento of an error: an archived 404 or 429 is not
    an answer of today."""
    if not 200 <= archived.page.status < 300:
        return None, None
    reading = reads(seed, archived.page)
    instead = stands_instead(seed, archived.page, reading, ())
    return Judged.of(reading, article=instead is None), reading.settled()


def memento_address(client: ArchiveClient, each: Listed) -> str:
    """Where a listed capture is read: as it was sent, where the archive has that form."""
    if client.archive.family == "memento" and each.uri:
        return each.uri
    return raw_address(mementos_of(client.archive), stamp_of(each.moment), each.original)


def _held(archived: Archived, judged: Judged) -> HeldCapture:
    return HeldCapture(
        datetime=archived.moment,
        uri=archived.uri,
        status=archived.page.status,
        verdict=judged.verdict,
        seed_coverage=judged.seed_coverage,
    )


def _memento(client: ArchiveClient, held: Held, best: _Best) -> Memento:
    assert best.archived is not None
    chosen = best.archived
    unread = [
        HeldCapture(datetime=each.moment, uri=memento_address(client, each), status=each.status)
        for each in held.captures
        if each.moment not in best.read
    ]
    captures = [*best.read.values(), *unread]
    words = in_words(list(best.read.values()), chosen.moment, len(captures))
    return Memento(
        archive=client.archive.name,
        uri=chosen.uri,
        datetime=chosen.moment,
        raw=chosen.raw,
        timemap=held.timemap,
        timegate=held.timegate,
        captures=listed(captures, chosen.moment),
        held=len(captures),
        read=len(best.read),
        words=f"{words}; the list of captures was cut" if held.cut else words,
    )


def holdings(client: ArchiveClient, url: str, near: datetime | None) -> Held:
    """The captures that an archive holds of an address. Raises NotAsked, Outage, StorageError."""
    archive = client.archive
    if archive.family == "memento":
        return _by_timegate(client, url, near)
    address = cdx_address(archive, url)
    done = client.list_answer(address)
    assert done.page is not None
    timegate, timemap = timegate_address(archive, url), timemap_address(archive, url)
    try:
        captures = cdx_captures(done.page.body, url)
    except NotAList as error:
        if done.status == 404 and b"<" not in done.page.body[:200]:
            return Held([], timemap, timegate)
        raise NotAsked("unreachable", f"{archive.name}: {error} (status {done.status}); is its url right?") from error
    if done.status not in (200, 404):
        raise NotAsked("unreachable", f"{archive.name} answers status {done.status}")
    return Held(captures, timemap, timegate, cut=done.page.problem is not None)


def _by_timegate(client: ArchiveClient, url: str, near: datetime | None) -> Held:
    """By content negotiation in time (RFC 7089, section 4): the TimeGate names the TimeMap, or the memento alone."""
    gate = timegate_address(client.archive, url)
    done = client.list_answer(gate, near)
    page = done.page
    assert page is not None
    links = values_of(page, "link")
    named = related(links, "timemap")
    own = client.archive.url.replace("timegate", "timemap") + url if "timegate" in client.archive.url else None
    address = joined(gate, named) if named else own
    if done.status == 404 and address is None:
        return Held([], None, gate)
    if address is None or within(home_of(client.archive), address) is None:
        location = page.header("location")
        memento = joined(gate, location) if location and done.status in (301, 302, 303, 307, 308) else None
        if memento is None or within(home_of(client.archive), memento) is None:
            fault = f"{client.archive.name} answers as no TimeGate (status {done.status}); is its url right?"
            raise NotAsked("unreachable", fault)
        return Held([Listed(moment=near or client.now(), original=url, uri=memento)], None, gate)
    captures, cut = _timemap(client, address, url)
    return Held(captures, address, gate, cut=cut)


def _timemap(client: ArchiveClient, address: str, url: str) -> tuple[list[Listed], bool]:
    """All captures of a TimeMap, over its pages as far as they are asked for; and whether it was cut."""
    waiting, seen, captures = [address], set[str](), dict[tuple[datetime, str | None], Listed]()
    while waiting and len(seen) < PAGES:
        at = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        done = client.list_answer(at)
        assert done.page is not None
        if done.status == 404:
            continue
        try:
            found = timemap_of(done.page.body, at, url)
        except NotAList as error:
            if captures:
                break
            fault = f"{client.archive.name}: {error} (status {done.status}); is its url right?"
            raise NotAsked("unreachable", fault) from error
        captures |= {(each.moment, each.uri): each for each in found.captures}
        waiting += [each for each in found.pages if each not in seen]
    return list(captures.values()), bool(waiting)
