"""When each bag was last read, and how it looked when it was last good. Makes the ledger where there is none.

`archiver audit` reads and writes them; jobs do not. A row is written as a bag is done, so that an audit that was killed
goes on where it was.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.ledger import seals
from archiver.ledger.entries import storable
from archiver.ledger.ledger import PATH
from archiver.ledger.lock import working_folder
from archiver.ledger.seals import LeftState
from archiver.ledger.sqlite import reader, usable, writer

NAME = "readings.sqlite"
"""The file of readings that are kept elsewhere than beside the bags."""

_COLUMNS = "bag, time, outcome, octets, seal, found, good, good_seal, beside"
_INSERT = f"INSERT OR REPLACE INTO readings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_HERE = "substr(bag, 1, length(?1)) = ?1 AND instr(substr(bag, length(?1) + 1), '/') = 0"
"""Those of one bags folder, of which ?1 is the prefix; a name has no slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityReading:
    """A row: the last reading of a bag, and its last good one."""

    bag: str
    time: str
    outcome: str
    octets: int
    seal: str | None
    found: Mapping[str, Any]
    """What was wrong, as `audit.py` reports it again."""
    good: str | None
    """When it was last good."""
    good_seal: str | None
    beside: Mapping[str, str]
    """Path -> SHA-256, in the last good reading, of the files that no manifest lists: tag manifests, signatures."""


