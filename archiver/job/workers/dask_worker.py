"""What a process of a cluster does with the calls of a job (`dask_executor.py`): take up the job at its first call,
make the calls, flush what they wrote.

Several jobs may use the same workers; each call says which job it is of. A worker with other versions or another folder
refuses.
"""

import os
import pickle
import platform
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from archiver import __version__
from archiver.bag.record import packages
from archiver.bag.staging import STAGING, flush
from archiver.config import Config
from archiver.errors import ArchiverError, UsageError, storage
from archiver.job.pipeline import Tools
from archiver.job.workers import worker
from archiver.job.workers.watchdog import begin
from archiver.model.bracket import Opening

_VISIBLE_SECONDS = 5.0
"""How long a shared folder may take to show a new file on another machine."""
_JOBS_KNOWN = 4
_T = TypeVar("_T")
_tools: dict[str, Tools] = {}
_taking_up = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What a worker gets of a job with each call. The settings are packed: another version need not unpack them to
    find that it is another."""

    job: str
    staging: str
    """The folder of the coordinator where bags are staged; empty where workers deliver them, each from its own."""
    probe: str
    """A file in there, which whoever has the same folder can see."""
    versions: Mapping[str, str]
    kernel: str
    settings: bytes
    """And the opening of the job's bracket, if it has one."""


def versions() -> dict[str, str]:
    """What must be the same on all machines."""
    return {"archiver": __version__, "python": platform.python_version(), **packages()}


def kernel() -> str:
    """Whose disk cache it is: the coordinator's flush reaches what was written under its own kernel only."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return platform.node()


def called(call: Callable[[], _T], *, spec: JobSpec) -> _T:
    """Make one call with the tools of its job. What it wrote to a disk of another machine is flushed."""
    with _plainly():
        worker.here.tools = _tools_of(spec)
        value = call()
        if spec.staging and spec.kernel != kernel():
            with storage("flush the bags folder"):
                flush(Path(spec.staging))
        return value


def take_up(spec: JobSpec, dask_worker: Any = None) -> tuple[str, list[str]]:
    """Be ready for a job, in the process of a worker, which Dask puts in by that name. The name of a folder left in the
    staging area, if there is one, and which patch levels are others.

    Raises UsageError where the worker does not fit.
    """
    with _plainly():
        differences = _differences(spec)
        _tools_of(spec, dask_worker)
        if not spec.staging:
            return "", differences
        left = f"left-{uuid4()}"
        with storage(f"stage bags on {_myself()}"):
            (Path(spec.staging) / left).mkdir()
        return left, differences


@contextmanager
def _plainly() -> Iterator[None]:
    """Errors of ours travel without the errors of libraries that were their causes, which need not pickle."""
    try:
        yield
    except ArchiverError as error:
        error.__cause__ = error.__context__ = None
        raise


def leave(job: str) -> None:
    """Let go of a job's connections, and of what it staged here."""
    with _taking_up:
        _let_go(_tools.pop(job, None))


def _tools_of(spec: JobSpec, dask_worker: Any = None) -> Tools:
    with _taking_up:
        if spec.job not in _tools:
            _differences(spec)
            if spec.staging:
                _see(Path(spec.staging, spec.probe))
            while len(_tools) >= _JOBS_KNOWN:  # left by coordinators that were killed
                _let_go(_tools.pop(next(iter(_tools))))
            config, opening = pickle.loads(spec.settings)
            _tools[spec.job] = _equipped(config, opening, spec, dask_worker)
        return _tools[spec.job]


def _equipped(config: Config, opening: Opening | None, spec: JobSpec, dask_worker: Any) -> Tools:
    begin(config.seed_cpu_seconds)
    worker.tune()
    if spec.staging:
        return worker.tools_for(config, spec.job, opening=opening)
    from distributed import get_worker

    # `--local-directory` of `dask worker`, on a disk of its machine.
    own = Path((dask_worker or get_worker()).local_directory) / "archiver"
    with storage(f"stage bags on {_myself()}"):
        bags = own / spec.job.rpartition(":")[2]
        (bags / STAGING).mkdir(parents=True, exist_ok=True)
    # The outbox is that of all jobs: what could not be delivered waits there for the next one.
    return worker.tools_for(replace(config, bags=bags), spec.job, own / "outbox", opening=opening)


def _let_go(tools: Tools | None) -> None:
    if tools is not None:
        tools.fetcher.recorder.close()
        if tools.outbox is not None:
            shutil.rmtree(tools.config.bags, ignore_errors=True)


def _see(probe: Path) -> None:
    """Raises UsageError where this machine does not have the coordinator's folder."""
    until = time.monotonic() + _VISIBLE_SECONDS
    while not probe.exists():
        if time.monotonic() > until:
            raise UsageError(
                f"{_myself()} does not see {probe}: mount the coordinator's bags folder there, at the same path, or "
                "let the workers deliver: --deliver s3://BUCKET/PREFIX"
            )
        time.sleep(0.1)


def _differences(spec: JobSpec) -> list[str]:
    """What differs in its patch level only. Raises UsageError where more does."""
    mine = versions()
    others = [
        (name, spec.versions.get(name, "none"), mine.get(name, "none"))
        for name in {**mine, **spec.versions}
        if spec.versions.get(name) != mine.get(name)
    ]
    said = [f"{name} {ours} here, {theirs} there" for name, ours, theirs in others]
    if any(name == "archiver" or ours.split(".")[:2] != theirs.split(".")[:2] for name, ours, theirs in others):
        raise UsageError(
            f"{_myself()} differs from the coordinator: {'; '.join(said)}; install the same versions on all machines"
        )
    return said


def _myself() -> str:
    return f"the worker on {platform.node()} (process {os.getpid()})"
