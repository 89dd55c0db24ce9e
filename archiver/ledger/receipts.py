"""The receipts beside the bags, and their rows in the ledger. A ledger that is new takes in what they say: without them
a job would fetch and deliver once more what was delivered before.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.entries import Entry, stated_entry, storable
from archiver.ledger.ledger import Ledger
from archiver.ledger.lock import RECEIPTS
from archiver.model import Receipt
from archiver.schemas.moments import moment_text

Row = tuple[str | int, ...]
"""A row of the table `deliveries`."""
_WHEN = re.compile(r"-(\d{8}T\d{6}Z)(?:-(\d+))?\.json\Z")
_LARGEST = 1 << 20
"""Bytes of the receipt of one bag; those of groups may be larger, and are not looked for."""
_GROUP = 500
_INSERT = "deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def take_receipts(ledger: Ledger, bags: Path, progress: Callable[[int, int], None] = lambda _, __: None) -> int:
    """Take in what receipts of deliveries say, where the ledger does not know them; how many bags there are that lie
    elsewhere alone. `progress` is called with how many of how many receipts were read. Raises StorageError."""
    if ledger.fact("receipts") is not None:
        return 0
    try:
        with os.scandir(bags / RECEIPTS) as listing:
            names = sorted((each.name for each in listing if _WHEN.search(each.name)), key=_when)
    except FileNotFoundError:
        names = []
    except OSError as error:
        raise StorageError.from_os(f"read the receipts in {bags}", error) from error
    taken = 0
    for start in range(0, len(names), _GROUP):
        rows: list[Row] = []
        entries: list[Entry] = []
        for row, entry in _read(bags / RECEIPTS, names[start : start + _GROUP]):
            rows.append(row)
            before = ledger.find(entry.key) if entry else None
            if entry and (before is None or before.updated < entry.updated):
                entries.append(entry)
        entries.sort(key=lambda each: each.updated)
        ledger.settle(entries, None, datetime.now(UTC), beside=partial(_insert_unknown, rows))
        taken += len({each.bag for each in entries if not (bags / str(each.bag)).is_dir()})
        progress(min(start + _GROUP, len(names)), len(names))
    ledger.note_fact("receipts", "known")
    return taken


def signed_by(signatures: Mapping[str, str]) -> str:
    """The digest of the signatures that went along (path -> SHA-256)."""
    return sha256(repr(sorted(signatures.items())).encode())


def row_of(receipt: Receipt, *, derived: str, signatures: str, file: str) -> Row:
    """The row of a receipt that lies in a file of this name."""
    return (
        *(receipt.identifier, receipt.kind, receipt.bag, receipt.seal, receipt.form, receipt.target, derived),
        *(receipt.package, receipt.size, receipt.sent, signatures),
        *(moment_text(receipt.ended), file, receipt.kind == "receipt"),
    )


def insert(database: sqlite3.Connection, row: Row) -> None:
    """Note a receipt. Raises sqlite3.Error."""
    database.execute(f"INSERT OR REPLACE INTO {_INSERT}", _clean(row))


def _insert_unknown(rows: list[Row], database: sqlite3.Connection) -> None:
    database.executemany(f"INSERT OR IGNORE INTO {_INSERT}", map(_clean, rows))


def _clean(row: Row) -> Row:
    return tuple(storable(each) if isinstance(each, str) else each for each in row)


def _when(name: str) -> tuple[str, int]:
    match = _WHEN.search(name)
    return (match[1], int(match[2] or 0)) if match else ("", 0)


def _read(folder: Path, names: list[str]) -> Iterator[tuple[Row, Entry | None]]:
    """The rows of receipts of bags that were delivered as they are, and what a job's own receipts say of seeds. What is
    no such receipt is left out."""
    for name in names:
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            with (folder / name).open("rb") as file:
                receipt = json.loads(file.read(_LARGEST))
            if receipt["kind"] == "delivery" and not receipt.get("derived") and not receipt.get("members"):
                yield _row(receipt, name), _entry(receipt) if "seed" in receipt else None


def _row(receipt: dict[str, Any], name: str) -> Row:
    sent, signed = receipt["package"], signed_by({each["file"]: each["sha256"] for each in receipt["signatures"]})
    bag = receipt["bag"]
    words = (receipt["id"], "delivery", bag["name"], bag["seal"], receipt["form"], receipt["target"])
    row = (*words, "", sent["name"], sent["size"], sent["sha256"], signed, receipt["ended"], name, 0)
    if not all(isinstance(each, str) for each in (*row[:8], *row[9:13])) or type(sent["size"]) is not int:
        raise TypeError
    return row


def _entry(receipt: dict[str, Any]) -> Entry:
    seed, bag, ended = receipt["seed"], receipt["bag"]["name"], receipt["ended"]
    return stated_entry(
        key=(seed["sha256"], seed["url"]),
        name=seed["name"],
        outcome=seed["outcome"],
        bag=bag,
        verdict=seed["verdict"],
        reason=seed["reason"],
        updated=ended,
    )
