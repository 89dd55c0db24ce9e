"""Ends a worker process whose seed computes without end: the last resort behind every bound on work.

Only the processor's time counts, so a slow host or a busy machine ends nothing. A thread looks at the time of each
seed's thread; where a seed keeps the interpreter to itself, as a regular expression can, that thread gets no turn, and
the kernel ends the process by its limit (RLIMIT_CPU, setrlimit(2)), which each look puts off. The coordinator then runs
each seed of the process once more, alone.

Only for processes that are there for the work: a job of one process computes in the coordinator's, unless
`seed_cpu_seconds` is set, as the command line sets it.
"""

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK_SECONDS = 1.0
CPU_SECONDS = 900.0
"""What a seed may take where no setting says it: far above what any page takes."""
_lock = threading.Lock()
_under_way: dict[int, tuple[int, float]] = {}
"""The clock of each thread that has a seed, and the time on it at which the seed is over."""
_seconds = 0.0


def begin(seconds: float | None) -> None:
    """Watch this process from now on: no seed may take more of the processor's time than so many seconds; 0: any."""
    global _seconds
    seconds = CPU_SECONDS if seconds is None else seconds
    with _lock:
        begun, _seconds = _seconds > 0, max(_seconds, seconds)
    if _seconds > 0 and not begun:
        _put_off(_seconds)
        threading.Thread(target=_look, name="watchdog", daemon=True).start()


@contextmanager
def watched(seconds: float | None) -> Iterator[None]:
    """The seed of this thread. Nothing happens in a process that is not watched."""
    seconds = CPU_SECONDS if seconds is None else seconds
    if _seconds <= 0 or seconds <= 0:
        yield
        return
    thread = threading.get_ident()
    clock = time.pthread_getcpuclockid(thread)
    with _lock:
        _under_way[thread] = clock, time.clock_gettime(clock) + seconds
    try:
        yield
    finally:
        with _lock:
            del _under_way[thread]


def _look() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        with _lock:
            _put_off(_seconds)
            for clock, over in _under_way.values():  # held by the lock, no thread of them can end
                if time.clock_gettime(clock) > over:
                    os.kill(os.getpid(), signal.SIGKILL)


def _put_off(seconds: float) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(time.process_time() + seconds + LOOK_SECONDS) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
