"""A new ledger out of the bags, for when the old one is damaged or gone.

What was delivered is read from the receipts beside the bags. What only the old one knew is in neither: failures, seeds
that wait, validations, readings, deliveries of groups and of what was made for a receiver. It is set aside, not
deleted.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

from archiver.errors import StorageError
from archiver.ledger.deliveries import Deliveries, Row, insert, signed_by
from archiver.ledger.ledger import PATH, Entry, Ledger
from archiver.ledger.lock import RECEIPTS, bags_locked
from archiver.model import Outcome

_WHEN = re.compile(r"-(\d{8}T\d{6}Z)(?:-(\d+))?\.json\Z")
_LARGEST = 1 << 20
"""Bytes of the receipt of one bag; those of groups may be larger, and are not looked for."""
_GROUP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many bags the new ledger knows, and where the old one lies now, if there was one."""

    bags: int
    aside: Path | None


def rebuild(bags: Path) -> Rebuilt:
    """Set the ledger of a bags folder aside and write a new one. Raises StorageError, BagsLocked while a job runs."""
    if not bags.is_dir():
        raise StorageError(f"{bags} is no folder of bags; name it with --bags")
    with bags_locked(bags):
        old = bags / PATH
        aside = old.with_name(f"ledger-set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.sqlite")
        found = False
        try:
            for suffix in ("", "-wal", "-shm"):  # a log that is left behind would be taken for that of the new one
                path = old.with_name(old.name + suffix)
                if path.exists():
                    path.rename(aside.with_name(aside.name + suffix))
                    found = True
        except OSError as error:
            raise StorageError.from_os(f"set the ledger {old} aside", error) from error
        ledger = Ledger(bags)
        try:
            known = ledger.adopt(bags)
            return Rebuilt(bags=known + _take_receipts(ledger, bags), aside=aside if found else None)
        finally:
            ledger.close()


def _take_receipts(ledger: Ledger, bags: Path) -> int:
    """Take in what receipts of deliveries say; how many bags there are that lie elsewhere alone."""
    try:
        with os.scandir(bags / RECEIPTS) as listing:
            names = sorted((each.name for each in listing if _WHEN.search(each.name)), key=_when)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StorageError.from_os(f"read the receipts in {bags}", error) from error
    Deliveries(bags).close()  # whose tables are then there
    taken = 0
    for start in range(0, len(names), _GROUP):
        rows: list[Row] = []
        entries: list[Entry] = []
        for row, entry in _told(bags / RECEIPTS, names[start : start + _GROUP]):
            rows.append(row)
            before = ledger.find(entry.key) if entry else None
            if entry and (before is None or before.updated < entry.updated):
                entries.append(entry)
        entries.sort(key=lambda each: each.updated)
        ledger.settle(entries, None, datetime.now(UTC), beside=partial(_insert, rows))
        taken += len({each.bag for each in entries if not (bags / str(each.bag)).is_dir()})
    return taken


def _insert(rows: list[Row], database: sqlite3.Connection) -> None:
    for row in rows:
        insert(database, row)


def _when(name: str) -> tuple[str, int]:
    match = _WHEN.search(name)
    return (match[1], int(match[2] or 0)) if match else ("", 0)


def _told(folder: Path, names: list[str]) -> Iterator[tuple[Row, Entry | None]]:
    """The rows of receipts of bags that were delivered as they are, and what a job's own receipts say of seeds. What is
    no such receipt is left out."""
    for name in names:
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            with (folder / name).open("rb") as file:
                told = json.loads(file.read(_LARGEST))
            if told["kind"] == "delivery" and not told.get("derived") and not told.get("members"):
                yield _row(told, name), _entry(told) if "seed" in told else None


def _row(told: dict[str, Any], name: str) -> Row:
    sent, signed = told["package"], signed_by({each["file"]: each["sha256"] for each in told["signatures"]})
    words = (told["id"], "delivery", told["bag"]["name"], told["bag"]["seal"], told["form"], told["target"])
    row = (*words, "", sent["name"], sent["size"], sent["sha256"], signed, told["ended"], name, 0)
    if not all(isinstance(each, str) for each in (*row[:8], *row[9:13])) or type(sent["size"]) is not int:
        raise TypeError
    return row


def _entry(told: dict[str, Any]) -> Entry:
    seed, bag, ended = told["seed"], told["bag"]["name"], told["ended"]
    digest, url, name, outcome, verdict = (seed[key] for key in ("sha256", "url", "name", "outcome", "verdict"))
    reason = seed["reason"]
    words = (digest, url, name, verdict, bag, ended, reason or "")
    if not all(isinstance(each, str) for each in words) or outcome not in get_args(Outcome):
        raise TypeError
    return Entry(
        key=f"{digest} {url}",
        name=name,
        url=url,
        outcome=outcome,
        bag=bag,
        verdict=verdict,
        reason=reason,
        updated=ended,
    )
