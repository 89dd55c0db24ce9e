"""What only the page has: its paragraphs without a counterpart in the seed, and which of them count for the verdict.

Those count that are prose between the first and the last line found, whoever extracted them. Captions, credit lines,
menus, related links, lines without a word, and what the seed says elsewhere never do; nor do headline, date and byline.
"""

from collections.abc import Sequence
from typing import NamedTuple

from archiver.article.compare.claim_lines import Known
from archiver.article.compare.layers import Layer, Text
from archiver.article.compare.letters import Letters
from archiver.article.credits.parse import credits_of_line

PROSE = frozenset(("paragraph", "heading", "list", "quotation", "table"))
_TOP = 5
_CREDIT = 160
"""Characters of the longest line that may be nothing but credits."""
_FAR = 25
"""A line at either end with more blocks than this between it and the next does not say where the text ends."""
_REPEATS = 2_000
"""How many lines are looked for in the seed."""


class Extra(NamedTuple):
    """The lines of the page alone, in its order, and how many of them count."""

    lines: list[Text]
    counting: int


def counted(layers: Sequence[Layer], found: Sequence[tuple[int, int]], known: Known, seed: Sequence[Text]) -> Extra:
    """The lines that only the page has: those between the first and the last place `found`, which count, and before
    and after them those of the article's text, which do not."""
    shown, marked = layers[0], layers[1]
    first, last = _span(sorted(found))
    struck = {marked.pieces[j].number for g in marked.groups for j in g.page if marked.pieces[j].where == "struck"}
    repeated = Letters([each.text for each in seed])
    lines: list[Text] = []
    counting, place, signed = 0, 0, True
    for piece in sorted(shown.free(), key=lambda each: each.order):
        if piece.kind not in PROSE or not piece.key or piece.number in struck:
            continue
        within = first < piece.order < last
        if not within and piece.where != "article":
            continue
        top = piece.order < first or place < _TOP
        place += 1
        signed = signed and piece.order < last and not (found and found[0] < piece.order)
        if known.is_told(piece.key) or (top and known.is_claim(piece.text, piece.key, signed=signed)):
            continue
        if len(piece.text) <= _CREDIT and credits_of_line(piece.text, ""):
            continue
        if len(lines) < _REPEATS and repeated.find(piece.text) is not None:
            continue
        lines.append(piece)
        counting += within
    return Extra(lines, counting)


def _span(found: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and the last place that say where the text begins and ends."""
    if not found:
        return (0, 0), (0, 0)
    first, last = 0, len(found) - 1
    while first < last and found[first + 1][0] - found[first][0] > _FAR:
        first += 1
    while first < last and found[last][0] - found[last - 1][0] > _FAR:
        last -= 1
    return found[first], found[last]
