"""Dask's workers as an executor: the seam of `process_pool.py`, on other machines. Knows nothing of seeds.

Only work goes over: hosts are paced, bags are published and the ledger is written by the coordinating process. A worker
stages bags in the folder of the coordinator, which must lie at the same path on all machines, or delivers them itself
from one of its own. A worker that dies costs its calls another try, by Dask on another worker, and by the coordinator
when Dask gives a call up. docs/adr/0112.
"""

import logging
import math
import pickle
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from archiver import __version__
from archiver.bag.staging import STAGING
from archiver.config import Config
from archiver.errors import ArchiverError, StorageError, UsageError, storage
from archiver.job.workers.dask_worker import JobSpec, called, kernel, leave, take_up, versions
from archiver.job.workers.process_pool import WorkerCrashed
from archiver.model.bracket import Opening

AT_ONCE = 256
"""Calls handed over, and answers fetched, together: each by itself costs Dask twice the time."""
GATHER_SECONDS = 0.05
"""How long an answer waits for others, to be fetched with them; the seeds that follow are then handed over together
too."""
CONNECT_SECONDS = 10
RECOUNT_SECONDS = 2.0
"""How often the workers are counted."""
_ADDRESS = re.compile(r"dask(?P<tls>\+tls)?://(?P<place>(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5})/?")
_PATHS = ("bags", "ca_bundle", "key", "certificate", "passphrase_file", "trust_roots", "tsa_roots")
_P = ParamSpec("_P")
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


def scheduler_of(executor: str) -> str:
    """Dask's own address of a scheduler. Raises UsageError for an invalid one, and where Dask is not installed."""
    match = _ADDRESS.fullmatch(executor)
    if match is None:
        raise UsageError(
            f"--executor {executor!r} is not dask://HOST:PORT, or dask+tls://HOST:PORT; for example dask://head:8786"
        )
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError(
            f"--executor {executor} needs Dask: pip install '.[cluster]' in the project's folder, on the machines "
            "of the workers too"
        ) from None
    return f"{'tls' if match['tls'] else 'tcp'}://{match['place']}"


