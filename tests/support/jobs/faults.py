"""`python faults.py '{"stage": …, "action": …}' run …`: the command line with a fault at one stage, in whatever process
comes there. The program itself knows nothing of it: functions are replaced here, and again in each worker process,
which imports this file as its main module.

Actions: `int`, `term` and `kill` reach the coordinator, once; `error` raises an OSError; `fill` fills the disk that has
the path `at`; `readonly` writes to `at`, which makes an ext4 read-only; `back` sets the clock back at every look. Of
the seeds whose address holds the word `url`, `die` kills the process, `loop` computes for ever, `hang` does so inside
the engine of regular expressions, where no other thread has a turn; `wait` sleeps.
"""

import errno
import functools
import importlib
import json
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

STAGES = {
    "begin": ("archiver.ledger.ledger", "Ledger.begin"),
    "adopt": ("archiver.ledger.ledger", "Ledger.adopt"),
    "waiting": ("archiver.ledger.ledger", "Ledger.waiting"),
    "hand-out": ("archiver.job.coordinator", "Coordinator._submit"),
    "fetch": ("archiver.capture.fetch", "Fetcher.fetch"),
    "open": ("archiver.bag.staging", "StagedBag.open"),
    "read": ("archiver.job.pipeline", "read"),
    "check": ("archiver.job.pipeline", "check_warcs"),
    "fill": ("archiver.job.pipeline", "fill"),
    "tags": ("archiver.bag.staging", "StagedBag.seal"),
    "custody": ("archiver.job.pipeline", "seal"),
    "publish": ("archiver.job.sinks.local", "publish"),
    "flush": ("archiver.bag.staging", "flush"),
    "rename": ("pathlib", "Path.rename"),
    "settle": ("archiver.ledger.ledger", "Ledger.settle"),
    "report": ("archiver.job.results", "Results.report"),
    "end": ("archiver.ledger.ledger", "Ledger.end"),
}
CALLS = {
    "flush": STAGES["flush"],
    "rename": STAGES["rename"],
    "open a file": ("pathlib", "Path.open"),
    "write a file": ("archiver.bag.staging", "_write_new"),
}
"""What only an `error` befalls."""


def act(fault: dict[str, Any]) -> None:
    action = fault["action"]
    if action in ("int", "term", "kill"):
        try:
            os.close(os.open(fault["at"], os.O_CREAT | os.O_EXCL))  # one signal, however many come here
        except FileExistsError:
            return
        coordinator = multiprocessing.parent_process()  # who asked for this process, not who forked it
        os.kill((coordinator and coordinator.pid) or os.getpid(), getattr(signal, f"SIG{action.upper()}"))
    elif action == "wait":
        time.sleep(4)
    elif action in ("die", "loop", "hang"):
        if action == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if action == "hang":
            re.match(r"(?:a|a)+b", "a" * 200)
        while True:
            pass
    elif action == "error":
        raise OSError(errno.EIO, "Input/output error")
    elif action == "fill":
        with Path(fault["at"]).open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                return
    elif action == "readonly":
        Path(fault["at"]).write_text("made up by a test")


def at_stage(fault: dict[str, Any]) -> None:
    name, path = (STAGES | CALLS)[fault["stage"]]
    owner: Any = importlib.import_module(name)
    *outer, attribute = path.split(".")
    owner = functools.reduce(getattr, outer, owner)
    inner: Callable[..., Any] = getattr(owner, attribute)

    @functools.wraps(inner)
    def faulty(*args: Any, **kwargs: Any) -> Any:
        if fault.get("url", "") in repr(args):
            act(fault)
        return inner(*args, **kwargs)

    setattr(owner, attribute, faulty)


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Back(datetime, metaclass=_AnyDatetime):
    """A clock that goes back seven minutes at every look."""

    looks = 0

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        Back.looks += 1
        return datetime.now(tz) - timedelta(minutes=7 * Back.looks)


def install(fault: dict[str, Any]) -> None:
    importlib.import_module("archiver.commands.jobs.run")
    if fault["action"] == "back":
        for module in [each for name, each in sys.modules.items() if name.startswith("archiver.")]:
            if getattr(module, "datetime", None) is datetime:
                module.datetime = Back  # type: ignore[attr-defined]
    else:
        at_stage(fault)


if sys.argv[1:] and __name__ in ("__main__", "__mp_main__"):
    install(json.loads(sys.argv[1]))
    if __name__ == "__main__":
        from archiver.cli import main

        sys.exit(main(sys.argv[2:]))
