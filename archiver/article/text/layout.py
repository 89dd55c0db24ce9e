"""Where on a page its article stands: the title, the container with most prose, and what lies around it.

It measures and decides nothing (`features.py` turns it into numbers). Every count is linear in the blocks, times the
depth they stand at.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from archiver.article.text import class_hints
from archiver.article.text.block import Block
from archiver.article.text.block_place import Place

_COMMENT = 1 << class_hints.NAMES.index("comment")
_FARTHEST = 9
"""Levels above the container that are counted."""
_WIDER = 1.4
"""How much more prose what the container stands in must hold, to be taken instead."""
_DOUBTFUL = sum(
    1 << class_hints.NAMES.index(n) for n in ("hidden", "consent", "subscribe", "navigation", "related", "ad")
)


def title(blocks: Sequence[Block], words: frozenset[str]) -> tuple[int, list[int]]:
    """Where the article's title stands (-1: nowhere), and how many other first headings stand between it and each
    block."""
    best, title = 0.4, -1
    heads = [n for n, each in enumerate(blocks) if each.place.tag in ("h1", "h2", "h3")]
    for n in heads:
        likeness = overlap(blocks[n], words)[0] * (1.0 if blocks[n].place.tag == "h1" else 0.8)
        if likeness > best and blocks[n].words > 2:
            best, title = likeness, n
    if title < 0:
        title = next((n for n in heads if blocks[n].place.tag == "h1"), -1)
    counts, count = [], 0
    own = blocks[title].text
    for n, each in enumerate(blocks):
        # The same heading for narrow screens is no other.
        count += n > title >= 0 and each.place.tag == "h1" and each.text != own
        counts.append(min(count, 5))
    return title, counts


def articles(blocks: Sequence[Block], top: Place, chosen: Sequence[int]) -> dict[int, float]:
    """Of each block: 0 in no `<article>`, 1 in the one the top container stands in or holds, else 2 and more."""

    def outermost(place: Place | None) -> Place | None:
        found = None
        while place is not None:
            if place.tag == "article":
                found = place
            place = place.parent
        return found

    mine = outermost(top)
    known: dict[Place, Place | None] = {}
    turn: dict[Place, float] = {}
    row: dict[int, float] = {}
    for n in chosen:
        home = blocks[n].home
        if home not in known:
            known[home] = outermost(home)
        article = known[home]
        if article is None:
            row[n] = 0.0
        elif article is mine:
            row[n] = 1.0
        else:
            row[n] = turn.setdefault(article, min(2.0 + len(turn), 6.0))
    return row


def weigh(
    blocks: Sequence[Block], prose: Sequence[float], title: int, titles: Sequence[int]
) -> tuple[Place, list[int], float, dict[Place, float]]:
    """Count the text in each container; the container that most prose stands in or near, the levels of the blocks by it
    (see `levels`), what all prose is worth, and what each container is worth a word.

    Prose before the title, after the next one, among comments or out of sight counts for less.
    """
    total = sum(prose) or 1.0
    homes: dict[Place, list[float]] = {}
    for each, words in zip(blocks, prose):
        sums = homes.setdefault(each.home, [0.0, 0.0])
        sums[0] += words
        sums[1] += each.words
    for home, (words, size) in homes.items():
        at: Place | None = home
        while at is not None:
            at.held += words
            at.size += size
            at = at.parent
    best = blocks[0].home
    trust: dict[Place, float] = {}
    # What prose counts before the title (half) and after the next ones.
    faith = [(0.5 if n < title else 1.0) / (1 + passed) for n, passed in enumerate(titles)]
    for each, words, here in zip(blocks, prose, faith):
        around, size, linked = each.home, each.words, each.words * each.linked
        worth = words * _trust(around, total, trust) * here if words else 0.0
        around.prose += worth
        for share in (1.0, 0.5, 0.25):
            around.words += size
            around.linked += linked
            if worth:
                around.near += worth
                around.score += worth * share
                if around.score > best.score:
                    best = around
            if around.parent is None:
                break
            around = around.parent
    # Homes are added up in the page's order: a set's order, and with it the last digit, changes from run to run.
    total = sum(home.prose for home in dict.fromkeys(each.home for each in blocks)) or 1.0
    faith = [_trust(each.home, total, trust) * here for each, here in zip(blocks, faith)]
    inside = levels(blocks, best)
    top = _widened(blocks, prose, best, faith, inside)
    return top, inside if top is best else levels(blocks, top), total, trust


def _widened(
    blocks: Sequence[Block], prose: Sequence[float], top: Place, faith: Sequence[float], inside: Sequence[int]
) -> Place:
    """`top` or, where the body is split over several containers, what they stand in: the one with most prose less all
    other words."""
    gains = [0.0] * (_FARTHEST + 1)
    for each, words, worth, level in zip(blocks, prose, faith, inside):
        gains[level] += worth * (2 * words - each.words)
    total, best = gains[0], max(gains[0], 1.0)
    way = list(_way_up(top))
    steps = _steps(way)
    for level, gain in enumerate(gains[1:_FARTHEST], 1):
        # The narrowest container of what is at this level.
        at = next((place for place, step in zip(way, steps) if step == level), None)
        if at is None or at.tag in ("body", "html"):
            break
        total += gain
        if total > _WIDER * best:
            top, best = at, total
    return top


def _trust(place: Place, total: float, known: dict[Place, float]) -> float:
    if place not in known:
        own = 1.0
        if place.own & _COMMENT and place.tag not in ("html", "body", "main", "article"):
            own = 0.1
        elif place.own & _DOUBTFUL and place.held < 0.8 * total:
            own = 0.4
        known[place] = own * (_trust(place.parent, total, known) if place.parent is not None else 1.0)
    return known[place]


def levels(blocks: Sequence[Block], top: Place) -> list[int]:
    """Of each block, how many levels one must go up from `top` to reach what also holds it; 0: inside, at most 9."""
    way = list(_way_up(top))
    known = dict(zip(way, _steps(way)))

    def level_of(place: Place) -> int:
        way = []
        while (level := known.get(place)) is None:
            way.append(place)
            assert place.parent is not None
            place = place.parent
        known.update(dict.fromkeys(way, level))
        return level

    return [level_of(each.place) for each in blocks]


def _steps(way: Sequence[Place]) -> list[int]:
    """Of each place on the way up, its level: a wrapper that has no more words than what it wraps is of that level."""
    steps = [0]
    for below, place in pairwise(way):
        steps.append(min(steps[-1] + (place.size > below.size), _FARTHEST))
    return steps


def marked(blocks: Sequence[Block], top: Place, chosen: Sequence[int]) -> dict[int, int]:
    """The marks of what each chosen block stands in, but for what `top` stands in too, which distinguishes nothing."""
    # A function within this one that called itself would keep the tree of the page until garbage is collected.
    known = dict.fromkeys(_way_up(top), 0)
    return {n: _marks_below(blocks[n].place, known) for n in chosen}


def _marks_below(place: Place, known: dict[Place, int]) -> int:
    if place not in known:
        assert place.parent is not None
        known[place] = place.own | _marks_below(place.parent, known)
    return known[place]


def _way_up(place: Place | None) -> Iterator[Place]:
    while place is not None:
        yield place
        place = place.parent


def terms(text: str) -> set[str]:
    """The longer words of a text in lower case; pairs of characters where no spaces part words."""
    found = {word for word in text.lower().split() if len(word) > 3 or not word.isascii()}
    if found and len(text) > 12 * (text.count(" ") + 1) and not text.isascii():
        return {text[n : n + 2] for n in range(min(len(text), 400) - 1)}
    return found


def overlap(each: Block, *of: frozenset[str]) -> list[float]:
    """The share of the block's words that are in each of these sets; none of a block of more than 60 words."""
    if each.words > 60 or not any(of):
        return [0.0] * len(of)
    mine = terms(each.text)
    return [len(mine & words) / len(mine) if mine else 0.0 for words in of]