class Cluster(Executor):
    """The workers of a scheduler, for one job; `capacity` is how many calls a process of theirs has under way, and how
    many at most where slow ones are among them. A future raises WorkerCrashed when Dask gives up a call whose workers
    died, ArchiverError when the scheduler is gone, and whatever the call raised.

    Raises UsageError when there is no scheduler, no worker, or one that does not fit: another version, another folder.
    """

    def __init__(self, config: Config, job: str, capacity: tuple[int, int], opening: Opening | None = None) -> None:
        self._capacity = capacity
        self._address = scheduler_of(config.executor or "")
        if config.passphrase and not self._address.startswith("tls:"):
            raise UsageError(
                f"the key's passphrase would go to {config.executor} for anybody to read; use dask+tls://, "
                "or sign the bags afterwards with 'archiver sign'"
            )
        self._client = _connected(self._address)
        self._orders: SimpleQueue[tuple[Future[Any], Any] | None] = SimpleQueue()
        self._ended: SimpleQueue[tuple[Future[Any], Any] | None] = SimpleQueue()
        self._counted = self._usual = self._most = 0.0
        try:
            self._spec = job_spec(config, job, opening)
            self._check()
        except BaseException as error:
            self._client.close(timeout=CONNECT_SECONDS)
            if isinstance(error, OSError | RuntimeError):
                raise self._gone() from error
            raise
        self._threads = [
            threading.Thread(target=each, name=f"cluster {each.__name__}", daemon=True)
            for each in (self._hand_over, self._fetch)
        ]
        for each in self._threads:
            each.start()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Give a call to the cluster."""
        future: Future[_T] = Future()
        future.set_running_or_notify_cancel()
        self._orders.put((future, partial(fn, *args, **kwargs)))
        return future

    def capacity(self) -> tuple[int, int]:
        """How many calls are under way at once, and how many at most where slow ones are among them. It follows the
        workers, which come and go. Raises ArchiverError when the scheduler is gone."""
        if not self._counted or time.monotonic() - self._counted > RECOUNT_SECONDS:
            try:
                threads = self._client.nthreads().values()
            except (OSError, RuntimeError) as error:
                raise self._gone() from error
            self._usual, self._most = (sum(min(most, each) for each in threads) for most in self._capacity)
            if not self._most and self._counted:
                _log.warning("no worker is connected to %s: waiting for one", self._address)
            self._counted = time.monotonic()
        return int(self._usual), int(self._most)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Let go of the cluster. Calls that are under way are of no use to anyone then, and are not waited for."""
        self._orders.put(None)
        self._threads[0].join()
        with suppress(OSError, RuntimeError, CancelledError):
            if self._client.status == "running":
                self._client.run(leave, self._spec.job)
        self._ended.put(None)
        self._threads[1].join()
        with suppress(OSError, RuntimeError, CancelledError):
            self._client.close(timeout=CONNECT_SECONDS)

    def _check(self) -> None:
        """Every worker has the same versions and the same folder, and we can move what it stages."""
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise UsageError(
                f"no worker is connected to {self._address}; start some, where archiver is "
                "installed: dask worker SCHEDULER --nworkers CORES --nthreads 64"
            ) from None
        for address, answer in self._client.run(take_up, self._spec, on_error="return").items():
            if isinstance(answer, ArchiverError):
                raise answer
            if isinstance(answer, OSError):  # its connection broke: it died just now, or is looked at when it is back
                _log.warning("worker %s was lost while the job started: %s", address, answer)
                continue
            if isinstance(answer, BaseException):
                raise UsageError(
                    f"worker {address} cannot take part: {type(answer).__name__}: {answer}; is archiver "
                    f"{__version__} installed there?"
                )
            left, differences = answer
            if differences:
                _log.warning("worker %s has other patch levels: %s", address, "; ".join(differences))
            if not left:
                continue
            folder = Path(self._spec.staging)
            try:
                (folder / left).rename(folder.parent / left)
                (folder.parent / left).rmdir()
            except OSError as error:
                raise StorageError.from_os(f"move what worker {address} stages; run both as one user", error) from error

    def _hand_over(self) -> None:
        more = True
        while more:
            batch, more = _those_there(self._orders)
            try:
                tasks = self._client.map(called, [call for _, call in batch], spec=self._spec, pure=False)
            except Exception as error:  # noqa: BLE001 - whatever Dask does when its scheduler is gone
                _log.debug("handing over", exc_info=error)
                for future, _ in batch:
                    future.set_exception(self._gone())
                continue
            for (future, _), task in zip(batch, tasks, strict=True):
                task.add_done_callback(partial(self._note, future))

    def _note(self, future: Future[Any], task: Any) -> None:
        self._ended.put((future, task))

    def _fetch(self) -> None:
        more = True
        while more:
            batch, more = _those_there(self._ended, GATHER_SECONDS)
            well = [each for each in batch if each[1].status == "finished"]
            try:
                values = self._client.gather([task for _, task in well])
            except (Exception, CancelledError):  # noqa: BLE001 - a result was lost on the way: then one by one
                values, well = [], []
            for (future, _), value in zip(well, values, strict=True):
                future.set_result(value)
            for future, task in batch:
                if not future.done():
                    self._settle(future, task)

    def _settle(self, future: Future[Any], task: Any) -> None:
        try:
            future.set_result(task.result())
        except ArchiverError as error:
            future.set_exception(error)
        except (Exception, CancelledError) as error:  # noqa: BLE001 - Dask raises what the worker's libraries do
            future.set_exception(self._translated(error))

    def _translated(self, error: BaseException) -> ArchiverError | WorkerCrashed:
        if type(error).__name__ == "KilledWorker":
            return WorkerCrashed("its workers died")
        if isinstance(error, CancelledError | OSError):
            return self._gone()
        return ArchiverError(f"the cluster failed: {type(error).__name__}: {error}; see the logs of its workers")

    def _gone(self) -> ArchiverError:
        return ArchiverError(
            f"the scheduler {self._address} is gone; start it, and run the same command again to go on"
        )


def _those_there(queue: "SimpleQueue[_T | None]", longer: float = 0.0) -> tuple[list[_T], bool]:
    """Wait for something, take what is there with it or comes so many seconds `longer`, and say whether there is more
    to come: None is the end."""
    batch: list[_T] = []
    until = math.inf
    with suppress(Empty):
        while len(batch) < AT_ONCE:
            left = until - time.monotonic()
            if (each := queue.get(block=left > 0, timeout=None if left == math.inf else max(0.0, left))) is None:
                return batch, False
            if not batch:
                until = time.monotonic() + longer
            batch.append(each)
    return batch, True


def _connected(address: str) -> Any:
    import dask
    from distributed import Client

    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":  # each has a level of its own, and reports deaths with tracebacks
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})  # a seed may be as large as its limit
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address}: {error}; start one with 'dask scheduler', or correct --executor"
        ) from error


def job_spec(config: Config, job: str, opening: Opening | None = None) -> JobSpec:
    """What workers get of a job and its opening; paths are those of this machine. Raises StorageError."""
    paths = {name: path.absolute() for name in _PATHS if (path := getattr(config, name)) is not None}
    staging = "" if config.deliver else str(paths["bags"] / STAGING)
    probe = f"probe-{uuid4()}"
    if staging:
        with storage(f"write into {staging}"):
            Path(staging).mkdir(parents=True, exist_ok=True)
            Path(staging, probe).touch()
    settings = pickle.dumps((replace(config, **paths), opening), pickle.HIGHEST_PROTOCOL)
    return JobSpec(job=job, staging=staging, probe=probe, versions=versions(), kernel=kernel(), settings=settings)
