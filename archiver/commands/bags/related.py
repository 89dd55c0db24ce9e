"""`archiver related`: which bags hold one text, and what each paper made of it."""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from archiver.bag.record import plain
from archiver.commands.settings import bags_of, settings_of
from archiver.escape import counted, visible
from archiver.families.family import Family, Relative
from archiver.families.member import Member
from archiver.families.related import LeftOut
from archiver.families.related import related as families_of
from archiver.model.day_words import day_words
from archiver.validation.discover import find_bags

_LISTED = 5
"""Lines of a kind that are printed of one text."""
_CUT = 160
"""Characters of a line that is printed."""


def related(args: argparse.Namespace) -> int:
    """Print the families among the bags named in `args`; 1 when a bag cannot be read. Raises UsageError,
    StorageError."""
    config = settings_of(args)
    left_out: list[LeftOut] = []
    count = members = 0
    found = find_bags(bags_of(args.places, config), serialised=True)
    several: list[Member] = []
    for family in families_of(found, datetime.now(UTC).date(), left_out.append, several.append):
        count += 1
        members += 1 + len(family.members)
        if args.json:
            print(json.dumps(family_as_json(family)), flush=True)
        else:
            for line in _lines(family):
                print(visible(line), flush=True)
    for member in several if not args.quiet else ():
        bags = f"{1 + len(member.earlier)} bags of one address ({member.url})"
        others = ", ".join(member.earlier[:_LISTED]) + (", …" if len(member.earlier) > _LISTED else "")
        print(visible(f"{bags}: {member.bag}, the last captured, is compared; not {others}"), file=sys.stderr)
    for each in left_out:
        print(visible(f"archiver: {each.bag} is left out: {each.reason}"), file=sys.stderr)
    if not args.quiet:
        families = "1 family" if count == 1 else f"{count:,} families"
        said = f"{families}, of {counted(members, 'bag')}" if count else "no family"
        print(f"{said}; {counted(len(left_out), 'bag')} left out", file=sys.stderr)
    return 1 if any(each.broken for each in left_out) else 0


def family_as_json(family: Family) -> dict[str, Any]:
    """A family as `--json` has it (docs/show/related.md)."""
    return {
        "agencies": list(family.agencies),
        "base": {**_member(family.base), "uncredited": list(family.uncredited)},
        "members": [_relative(each) for each in family.members],
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "bag": member.bag,
        "seal": member.seal,
        "url": member.url,
        "outlet": member.outlet,
        "headline": member.headline,
        "published": member.published,
        "captured": member.captured,
        "bylines": list(member.bylines),
        "agencies": list(member.agencies),
        "whole": member.whole,
        "access": member.access.level,
        "earlier": list(member.earlier),
    }


def _relative(each: Relative) -> dict[str, Any]:
    return {
        **_member(each.member),
        "share": each.share,
        "same": each.same,
        "edited": each.edited,
        "cut": _list(each.cut),
        "added": _list(each.added),
        "changed": None if each.changed is None else plain(each.changed),
        "cut_words": each.cut_words,
        "added_words": each.added_words,
        "uncredited": list(each.uncredited),
        "bylines_dropped": list(each.bylines_dropped),
        "not_compared": each.not_compared,
    }


def _list(lines: tuple[str, ...] | None) -> list[str] | None:
    return None if lines is None else list(lines)


def _lines(family: Family) -> list[str]:
    agencies = f"; credited in it: {', '.join(family.agencies)}" if family.agencies else ""
    lines = [f"family of {len(family.members) + 1}{agencies}", f"  base  {_named(family.base)}"]
    lines += _uncredited(family.uncredited)
    for each in family.members:
        lines.append(f"  {each.share:4.0%}  {_named(each.member)}")
        lines += _compared(each)
    return lines


def _named(member: Member) -> str:
    by = f", by {', '.join(member.bylines)}" if member.bylines else ""
    names = f", {', '.join(member.agencies)}" if member.agencies else ""
    earlier = f" (and {counted(len(member.earlier), 'other bag')} of it)" if member.earlier else ""
    day = day_words(member.published) or "day not stated"
    return f"{member.outlet}, {day}{by}{names}: {member.headline} [{member.bag}]{earlier}"


def _uncredited(agencies: tuple[str, ...]) -> list[str]:
    return [f"        does not credit {', '.join(agencies)}, as others of the family do"] if agencies else []


def _compared(each: Relative) -> list[str]:
    rows = _uncredited(each.uncredited)
    if each.bylines_dropped:
        rows.append(f"        does not name {', '.join(each.bylines_dropped)}, as the base does")
    if each.not_compared:
        rows.append(f"        {each.not_compared}")
    if each.same is None:
        return rows
    rows.append(
        f"        {counted(each.same, 'paragraph')} the same, {each.edited} edited; "
        f"{counted(each.cut_words or 0, 'word')} of the base not here, {each.added_words} not in the base"
    )
    if each.cut is None or each.added is None or each.changed is None:
        rows.append(f"        the lines are held back: {each.member.access.sentence}")
        return rows
    rows += _listed("not here", each.cut) + _listed("not in the base", each.added)
    changed = tuple(f"{change.seed} -> {change.page}" for change in each.changed)
    return rows + _listed("changed", changed)


def _listed(what: str, lines: tuple[str, ...]) -> list[str]:
    shown = [f"        {what}: {line if len(line) <= _CUT else line[:_CUT] + '…'}" for line in lines[:_LISTED]]
    if len(lines) > _LISTED:
        shown.append(f"        {what}: ... and {len(lines) - _LISTED} more: --json lists all")
    return shown
