"""Families among bags: reads every bag once for its sketch, and the members of families once more for their texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from archiver.errors import StorageError, UsageError
from archiver.families.clusters import MOST, clusters
from archiver.families.family import Family, family_of, share_of
from archiver.families.member import Member, item_and_text, member_of
from archiver.families.sketch import Sketch, shingles, sketch
from archiver.ledger.restrictions import Gate
from archiver.view.open_bag import OpenBag

THRESHOLD = 0.25
"""The share of the shorter text's shingles that makes two texts relatives (docs/show/related.md, how it was chosen)."""
LEAST = 40
"""Shingles of a text that is compared: a shorter one is no more than a headline with a sentence."""
ESTIMATED = 0.7 * THRESHOLD
"""What the estimate by samples must reach before whole texts are compared."""


class LeftOut(NamedTuple):
    """A bag that is not compared, and why; `broken`: it cannot be read."""

    bag: Path
    reason: str
    broken: bool = False


OnLeftOut = Callable[[LeftOut], None]


@dataclass(slots=True)
class _Read:
    members: list[Member] = field(default_factory=list)
    sketches: list[Sketch] = field(default_factory=list)


def related(
    bags: Iterable[Path],
    today: date,
    on_left_out: OnLeftOut,
    on_several: Callable[[Member], None] = lambda _: None,
) -> Iterator[Family]:
    """The families among bags, the largest first. `on_left_out` is called for each bag that is left out, `on_several`
    for each article of whose address there are several bags, of which only the last captured is compared. Raises
    UsageError where there are too many, StorageError where restrictions cannot be read."""
    read = _read(bags, today, on_left_out)
    for each in read.members:
        if each.earlier:
            on_several(each)
    order = sorted(range(len(read.members)), key=lambda n: (read.members[n].published or "9", read.members[n].bag))
    members = [read.members[n] for n in order]
    sketches = [read.sketches[n] for n in order]
    sites = [each.site for each in members]

    @lru_cache(2)  # the centre of a family, which each of the others is held against
    def whole(number: int) -> set[str]:
        return shingles(next(iter(texts_of([members[number]], lambda _: None).values()), ()))

    def alike(one: int, other: int) -> bool:
        return share_of(whole(one), whole(other)) >= THRESHOLD

    found = list(clusters(sketches, sites, ESTIMATED, alike))
    for indexes in sorted(found, key=lambda each: (-len(each), each)):
        family = [members[n] for n in indexes]
        texts = texts_of(family, on_left_out)
        there = [each for each in family if each.bag in texts]
        if len(there) > 1:
            yield family_of(there, texts)


def _read(bags: Iterable[Path], today: date, on_left_out: OnLeftOut) -> _Read:
    gate, found, places = Gate(today), _Read(), dict[str, int]()
    names = set[str]()
    for path in bags:
        try:
            with OpenBag(path) as bag:
                if bag.members:
                    raise StorageError(f"it is a group of {len(bag.members)} bags: receive --unpack")
                item, text = item_and_text(bag)
                access = gate.access(path, bag.record, item.identifier or None)
                member = member_of(path, bag.record, item, access)
        except StorageError as error:
            on_left_out(LeftOut(path, str(error), True))
            continue
        if not access.allows("metadata"):
            on_left_out(LeftOut(path, f"held back: {access.sentence}"))
            continue
        if text is None:
            on_left_out(LeftOut(path, f"it has no text of the article (outcome {item.outcome or 'not stated'})"))
            continue
        if member.bag in names:
            on_left_out(LeftOut(path, f"a bag named {member.bag} was read before"))
            continue
        own = shingles(text)
        if len(own) < LEAST:
            on_left_out(
                LeftOut(path, f"its text is too short to be recognised ({len(own)} runs of words; {LEAST} are needed)")
            )
            continue
        names.add(member.bag)
        _add(found, places, member, sketch(own))
        if len(found.members) > MOST:
            raise UsageError(f"more than {MOST:,} articles: name fewer bags")
    return found


def _add(found: _Read, places: dict[str, int], member: Member, own: Sketch) -> None:
    """Of several bags of one address the last captured one counts, and names the others."""
    place = places.get(member.url)
    if place is None:
        places[member.url] = len(found.members)
        found.members.append(member)
        found.sketches.append(own)
        return
    before = found.members[place]
    if member.captured >= before.captured:
        found.members[place] = replace(member, earlier=(*before.earlier, before.bag))
        found.sketches[place] = own
    else:
        found.members[place] = replace(before, earlier=(*before.earlier, member.bag))


def texts_of(members: Sequence[Member], on_left_out: OnLeftOut) -> dict[str, list[str]]:
    """The paragraphs of members by the names of their bags; those that can no longer be read are left out."""
    found = dict[str, list[str]]()
    for each in members:
        try:
            with OpenBag(each.path) as bag:
                found[each.bag] = item_and_text(bag)[1] or []
        except StorageError as error:
            on_left_out(LeftOut(each.path, str(error), True))
    return found