def stamp(moment: datetime) -> str:
    """A time as it stands in the tables; their order is that of time."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class Readings:
    """The readings of one bags folder. Raises StorageError where the file cannot be used.

    They are kept in the ledger beside the bags, or, for storage that cannot be written, in `NAME` in the folder `kept`,
    which may hold those of many bags folders: a bag is known by its whole path there. Then nothing is written beside
    the bags; what an earlier ledger there knows of readings is taken over."""

    def __init__(self, bags: Path, kept: Path | None = None) -> None:
        self._path = bags / PATH if kept is None else kept / NAME
        self._beside = None if kept is None else bags / PATH
        self.prefix = "" if kept is None else f"{storable(str(bags))}/"
        try:
            working_folder(bags) if kept is None else kept.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            where = "beside the bags (--readings DIR names another place)" if kept is None else f"in {kept}"
            raise StorageError.from_os(f"keep the readings {where}", error) from error
        self._db = writer(self._path, synchronous="NORMAL")  # what a power cut takes is read again
        try:
            self._take_over()
        except BaseException:
            self._db.close()
            raise

    def _take_over(self) -> None:
        """Copy the readings of a ledger beside the bags, the first time that they are kept elsewhere."""
        if self._beside is None or not self._beside.is_file() or self.last():
            return
        with closing(reader(self._beside)) as there, usable(self._beside):
            rows = there.execute(f"SELECT {_COLUMNS} FROM readings").fetchall()
            states = there.execute("SELECT bag, seal, event, head FROM seals").fetchall()
        with self._transaction():
            for bag, *rest in rows:
                self._db.execute(_INSERT.replace("REPLACE", "IGNORE"), (self.prefix + bag, *rest))
            seals.keep(self._db, [LeftState(bag=self.prefix + b, seal=s, event=e, head=h) for b, s, e, h in states])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def last(self) -> dict[str, tuple[str, str | None]]:
        """Every bag that was ever read: (the outcome of its last reading, when it was last good)."""
        with self._usable():
            query = f"SELECT bag, outcome, good FROM readings WHERE {_HERE} ORDER BY bag"
            rows = self._db.execute(query, (self.prefix,)).fetchall()
        return {self._name(bag): (str(outcome), good) for bag, outcome, good in rows}

    def find(self, bag: str) -> FixityReading | None:
        """The last reading of a bag."""
        with self._usable():
            row = self._db.execute(f"SELECT {_COLUMNS} FROM readings WHERE bag = ?", (self.prefix + bag,)).fetchone()
            return self._reading(row) if row else None

    def sealed(self, seal: str) -> list[tuple[str, FixityReading]]:
        """(folder, reading) of the bags of all other folders, in the same file, that had this seal when last good."""
        with self._usable():
            query = f"SELECT {_COLUMNS} FROM readings WHERE good_seal = ?2 AND NOT ({_HERE}) ORDER BY bag"
            rows = self._db.execute(query, (self.prefix, seal)).fetchall()
            return [
                (folder, _reading((name, *rest))) for bag, *rest in rows for folder, _, name in [bag.rpartition("/")]
            ]

    def left(self, bag: str) -> LeftState | None:
        """How archiver left a bag, where it did."""
        with self._usable():
            return seals.find(self._db, self.prefix + bag)

    def found_since(self, moment: str) -> list[FixityReading]:
        """The readings since then that were not good."""
        where = f"outcome <> 'good' AND time >= ?2 AND {_HERE}"
        with self._usable():
            query = f"SELECT {_COLUMNS} FROM readings WHERE {where} ORDER BY bag"
            return [self._reading(row) for row in self._db.execute(query, (self.prefix, moment))]

    def interrupted(self, asked: str, since: datetime) -> tuple[str, list[str]] | None:
        """An audit of the same question that did not come to its end and was at work since: (when it started, the bags
        it has left)."""
        asked = self.prefix + asked
        with self._usable():
            row = self._db.execute(
                "SELECT started FROM audits WHERE asked = ? AND touched >= ?", (asked, stamp(since))
            ).fetchone()
            due = self._db.execute("SELECT bag FROM audits_due WHERE asked = ? ORDER BY place", (asked,)).fetchall()
        return (str(row[0]), [str(each[0]) for each in due]) if row else None

    def begin(self, asked: str, bags: Iterable[str], moment: datetime) -> None:
        """Note which bags an audit is to read, in place of what the last one of this question has left."""
        asked = self.prefix + asked
        with self._transaction():
            self._forget(asked)
            self._db.execute("INSERT INTO audits VALUES (?, ?, ?)", (asked, stamp(moment), stamp(moment)))
            rows = ((asked, bag, place) for place, bag in enumerate(bags))
            self._db.executemany("INSERT OR IGNORE INTO audits_due VALUES (?, ?, ?)", rows)

    def settle(self, asked: str, reading: FixityReading) -> None:
        """Write the reading of a bag, and that this audit is done with it."""
        row = (
            *(reading.bag, reading.time, reading.outcome, reading.octets, reading.seal, json.dumps(reading.found)),
            *(reading.good, reading.good_seal, json.dumps(reading.beside)),
        )
        with self._transaction():
            self._db.execute(_INSERT, (self.prefix + row[0], *row[1:]))
            self._done(asked, reading.bag, reading.time)

    def forget(self, asked: str, bag: str, moment: datetime) -> None:
        """Take away all that is known of a bag."""
        with self._transaction():
            self._db.execute("DELETE FROM readings WHERE bag = ?", (self.prefix + bag,))
            self._done(asked, bag, stamp(moment))

    def end(self, asked: str) -> None:
        """Note that an audit has come to its end."""
        with self._transaction():
            self._forget(self.prefix + asked)

    def _done(self, asked: str, bag: str, time: str) -> None:
        asked = self.prefix + asked
        self._db.execute("DELETE FROM audits_due WHERE asked = ? AND bag = ?", (asked, bag))
        self._db.execute("UPDATE audits SET touched = ? WHERE asked = ?", (time, asked))

    def _forget(self, asked: str) -> None:
        self._db.execute("DELETE FROM audits WHERE asked = ?", (asked,))
        self._db.execute("DELETE FROM audits_due WHERE asked = ?", (asked,))

    def _name(self, bag: object) -> str:
        return str(bag).removeprefix(self.prefix)

    def _reading(self, row: tuple[Any, ...]) -> FixityReading:
        return _reading((self._name(row[0]), *row[1:]))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._usable():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # a full disk has ended it already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _usable(self) -> Iterator[None]:
        with usable(self._path):
            try:
                yield
            except ValueError as error:
                raise sqlite3.DatabaseError(f"what was read of a bag is not JSON: {error}") from error


def _reading(row: tuple[Any, ...]) -> FixityReading:
    bag, time, outcome, octets, seal, found, good, good_seal, beside = row
    return FixityReading(
        bag=bag,
        time=time,
        outcome=outcome,
        octets=octets,
        seal=seal,
        found=json.loads(found),
        good=good,
        good_seal=good_seal,
        beside=json.loads(beside),
    )
