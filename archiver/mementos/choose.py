"""Which captures are read, in what order, and what the ones read say about the seed. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from archiver.mementos.lists import Listed
from archiver.model import HeldCapture, Reading, Seed

READS = 8
"""Captures that are read for one seed of one archive, unless one matches before."""
NEAR = 5
"""Of them, those nearest to the seed's date; the others are spread over the rest."""
KEPT = 500
"""Captures held that a record lists, beside those read."""
MATCHES = ("same", "typographic")
USABLE = 0.5
"""The share of the seed's words from which another state of the same article is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How a capture that was read compares with the seed; `article` is False for what stands in an article's place."""

    verdict: str
    seed_coverage: float
    article: bool

    @classmethod
    def of(cls, reading: Reading, *, article: bool) -> "Judged":
        """From the reading of a memento."""
        comparison = reading.comparison
        return cls(verdict=comparison.verdict, seed_coverage=comparison.seed_coverage, article=article)

    @property
    def matches(self) -> bool:
        """Whether the text is the seed's."""
        return self.article and self.verdict in MATCHES

    def is_usable(self, seed: Seed) -> bool:
        """Whether it is a state of the seed's article."""
        return self.article and (self.matches or self.seed_coverage >= USABLE or not seed.paragraphs)

    @property
    def rank(self) -> tuple[int, float]:
        """The better, the greater."""
        order = ("no-text", "different", "partial", "edited", "typographic", "same")
        return (order.index(self.verdict) if self.article else -1, self.seed_coverage)


def readable_captures(held: Iterable[Listed]) -> list[Listed]:
    """Those whose status may be a page's, in order of time, each text once (archives state digests of payloads)."""
    found: dict[object, Listed] = {}
    for each in sorted(held, key=lambda each: each.moment):
        if each.status is None or 200 <= each.status < 300:
            found.setdefault(each.digest or (each.moment, each.uri), each)
    return list(found.values())


def in_order(captures: Sequence[Listed], near: date | None) -> Iterator[Listed]:
    """The captures to read, best first: around the seed's date, what came after it before what came as long before it;
    then spread over the others. Without a date, spread over all."""
    left = list(captures)
    if near is not None:
        around = datetime.combine(near, time(12), UTC)
        close = sorted(left, key=lambda each: (abs((each.moment - around).total_seconds()), each.moment < around))
        yield from close[:NEAR]
        left = [each for each in left if each not in close[:NEAR]]
    yield from spread(left)


def spread(captures: Sequence[Listed]) -> Iterator[Listed]:
    """First, last, middle, the middles of the halves, and so on."""
    waiting, seen = [(0, len(captures) - 1)], set[int]()
    for at in (0, len(captures) - 1):
        if captures and at not in seen:
            seen.add(at)
            yield captures[at]
    while waiting:
        low, high = waiting.pop(0)
        if high - low < 2:
            continue
        middle = (low + high) // 2
        if middle not in seen:
            seen.add(middle)
            yield captures[middle]
        waiting += [(low, middle), (middle, high)]


def in_words(read: Sequence[HeldCapture], chosen: datetime, held: int) -> str:
    """The answer in words: between which captures the text is the seed's, and how many were read."""
    known = sorted((each for each in read if each.verdict is not None), key=lambda each: each.datetime)
    at = next((n for n, each in enumerate(known) if each.datetime == chosen), 0)
    count = f"{len(known)} of {held} {'capture' if held == 1 else 'captures'} read"
    if not known or known[at].verdict not in MATCHES:
        closest = f"{known[at].verdict}, {known[at].seed_coverage or 0:.0%} of the seed" if known else "nothing"
        return f"no capture that was read matches the seed; the closest is that of {shown(chosen)} ({closest}); {count}"
    first = last = at
    while first and known[first - 1].verdict in MATCHES:
        first -= 1
    while last + 1 < len(known) and known[last + 1].verdict in MATCHES:
        last += 1
    until = f" to {shown(known[last].datetime)}" if last > first else ""
    apart = [f"up to {shown(known[first - 1].datetime)}"] if first else []
    apart += [f"from {shown(known[last + 1].datetime)}"] if last + 1 < len(known) else []
    differs = f"; differs {' and '.join(apart)}" if apart else ""
    return f"matches the seed from {shown(known[first].datetime)}{until}{differs}; {count}"


def shown(moment: datetime) -> str:
    """A moment to the second, UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def listed(held: Sequence[HeldCapture], near: datetime) -> tuple[HeldCapture, ...]:
    """The captures that a record lists: all that were read, and the nearest of the others, in order of time."""
    others = sorted((each for each in held if each.verdict is None), key=lambda each: abs(each.datetime - near))
    kept = [each for each in held if each.verdict is not None] + others[:KEPT]
    return tuple(sorted(kept, key=lambda each: (each.datetime, each.uri)))
