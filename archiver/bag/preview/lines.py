"""The compared paragraphs of a record as a page shows them: each with its words, counted by kind, long runs folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archiver.bag.preview.diff import Run, marked, respelt
from archiver.bag.preview.facts import direction, words
from archiver.model import Change
from archiver.model.comparison_words import line_words
from archiver.schemas.fields import Table, rows

FOLD_FROM = 10
"""Compared paragraphs from which on runs of equal ones are folded."""
_RUN = {"same": 3, "page-only": 6}
"""How many in a row of a kind are folded together."""
_SHORT = {
    "same": "same",
    "typographic": "in other typography",
    "edited": "reworded",
    "moved": "moved",
    "page": "outside the article",
    "hidden": "marked hidden",
    "struck": "struck out",
    "data": "in embedded data",
    "missing": "not found",
    "page-only": "on the page only",
    "not-compared": "not compared",
}
_SIGNS = {
    "same": "=",
    "typographic": "\u2248",
    "edited": "\u2260",
    "moved": "\u2195",
    "page": "\u2197",
    "hidden": "\u25cc",
    "struck": "\u2012",
    "data": "\u25cc",
    "missing": "\u2715",
    "page-only": "+",
    "not-compared": "?",
}
"""A shape for each kind, for who does not see its colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A compared line: its place from 1, its kind, sign and words about it, and its paragraphs, each a heading and runs
    of (side, text)."""

    number: int
    kind: str
    sign: str
    about: str
    direction: str
    paragraphs: Sequence[tuple[str, Sequence[Run]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that follow each other; `folded` says in words what is folded, "" where nothing is."""

    kind: str
    folded: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many lines are of a kind, and the first of them."""

    kind: str
    sign: str
    count: int
    label: str
    first: int


def lines_of(comparison: Table) -> Sequence[Line]:
    """The lines of a comparison as the record has it, at most `MOST`."""
    return [_line(number, each) for number, each in enumerate(rows(comparison, "lines"), start=1)]


def tallies_of(lines: Sequence[Line]) -> Sequence[Tally]:
    """Counts by kind, in the order in which kinds are named."""
    found: list[Tally] = []
    for kind, label in _SHORT.items():
        those = [line for line in lines if line.kind == kind]
        if those:
            tally = Tally(kind=kind, sign=_SIGNS[kind], count=len(those), label=label, first=those[0].number)
            found.append(tally)
    return found


def groups_of(lines: Sequence[Line]) -> Iterator[Group]:
    """The lines in order; in a long article runs of the same, and of what only the page has, are folded."""
    for kind, run in groupby(lines, key=lambda line: line.kind):
        those = list(run)
        folds = len(lines) > FOLD_FROM and len(those) >= _RUN.get(kind, len(those) + 1)
        yield Group(kind=kind, folded=f"{len(those)} paragraphs {_SHORT[kind]}" if folds else "", lines=those)


def _kind(line: Table) -> str:
    """What a line counts as: where it was found matters more than that its words are the same."""
    kind, where = words(line, "kind"), words(line, "where")
    if kind in ("same", "typographic") and where in ("page", "hidden", "struck", "data"):
        return where
    return kind if kind in _SHORT else "not-compared"


def _line(number: int, line: Table) -> Line:
    seed, page = words(line, "seed") or None, words(line, "page") or None
    at = words(line, "seed_line")
    kind = _kind(line)
    return Line(
        number=number,
        kind=kind,
        sign=_SIGNS[kind],
        about=f"{line_words(words(line, 'kind'), words(line, 'where') or None)}{f', line {at}' if at else ''}",
        direction=direction(page or seed or ""),
        paragraphs=_paragraphs(seed, page, rows(line, "changes")),
    )


def _paragraphs(seed: str | None, page: str | None, stated: Sequence[Table]) -> Sequence[tuple[str, Sequence[Run]]]:
    """One paragraph with the words of one side marked; both, each under its heading, where no places are certain."""
    if seed is None or page is None or seed == page:
        return [("", [("both", seed or page or "")])]
    changes = [Change(seed=words(each, "seed"), page=words(each, "page")) for each in stated]
    if runs := marked(seed, page, changes) if changes else respelt(seed, page):
        return [("", runs)]
    return [("in the seed", [("both", seed)]), ("on the page", [("both", page)])]
