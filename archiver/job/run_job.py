"""A job from its lock to its last event: the folder is locked, the ledger opened, seeds are archived one after another.

How seeds are handed out and results made durable, `coordinator.py` knows.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from archiver.config import Config
from archiver.errors import ArchiverError
from archiver.job.bracket import JobBracket
from archiver.job.coordinator import Coordinator
from archiver.job.events import Event, JobEnded, JobStarted, LedgerFilled
from archiver.job.result import Result, Summary
from archiver.job.seed_result import SeedResult, seed_result
from archiver.job.visits import KEPT, seal_visits
from archiver.ledger.ledger import Ledger
from archiver.ledger.lock import bags_locked
from archiver.ledger.receipts import take_receipts
from archiver.model import Seed, SeedRefused
from archiver.transfer.acceptable_signer import acceptable_signer
from archiver.trust.seal_new_bag import load_signer

_log = logging.getLogger(__name__)


def run_job(
    config: Config,
    seeds: Iterable[Seed | SeedRefused],
    *,
    on_result: Callable[[Result], None] = lambda _: None,
    on_event: Callable[[Event], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Summary:
    """Archive seeds as `archive_seeds` does, report each result to `on_result`, return how the job ended."""
    summary = Summary()
    with closing(archive_seeds(config, seeds, on_event=on_event, stop=stop, summary=summary)) as results:
        for result in results:
            on_result(result)
    return summary


def archive_seeds(
    config: Config,
    seeds: Iterable[Seed | SeedRefused],
    *,
    on_event: Callable[[Event], None] = lambda _: None,
    stop: threading.Event | None = None,
    summary: Summary | None = None,
) -> Generator[Result, None, None]:
    """Archive seeds as `config` says; each result is given once it is durable, all that happens reported as an event.

    Setting `stop` ends the job after the seeds in flight. Closing the iterator ends it too, and what is in flight runs
    again in the next job. `summary` is brought up to date with each result. Raises StorageError (what is finished is
    kept), BagsLocked when another job has the folder, and UsageError, before anything is fetched, where what the key of
    the settings signs would not be accepted; TimestampError where it is to have an opening token, and gets none.
    """
    acceptable_signer(config)
    job, begun = f"urn:uuid:{uuid4()}", time.monotonic()
    durable = deque[Result]()
    summary = summary if summary is not None else Summary()
    with bags_locked(config.bags):
        ledger = Ledger(config.bags)
        on_event(JobStarted(job=job, bags=str(config.bags), processes=config.jobs))
        error: str | None = None
        bracket: JobBracket | None = None
        try:
            for take_in in (ledger.adopt, partial(take_receipts, ledger)):  # none is known where the old ledger is gone
                take_in(config.bags, lambda done, total: on_event(LedgerFilled(done=done, total=total)))
            if config.imports:
                from archiver.imports.importer import index_imports

                index_imports(config)
            bracket = JobBracket.begin(config, job, datetime.now(UTC))
            ledger.begin(job, config.stated(), datetime.now(UTC))
            halt = stop or threading.Event()
            coordinator = Coordinator(config, job, ledger, durable.append, on_event, halt, summary, bracket)
            with closing(coordinator.go(iter(seeds))) as turns:
                for _ in turns:
                    while durable:
                        yield durable.popleft()
            yield from durable
            _seal_visits(config, job)
            if not summary.interrupted:
                ledger.end(job, sum(summary.counts.values()), datetime.now(UTC))
        except ArchiverError as stopped:
            error = str(stopped)
            yield from durable  # they are kept, and in the ledger
            raise
        except GeneratorExit:
            summary.interrupted = True
            raise
        finally:
            if bracket and (unclosed := bracket.end(datetime.now(UTC))):
                summary.unclosed = unclosed
                _log.warning("%s", unclosed)
            ledger.close()
            on_event(
                JobEnded(
                    counts=summary.stated(),
                    kinds=summary.kinds,
                    new_bags=summary.new_bags,
                    interrupted=summary.interrupted,
                    seconds=time.monotonic() - begun,
                    error=error,
                    unclosed=summary.unclosed,
                )
            )


def _seal_visits(config: Config, job: str) -> None:
    """Make bags of the visits that no bag has yet. Raises StorageError, UsageError."""
    names, warnings = seal_visits(config, job, load_signer(config), datetime.now(UTC))
    for name in names:
        _log.info("visits that found nothing changed: %s", config.bags / KEPT / name)
    for each in warnings:
        _log.warning("%s", each)


def seed_results(
    config: Config,
    seeds: Iterable[Seed | SeedRefused],
    on_event: Callable[[Event], None],
    stop: threading.Event | None,
) -> Generator[SeedResult, None, None]:
    """The results of `archive_seeds` as programs get them."""
    with closing(archive_seeds(config, seeds, on_event=on_event, stop=stop)) as results:
        for each in results:
            yield seed_result(each, config.bags)
