"""Which of many texts are near-duplicates: linear in their number.

Each sampled shingle remembers the first three texts that have it, so a text is compared with a few earlier ones,
however many share a phrase. What a site puts under many of its articles (a shingle of one site alone, in more than ten
of its texts) does not count, unless it is most of the text. Families are stars: every member resembles the family's
centre, and a survey that quotes two unrelated articles does not make them relatives.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from archiver.families.sketch import Sketch, likeness

LEADERS = 3
COMPARED = 8
"""Earlier texts that one is compared with."""
VOTES = 2
"""Sampled shingles that two texts must share to be compared."""
SITE_TEXTS = 10
MOST = (1 << 20) - 1
"""Texts that are compared in one run."""
_BITS, _MASK = 20, (1 << 20) - 1
_COUNT = 255
_OWN = 0.5
"""A text of which the others have less than this has most of its words alone."""
_ASKED = 50

Alike = Callable[[int, int], bool]


def clusters(sketches: Sequence[Sketch], sites: Sequence[str], threshold: float, alike: Alike) -> Iterator[list[int]]:
    """Families of two and more, each as indexes, the centre first; no text is in two. `sites` are the hosts of the
    texts; earlier texts come first. `alike` decides on a pair whose sketches are alike, by the whole texts."""
    shared = _index(sketches, sites)
    neighbours = _neighbours(sketches, shared, threshold)
    yield from _stars(sketches, neighbours, alike)


def _index(sketches: Sequence[Sketch], sites: Sequence[str]) -> dict[int, int]:
    """Checksum -> the first texts that have it, how many do, and the site where it is one's alone; in one number. Only
    for those that two texts may have: most shingles are in one text, and take two bits."""
    size = 1 << max(16, (4 * sum(len(each.sample) for each in sketches)).bit_length())
    seen = bytearray(size)
    for each in sketches:
        for value in each.sample:
            place = _mixed(value) & (size - 1)
            if seen[place] < 2:
                seen[place] += 1
    numbers = {site: number for number, site in enumerate(dict.fromkeys(sites))}
    found = dict[int, int]()
    for text, each in enumerate(sketches):
        site = numbers[sites[text]]
        for value in each.sample:
            if seen[_mixed(value) & (size - 1)] < 2:
                continue
            known = found.get(value)
            if known is None:
                found[value] = _packed([text], 1, site)
                continue
            leaders, count, of_site = _unpacked(known)
            if len(leaders) < LEADERS:
                leaders.append(text)
            found[value] = _packed(leaders, min(count + 1, _COUNT), site if of_site == site else _MASK)
    return found


def _mixed(value: int) -> int:
    """Sampled checksums end in the same bits."""
    return (value * 0x9E3779B1) >> 7


def _packed(leaders: Sequence[int], count: int, site: int) -> int:
    number = (site << 8) | count
    for slot in range(LEADERS):
        number = (number << _BITS) | (leaders[slot] if slot < len(leaders) else _MASK)
    return number


def _unpacked(number: int) -> tuple[list[int], int, int]:
    slots = [(number >> (_BITS * (LEADERS - 1 - slot))) & _MASK for slot in range(LEADERS)]
    head = number >> (_BITS * LEADERS)
    return [each for each in slots if each != _MASK], head & _COUNT, head >> 8


def _neighbours(sketches: Sequence[Sketch], shared: dict[int, int], threshold: float) -> dict[int, list[int]]:
    """Pairs whose sketches are alike, both ways."""
    found = defaultdict[int, list[int]](list)
    for text, each in enumerate(sketches):
        votes, furniture = Counter[int](), list[int]()
        by_site = Counter[int]()
        for value in each.sample:
            known = shared.get(value)
            if known is None:
                continue
            leaders, count, site = _unpacked(known)
            if count > SITE_TEXTS and site != _MASK:
                furniture.append(value)
                by_site.update(leaders)
            else:
                votes.update(leaders)
        ignored = frozenset(furniture)
        if 2 * len(furniture) > len(each.sample):  # then it is the text
            votes.update(by_site)
            ignored = frozenset()
        for other, count in votes.most_common(COMPARED + 1):
            if other >= text or count < VOTES:
                continue
            if likeness(each, sketches[other], ignored)[0] >= threshold:
                found[text].append(other)
                found[other].append(text)
    return found


def _stars(sketches: Sequence[Sketch], neighbours: dict[int, list[int]], alike: Alike) -> Iterator[list[int]]:
    """Those with the most neighbours first, of equals the longer: each takes what is like it and is not yet taken.

    A text that has most of its words alone may be a survey that quotes unrelated ones: it takes those only that
    resemble the first of them too.
    """
    covered = {each: _covered(sketches, each, neighbours[each]) for each in neighbours}
    order = sorted(
        neighbours, key=lambda each: (covered[each] < _OWN, -len(neighbours[each]), -sketches[each].total, each)
    )
    taken = set[int]()
    for centre in order:
        if centre in taken:
            continue
        family = [other for other in sorted(neighbours[centre]) if other not in taken and alike(centre, other)]
        if family and covered[centre] < _OWN:
            family = [family[0], *(other for other in family[1:] if alike(family[0], other))]
        if family:
            taken.update((centre, *family))
            yield [centre, *family]


def _covered(sketches: Sequence[Sketch], text: int, others: Sequence[int]) -> float:
    """The share of a text's sample that any of the others has, of which the first few are asked."""
    asked = others[:_ASKED]
    rate = max(sketches[each].rate for each in (text, *asked))
    mine = set(sketches[text].at(rate))
    return len(mine & {value for each in asked for value in sketches[each].at(rate)}) / len(mine) if mine else 0.0
