"""The seed against the page, line by line (docs/bag-format.md, section 4.8).

The lines are the paragraphs of the body and the lines after it; headline, date, byline and caption are claims.
Where the page merged or split paragraphs, each piece stands beside its own; a paragraph whose break alone differs is
`typographic`.

Verdicts: `same`, all lines same and none page-only; `typographic`, only such differences; `edited`, at least half of
the seed's words are covered; `different`, below that; `no-text`, seed or page has no body.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import NamedTuple

from archiver.article.claims import dates
from archiver.article.compare.align import Group, Key, align, in_order
from archiver.article.compare.word_diff import Differ
from archiver.article.people import names
from archiver.article.words import fold, keys, said, shared
from archiver.model import ComparedLine, Comparison, LineKind, Seed, Verdict

COVERED = 0.5
"""The share of the seed's words that makes a page its edition rather than another text."""
_TOP = 5
_LARGE = 1 << 20
"""Bytes of a seed from which on each of its words is kept once: a string for each takes ten times its letters."""
_LONGEST_BYLINE = 200
_WORD = re.compile(r"[^\W\d_]+")
_WORD_OF_DATE = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)"
    r"(?:day)?|st|nd|rd|th|on|at|published|posted|date|utc|gmt|[ap]m|[tz年月日년월일]",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*[,|/·•–—-]\s*|\s+")
NOTHING = Comparison(verdict="no-text", seed_coverage=0.0, page_coverage=0.0, lines=())

_Placed = tuple[int, int, ComparedLine]
"""A line, the index of its seed paragraph, the index of its page paragraph."""


