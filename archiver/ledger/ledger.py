"""The ledger: what became of every seed, in SQLite beside the bags (docs/architecture.md).

Written by the coordinating process only, one transaction for a group of bags. It is an index: what it says of bags can
be read again from them (`adopt`); only failures live here alone.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from archiver.ledger.answers import PARTIAL
from archiver.ledger.entries import DONE, Entry, entry_of_bag, place_of, storable
from archiver.ledger.sqlite import reader, usable, writer
from archiver.schemas.moments import moment_text

_T = TypeVar("_T")
PATH = ".archiver/ledger.sqlite"
_DELIVERED = "kind = 'delivery' AND derived = '' AND form <> 'wacz'"
"""The deliveries of bags as they are."""
_ROW = re.compile(r"\.(?:csv|tsv|jsonl|ndjson):\d+\Z", re.IGNORECASE)
"""How the place of a row of a list ends."""


class Ledger:
    """The ledger of one bags folder. Every method raises StorageError when the file cannot be used."""

    def __init__(self, bags: Path, *, read_only: bool = False) -> None:
        self._path = bags / PATH
        self._db = reader(self._path) if read_only else writer(self._path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def begin(self, job: str, settings: Mapping[str, Any], moment: datetime) -> None:
        """Note that a job has started."""
        with usable(self._path), self._db:
            self._db.execute(
                "INSERT INTO jobs (id, started, settings) VALUES (?, ?, ?)",
                (job, moment_text(moment), json.dumps(settings, default=str)),
            )

    def end(self, job: str, seeds: int, moment: datetime) -> None:
        """Note that a job has come to its end."""
        with usable(self._path), self._db:
            self._db.execute("UPDATE jobs SET ended = ?, seeds = ? WHERE id = ?", (moment_text(moment), seeds, job))

    def find(self, key: str) -> Entry | None:
        """What is known of a seed."""
        with usable(self._path):
            row = self._db.execute(
                f"SELECT {_COLUMNS}, (SELECT target || '/' || package FROM deliveries WHERE bag = seeds.bag AND "
                f"{_DELIVERED} LIMIT 1) FROM seeds WHERE key = ?",
                (key,),
            ).fetchone()
        return replace(_entry(row[:-1]), delivered=row[-1]) if row else None

    def migrate(self, key: str, former: Iterable[str]) -> None:
        """Let what is known of a seed under a former key be known under this one, where nothing is yet."""
        with usable(self._path), self._transaction():
            for each in former:
                if each != key:
                    self._db.execute(
                        "UPDATE seeds SET key = ? WHERE key = ? AND NOT EXISTS (SELECT 1 FROM seeds WHERE key = ?)",
                        (key, each, key),
                    )

    def find_any(self, keys: Iterable[str]) -> Entry | None:
        """What is known of a seed under the first of these keys that is known."""
        return next((entry for key in keys if (entry := self.find(key)) is not None), None)

    def waiting(self, entries: Iterable[Entry], job: str) -> None:
        """Note seeds that were read; what is known of them already stays. What was read at the same places before, said
        something else and is not captured is superseded, and forgotten; a bag it has stays."""
        with usable(self._path), self._transaction():
            for each in entries:
                place = place_of(each.origin) if each.origin else None
                self._supersede(place, each.key)
                self._db.execute(
                    "INSERT INTO seeds (key, name, url, outcome, updated, job, place) VALUES (?, ?, ?, 'waiting', ?, ?,"
                    " ?) ON CONFLICT (key) DO UPDATE SET place = excluded.place WHERE place IS NOT excluded.place",
                    (each.key, storable(each.name), each.url, moment_text(datetime.now(UTC)), job, place),
                )

    def _supersede(self, place: str | None, key: str) -> None:
        # Rows of a list move when others are put before them: what is done there stays done.
        stays = DONE if place and _ROW.search(place) else ()
        marks = ", ".join("?" * len(stays))
        self._db.execute(
            f"DELETE FROM seeds WHERE place = ? AND key <> ? AND outcome <> 'captured' AND outcome NOT IN ({marks})",
            (place, key, *stays),
        )

    def settle(
        self,
        entries: Iterable[Entry],
        job: str | None,
        moment: datetime,
        beside: Callable[[sqlite3.Connection], object] = lambda _: None,
    ) -> None:
        """Write what became of seeds, and what `beside` writes, all or nothing."""
        with usable(self._path), self._transaction():
            beside(self._db)
            for each in entries:
                detail = json.dumps(each.detail, default=str) if each.detail is not None else None
                place = place_of(each.origin) if each.origin else None
                self._supersede(place, each.key)
                self._db.execute(
                    "INSERT INTO seeds (key, name, url, outcome, bag, verdict, reason, detail, attempts, updated, job,"
                    " place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
                    " name = excluded.name, outcome = excluded.outcome, bag = excluded.bag,"
                    " verdict = excluded.verdict, reason = excluded.reason, detail = excluded.detail,"
                    " attempts = attempts + 1, updated = excluded.updated, job = excluded.job",
                    [
                        None if value is None else storable(value)
                        for value in (
                            *(each.key, each.name, each.url, each.outcome, each.bag, each.verdict, each.reason),
                            *(detail, each.updated or moment_text(moment), job, place),
                        )
                    ],
                )
                if each.bag:
                    row = (storable(each.bag), storable(each.key))
                    self._db.execute("INSERT OR REPLACE INTO bags VALUES (?, ?)", row)

    def within(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """What `action` does with the database, all or nothing."""
        with usable(self._path), self._transaction():
            return action(self._db)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already, and the reason must not be lost
                self._db.execute("ROLLBACK")
            raise

    def entries(self, *outcomes: str, most: int = -1, newest: bool = False) -> Iterator[Entry]:
        """All seeds, or those with one of these outcomes, as they were settled or the newest first; so many."""
        where = f" WHERE outcome IN ({','.join('?' * len(outcomes))})" if outcomes else ""
        query = f"SELECT {_COLUMNS} FROM seeds{where} ORDER BY updated{' DESC' if newest else ''}, key LIMIT ?"
        with usable(self._path):
            for row in self._db.execute(query, (*outcomes, most)):
                yield _entry(row)

    def counts(self) -> dict[str, int]:
        """Outcome -> number of seeds."""
        with usable(self._path):
            return dict(self._db.execute("SELECT outcome, count(*) FROM seeds GROUP BY outcome ORDER BY outcome"))

    def partial(self) -> int:
        """How many captured seeds have an article whose body was cut."""
        with usable(self._path):
            query = "SELECT count(*) FROM seeds WHERE outcome = 'captured' AND detail IS NOT NULL AND detail LIKE ?"
            return int(self._db.execute(query, (f'%"kind": "{PARTIAL}"%',)).fetchone()[0])

    def bags(self) -> Iterator[tuple[str, str]]:
        """(name, bag) of every seed that has one which was not delivered elsewhere, by name."""
        with usable(self._path):
            yield from self._db.execute(
                "SELECT name, bag FROM seeds WHERE bag IS NOT NULL AND bag NOT IN (SELECT bag FROM deliveries WHERE "
                f"{_DELIVERED}) ORDER BY name, bag"
            )

    def bags_at(self, url: str, most: int, *, seed_sha256: str | None = None) -> list[str]:
        """The bags of an address, whatever their seeds, and those of a seed, whatever its address; the newest first."""
        query = (
            "SELECT name FROM bags WHERE substr(key, 66) = ? OR (key >= ? AND key < ?)"
            " ORDER BY substr(name, -25, 16) DESC, rowid DESC LIMIT ?"
        )
        seed = (f"{seed_sha256} ", f"{seed_sha256}!") if seed_sha256 else ("", "")
        with usable(self._path):
            return [name for (name,) in self._db.execute(query, (storable(url), *seed, most))]

    def fact(self, name: str) -> str | None:
        """What is known of the ledger itself under this name."""
        with usable(self._path):
            row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def note_fact(self, name: str, value: str) -> None:
        """Keep a fact about the ledger itself."""
        with usable(self._path):
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def adopt(self, bags: Path, progress: Callable[[int, int], None] = lambda _, __: None) -> int:
        """Take in finished bags that the ledger does not know, oldest capture first; how many there were. `progress`
        is called with how many of how many folders were looked at."""
        names, adopted = sorted(self._unknown(bags), key=_stamp), 0
        for start in range(0, len(names), _GROUP):
            entries = (entry_of_bag(bags / name) for name in names[start : start + _GROUP])
            found = sorted((each for each in entries if each), key=lambda each: each.updated)
            self.settle(found, None, datetime.now(UTC))
            adopted += len(found)
            progress(min(start + _GROUP, len(names)), len(names))
        return adopted

    def _unknown(self, bags: Path) -> Iterator[str]:
        """The folders that may be bags and are not known. Looking at each of a million would take long."""
        with os.scandir(bags) as listing:
            while group := list(islice(listing, _GROUP)):
                known = self._known([each.name for each in group])
                for each in group:
                    if each.name not in known and not each.name.startswith(".") and each.is_dir():
                        yield each.name

    def _known(self, names: list[str]) -> set[str]:
        clean = {storable(name): name for name in names}
        marks = ",".join("?" * len(clean))
        with usable(self._path):
            found = self._db.execute(f"SELECT name FROM bags WHERE name IN ({marks})", list(clean)).fetchall()
        return {clean[name] for (name,) in found}


_GROUP = 500
"""Folders looked at together."""
_STAMP = re.compile(r"-(\d{8}T\d{6}Z)-[0-9a-f]{8}\Z")


def _stamp(name: str) -> tuple[str, str]:
    """When the capture of a bag of ours began, as its name has it: reading all records to sort them takes too much."""
    match = _STAMP.search(name)
    return match[1] if match else "", name


_COLUMNS = "key, name, url, outcome, bag, verdict, reason, detail, attempts, updated, job, place"


def _entry(row: tuple[Any, ...]) -> Entry:
    key, name, url, outcome, bag, verdict, reason, detail, attempts, updated, job, place = row
    try:
        facts = json.loads(detail) if detail else None
    except (ValueError, TypeError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"what was seen of {key!r} is not JSON") from error
    return Entry(
        key=key,
        name=name,
        url=url,
        outcome=outcome,
        bag=bag,
        verdict=verdict,
        reason=reason,
        detail=facts,
        attempts=attempts,
        updated=updated,
        job=job,
        place=place,
    )
