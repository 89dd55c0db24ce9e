"""Which bags passed validation, and how they looked then.

`archiver validate --since-ledger` reads and writes it; jobs do not. What a look is, `validation/fingerprint.py` knows.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from archiver.errors import UsageError
from archiver.ledger.ledger import PATH
from archiver.ledger.sqlite import usable, writer


class Validations:
    """The validations of one bags folder. Raises UsageError where it has no ledger, StorageError where that cannot be
    used."""

    def __init__(self, bags: Path) -> None:
        self._path = bags / PATH
        if not self._path.is_file():
            raise UsageError(
                f"--since-ledger: {bags} has no ledger of 'archiver run', as in a fresh checkout; leave it out"
            )
        self._db = writer(self._path, synchronous="NORMAL")  # what a power cut takes is validated again

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def passed(self, bag: str) -> str | None:
        """The fingerprint of a bag when it last passed; None when it never did."""
        with usable(self._path):
            row = self._db.execute("SELECT fingerprint FROM validations WHERE bag = ?", (bag,)).fetchone()
        return str(row[0]) if row else None

    def settle(self, fingerprints: Mapping[str, str | None], moment: datetime) -> None:
        """Note bags that passed, with their fingerprints, and forget those that did not (None), all or nothing."""
        with usable(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            for bag, fingerprint in fingerprints.items():
                self._db.execute("DELETE FROM validations WHERE bag = ?", (bag,))
                if fingerprint is not None:
                    row = (bag, fingerprint, f"{moment:%Y-%m-%dT%H:%M:%SZ}")
                    self._db.execute("INSERT INTO validations VALUES (?, ?, ?)", row)
            self._db.execute("COMMIT")
