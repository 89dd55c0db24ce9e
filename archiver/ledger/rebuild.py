"""A new ledger out of the bags, for when the old one is damaged or gone.

What was delivered is read from the receipts beside the bags. What only the old one knew is in neither: failures, seeds
that wait, validations, readings, deliveries of groups and of what was made for a receiver. It is set aside, not
deleted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archiver.errors import StorageError
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.lock import bags_locked
from archiver.ledger.receipts import take_receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many bags the new ledger knows, and where the old one lies now, if there was one."""

    bags: int
    aside: Path | None


def rebuild(bags: Path, progress: Callable[[int, int], None] = lambda _, __: None) -> Rebuilt:
    """Set the ledger of a bags folder aside and write a new one. `progress` is called with how many of how many
    folders, then receipts, were read. Raises StorageError, BagsLocked while a job runs."""
    if not bags.is_dir():
        raise StorageError(f"{bags} is not a bags folder; name one with --bags")
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
            known = ledger.adopt(bags, progress)
            return Rebuilt(bags=known + take_receipts(ledger, bags, progress), aside=aside if found else None)
        finally:
            ledger.close()
