"""Which paragraphs of two texts belong together: equal ones by hash, edited, merged and split ones by words.

Paragraphs are given as tuples of keys (`tokens.keys`). Every step is linear but for sorting, so that 5,000 repeated or
edited paragraphs are aligned in seconds. It says what belongs together, not how it differs.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from archiver.words import words

Key = tuple[str, ...]

ALIKE = 0.5
"""Two paragraphs are one edited paragraph when they share this much of their words (Dice)."""
CONTAINED = 0.75
"""A paragraph is part of a longer one when this much of its words is in it."""
_PART, _SHARE = 8, 0.2
"""Words from which on a paragraph may be part of any other; shorter ones must have this share of it."""
_AS_LONG = 0.6  # a title with less than this share of a paragraph's words is not the paragraph, edited
_RARE = 16  # a word in more paragraphs than this identifies none of them
_HELD = 500  # paragraphs of the seed whose words stay counted
_NEAR = 3  # neighbours in a gap are compared even if all their words are common


FAR = 0.75
"""As ALIKE, for what stands before the first or after the last paragraph that is equal."""


class Group(NamedTuple):
    """Paragraphs that belong together, by index: one to one, or one to several where they were merged or split."""

    seed: tuple[int, ...]
    page: tuple[int, ...]


def equal(seed: Sequence[Key], page: Sequence[Key]) -> dict[int, int]:
    """The pairs of equal paragraphs, by index; empty ones are nobody's."""
    numbers: dict[Key, int] = {(): -1}  # a tuple does not keep its hash: each is hashed once
    here, there = ([numbers.setdefault(key, len(numbers)) for key in side] for side in (seed, page))
    return {i: j for i, j in _equal(here, there).items() if here[i] >= 0}


def similar(
    seed: Sequence[Key], page: Sequence[Key], groups: Sequence[Group], titles: Collection[int] = ()
) -> list[Group]:
    """Groups of edited, merged and split paragraphs, among those that are in none of the `groups` yet. `titles` are
    places on the page whose words a paragraph may say at more length; it is not the same paragraph, edited."""
    taken = {i for group in groups for i in group.seed}, {j for group in groups for j in group.page}
    known = {group.seed[0]: group.page[0] for group in groups}
    pairs = _similar(seed, page, known, taken, titles)
    return _joined(seed, page, pairs, taken)


