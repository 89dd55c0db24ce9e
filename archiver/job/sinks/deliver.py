"""The keeper of a job that delivers (`archiver run --deliver`): names bags before they are made, keeps the receipts of
those that were sent (`outbox.py`).

The name of a bag that is to be delivered stands in the ledger before anybody fetches its page: a second attempt, after
a worker or the coordinator was killed, has the same one, and cannot deliver a second bag. docs/adr/0121.
"""

import shutil
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from archiver.bag.names import bag_name
from archiver.bag.staging import flush
from archiver.config import Config
from archiver.errors import Refused, storage
from archiver.job.ledger_rows import of_last_bag
from archiver.job.outbox import OUTBOX, checked_target
from archiver.job.result import Archived, BagIdentity, Delivered, Done
from archiver.job.sinks.local import BagSink
from archiver.job.workers.executors import run_seed
from archiver.ledger.entries import DONE, Entry, entry_of_bag, key_of, storable
from archiver.ledger.ledger import Ledger
from archiver.ledger.lock import RECEIPTS
from archiver.ledger.receipts import insert, row_of, signed_by
from archiver.model import Failure, Seed
from archiver.packaging.source import source

_SETTLED_SINCE = f"""
DELETE FROM bag_identities WHERE EXISTS (
    SELECT 1 FROM seeds WHERE seeds.key = bag_identities.key AND outcome IN ({", ".join("?" * len(DONE))})
    AND strftime('%Y%m%dT%H%M%SZ', updated) > substr(bag_identities.name, -25, 16))
"""
"""By a job that kept its bags, or sent them elsewhere: what is recaptured later is another bag. The time of a row is
that in its name (`bag_name`)."""


class DeliverySink(BagSink):
    """Bags are delivered. Raises UsageError, StorageError where the target cannot be reached."""

    def __init__(self, config: Config, job: str, ledger: Ledger) -> None:
        super().__init__(config, job, ledger)
        checked_target(config)
        self._target = f"{config.deliver} {config.deliver_endpoint or ''} {config.deliver_form}"
        self._outbox = config.bags / OUTBOX
        for name in set(self._lying()) - ledger.within(_wanted):
            if not self._taken_up(name):
                shutil.rmtree(self._outbox / name, ignore_errors=True)

    def submit(self, workers: Executor, seed: Seed) -> Future[Done]:
        """Hand a seed out, with the name its bag will have."""
        identity = self._ledger.within(lambda database: self._identity(database, seed))
        last = None if self._config.recapture else of_last_bag(self._ledger.find(key_of(seed)))
        previous, identity = self._previous(seed), replace(identity, last=last)
        return (
            workers.submit(run_seed, seed, identity, previous) if previous else workers.submit(run_seed, seed, identity)
        )

    def settle(self, group: Sequence[tuple[Seed, Done]]) -> list[Entry]:
        """Make results durable: the receipts first, then the ledger; the rows it has now. Raises StorageError."""
        sent = [done.delivered for _, done in group if isinstance(done, Archived) and done.delivered]
        if sent:
            folder = self._config.bags / RECEIPTS
            with storage(f"keep receipts in {folder}"):
                folder.mkdir(exist_ok=True)
                for name, data in (each for delivered in sent for each in delivered.files.items()):
                    (folder / name).write_bytes(data)
                flush(folder)
        over = [key_of(seed) for seed, done in group if not (isinstance(done, Failure) and done.kind == "delivery")]
        entries = [self._entry(seed, done) for seed, done in group]
        self._ledger.settle(
            entries, self._job, datetime.now(UTC), beside=lambda database: self._note(database, sent, over)
        )
        return entries

    def close(self) -> None:
        """The job has ended: nothing is left but bags that could not be delivered."""
        with suppress(OSError):
            self._outbox.rmdir()

    def _identity(self, database: sqlite3.Connection, seed: Seed) -> BagIdentity:
        key, uuid = storable(key_of(seed)), str(uuid4())
        row = database.execute(
            "SELECT name, uuid FROM bag_identities WHERE key = ? AND target = ?", (key, self._target)
        )
        if before := row.fetchone():
            return BagIdentity(name=before[0], uuid=before[1], again=True)
        identity = BagIdentity(name=bag_name(seed.name, datetime.now(UTC), uuid), uuid=uuid, again=False)
        database.execute("INSERT INTO bag_identities VALUES (?, ?, ?, ?)", (key, self._target, identity.name, uuid))
        return identity

    def _taken_up(self, name: str) -> bool:
        """Whether a sealed bag that lies here is still to be delivered: a ledger that was made anew has no row of it,
        and it may be the only copy."""
        entry = entry_of_bag(self._outbox / name)
        before = self._ledger.find(entry.key) if entry else None
        if entry is None or (before and before.outcome in DONE and before.updated > entry.updated):
            return False
        try:
            uuid = (source(self._outbox / name).identifier or "").removeprefix("urn:uuid:")
        except Refused:
            return False
        row = (storable(entry.key), self._target, name, uuid)
        self._ledger.within(
            lambda database: database.execute("INSERT OR IGNORE INTO bag_identities VALUES (?, ?, ?, ?)", row)
        )
        return True

    def _note(self, database: sqlite3.Connection, sent: list[Delivered], over: list[str]) -> None:
        for each in sent:
            signed = signed_by(each.receipt.signatures)
            insert(database, row_of(each.receipt, derived="", signatures=signed, file=next(iter(each.files))))
        database.executemany(
            "DELETE FROM bag_identities WHERE key = ? AND target = ?", [(storable(key), self._target) for key in over]
        )

    def _lying(self) -> list[str]:
        try:
            return [each.name for each in self._outbox.iterdir()]
        except FileNotFoundError:
            return []


def _wanted(database: sqlite3.Connection) -> set[str]:
    """The names of bags that are still to be delivered, in a ledger that may be new."""
    database.execute(_SETTLED_SINCE, DONE)
    return {name for (name,) in database.execute("SELECT name FROM bag_identities")}
