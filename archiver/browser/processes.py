"""Finds and ends the processes of one browser, by the folder that only they name, and adds up their memory.

A browser starts its processes in sessions and groups of its own, and some leave their parent: neither a group nor the
tree of processes has all of them. Where there is no /proc, only the process that was started is known.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_PATIENCE = 10.0


def of_folder(folder: Path) -> list[int]:
    """The ids of all processes, but this one, whose command line or environment names a folder below `folder`."""
    mark, own, found = os.fsencode(folder), os.getpid(), []
    with suppress(OSError):
        for each in _PROC.iterdir():
            if not each.name.isdecimal() or int(each.name) == own:
                continue
            with suppress(OSError):
                if mark in (each / "cmdline").read_bytes() or mark in (each / "environ").read_bytes():
                    found.append(int(each.name))
    return found


def memory(folder: Path) -> int:
    """Bytes that these processes hold, memory they share counted once for each in part (proc(5), smaps_rollup)."""
    return sum(map(_proportional, of_folder(folder)))


def _proportional(process: int) -> int:
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text("ascii").splitlines()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    except (OSError, ValueError, IndexError):
        return 0


def end(folder: Path) -> list[int]:
    """End them all, and wait until they are gone; the ids of those that are left."""
    until = time.monotonic() + _PATIENCE
    while (left := of_folder(folder)) and time.monotonic() < until:
        for process in left:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
    return left
