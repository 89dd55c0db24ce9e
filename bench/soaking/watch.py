"""Processes of a command: found by session, and by what names the work folder of the soak."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """One that has not ended."""

    pid: int
    session: int
    command: str


def running() -> list[Process]:
    """All processes of this machine that have a command line."""
    found = []
    for each in Path("/proc").iterdir():
        if not each.name.isdecimal():
            continue
        with suppress(OSError, IndexError, ValueError):
            state = (each / "stat").read_text("utf-8", "replace").rpartition(") ")[2].split()
            command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            if state[0] != "Z" and command:
                found.append(Process(int(each.name), int(state[3]), command))
    return found


def of_session(session: int) -> list[Process]:
    """Those of the session that a command was started in."""
    return [each for each in running() if each.session == session]


def naming(folder: Path, besides: set[int]) -> list[Process]:
    """Those whose command line or environment names a folder, this process and `besides` left out."""
    mark, found = os.fsencode(folder), []
    for each in running():
        if each.pid in besides or each.pid == os.getpid():
            continue
        with suppress(OSError):
            if mark in os.fsencode(each.command) or mark in Path(f"/proc/{each.pid}/environ").read_bytes():
                found.append(each)
    return found


def send(process: Process, number: int) -> bool:
    """Send a signal; False where the process has ended."""
    with suppress(OSError):
        os.kill(process.pid, number)
        return True
    return False


def gone(session: int, seconds: float) -> list[Process]:
    """Wait until a session has no process any more; those that are left."""
    end = time.monotonic() + seconds
    while (left := of_session(session)) and time.monotonic() < end:
        time.sleep(0.1)
    return left
