"""A Dask cluster on this machine for `compare.py`: a scheduler and workers, and the CPU time they take."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
SETTINGS = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False", "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms"}
"""As docs/capture/scale.md has them."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The address for `--executor`, and the processes: scheduler, nannies and workers."""

    address: str
    leaders: tuple[int, ...]

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(map(cpu_of, self.processes()))

    def processes(self) -> list[int]:
        found = list(self.leaders)
        for pid in found:
            with contextlib.suppress(OSError):
                for each in Path(f"/proc/{pid}/task").iterdir():
                    found += map(int, (each / "children").read_text("ascii").split())
        return found


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has taken; 0 where it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler and so many workers of 64 threads on loopback. They end with the block."""
    log = folder / "scheduler.log"
    with contextlib.ExitStack() as stack:

        def start(*command: str, out: Path) -> int:
            with out.open("wb") as stream:
                whole = [str(BIN / "dask"), *command]
                child = subprocess.Popen(whole, cwd=folder, stdout=stream, stderr=stream, env=os.environ | SETTINGS)
            stack.callback(child.wait, 30)
            stack.callback(child.terminate)
            return child.pid

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", out=log)
        for _ in range(300):
            if found := re.search(r"tcp://(127\.0\.0\.1:\d+)", log.read_text("utf-8")):
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"no Dask scheduler: see {log}")
        options = ("--nworkers", str(workers), "--nthreads", "64", "--no-dashboard", "--host", "127.0.0.1")
        nanny = start("worker", found[1], *options, out=folder / "workers.log")
        said = folder / "workers.log"
        for _ in range(600):
            if len(re.findall(r"Starting established connection|Registered to", said.read_text("utf-8"))) >= workers:
                break
            time.sleep(0.1)
        yield Cluster(f"dask://{found[1]}", (scheduler, nanny))
