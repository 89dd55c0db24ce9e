"""Asks the gate before bags are given out (docs/keep/access.md)."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from archiver.errors import Refused, StorageError
from archiver.ledger.bag_record import read_record
from archiver.ledger.restrictions import Gate, identifier_of
from archiver.packaging.named_bags import files_that_name
from archiver.packaging.source import source
from archiver.rights.gate import access_of, has_cookies

_WHAT = {"custody": "it is not given out", "copy": "no copy of it is given out"}


def require_allowed(bags: Iterable[Path], use: Literal["custody", "copy"], today: date) -> None:
    """Nothing, where every bag may be used so. Raises Refused, which names of several the first that may not,
    StorageError where restrictions cannot be read."""
    gate, bags = Gate(today), tuple(bags)
    for bag in bags:
        if use == "copy":
            access = gate.access(bag, _record(bag), identifier_of(bag))
        else:  # whatever its record states, a sealed bag may go to who keeps it: only what is noted forbids that
            access = access_of({"access": "open"}, today, gate.noted(bag, identifier_of(bag)))
        if not access.allows(use):
            which = f"{bag.name}: " if len(bags) > 1 else ""
            raise Refused(f"{_WHAT[use]}: {which}{access.sentence}; see docs/keep/access.md")


def require_no_cookies(bags: Iterable[Path], advice: str) -> None:
    """Nothing, where no bag has the cookies of a subscription in its WARC files. Raises Refused, with the advice."""
    for bag in bags:
        if has_cookies(_record(bag)):
            raise Refused(f"captured while logged in: its records have cookies of a subscription; {advice}")


def require_names_nothing_closed(bags: Iterable[Path], today: date, *, tag_files: bool) -> None:
    """Nothing, where no WARC file of a bag, and with `tag_files` none of those, names another bag that may not be
    named: a WACZ, or records by themselves, go without the level that would bind who gets them. Raises Refused,
    StorageError."""
    gate = Gate(today)
    for bag in bags:
        named = gate.naming_closed(bag, files_that_name(source(bag)))
        given = [p for p in sorted(named) if p.startswith("data/wacz/") or (tag_files and not p.startswith("data/"))]
        if given:
            raise Refused(
                f"{given[0]} names another bag, which may not be named; hand over the sealed bag, or a WACZ "
                "with --redact"
            )


def _record(bag: Path) -> object:
    try:
        return read_record(bag)
    except StorageError:
        return None  # which is read as restricted
