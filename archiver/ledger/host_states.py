"""What is known of hosts from one job to the next: refusals in a row, and until when one asked to be left alone."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archiver.ledger.entries import storable
from archiver.ledger.ledger import Ledger

REMEMBERED = 100_000
"""Hosts, the latest of them."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """One host; `rests_until` is None where it asked for nothing."""

    host: str
    refusals: int
    rests_until: datetime | None


def host_states(ledger: Ledger) -> list[HostState]:
    """The states that the last jobs left. Raises StorageError."""

    def read(database: sqlite3.Connection) -> list[HostState]:
        rows = database.execute(
            "SELECT host, refusals, rests_until FROM hosts ORDER BY updated DESC LIMIT ?", (REMEMBERED,)
        )
        return [HostState(host=host, refusals=refusals, rests_until=_moment(until)) for host, refusals, until in rows]

    return ledger.within(read)


def keep_host_states(ledger: Ledger, states: Iterable[HostState], now: datetime) -> None:
    """Write states, all or nothing; a host that refuses nothing and rests no more is forgotten. Raises StorageError."""

    def write(database: sqlite3.Connection) -> None:
        for each in states:
            until = each.rests_until if each.rests_until and each.rests_until > now else None
            if each.refusals or until:
                row = (storable(each.host), each.refusals, until and until.strftime(_TIME), now.strftime(_TIME))
                database.execute("INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?)", row)
            else:
                database.execute("DELETE FROM hosts WHERE host = ?", (storable(each.host),))

    ledger.within(write)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
