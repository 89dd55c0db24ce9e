"""What runs the pipeline: in this process or in those of a pool, many seeds at a time while the network is slow.

What goes over to a worker is `run_seed` and a seed, what comes back is what became of it: any `Executor` whose workers
were told the job by `_equip` can run it. What goes wrong inside one seed is that seed's Failure; only a disk that will
not have it stops the job.
"""

import logging
import signal
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from archiver.bag.write import STAGING
from archiver.capture.fetch import Fetcher
from archiver.capture.recorder import Recorder
from archiver.capture.store import Store
from archiver.config import Config
from archiver.errors import RecordingError, Refused, StorageError
from archiver.job.memory import share_arenas
from archiver.job.outbox import OUTBOX, outbox_of
from archiver.job.pipeline import Tools, archive
from archiver.job.pool import WorkerPool
from archiver.job.result import Archived, Slip
from archiver.job.sealing import load_signer
from archiver.model import Failure, Seed

IN_FLIGHT = 8
"""Seeds that one process has under way."""
MOST_IN_FLIGHT = 64
"""And with those of slow hosts, which give up their seats (`job/run.py`)."""

Done = Archived | Failure
_log = logging.getLogger(__name__)
_tools: Tools | None = None
here = threading.local()
"""The `tools` of this thread, where a process works for several jobs at once."""


def executor(config: Config, job: str) -> Executor:
    """Threads of this process for one job, a pool of processes for more."""
    if config.jobs <= 1:
        _equip(config, job)
        return ThreadPoolExecutor(MOST_IN_FLIGHT, "seed")
    return _processes(config, job, config.jobs, MOST_IN_FLIGHT)


def quarantine(config: Config, job: str) -> Executor:
    """A process of its own, for one seed at a time."""
    return _processes(config, job, 1, 1)


def _processes(config: Config, job: str, processes: int, threads: int) -> Executor:
    return WorkerPool(processes, threads, _start_process, (config, job, logging.getLogger().level), [__name__])


def seats(config: Config) -> tuple[int, int]:
    """How many seeds are under way at once, and how many at most where slow ones are among them."""
    processes = max(1, config.jobs)
    return processes * IN_FLIGHT, processes * MOST_IN_FLIGHT


def run_seed(seed: Seed, slip: Slip | None = None) -> Done:
    """Archive one seed with the tools of this worker; with a slip, deliver its bag. Raises StorageError."""
    tools: Tools | None = getattr(here, "tools", _tools)
    assert tools is not None, "the worker was not started by executor()"
    started = datetime.now(UTC)
    try:
        if slip is None or tools.outbox is None:
            return archive(seed, tools)
        return tools.outbox.consign(seed, slip, partial(archive, seed, tools, slip))
    except StorageError:
        raise
    except Refused as error:
        return failure(seed, "delivery", f"its bag is not delivered: {error}", started)
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
    share_arenas()
    _tools = tools_for(config, job)


def tools_for(config: Config, job: str, outbox: Path | None = None) -> Tools:
    """What a process needs for a job. Raises UsageError, StorageError where the signer's key is of no use, or bags
    cannot be delivered; those wait in the folder `outbox`."""
    store, signer = Store(config.bags / STAGING / "shared"), load_signer(config)
    out = outbox_of(config, outbox or config.bags / OUTBOX, signer) if config.deliver else None
    return Tools(config=config, fetcher=Fetcher(Recorder(config), store=store), job=job, signer=signer, outbox=out)


def release() -> None:
    """Close the connections of a job that ran in this process."""
    global _tools
    if _tools is not None:
        _tools.fetcher.recorder.close()
        _tools = None


def _start_process(config: Config, job: str, level: int) -> None:
    """Leave Ctrl-C to the coordinator, log as it does."""
    logging.basicConfig(level=level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _equip(config, job)
