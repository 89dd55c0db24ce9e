"""The sink of a job that keeps its bags: publishes them in the bags folder and settles their seeds in the ledger."""

import shutil
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime

from archiver.bag.staging import publish
from archiver.config import Config
from archiver.job.ledger_rows import entry_of, of_last_bag, repeats
from archiver.job.previous import previous_bags
from archiver.job.result import Archived, Done
from archiver.job.workers.executors import run_seed
from archiver.ledger.entries import Entry, key_of
from archiver.ledger.ledger import Ledger
from archiver.ledger.seals import keep
from archiver.model import Failure, PreviousBag, Seed
from archiver.transfer.left_state import left_state


class BagSink:
    """Bags stay in the bags folder."""

    def __init__(self, config: Config, job: str, ledger: Ledger) -> None:
        self._config, self._job, self._ledger = config, job, ledger

    def submit(self, workers: Executor, seed: Seed) -> Future[Done]:
        """Hand a seed out."""
        previous = self._previous(seed)
        return workers.submit(run_seed, seed, None, previous) if previous else workers.submit(run_seed, seed)

    def _previous(self, seed: Seed) -> tuple[PreviousBag, ...]:
        return previous_bags(self._config.bags, self._ledger, seed)

    def settle(self, group: Sequence[tuple[Seed, Done]]) -> list[Entry]:
        """Make results durable: bags first, then the ledger; the rows it has now. Raises StorageError."""
        group = [(seed, self._once(seed, done)) for seed, done in group]
        publish([done.bag for _, done in group if isinstance(done, Archived) and not done.repeats], self._config.bags)
        entries = [self._entry(seed, done) for seed, done in group]
        left = [
            left_state(self._config.bags / done.bag.name)
            for _, done in group
            if isinstance(done, Archived) and not done.repeats
        ]
        now = datetime.now(UTC)
        self._ledger.settle(entries, self._job, now, beside=lambda database: keep(database, filter(None, left)))
        return entries

    def _entry(self, seed: Seed, done: Done) -> Entry:
        """The seed's row. A seed that is not in the files of `--from` keeps the row of the bag that it has."""
        last = self._ledger.find(key_of(seed)) if isinstance(done, Failure) else None
        keeps = isinstance(done, Failure) and done.kind == "import" and last is not None and last.bag is not None
        return last if last is not None and keeps else entry_of(seed, done, last)

    def _once(self, seed: Seed, done: Done) -> Done:
        """The same result; where the seed's last bag has the answer already, without the new bag."""
        if isinstance(done, Archived) and done.repeats:
            return done
        last = of_last_bag(self._ledger.find(key_of(seed))) if isinstance(done, Archived) else None
        if not isinstance(done, Archived) or self._config.recapture or not repeats(done, last):
            return done
        if last is None or last.bag is None or not (self._config.bags / last.bag).is_dir():
            return done
        shutil.rmtree(done.bag.path, ignore_errors=True)
        return replace(done, repeats=last.bag)

    def close(self) -> None:
        """The job has ended."""
