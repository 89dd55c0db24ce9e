"""What a process of a cluster does with the calls of a job (`cluster.py`): take up the job at its first call, make the
calls, flush what they wrote.

Several jobs may use the same workers; each call says which job it is of. A worker with other versions or another folder
refuses.
"""

import os
import pickle
import platform
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from archiver import __version__
from archiver.bag.record import packages
from archiver.bag.write import flush, storage
from archiver.errors import UsageError
from archiver.job import worker
from archiver.job.pipeline import Tools

_VISIBLE_SECONDS = 5.0
"""How long a shared folder may take to show a new file on another machine."""
_JOBS_KNOWN = 4
_T = TypeVar("_T")
_tools: dict[str, Tools] = {}
_taking_up = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a worker is told of a job with each call. The settings are packed: another version need not unpack them to
    find that it is another."""

    job: str
    staging: str
    probe: str
    """A file in there, which whoever has the same folder can see."""
    versions: Mapping[str, str]
    kernel: str
    settings: bytes


def versions() -> dict[str, str]:
    """What must be the same on all machines."""
    return {"archiver": __version__, "python": platform.python_version(), **packages()}


def kernel() -> str:
    """Whose disk cache it is: the coordinator's flush reaches what was written under its own kernel only."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return platform.node()


def called(call: Callable[[], _T], *, card: Card) -> _T:
    """Make one call with the tools of its job. What it wrote to a disk of another machine is flushed."""
    worker.here.tools = _tools_of(card)
    value = call()
    if card.kernel != kernel():
        with storage("flush the bags folder"):
            flush(Path(card.staging))
    return value


def take_up(card: Card) -> tuple[str, list[str]]:
    """Be ready for a job. The name of a folder left in the staging area, and which patch levels are others.

    Raises UsageError where the worker does not fit.
    """
    differences = _differences(card)
    _tools_of(card)
    left = f"left-{uuid4()}"
    with storage(f"stage bags on {_myself()}"):
        (Path(card.staging) / left).mkdir()
    return left, differences


def leave(job: str) -> None:
    """Let go of a job's connections."""
    with _taking_up:
        tools = _tools.pop(job, None)
    if tools is not None:
        tools.fetcher.recorder.close()


def _tools_of(card: Card) -> Tools:
    with _taking_up:
        if card.job not in _tools:
            _differences(card)
            probe, until = Path(card.staging, card.probe), time.monotonic() + _VISIBLE_SECONDS
            while not probe.exists():
                if time.monotonic() > until:
                    raise UsageError(
                        f"{_myself()} does not see {probe}: mount the coordinator's bags folder there, at the same path"
                    )
                time.sleep(0.1)
            while len(_tools) >= _JOBS_KNOWN:  # left by coordinators that were killed
                _tools.pop(next(iter(_tools))).fetcher.recorder.close()
            _tools[card.job] = worker.tools_for(pickle.loads(card.settings), card.job)
        return _tools[card.job]


def _differences(card: Card) -> list[str]:
    """What differs in its patch level only. Raises UsageError where more does."""
    mine = versions()
    others = [
        (name, card.versions.get(name, "none"), mine.get(name, "none")) for name in {**mine, **card.versions}
        if card.versions.get(name) != mine.get(name)
    ]  # fmt: skip
    said = [f"{name} {ours} here, {theirs} there" for name, ours, theirs in others]
    if any(name == "archiver" or ours.split(".")[:2] != theirs.split(".")[:2] for name, ours, theirs in others):
        raise UsageError(
            f"{_myself()} differs from the coordinator: {'; '.join(said)}; install the same versions on all machines"
        )
    return said


def _myself() -> str:
    return f"the worker on {platform.node()} (process {os.getpid()})"
