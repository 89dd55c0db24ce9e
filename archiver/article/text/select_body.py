"""Which blocks of a page are the body of its article, in reading order.

Each block is judged alone (`features.py`, `tree_ensemble.py`); here the judgements are brought together: a heading
needs less, another article on the page is left out, and so is a text the page repeats.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.article.text import features
from archiver.article.text.block import Block
from archiver.article.text.features import NAMES, SelfDescription
from archiver.article.text.tree_ensemble import Forest, shipped

ENOUGH = 0.5
"""How likely a block is that is as likely as needed of its kind."""
_LEAST, _MOST = 0.25, 0.6
"""Between these stands how likely a block must be on a page (`enough_for`)."""
_LEVEL = {**dict.fromkeys(("h2", "h3", "h4", "h5"), 0.35), "h1": 0.8, "figcaption": 0.7}
"""How likely a block must be. A heading between paragraphs looks like one among teasers, and weighs little; a first
heading is nearly always the headline; a caption stands among paragraphs and is not one."""
_TITLES, _ARTICLES = NAMES.index("titles"), NAMES.index("articles")
_USUAL = 0.4
"""The share of the prose in one style from which on that style is the article's own."""
_REPEATED = 3
_REPEATABLE = 6
_PROBES = 7
_LONG = 60
_LOOKED_BACK = 200_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A block that may be of the article; `likely` is 0.5 where it is as likely as needed of its kind."""

    block: Block
    likely: float


def judge(blocks: Sequence[Block], described: SelfDescription, model: Forest | None = None) -> list[Judged]:
    """The blocks that are measured at all, with how likely each is of the article."""
    probability = (model or shipped()).probability
    chosen, rows = features.rows_of(blocks, described)
    likely = {n: 0.0 if _elsewhere(row) else probability(row) for n, row in zip(chosen, rows)}
    _scale(blocks, likely)
    _as_copies(blocks, likely)
    return [Judged(blocks[n], p) for n, p in likely.items()]


def enough_for(judged: Sequence[Judged]) -> float:
    """How likely a block must be for its words to be worth taking: half the F1 that the best choice can be expected to
    have. Where little is certain, what is left out costs more than what is taken in vain.

    Of blocks in the order of their likelihood, those that raise the expected F1 are the ones above half of it.
    """
    total = sum(each.likely * each.block.words for each in judged)
    best = hits = words = 0.0
    for each in sorted(judged, key=lambda each: -each.likely):
        hits += each.likely * each.block.words
        words += each.block.words
        best = max(best, 2 * hits / (words + total))
    return min(_MOST, max(_LEAST, best / 2))


def choose(judged: Sequence[Judged], enough: float = ENOUGH) -> list[Block]:
    """The blocks at least this likely, without a longer one that only repeats what stands before it."""
    found: list[Block] = []
    said = ""
    for each in judged:
        if each.likely > enough and not (each.block.words >= _LONG and _said(each.block.text, said)):
            found.append(each.block)
            # Looking back is for articles, not for pages made to keep us busy.
            said += f"{each.block.text} " if len(said) < _LOOKED_BACK else ""
    return found


def _elsewhere(row: Sequence[float]) -> bool:
    """Whether a block stands in another `<article>`, after its own first heading: the next story of an endless page."""
    return row[_TITLES] >= 1 and row[_ARTICLES] >= 2


def _scale(blocks: Sequence[Block], likely: dict[int, float]) -> None:
    for n in likely:
        likely[n] = min(1.0, likely[n] * ENOUGH / _LEVEL.get(blocks[n].place.tag, ENOUGH))


def _as_copies(blocks: Sequence[Block], likely: dict[int, float]) -> None:
    """An article may repeat itself in the style that most of its prose has, as an interview its questions. What else
    stands twice is of it once, and what stands more often, not at all."""
    usual = features.usual(blocks, _USUAL)
    copies = Counter(each.text for each in blocks)
    said: set[str] = set()
    for n in likely:
        text = blocks[n].text
        again = copies[text] >= _REPEATED or text in said
        if again and blocks[n].words >= _REPEATABLE and features.style_of(blocks[n]) not in usual:
            likely[n] = 0.0
        if likely[n] > ENOUGH:
            said.add(text)


def _said(text: str, before: str) -> bool:
    step = len(text) // (_PROBES + 1)
    return all(text[n * step : n * step + 30] in before for n in range(1, _PROBES + 1))