def in_order(places: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """The heaviest run of pairs that stand in the same order on both sides: indexes into `places`, which is sorted by
    its first part. The rest has moved. Weights are more than nothing."""
    if all(one < other for (_, one), (_, other) in pairwise(places)):
        return set(range(len(places)))
    rank = {place: i for i, place in enumerate(sorted({p for _, p in places}), start=1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(rank) + 1)  # a Fenwick tree of (weight of a run, its last pair)
    before = [-1] * len(places)
    for i, (_, place) in enumerate(places):
        weight, before[i] = max(_upto(best, rank[place] - 1), default=(0, -1))
        entry, at = (weight + weights[i], i), rank[place]
        while at < len(best):
            best[at] = max(best[at], entry)
            at += at & -at
    kept: set[int] = set()
    i = max(best, default=(0, -1))[1]
    while i >= 0:
        kept.add(i)
        i = before[i]
    return kept


def _upto(tree: Sequence[tuple[int, int]], at: int) -> Iterator[tuple[int, int]]:
    while at > 0:
        yield tree[at]
        at -= at & -at


def _equal(seed: Sequence[int], page: Sequence[int]) -> dict[int, int]:
    """Equal paragraphs: those unique on both sides first, repeated ones between them, then what has moved."""
    pairs = _once(seed, page)
    for seeds, pages in list(_gaps(pairs, len(seed), len(page))):
        pairs |= _in_turn(seed, page, seeds, pages)
    return pairs | _in_turn(
        seed, page, (i for i in range(len(seed)) if i not in pairs), _without(range(len(page)), pairs.values())
    )


def _once(seed: Sequence[int], page: Sequence[int]) -> dict[int, int]:
    here, there = Counter(seed), Counter(page)
    place = {key: j for j, key in enumerate(page)}
    both = [(i, place[key]) for i, key in enumerate(seed) if here[key] == 1 == there[key]]
    return longest(both)


def _in_turn(seed: Sequence[int], page: Sequence[int], seeds: Iterable[int], pages: Iterable[int]) -> dict[int, int]:
    """The first of a repeated line with the first, the second with the second."""
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for j in pages:
        waiting[page[j]].append(j)
    for places in waiting.values():
        places.reverse()
    return {i: waiting[seed[i]].pop() for i in seeds if waiting.get(seed[i])}


def longest(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The longest increasing run (patience sorting)."""
    tops: list[int] = []
    last: list[int] = []
    before = [-1] * len(pairs)
    for i, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before[i] = last[pile - 1] if pile else -1
        tops[pile : pile + 1] = [place]
        last[pile : pile + 1] = [i]
    run: dict[int, int] = {}
    i = last[-1] if last else -1
    while i >= 0:
        run[pairs[i][0]] = pairs[i][1]
        i = before[i]
    return run


def _gaps(pairs: dict[int, int], seeds: int, pages: int) -> Iterator[tuple[range, range]]:
    """The stretches between pairs that are in order."""
    i = j = 0
    for a, b in [*sorted(pairs.items()), (seeds, pages)]:
        if b >= j:
            yield range(i, a), range(j, b)
            i, j = a + 1, b + 1


def _similar(
    seed: Sequence[Key],
    page: Sequence[Key],
    pairs: dict[int, int],
    taken: tuple[set[int], set[int]],
    titles: Collection[int],
) -> dict[int, int]:
    """Edited paragraphs: the best matches first, among those that share a rare word or stand at the same place."""
    free = [j for j in _without(range(len(page)), taken[1]) if page[j]]
    left = [i for i in _without(range(len(seed)), taken[0]) if seed[i]]
    if not left or not free:
        return {}
    # A seed may have a million paragraphs, a page has not: of those, the counts of some are held.
    here = lru_cache(maxsize=_HELD)(lambda i: words(seed[i]))
    there = {j: words(page[j]) for j in free}
    theirs = {j: each.total() for j, each in there.items()}
    fixed = _anchors(pairs, len(seed), len(page))
    near = range(min(fixed.values(), default=0) - _NEAR, max(fixed.values(), default=len(page)) + _NEAR + 1)
    candidates = _candidates(left, here, there, fixed)
    scored = []
    for i, those in groupby(sorted(candidates), key=itemgetter(0)):
        one = here(i)
        mine = one.total()  # a giant paragraph may be a candidate for thousands: it is counted once
        for _, j in those:
            score = _likeness(one, there[j], (mine, theirs[j]), titled=j in titles)
            if score >= (ALIKE if j in near else FAR):
                scored.append((-score, abs(i - j), i, j))
    found: dict[int, int] = {}
    had: set[int] = set()
    for _, _, i, j in sorted(scored):
        if i not in found and j not in had:
            found[i] = j
            had.add(j)
    return found


def _anchors(pairs: dict[int, int], seeds: int, pages: int) -> dict[int, int]:
    return longest(sorted(pairs.items())) if seeds and pages else {}


def _candidates(
    seeds: list[int], here: Callable[[int], Counter[str]], there: dict[int, Counter[str]], fixed: dict[int, int]
) -> set[tuple[int, int]]:
    places: defaultdict[object, list[int]] = defaultdict(list)
    for j, counted in there.items():
        for mark in _marks(counted):
            if len(places[mark]) <= _RARE:
                places[mark].append(j)
    found: set[tuple[int, int]] = set()
    for i in seeds:
        votes = Counter(
            j for mark in _marks(here(i)) if len(places.get(mark, ())) <= _RARE for j in places.get(mark, ())
        )
        found.update((i, j) for j, _ in votes.most_common(8))
    pages = sorted(there)
    for gap_seeds, gap_pages in _gaps(fixed, (max(seeds) + 1) if seeds else 0, (max(pages) + 1) if pages else 0):
        mine = seeds[bisect_left(seeds, gap_seeds.start) : bisect_left(seeds, gap_seeds.stop)]
        theirs = pages[bisect_left(pages, gap_pages.start) : bisect_left(pages, gap_pages.stop)]
        for at, i in enumerate(mine):
            found.update((i, j) for j in theirs[max(0, at - _NEAR) : at + _NEAR + 1])
    return found


def _marks(counted: Counter[str]) -> Iterator[object]:
    """What a paragraph may be known by: its words, and words that stand one after another (as far as each is new)."""
    yield from counted
    yield from pairwise(counted)


def _likeness(one: Counter[str], other: Counter[str], sizes: tuple[int, int], *, titled: bool) -> float:
    """The share of common words (Dice); a longer paragraph with nearly all of the shorter one is as good. A title
    is like what is about as long as it, and no part of more."""
    if titled and min(sizes) < _AS_LONG * max(sizes):
        return 0.0
    shared = sum(min(n, other[word]) for word, n in one.items() if word in other)
    if not shared:
        return 0.0
    part = min(sizes) >= _PART or min(sizes) >= max(4, _SHARE * max(sizes))
    within = shared / min(sizes) if part else 0.0
    return max(2 * shared / sum(sizes), ALIKE if within >= CONTAINED else 0.0)


def _joined(
    seed: Sequence[Key], page: Sequence[Key], pairs: dict[int, int], taken: tuple[set[int], set[int]]
) -> list[Group]:
    """Add to each edited pair the neighbours that are in no pair and whose words are what the other side has left."""
    free_seeds = set(range(len(seed))) - pairs.keys() - taken[0]
    free_pages = set(range(len(page))) - set(pairs.values()) - taken[1]
    groups = []
    for i, j in sorted(pairs.items()):
        seeds = _absorb(seed, i, free_seeds, words(page[j]) - words(seed[i]))
        pages = (j,) if len(seeds) > 1 else _absorb(page, j, free_pages, words(seed[i]) - words(page[j]))
        groups.append(Group(seeds, pages))
    return sorted(groups, key=lambda group: group.seed)


def _absorb(texts: Sequence[Key], at: int, free: set[int], left: Counter[str]) -> tuple[int, ...]:
    """`at` and the free neighbours whose words are among those `left` on the other side."""
    first = last = at
    for step in (1, -1):
        while (following := (last + 1 if step == 1 else first - 1)) in free:
            here = words(texts[following])
            if not here or (here & left).total() < CONTAINED * here.total():
                break
            left.subtract(here)
            free.discard(following)
            first, last = min(first, following), max(last, following)
    return tuple(range(first, last + 1))


def _without(places: Iterable[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in places if place not in gone]
