"""Who runs the pipeline, as the coordinator sees them: threads of this process, processes of a pool, or a cluster.

What goes over to them is `run_seed` and a seed, what comes back is what became of it. Nothing here imports at once what
the work itself needs (`worker.py`): a coordinator of other processes begins without it.
"""

import logging
from concurrent.futures import Executor, ThreadPoolExecutor

from archiver.config import Config
from archiver.job.result import BagIdentity, Done
from archiver.job.workers.open_files import seeds_at_once
from archiver.job.workers.process_pool import WorkerPool
from archiver.model import PreviousBag, Seed
from archiver.model.bracket import Opening

IN_FLIGHT = 8
"""Seeds that one process has under way."""
MOST_IN_FLIGHT = 64
"""And with those of slow hosts, which make room for others (`coordinator.py`)."""
PRELOADED = ("archiver.job.workers.warm",)
"""What the process imports that workers are forked from."""


def in_process(config: Config) -> bool:
    """Whether seeds are archived in the coordinating process: one that is ended for a seed would end the job, so that a
    bound of its time that is set asks for another."""
    return config.jobs <= 1 and not config.executor and not config.seed_cpu_seconds


def executor_for(config: Config, job: str, opening: Opening | None = None) -> Executor:
    """Those who do a job, whose bracket has this opening. Raises UsageError, StorageError where they cannot."""
    if config.executor:
        from archiver.job.workers.dask_executor import Cluster

        return Cluster(config, job, (IN_FLIGHT, MOST_IN_FLIGHT), opening)
    if in_process(config):
        _equip(config, job, None, opening)
        return ThreadPoolExecutor(seeds_at_once(MOST_IN_FLIGHT), "seed")
    return _processes(config, job, max(1, config.jobs), seeds_at_once(MOST_IN_FLIGHT), opening)


def isolated_process(config: Config, job: str, opening: Opening | None = None) -> Executor:
    """A process of its own, for one seed at a time."""
    return _processes(config, job, 1, 1, opening)


def _processes(config: Config, job: str, processes: int, threads: int, opening: Opening | None) -> Executor:
    equipment = (config, job, logging.getLogger().level, opening)
    return WorkerPool(processes, threads, _equip, equipment, preload=PRELOADED)


def capacity(workers: Executor, config: Config) -> tuple[int, int]:
    """How many seeds are under way at once, and how many at most where slow ones are among them; fewer where a process
    may not have enough files open."""
    counted = getattr(workers, "capacity", None)
    if counted is not None:
        usual, most = counted()
        return usual, most
    processes, most = max(1, config.jobs), seeds_at_once(MOST_IN_FLIGHT)
    return processes * min(IN_FLIGHT, most), processes * most


def _equip(config: Config, job: str, level: int | None, opening: Opening | None) -> None:
    """Make this process a worker."""
    from archiver.job.workers import worker

    worker.equip(config, job, level, opening)


def run_seed(seed: Seed, identity: BagIdentity | None = None, previous: tuple[PreviousBag, ...] = ()) -> Done:
    """Archive one seed with the tools of this worker; with a name for it, deliver its bag. `previous` are the earlier
    bags of its address. Raises StorageError."""
    from archiver.job.workers import worker

    return worker.run_seed(seed, identity, previous)


def release(config: Config) -> None:
    """Close the connections of a job that ran in this process."""
    if in_process(config):
        from archiver.job.workers import worker

        worker.release()
