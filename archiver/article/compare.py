"""The seed against the page, line by line (DESIGN.md, section 4, `comparison`).

The lines are the paragraphs of the body and the lines after it; headline, date and caption are compared as claims.
Where the page merged or split paragraphs, each piece stands beside its own; a paragraph whose break alone differs is
`typographic`.

Verdicts: `same`, all lines same and none page-only; `typographic`, only such differences; `edited`, at least half of
the seed's words are covered; `different`, below that; `no-text`, seed or page has no body.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archiver.article import dates
from archiver.article.align import Group, align, in_order
from archiver.article.changes import Differ
from archiver.article.tokens import fold, keys, words
from archiver.model import ComparedLine, Comparison, LineKind, Seed, Verdict

COVERED = 0.5
"""The share of the seed's words that makes a page its edition rather than another text."""
_TOP = 5
NOTHING = Comparison(verdict="no-text", seed_coverage=0.0, page_coverage=0.0, lines=())

_Placed = tuple[int, int, ComparedLine]
"""A line, the index of its seed paragraph, the index of its page paragraph."""


def compare(seed: Seed, paragraphs: Sequence[str], headlines: Iterable[str] = ()) -> Comparison:
    """How the paragraphs of a page relate to the seed. `headlines` are the page's own: they are claims and no lines.

    `seed_coverage` is the share of the seed's words found in the lines they are aligned with, `page_coverage` the
    reverse.
    """
    mine = [fold(paragraph.text) for paragraph in seed.paragraphs]
    theirs = _body(seed, [fold(paragraph) for paragraph in paragraphs], headlines)
    if not any(mine) or not any(theirs):
        return NOTHING
    groups = align([keys(text) for text in mine], [keys(text) for text in theirs])
    numbers = [paragraph.line for paragraph in seed.paragraphs]
    lines = _ordered(_lines(groups, mine, theirs, numbers), mine, theirs, numbers)
    seed_coverage, page_coverage = _coverage(lines)
    verdict = _verdict({line.kind for line in lines}, seed_coverage)
    return Comparison(
        verdict=verdict, seed_coverage=round(seed_coverage, 4), page_coverage=round(page_coverage, 4), lines=lines
    )


def _body(seed: Seed, paragraphs: list[str], headlines: Iterable[str]) -> list[str]:
    """The page's paragraphs without the seed's headline, date and caption, and without its own headline at the top."""
    caption, kept = seed.caption, {keys(fold(paragraph.text)) for paragraph in seed.paragraphs}
    told = {keys(seed.headline.text)} if seed.headline else set()
    if caption:
        told |= {keys(caption.text), keys(f"{caption.text} {caption.credit or ''}")}
    top = {keys(headline) for headline in headlines}
    if seed.date:
        top.add(keys(seed.date.raw))

    def is_claim(place: int, text: str) -> bool:
        key = keys(text)
        if not key or key in kept:
            return not key
        return key in told or (place < _TOP and (key in top or _is_date(seed, text)))

    return [text for place, text in enumerate(paragraphs) if not is_claim(place, text)]


def _is_date(seed: Seed, text: str) -> bool:
    when = dates.parse(text)
    return when is not None and seed.date is not None and when.day == seed.date.day


def _lines(groups: list[Group], mine: list[str], theirs: list[str], numbers: list[int]) -> list[_Placed]:
    """A line for each seed paragraph that has a counterpart (or for each paragraph it was split into)."""
    differ, placed = Differ(), []
    for group in groups:
        seeds, pages = [mine[i] for i in group.seed], [theirs[j] for j in group.page]
        whole = len(seeds) == 1 and len(pages) == 1
        if len(seeds) > 1:
            pages = list(differ.cut(pages[0], seeds))
        elif len(pages) > 1:
            seeds = list(differ.cut(seeds[0], pages))
        for at, (one, other) in enumerate(zip(seeds, pages, strict=True)):
            i, j = group.seed[min(at, len(group.seed) - 1)], group.page[min(at, len(group.page) - 1)]
            placed.append((i, j, _line(differ, one, other, numbers[i], whole)))
    weights = [len(line.seed or "") + 1 for _, _, line in placed]
    # Pieces of one paragraph share a place on one side; a fraction of an index keeps them in order.
    stay = in_order([(n, _rank(placed, n)) for n in range(len(placed))], weights)
    return [(i, j, line if n in stay else replace(line, kind="moved")) for n, (i, j, line) in enumerate(placed)]


def _rank(placed: list[_Placed], n: int) -> int:
    """The page's order of lines: by page paragraph, pieces of one in the order of the seed."""
    return placed[n][1] * len(placed) + n


def _line(differ: Differ, one: str, other: str, number: int, whole: bool) -> ComparedLine:
    kind: LineKind = "same" if one == other and whole else "typographic" if keys(one) == keys(other) else "edited"
    changes = differ.changes(one, other) if kind == "edited" else ()
    return ComparedLine(kind=kind, seed=one, seed_line=number, page=other, changes=changes)


def _ordered(placed: list[_Placed], mine: list[str], theirs: list[str], numbers: list[int]) -> tuple[ComparedLine, ...]:
    """All lines in the order of the seed; what only the page has stands after the line it follows there."""
    here, there = {i for i, _, _ in placed}, {j for _, j, _ in placed}
    missing = [
        (i, -1, ComparedLine(kind="missing", seed=text, seed_line=numbers[i], page=None))
        for i, text in enumerate(mine)
        if i not in here and text
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


def _page_only(text: str) -> ComparedLine:
    return ComparedLine(kind="page-only", seed=None, seed_line=None, page=text)


def _coverage(lines: Sequence[ComparedLine]) -> tuple[float, float]:
    shared = seeds = pages = 0
    for line in lines:
        one, other = Counter(words(line.seed or "")), Counter(words(line.page or ""))
        shared, seeds, pages = shared + (one & other).total(), seeds + one.total(), pages + other.total()
    return shared / seeds if seeds else 0.0, shared / pages if pages else 0.0


def _verdict(kinds: set[LineKind], seed_coverage: float) -> Verdict:
    if kinds == {"same"}:
        return "same"
    if kinds <= {"same", "typographic"}:
        return "typographic"
    return "edited" if seed_coverage >= COVERED else "different"
