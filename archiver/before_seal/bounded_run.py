"""Runs a program of the user's bounded in time, output and processes, with a clean environment.

The program is the leader of a session. Its processes are counted, and ended at the end, by a mark in their environment,
so that none is left that started a session of its own; where there is no /proc, its process group is ended.
"""

import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archiver.browser.processes import of_folder

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""Variables that a program gets; keys and passphrases of ours are not among them."""
_LOOK = 0.2
_ERRORS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A program that ended by itself: exit code, output, the beginning of what it wrote on stderr."""

    code: int
    output: bytes
    errors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A program that did not start, or was ended, and why."""

    reason: str


def bounded_run(
    arguments: Sequence[str], folder: Path, *, seconds: float, output_bytes: int, processes: int
) -> Ran | NotRun:
    """Run a program in an empty working folder below `folder`. Its standard input is empty."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["ARCHIVER_BEFORE_SEAL"] = str(work)
    try:
        process = subprocess.Popen(
            list(arguments),
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_without_core_files,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        return NotRun(reason=f"{arguments[0]} cannot be started: {said}")
    try:
        return _watched(process, arguments[0], work, seconds, output_bytes, processes)
    finally:
        _end(process, work)


def _without_core_files() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _watched(
    process: "subprocess.Popen[bytes]", name: str, work: Path, seconds: float, output_bytes: int, processes: int
) -> Ran | NotRun:
    until, kept, errors, octets = time.monotonic() + seconds, bytearray(), bytearray(), 0
    assert process.stdout is not None
    assert process.stderr is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(process.stderr, selectors.EVENT_READ)
        looked = time.monotonic()
        while selector.get_map() or process.poll() is None:
            if time.monotonic() > until:
                return NotRun(reason=f"{name} was ended after {seconds:g} seconds")
            if time.monotonic() - looked > _LOOK:
                looked = time.monotonic()
                if len(of_folder(work)) > processes:
                    return NotRun(reason=f"{name} was ended: it had more than {processes} processes")
                if process.poll() is not None and selector.get_map():
                    until = min(until, looked + 1)  # what it left behind holds its output open
            for key, _ in selector.select(_LOOK):
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    errors += data[: max(0, _ERRORS - len(errors))]
                else:
                    kept += data
                octets += len(data)
                if octets > output_bytes:
                    return NotRun(reason=f"{name} was ended: it printed more than {output_bytes:,} bytes")
            if not selector.get_map() and process.poll() is None:
                time.sleep(0.02)
    code = process.wait()
    said = errors.decode("utf-8", "replace").strip()
    if code < 0:
        return NotRun(reason=f"{name} was ended by signal {-code}{f': {said[:200]}' if said else ''}")
    return Ran(code=code, output=bytes(kept), errors=said)


def _end(process: "subprocess.Popen[bytes]", work: Path) -> None:
    """End the program and all that it has started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    for _ in range(50):
        left = of_folder(work)
        if not left:
            break
        for each in left:
            with suppress(OSError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.02)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
