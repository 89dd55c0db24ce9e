"""What only the page has: its paragraphs without a counterpart in the seed, and which of them count for the verdict.

Those count that are prose between the first and the last line found, whoever extracted them: they stand beside
paragraphs that were found, in a list, quotation or table among these, or are sentences in a container of their own
there. Captions, credit lines, menus, related links, labels, and what the seed says elsewhere never do; nor do headline,
date and byline.
"""

from collections.abc import Sequence
from typing import NamedTuple

from archiver.article.compare.claim_lines import Known
from archiver.article.compare.layers import Layer
from archiver.article.compare.letters import Letters
from archiver.article.compare.paragraph import Text
from archiver.article.text.block import words_in
from archiver.credits.caption_credits import of_caption
from archiver.credits.parse import credits_of_line

PROSE = frozenset(("paragraph", "heading", "list", "quotation", "table"))
_TOP = 5
_CREDIT = 160
"""Characters of the longest line that may be nothing but credits."""
_FAR = 25
"""A line at either end with more blocks than this between it and the next does not say where the text ends."""
_REPEATS = 2_000
"""How many lines are looked for in the seed."""


_WRITTEN_WITH = "p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote q table thead tbody tr td th pre em i b strong"
_MARKUP = frozenset(_WRITTEN_WITH.split())
"""Elements that articles are written with; what else there is, sites build their pages with."""
_INSIDE = 2
_SENTENCE = 10
"""Words of a sentence in a container of its own, and how deep that may lie beside the paragraphs found."""
_WORDS = 3
_ENDS = tuple(".!?…。！？\"”»’'")


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
    repeated: Letters | None = None
    body = _Body([layer.pieces[j] for layer in layers[:2] for group in layer.groups for j in group.page])
    lines: list[Text] = []
    counting, place = 0, 0
    free = [each for each in shown.free() if first < each.order < last or each.where == "article"]
    for piece in sorted(free, key=lambda each: each.order):
        within = first < piece.order < last
        if piece.kind not in PROSE or piece.number in struck or (within and not body.has(piece)) or not piece.key:
            continue
        top = piece.order < first or place < _TOP
        place += 1
        if known.has_key(piece.key) or known.is_claim(piece.text, piece.key, top=top):
            continue
        if len(piece.text) <= _CREDIT and (credits_of_line(piece.text, "") or of_caption(piece.text, "")):
            continue
        if len(lines) < _REPEATS:
            repeated = repeated or Letters([each.text for each in seed])
            if repeated.find(piece.text) is not None:
                continue
        lines.append(piece)
        counting += within
    return Extra(lines, counting)


class _Body:
    """Where the paragraphs that were found stand: by that, what is prose of the same text."""

    def __init__(self, found: Sequence[Text]) -> None:
        self._parents = {_parent(each.at) for each in found if each.at}
        self._tags = {_tag(each.at) for each in found if each.at}
        self._numbers = {each.number for each in found}

    def has(self, piece: Text) -> bool:
        """Whether a piece is prose of the text that the paragraphs found belong to."""
        if not _is_prose(piece.text):
            return False
        if piece.at is None or piece.number in self._numbers:
            return True
        tags = self._inside(piece.at)
        if not tags:
            return False
        if all(tag in _MARKUP for tag in tags) or (len(tags) == 1 and tags[0] in self._tags):
            return True
        return len(tags) <= _INSIDE and words_in(piece.text) >= _SENTENCE and piece.text.rstrip().endswith(_ENDS)

    def _inside(self, at: str) -> list[str]:
        """The elements from one that holds paragraphs found down to this one; none where no such one is around it."""
        tags: list[str] = []
        while at:
            tags.insert(0, _tag(at))
            at = _parent(at)
            if at in self._parents:
                return tags
        return []


def _is_prose(text: str) -> bool:
    """Whether a text is more than a label: three words, or a sentence however short."""
    return words_in(text) >= _WORDS or text.rstrip().endswith(_ENDS)


def _parent(at: str) -> str:
    return at.rpartition("/")[0]


def _tag(at: str) -> str:
    return at.rpartition("/")[2].partition("[")[0]


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
