"""A family of near-duplicates: each member beside the fullest one, by the comparison that seeds and pages have.

Which text was first nobody can read off them: the base is the text that has most of what the members share, and
nothing else is claimed of it. An agency that others of the family credit and a member does not is `uncredited`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.article.compare import compare
from archiver.families.member import Member
from archiver.families.sketch import shingles
from archiver.model import Change, PageBlock, PageModel, PageRead

LONGEST = 300_000
"""Characters of a text that is compared line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A member beside the base. `share` is the part of the shorter text's shingles that both have, 0 to 1. Lines are
    None where they may not be shown or were not compared (`not_compared` says why), counts where they were not."""

    member: Member
    share: float
    same: int | None = None
    edited: int | None = None
    cut: tuple[str, ...] | None = None
    added: tuple[str, ...] | None = None
    changed: tuple[Change, ...] | None = None
    cut_words: int | None = None
    added_words: int | None = None
    uncredited: tuple[str, ...] = ()
    bylines_dropped: tuple[str, ...] = ()
    not_compared: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`base`, the text that has most of what is shared, and the other members, by day of publication."""

    base: Member
    agencies: tuple[str, ...]
    uncredited: tuple[str, ...]
    members: tuple[Relative, ...]


def family_of(members: Sequence[Member], texts: Mapping[str, Sequence[str]]) -> Family:
    """The family of members with their paragraphs, by name of the bag."""
    found = {each.bag: shingles(texts[each.bag]) for each in members}
    owners = Counter(shingle for own in found.values() for shingle in own)
    common = {bag: sum(1 for shingle in own if owners[shingle] > 1) for bag, own in found.items()}
    base = min(members, key=lambda each: (-common[each.bag], each.published or "9", each.bag))
    credited = dict.fromkeys(agency for each in members for agency in each.agencies)
    others = sorted((each for each in members if each is not base), key=lambda each: (each.published or "9", each.bag))
    return Family(
        base=base,
        agencies=tuple(credited),
        uncredited=_missing(credited, base.agencies),
        members=tuple(
            _relative(each, base, texts, share_of(found[base.bag], found[each.bag]), tuple(credited)) for each in others
        ),
    )


def share_of(one: set[str], other: set[str]) -> float:
    """The part of the smaller set that both have."""
    least = min(len(one), len(other))
    return round(len(one & other) / least, 4) if least else 0.0


def _missing(said: Sequence[str] | Mapping[str, None], here: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in said if each not in here)


def _relative(
    member: Member, base: Member, texts: Mapping[str, Sequence[str]], share: float, agencies: Sequence[str]
) -> Relative:
    uncredited, dropped = _missing(agencies, member.agencies), _missing(base.bylines, member.bylines)
    mine, its = texts[member.bag], texts[base.bag]
    if sum(map(len, mine)) > LONGEST or sum(map(len, its)) > LONGEST:
        reason = f"a text has more than {LONGEST:,} characters"
        return Relative(member=member, share=share, uncredited=uncredited, bylines_dropped=dropped, not_compared=reason)
    lines = compare.compare(compare.as_seed(its), _as_page(mine, whole=member.whole)).lines
    cut = tuple(each.seed or "" for each in lines if each.kind == "missing")
    added = tuple(each.page or "" for each in lines if each.kind == "page-only")
    unread = None if base.whole else "the base was not read whole: what is added here may be in the rest of it"
    if not member.whole:
        unread, cut = "the page was not read whole: nothing is said to be cut", ()
    shown = member.shows_text and base.shows_text
    return Relative(
        member=member,
        share=share,
        same=sum(each.kind in ("same", "typographic", "moved") for each in lines),
        edited=sum(each.kind == "edited" for each in lines),
        cut=cut if shown else None,
        added=added if shown else None,
        changed=tuple(change for each in lines for change in each.changes) if shown else None,
        cut_words=sum(len(each.split()) for each in cut),
        added_words=sum(len(each.split()) for each in added),
        uncredited=uncredited,
        bylines_dropped=dropped,
        not_compared=unread,
    )


def _as_page(paragraphs: Sequence[str], *, whole: bool) -> PageModel:
    blocks = tuple(PageBlock(kind="paragraph", text=each, at=None) for each in paragraphs)
    cut = () if whole else ("the page was not read whole",)
    return PageModel(blocks=blocks, read=PageRead(whole=whole, cut=cut, blocks=len(blocks)))
