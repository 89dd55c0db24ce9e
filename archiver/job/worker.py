"""What runs the pipeline: in this process, or in others of a pool, several seeds at a time while the network is slow.

A task is a handful of seeds of different hosts. What goes wrong inside one seed is that seed's Failure; only a disk
that will not have it stops the job.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

from archiver.bag.write import STAGING
from archiver.capture.fetch import Fetcher
from archiver.capture.recorder import Recorder
from archiver.capture.store import Store
from archiver.config import Config
from archiver.errors import RecordingError, StorageError
from archiver.job.pipeline import Tools, archive
from archiver.job.result import Archived
from archiver.model import Failure, Seed

IN_FLIGHT = 8
"""Seeds that one worker has under way."""

Done = Archived | Failure
_log = logging.getLogger(__name__)
_tools: Tools | None = None


def executor(config: Config, job: str) -> Executor:
    """This process for one job, a pool of processes for more: started afresh, since threads do not survive a fork."""
    if config.jobs <= 1:
        _equip(config, job)
        return ThreadPoolExecutor(IN_FLIGHT, "seed")
    told = (config, job, os.getpid(), logging.getLogger().level)
    return ProcessPoolExecutor(config.jobs, get_context("spawn"), _start_process, told)


def submit(workers: Executor, seeds: list[Seed]) -> Future[list[Done]]:
    """Hand out a task. A process that is started for it must not see Ctrl-C before it knows to ignore it: the signal is
    blocked meanwhile, which a new process inherits."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return workers.submit(run_task, seeds)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def task_size(config: Config) -> int:
    """How many seeds make a task."""
    return 1 if config.jobs <= 1 else IN_FLIGHT


def tasks_at_once(config: Config) -> int:
    """How many tasks are handed out before one must come back."""
    return IN_FLIGHT if config.jobs <= 1 else config.jobs * 2


def run_task(seeds: Sequence[Seed]) -> list[Done]:
    """Archive each seed; the results in the same order. Raises StorageError."""
    assert _tools is not None, "the worker was not started by executor()"
    tools = _tools
    if len(seeds) == 1:
        return [_one(seeds[0], tools)]
    with ThreadPoolExecutor(len(seeds)) as threads:
        return list(threads.map(lambda seed: _one(seed, tools), seeds))


def _one(seed: Seed, tools: Tools) -> Done:
    started = datetime.now(UTC)
    try:
        return archive(seed, tools)
    except StorageError:
        raise
    except RecordingError as error:
        return failure(seed, "recording", str(error), started)
    except Exception as error:  # noqa: BLE001 - an adapter for whatever a page can do to the libraries that read it
        _log.exception("%s: %s", seed.origin, seed.url)
        return failure(seed, "internal", f"archiver failed on it: {type(error).__name__}: {error}", started)


def failure(seed: Seed, kind: str, reason: str, started: datetime, attempts: int = 1) -> Failure:
    """A Failure that is ours, not the network's."""
    now = datetime.now(UTC)
    return Failure(
        url=seed.url, outcome="failed", kind=kind, reason=reason, started=started, finished=now, attempts=attempts
    )


def _equip(config: Config, job: str) -> None:
    global _tools
    store = Store(config.bags / STAGING / "shared")
    _tools = Tools(config=config, fetcher=Fetcher(Recorder(config), store=store), job=job)


def release() -> None:
    """Close the connections of a job that ran in this process."""
    global _tools
    if _tools is not None:
        _tools.fetcher.recorder.close()
        _tools = None


def _start_process(config: Config, job: str, parent: int, level: int) -> None:
    """Leave Ctrl-C to the coordinator, log as it does, and end when it has ended, however it did."""
    logging.basicConfig(level=level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _equip(config, job)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
