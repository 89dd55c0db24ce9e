"""Blocks that belong to an article by where they stand, whatever the judge of blocks makes of them: what stands between
two of its paragraphs as they do, a heading between or right before them, the list that a line with a colon announces,
the sign-off and source lines behind the last. And those that do not: a second copy of the article.

A sign-off is short, stands right behind the text, and says who wrote, helped or supplied it. It names nobody: that is
for `credits/`.
"""

import re
from collections.abc import Sequence, Set
from itertools import pairwise

from archiver.article.text.block import Block
from archiver.article.text.block_place import Place
from archiver.article.text.features import style_of
from archiver.credits.people.agencies import find

_GAP = 3
"""So many blocks in a row may have been left out between two paragraphs."""
_BEHIND = 4
"""So many blocks behind the last paragraph are looked at."""
_UP = 2
"""How many levels above the last paragraph's container a sign-off may stand."""
_LINKED = 0.5
_WORDS = 40
_ITEMS = 40
"""A list of more blocks is not taken because of the line before it."""
_LIST_WORDS = 400
"""So many words of a list may be taken because of the line before it."""
_ANNOUNCING = 3
"""The words of a line that announces a list; fewer are a label. A word is written with two characters in Chinese."""
_PROSE = 8.0
_COPIED = 8
"""So many blocks in a row that stood before, in their order, are a copy of the article for other screens."""
_COPIED_WORDS = 150.0
_APART = 2
"""So many other blocks may part those of a copy."""
_LISTS = frozenset(("ul", "ol", "dl"))
_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))
_SAYS = re.compile(
    r"""
    ^\W{0,4}(?:
        (?:additional\s|extra\s|further\s)?(?:reporting|writing|editing|research|production)(?:\sand\s\w+)?\sby\b
      | (?:reported|written|edited|compiled|translated|contributing|contributors?)\b.{0,3}?(?:\sby\b|:)
      | with\s(?:additional\s)?(?:reporting|reports?|files|inputs?|material|contributions?|wires?|agenc(?:y|ies)|wire)\b
      | with\s\w{1,20}\s(?:wires?|reports?|agencies|staff)\b
      | (?:source|sources|quellen?|fontes?|fonti|fuentes?|bron(?:nen)?|kilder?|källor?|lähteet?|źródł[oa]|zdroje?|forrás
        |источник|джерело|kaynak|sumber|πηγή|منبع|المصدر|来源|來源|出典)\s?[::/]
      | mit\s(?:material|informationen|agentur(?:en|material)?)\b | von\s\w{2,20}\sredigiert
      | (?:avec|d['’]après)\s(?:l['’])?(?:agences?|afp|reuters|ap)\b
      | (?:con|com)\s(?:informaci|informaç|agencias?|agências?)
      | con\sinformazioni | aus\sdem\s\w+\svon | (?:\(c\)|©)
      | this\s(?:article|story|report)\swas\s(?:originally|first)\spublished
    )
    | \bcontributed\s(?:to\sthis|to\sthe|to\sreport|additional|reporting|from)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PARTS = re.compile(r"(?:(?<!\s)\s++)?(?:[/,;&|+·•–—-]|\b(?:and|und|et|y|e|en|och|og)\b)\s*+")
_AROUND = " \t()[]{}<>©*_.,:;–—-\"'“”„«»"


def with_edges(chosen: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """The chosen blocks of a page's running text, with those that belong to them, in page order."""
    mine = set(chosen)
    at = [n for n, block in enumerate(blocks) if block in mine]
    if not at:
        return list(chosen)
    found = set(at)
    for before, after in pairwise(at):
        if 1 < after - before <= _GAP + 1:
            found.update(n for n in range(before + 1, after) if _between(blocks[n], blocks[before], blocks[after]))
    found.update(_announced(blocks, found))
    found.update(_headings(blocks, found))
    found.update(_sign_offs(blocks, at[-1]))
    return [blocks[n] for n in sorted(found)]


def _between(block: Block, before: Block, after: Block) -> bool:
    """Whether a block between two paragraphs of one container is a heading there, or looks as they do."""
    if block.home is not before.home or block.home is not after.home:
        return False
    alike = style_of(block) in (style_of(before), style_of(after)) and block.linked < _LINKED
    return alike or block.place.tag in _HEADINGS


def _announced(blocks: Sequence[Block], found: Set[int]) -> list[int]:
    """What was left out of the lists that the article announces: by a line that ends with a colon, or by a heading
    under which some of the list was taken."""
    more: list[int] = []
    for n in sorted(found):
        line = blocks[n]
        colon = _announces(line.text)
        if not (colon or line.place.tag in _HEADINGS) or n + 1 == len(blocks):
            continue
        if not colon and blocks[n + 1].place.tag == "p" and blocks[n + 1].home is line.home:
            continue  # a section begins, as most do
        whole = _list_around(blocks[n + 1].place)
        if whole is None or _lies_in(line.place, whole):
            continue
        end = n + 1
        while end < len(blocks) and end - n <= _ITEMS + 1 and _lies_in(blocks[end].place, whole):
            end += 1
        items = end - n - 1
        left = [item for item in range(n + 1, end) if item not in found]
        short = items <= _ITEMS and sum(blocks[item].words for item in left) <= _LIST_WORDS
        if short and (colon or len(left) < items):
            more += left
    return more


def _announces(text: str) -> bool:
    if not text.endswith((":", "：")):
        return False
    return text.count(" ") + 1 >= _ANNOUNCING or sum(letter >= "\u2e80" for letter in text) > 2 * _ANNOUNCING


def _list_around(place: Place) -> Place | None:
    """The outermost list that this place is or stands in."""
    found: Place | None = None
    at: Place | None = place
    while at is not None:
        if at.tag in _LISTS:
            found = at
        at = at.parent
    return found


def _headings(blocks: Sequence[Block], found: Set[int]) -> list[int]:
    """The headings of the second level right before a paragraph of the article, behind its first. Lower ones look like
    those of teasers."""
    first = min(found)
    return [
        n - 1
        for n in found
        if n - 1 > first
        and n - 1 not in found
        and blocks[n - 1].place.tag == "h2"
        and blocks[n].words >= _PROSE
        and blocks[n].place.tag not in _HEADINGS
    ]


def without_copy(chosen: Sequence[Block]) -> list[Block]:
    """The blocks of an article without those that repeat a long run of it in the same order: some pages hold the
    article twice, for wide screens and for narrow ones."""
    if len({block.text for block in chosen}) > len(chosen) - _COPIED:
        return list(chosen)
    first: dict[str, int] = {}
    drop: set[int] = set()
    run: list[int] = []
    begin = source = -1
    for n, block in enumerate(chosen):
        at = first.setdefault(block.text, n)
        if run and n - run[-1] > _APART + 1:
            drop.update(_as_copy(chosen, run))
            run, source = [], -1
        if source < at < (begin if run else n):
            begin = begin if run else n
            run.append(n)
            source = at
    drop.update(_as_copy(chosen, run))
    return [block for n, block in enumerate(chosen) if n not in drop]


def _as_copy(chosen: Sequence[Block], run: list[int]) -> list[int]:
    """The run, if it is long enough for a copy of the article."""
    long = len(run) >= _COPIED and sum(chosen[n].words for n in run) >= _COPIED_WORDS
    return run if long else []


def _sign_offs(blocks: Sequence[Block], last: int) -> list[int]:
    """The sign-offs right behind the last paragraph."""
    container: Place = blocks[last].home
    for _ in range(_UP):
        if container.parent is not None and container.parent.tag not in ("body", "html"):
            container = container.parent
    found = []
    for n in range(last + 1, min(last + 1 + _BEHIND, len(blocks))):
        if not _lies_in(blocks[n].place, container):
            break
        if blocks[n].words <= _WORDS and is_sign_off(blocks[n].text):
            found.append(n)
    return found


def is_sign_off(text: str) -> bool:
    """Whether a short text says who wrote, helped with or supplied what stands before it."""
    if len(text) > 400:
        return False
    if _SAYS.search(text):
        return any(map(str.isalpha, text))
    parts = [part.strip(_AROUND) for part in _PARTS.split(text.strip(_AROUND))]
    named = [part for part in parts if part]
    if not named or len(named) > 6 or not any(find(part) for part in named):
        return False
    # Beside an agency stand the author's letters: `sda/sep`, `ntv.de, ino/dpa`.
    return all(find(part) or (len(part) <= 8 and " " not in part) for part in named)


def _lies_in(place: Place, container: Place) -> bool:
    at: Place | None = place
    while at is not None:
        if at is container:
            return True
        at = at.parent
    return False
