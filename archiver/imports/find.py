"""Finds captures of a seed's address in the index: by the address, by its key (SURT), by what pages call their address,
through redirects; nearest to the seed's date first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from archiver.imports.bounds import REDIRECTS, TEXT
from archiver.imports.index import Index, Place, key_of_address, same_address
from archiver.model import Seed
from archiver.model.imported import Matched

MOST = 2_000
"""Captures of one address that are looked at."""
_RANKS: dict[Matched, int] = {"address": 0, "redirect": 1, "key": 2, "canonical": 3}
_REQUESTS = 10
"""Of one answer that are looked at."""
_SLACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A capture that may be the seed's page; `hops` are the redirects that lead to it."""

    place: Place
    matched: Matched
    hops: tuple[Place, ...] = ()

    @property
    def moment(self) -> datetime | None:
        """When it was captured, as the file says."""
        return moment_of(self.place.date)


def candidates(index: Index, seed: Seed, now: datetime) -> tuple[list[Candidate], bool]:
    """(captures of the seed's page, best to read first; whether there are more than are looked at)."""
    key = key_of_address(seed.url)
    if key is None:
        return [], False
    found: dict[int, Candidate] = {}
    under = list(index.under(key, MOST))
    for place in under:
        if place.location and place.status is not None and 300 <= place.status < 400:
            followed = _followed(index, place)
            if followed is not None:
                found.setdefault(followed.place.id, followed)
            continue
        if _was_sent(index, place):
            continue
        matched: Matched = "address" if _is_same(place.url, seed.url) else "key"
        found[place.id] = Candidate(place=place, matched=matched)
    by_canonical = list(index.canonical(key, MOST))
    for place in by_canonical:
        found.setdefault(place.id, Candidate(place=place, matched="canonical"))
    near = datetime.combine(seed.date.day, time(12), UTC) if seed.date and seed.date.day else None
    cut = len(under) == MOST or len(by_canonical) == MOST
    past = [each for each in found.values() if each.moment is None or each.moment <= now + _SLACK]
    return sorted(past, key=lambda each: (not _is_page(each.place), _RANKS[each.matched], away(each, near))), cut


def away(candidate: Candidate, near: datetime | None) -> float:
    """Seconds between a capture and the seed's date."""
    moment = candidate.moment
    if near is None or moment is None:
        return float("inf") if near is not None else 0.0
    return abs((moment - near).total_seconds())


def _was_sent(index: Index, place: Place) -> bool:
    """Whether an answer is one to a request that sent something: POST and the like do not visit the address."""
    return any(each.method not in (None, "GET") for each in index.requests(place, _REQUESTS))


def _is_same(url: str | None, other: str) -> bool:
    try:
        return url is not None and same_address(url, other)
    except ValueError:
        return False


def _is_page(place: Place) -> bool:
    return (place.status is None or 200 <= place.status < 300) and "html" in (place.mime or "html")


def _followed(index: Index, first: Place) -> Candidate | None:
    """Where a redirect leads, in the same file and nearest in time."""
    hops, here = [first], first
    for _ in range(REDIRECTS):
        key = key_of_address(here.location)
        if key is None:
            return None
        there = nearest(index.under(key, MOST), first, besides={each.id for each in hops})
        if there is None:
            return None
        if not (there.location and there.status is not None and 300 <= there.status < 400):
            return Candidate(place=there, matched="redirect", hops=tuple(hops))
        hops.append(there)
        here = there
    return None


def nearest(places: Iterable[Place], to: Place, besides: Iterable[int] = ()) -> Place | None:
    """The record nearest in time to another, of the same file where there is one."""
    near, left = moment_of(to.date), set(besides)

    def distance(place: Place) -> tuple[bool, float]:
        moment = moment_of(place.date)
        apart = abs((moment - near).total_seconds()) if moment and near else float("inf")
        return (place.file, place.entry) != (to.file, to.entry), apart

    return min((each for each in places if each.id not in left), key=distance, default=None)


def moment_of(stated: str | None) -> datetime | None:
    """A date of a record, a HAR entry or a message: ISO 8601, also a year, month or day alone; UTC where it says no
    zone."""
    text = (stated or "")[:TEXT].strip()
    if text.isdigit() and len(text) == 14:
        text = f"{text[:8]}T{text[8:]}Z"
    if len(text) == 4 and text.isdigit():
        text += "-01-01"
    elif len(text) == 7 and text[4] == "-":
        text += "-01"
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
