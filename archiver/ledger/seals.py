"""The seal of each bag and the last event of its custody log, as archiver last left them: what the first audit compares
with. It is not a reading: nobody read the bag then."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftState:
    """How a bag was left: `bag` as the ledger names it, its seal, the path of the last event and its SHA-256."""

    bag: str
    seal: str
    event: str
    head: str


def keep(database: sqlite3.Connection, states: Iterable[LeftState]) -> None:
    """Write how bags were left, in place of what was known. Raises sqlite3.Error."""
    rows = [(each.bag, each.seal, each.event, each.head) for each in states]
    database.executemany("INSERT OR REPLACE INTO seals VALUES (?, ?, ?, ?)", rows)


def find(database: sqlite3.Connection, bag: str) -> LeftState | None:
    """How a bag was left, None where that is not known. Raises sqlite3.Error."""
    row = database.execute("SELECT bag, seal, event, head FROM seals WHERE bag = ?", (bag,)).fetchone()
    return LeftState(bag=row[0], seal=row[1], event=row[2], head=row[3]) if row else None
