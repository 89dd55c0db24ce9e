"""Captures of one original in order of time, which of them to read next, and the states that those read show. Pure.

Nothing is concluded of a capture that was not read; of an archive's list only the status of errors is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from archiver.mementos.choose import shown
from archiver.series.differences import difference
from archiver.series.recorded_page import State


@dataclass(slots=True, kw_only=True)
class Point:
    """One capture: when, where, its status as listed or read. `state` once it was read and is the article; `instead` is
    what stands in the article's place; `lost` says why it cannot be read."""

    moment: datetime
    uri: str
    status: int | None
    archive: str | None = None
    """None for a bag of our own."""
    digest: str | None = None
    state: State | None = None
    verdict: str | None = None
    seed_coverage: float | None = None
    instead: str | None = None
    lost: str | None = None

    @property
    def read(self) -> bool:
        """Whether its page was read."""
        return self.state is not None or self.instead is not None

    @property
    def is_error(self) -> bool:
        """Whether its status, read or listed, is of no page."""
        return self.status is not None and not 200 <= self.status < 300

    @property
    def can_be_read(self) -> bool:
        """Whether it is still unread, and may be a page."""
        return not (self.read or self.lost or self.is_error)

    @property
    def text(self) -> tuple[str, ...] | None:
        """The paragraphs that were read."""
        return self.state.reading.article.paragraphs if self.state else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedState:
    """Captures that follow each other, of those known, with the same text; for errors, with the same status. `verdict`
    is None where there is no article."""

    from_: datetime
    to: datetime
    verdict: str | None
    seed_coverage: float | None
    uri: str
    status: int | None
    label: str
    """A letter for each text, a number for a status, `-` for another page in the article's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """The text changed after one capture that was read and before the next with text."""

    after: datetime
    before: datetime
    what: tuple[str, ...]


def next_to_read(points: Sequence[Point], near: datetime | None) -> Point | None:
    """The capture whose reading says most, of points in order of time: first, last, nearest to the seed's date; the
    middle between two that differ; then the middle between two with the same text. None where all are read."""
    pages = [each for each in points if each.read or each.can_be_read]
    if not any(each.can_be_read for each in pages):
        return None
    ends = [pages[0], pages[-1]]
    if near is not None:
        ends.append(min(pages, key=lambda each: abs((each.moment - near).total_seconds())))
    for each in ends:
        if each.can_be_read:
            return each
    differing, alike = list[list[Point]](), list[list[Point]]()
    for older, newer, between in _gaps(pages):
        if older.text != newer.text:
            differing.append(between)
        else:
            known = {each.digest for each in (older, newer)} - {None}
            alike.append([each for each in between if each.digest not in known] or between)
    largest = max(differing or alike, key=len)
    return largest[len(largest) // 2]


def _gaps(pages: Sequence[Point]) -> Iterator[tuple[Point, Point, list[Point]]]:
    """Each pair of read neighbours with the unread captures between them."""
    at = [n for n, each in enumerate(pages) if each.read]
    for low, high in pairwise(at):
        if high - low > 1:
            yield pages[low], pages[high], list(pages[low + 1 : high])


def labels(points: Sequence[Point]) -> list[str | None]:
    """A label for each point: a letter a text, the status of an error, `-` for another page; None where unread."""
    letters: dict[tuple[str, ...], str] = {}
    found: list[str | None] = []
    for each in points:
        if each.text is not None:
            found.append(letters.setdefault(each.text, letter(len(letters))))
        elif each.is_error:
            found.append(str(each.status))
        else:
            found.append("-" if each.instead else None)
    return found


def letter(number: int) -> str:
    """A, B … Z, AA, AB …"""
    high, low = divmod(number, 26)
    return (letter(high - 1) if high else "") + chr(ord("A") + low)


def traced_states(points: Sequence[Point]) -> list[TracedState]:
    """The states in order of time, of points in order of time."""
    found: list[TracedState] = []
    for each, label in zip(points, labels(points), strict=True):
        if label is None:
            continue
        begins = not found or found[-1].label != label
        first = None if begins else found.pop()
        found.append(
            TracedState(
                from_=first.from_ if first else each.moment,
                to=each.moment,
                verdict=first.verdict if first else each.verdict,
                seed_coverage=first.seed_coverage if first else each.seed_coverage,
                uri=first.uri if first else each.uri,
                status=first.status if first else each.status,
                label=label,
            )
        )
    return found


def text_changes(points: Sequence[Point]) -> list[TextChange]:
    """Each change of the text, between the captures that bracket it."""
    read = [(each.moment, each.state) for each in points if each.state is not None]
    found = []
    for (after, older), (before, newer) in pairwise(read):
        if older.reading.article.paragraphs != newer.reading.article.paragraphs:
            found.append(TextChange(after=after, before=before, what=tuple(_what(older, newer, after, before))))
    return found


def _what(older: State, newer: State, after: datetime, before: datetime) -> Iterator[str]:
    changed = difference(older, newer)
    credit_lines = {each.text for state in (older, newer) for each in state.reading.credits if each.of == "article"}

    def kind(text: str) -> str:
        return "the credit line" if any(each and each in text for each in credit_lines) and len(text) < 200 else "text"

    count = 0
    for line in changed.lines:
        if line.kind == "missing" and line.seed:
            yield f'{kind(line.seed)} "{line.seed}" is last seen {shown(after)}, absent from {shown(before)}'
        elif line.kind == "page-only" and line.page:
            yield f'{kind(line.page)} "{line.page}" is first seen {shown(before)}, not there at {shown(after)}'
        elif line.kind == "moved" and line.seed:
            yield f'{kind(line.seed)} "{line.seed}" stands elsewhere from {shown(before)}'
        elif line.changes:
            for change in line.changes:
                yield _exchanged(change.seed, change.page, line.seed or "")
        else:
            continue
        count += 1
    if not count:
        yield "paragraphs are divided or ordered otherwise"
    for each in changed.findings:
        if each.code == "text-differs-date-unchanged":
            yield each.message


def _exchanged(was: str, became: str, line: str) -> str:
    where = f' in "{line[:60]}{"…" if len(line) > 60 else ""}"'
    if not was.strip():
        return f'"{became}" was added{where}'
    return f'"{was}" became "{became}"{where}' if became.strip() else f'"{was}" was left out{where}'


def drawn(points: Sequence[Point], width: int = 72) -> str:
    """The captures as a line, the oldest first: labels of those known, a dot for each unread one, many as a count."""
    parts: list[str] = []
    unread = 0
    for label in [*labels(points), ""]:
        if label is None:
            unread += 1
            continue
        if unread:
            parts.append("." * unread if unread <= 5 else f"..({unread:,})..")
            unread = 0
        parts.append(label)
    line = " ".join(each for each in parts if each)
    return line if len(line) <= width else f"{line[: width - 4]} ..."
