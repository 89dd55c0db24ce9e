"""What was delivered where, and received. Writing makes the ledger where there is none.

An index for the next hand-off; the receipts beside the bags say the same. Uploads that were begun are kept in mind here
too, so that the next attempt goes on with them.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import StorageError
from archiver.ledger import seals
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.lock import RECEIPTS, working_folder
from archiver.ledger.receipts import insert, row_of, take_receipts
from archiver.ledger.seals import LeftState
from archiver.ledger.sqlite import reader, usable, writer
from archiver.model import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row: a package that was delivered."""

    identifier: str
    package: str
    size: int
    sha256: str
    signatures: str
    """The digest of the signatures that went along."""
    ended: str
    receipt: str
    custody: bool
    """Whether the bag's custody log has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where a sealed bag was delivered to, and when; `derived` says that it was a bag made of it for a receiver."""

    target: str
    package: str
    derived: bool
    ended: str


class Deliveries:
    """The deliveries of one bags folder, and its `UploadStore`. Methods raise StorageError where the file cannot be
    used. Reading makes no ledger: a hand-off that is refused leaves the folder as it was. With
    `read_only`, no ledger is brought up to date either."""

    def __init__(self, bags: Path, *, read_only: bool = False) -> None:
        self._bags, self._path, self._read_only = bags, bags / PATH, read_only
        self._database: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        """The ledger, made where there is none."""
        if self._database is None:
            try:
                working_folder(self._bags)
            except OSError as error:
                raise StorageError.from_os(
                    "keep receipts beside the bags (--receipts DIR names another place)", error
                ) from error
            with closing(Ledger(self._bags)) as ledger:
                take_receipts(ledger, self._bags)
            self._database = writer(self._path)
        return self._database

    def _known(self) -> sqlite3.Connection | None:
        """The ledger; None where there is none, nor receipts from which it could be made."""
        if self._read_only:
            if self._database is None and self._path.is_file():
                self._database = reader(self._path)
            return self._database
        if self._database is None and not self._path.exists() and not (self._bags / RECEIPTS).exists():
            return None
        return self.open()

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()

    def find(self, *, seal: str, form: str, target: str, derived: str) -> Delivery | None:
        """The last delivery of a sealed bag in this form to this target."""
        if (database := self._known()) is None:
            return None
        with usable(self._path):
            row = database.execute(
                "SELECT id, package, size, sha256, signatures, ended, receipt, custody FROM deliveries WHERE "
                "kind = 'delivery' AND seal = ? AND form = ? AND target = ? AND derived = ? "
                "ORDER BY ended DESC LIMIT 1",
                (seal, form, target, derived),
            ).fetchone()
        if row is None:
            return None
        identifier, package, size, sha256, signatures, ended, receipt, custody = row
        return Delivery(
            identifier=identifier,
            package=package,
            size=size,
            sha256=sha256,
            signatures=signatures,
            ended=ended,
            receipt=receipt,
            custody=bool(custody),
        )

    def add(self, receipt: Receipt, *, derived: str, signatures: str, file: Path) -> None:
        """Note a receipt that lies in `file`."""
        database = self.open()
        with usable(self._path):
            insert(database, row_of(receipt, derived=derived, signatures=signatures, file=file.name))

    def of(self, seal: str) -> list[Sent]:
        """All deliveries of a sealed bag, the last one to each place."""
        if (database := self._known()) is None:
            return []
        with usable(self._path):
            rows = database.execute(
                "SELECT target, package, derived <> '', max(ended) FROM deliveries WHERE kind = 'delivery' "
                "AND seal = ? GROUP BY target, package, derived ORDER BY target, package",
                (seal,),
            ).fetchall()
        return [Sent(target=row[0], package=row[1], derived=bool(row[2]), ended=row[3]) for row in rows]

    def number(self, *, seal: str, target: str, kind: str) -> int:
        """The number, from 1, of a package `KIND_NUMBER` at a target: the one that this sealed bag has there, or the
        next."""
        if (database := self._known()) is None:
            return 1
        query = (
            "SELECT max(CAST(substr(package, ?) AS INTEGER)) FROM deliveries WHERE kind = 'delivery' AND target = ? "
            "AND substr(package, 1, ?) = ?"
        )
        arguments = (len(kind) + 2, target, len(kind) + 1, f"{kind}_")
        with usable(self._path):
            (own,) = database.execute(f"{query} AND seal = ?", (*arguments, seal)).fetchone()
            (last,) = database.execute(query, arguments).fetchone()
        return int(own or (last or 0) + 1)

    def in_custody(self, identifier: str) -> None:
        """Note that the bag's custody log has a delivery."""
        database = self.open()
        with usable(self._path):
            database.execute("UPDATE deliveries SET custody = 1 WHERE id = ?", (identifier,))

    def left(self, state: LeftState) -> None:
        """Note how a bag was left: the end of its custody log."""
        database = self.open()
        with usable(self._path):
            seals.keep(database, [state])

    def recall(self, address: str) -> tuple[str, str] | None:
        """The upload that was begun there, and the digest of what it uploads."""
        if (database := self._known()) is None:
            return None
        with usable(self._path):
            row = database.execute("SELECT upload, sha256 FROM uploads WHERE address = ?", (address,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def keep(self, address: str, upload: str, digest: str) -> None:
        """Keep in mind an upload that was begun."""
        database = self.open()
        with usable(self._path):
            database.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", (address, upload, digest))