class _Text(NamedTuple):
    """A paragraph, folded, its comparison key, and where it stands on the page."""

    text: str
    key: Key
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of the page as a claim, so that the line of it that prints it is none of the body."""

    headlines: frozenset[Key]
    authors: frozenset[Key]
    days: frozenset[str]


def compare(
    seed: Seed,
    paragraphs: Sequence[str],
    headlines: Iterable[str] = (),
    places: Sequence[str | None] = (),
    *,
    authors: Iterable[str] = (),
    days: Iterable[str] = (),
) -> Comparison:
    """How the paragraphs of a page relate to the seed. `headlines`, `authors` and `days` (of publication, ISO 8601) are
    the page's own: at its top they are claims and no lines. `places` says where each paragraph stands on the page.

    `seed_coverage` is the share of the seed's words found in the lines they are aligned with, `page_coverage` the
    reverse.
    """
    once: dict[str, str] | None = {} if len(seed.data) > _LARGE else None
    mine = [_text(paragraph.text, once=once) for paragraph in seed.paragraphs]
    page = [_text(text, at) for text, at in zip_longest(paragraphs, places[: len(paragraphs)])]
    known = _Known(
        headlines=frozenset(map(keys, headlines)),
        authors=frozenset(map(keys, authors)),
        days=frozenset([*days, *([seed.date.day.isoformat()] if seed.date else [])]),
    )
    theirs = _body(seed, {each.key for each in mine}, page, known)
    if not any(each.key for each in mine) or not theirs:
        return NOTHING
    groups = align([each.key for each in mine], [each.key for each in theirs])
    numbers = [paragraph.line for paragraph in seed.paragraphs]
    lines = _ordered(_lines(groups, mine, theirs, numbers), mine, theirs, numbers)
    seed_coverage, page_coverage = _coverage(lines)
    verdict = _verdict({line.kind for line in lines}, seed_coverage)
    return Comparison(
        verdict=verdict, seed_coverage=round(seed_coverage, 4), page_coverage=round(page_coverage, 4), lines=lines
    )


def _text(raw: str, at: str | None = None, *, once: dict[str, str] | None = None) -> _Text:
    text = fold(raw)
    key = keys(text)
    if once is not None:
        text, key = raw if text == raw else text, tuple(map(once.setdefault, key, key))
    return _Text(text, key, at)


def _body(seed: Seed, kept: set[Key], paragraphs: list[_Text], known: _Known) -> list[_Text]:
    """The page's paragraphs without the seed's headline, date, byline and caption, and without its own headline, date
    and byline at the top; a byline stands first or directly under another of these."""
    told = {keys(seed.headline.text)} if seed.headline else set()
    if seed.byline:
        told.add(keys(seed.byline.text))
    if caption := seed.caption:
        told |= {keys(caption.text), keys(f"{caption.text} {caption.credit or ''}")}
    body: list[_Text] = []
    directly = True
    for place, each in enumerate(paragraphs):
        if not each.key:
            continue
        top = place < _TOP and (
            each.key in known.headlines
            or (seed.date is not None and each.text == seed.date.raw)
            or _is_date(each.text, known.days)
            or (directly and _is_signature(each.text, known))
        )
        directly = each.key not in kept and (top or each.key in told)
        if not directly:
            body.append(each)
    return body


def _is_date(text: str, days: Collection[str]) -> bool:
    """Whether a line holds nothing but one of the days."""
    when = dates.parse(text)
    return when is not None and when.day.isoformat() in days and all(map(_WORD_OF_DATE.fullmatch, _WORD.findall(text)))


def _is_signature(text: str, known: _Known) -> bool:
    """Whether a line holds nothing but authors that are known, perhaps with a day that is known beside them."""
    if len(text) > _LONGEST_BYLINE or not known.authors:
        return False
    if _is_byline(text, known.authors):
        return True
    if not any(map(str.isdigit, text)):
        return False  # A day has figures.
    halves = ((text[: joint.start()], text[joint.end() :]) for joint in _JOINT.finditer(text))
    return any(
        (_is_date(one, known.days) and _is_byline(other, known.authors))
        or (_is_date(other, known.days) and _is_byline(one, known.authors))
        for one, other in halves
    )


def _is_byline(text: str, authors: frozenset[Key]) -> bool:
    # Figures are left to the date: what follows one is no name, and the names would be read without it.
    if any(map(str.isdigit, text)) or not names.are_names(text):
        return False
    return authors.issuperset(map(keys, names.split(text)))


def _lines(groups: list[Group], mine: list[_Text], theirs: list[_Text], numbers: list[int]) -> list[_Placed]:
    """A line for each seed paragraph that has a counterpart (or for each paragraph it was split into)."""
    differ = Differ()
    placed: list[_Placed] = []
    for group in groups:
        seeds, pages = [mine[i] for i in group.seed], [theirs[j] for j in group.page]
        whole = len(seeds) == 1 == len(pages)
        if len(seeds) > 1:
            pages = [_text(piece, pages[0].at) for piece in differ.cut(pages[0].text, [each.text for each in seeds])]
        elif len(pages) > 1:
            seeds = [_text(piece) for piece in differ.cut(seeds[0].text, [each.text for each in pages])]
        for at, (one, other) in enumerate(zip(seeds, pages, strict=True)):
            i, j = group.seed[min(at, len(group.seed) - 1)], group.page[min(at, len(group.page) - 1)]
            placed.append((i, j, _line(differ, one, other, numbers[i], whole)))
    weights = [len(line.seed or "") + 1 for _, _, line in placed]
    # Pieces of one paragraph share a place on the page; among themselves they stand in the order of the seed.
    stay = in_order([(n, j * len(placed) + n) for n, (_, j, _) in enumerate(placed)], weights)
    return [(i, j, line if n in stay else replace(line, kind="moved")) for n, (i, j, line) in enumerate(placed)]


def _line(differ: Differ, one: _Text, other: _Text, number: int, whole: bool) -> ComparedLine:
    kind: LineKind = "same" if one.text == other.text and whole else "typographic" if one.key == other.key else "edited"
    changes = differ.changes(one.text, other.text) if kind == "edited" else ()
    return ComparedLine(kind=kind, seed=one.text, seed_line=number, page=other.text, changes=changes, page_at=other.at)


def _ordered(
    placed: list[_Placed], mine: list[_Text], theirs: list[_Text], numbers: list[int]
) -> tuple[ComparedLine, ...]:
    """All lines in the order of the seed; what only the page has stands after the line it follows there."""
    here, there = {i for i, _, _ in placed}, {j for _, j, _ in placed}
    missing = [
        (i, -1, ComparedLine(kind="missing", seed=each.text, seed_line=numbers[i], page=None))
        for i, each in enumerate(mine)
        if i not in here and each.key
    ]
    extra = [j for j in range(len(theirs)) if j not in there]
    lines: list[ComparedLine] = []
    at = 0
    for _, j, line in sorted([*placed, *missing], key=lambda each: each[0]):
        while line.kind not in ("moved", "missing") and at < len(extra) and extra[at] < j:
            lines.append(_page_only(theirs[extra[at]]))
            at += 1
        lines.append(line)
    return (*lines, *(_page_only(theirs[j]) for j in extra[at:]))


def _page_only(each: _Text) -> ComparedLine:
    return ComparedLine(kind="page-only", seed=None, seed_line=None, page=each.text, page_at=each.at)


def _coverage(lines: Sequence[ComparedLine]) -> tuple[float, float]:
    both = seeds = pages = 0
    for line in lines:
        one, other = said(line.seed or ""), said(line.page or "")
        here = len(one)
        same = bool(line.seed and line.page and not line.changes)  # both sides have the same words
        seeds, pages = seeds + here, pages + (here if same else len(other))
        both += here if same else shared(Counter(one), Counter(other))
    return both / seeds if seeds else 0.0, both / pages if pages else 0.0


def _verdict(kinds: set[LineKind], seed_coverage: float) -> Verdict:
    if kinds == {"same"}:
        return "same"
    if kinds <= {"same", "typographic"}:
        return "typographic"
    return "edited" if seed_coverage >= COVERED else "different"
