"""A Dask scheduler with workers on loopback, and a site whose seeds they archive."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers.newsroom import Newsroom
from waiting import HANGS, until

from archiver.validation.validator import validate_bag

SEEDS = 10


not_without_dask = pytest.mark.skipif(
    shutil.which("dask", path=str(Path(sys.executable).parent)) is None,
    reason="Dask is not installed: pip install '.[cluster]'",
)


def needs_dask(test: Any) -> Any:
    """Marks a test that starts a cluster: they run in one process, one after another, for each starts three more."""
    return not_without_dask(pytest.mark.xdist_group("dask")(test))


@dataclass
class Dask:
    """A scheduler, and what was started beside it."""

    folder: Path
    address: str = ""
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{len(self.running)}.log").open("wb") as log:
            command = [sys.executable, "-W", "ignore", "-m", "dask", *words, "--no-dashboard", "--host", "127.0.0.1"]
            started = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(env or {})})
        self.running.append(started)
        return started

    def worker(self, **env: str) -> "subprocess.Popen[bytes]":
        """A process of eight threads, without a nanny that would start another in its place."""
        place = str(self.folder / f"worker-{len(self.running)}")
        words = ("--nthreads", "8", "--no-nanny", "--local-directory", place, self.address.replace("dask", "tcp"))
        return self.start("worker", *words, env=env)


@contextmanager
def dask(folder: Path, *, allowed_failures: int = 3) -> Iterator[Dask]:
    folder.mkdir()
    started, file = Dask(folder), folder / "scheduler.json"
    env = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
    try:
        started.start("scheduler", "--port", "0", "--scheduler-file", str(file), env=env)
        until(lambda: file.exists() and file.stat().st_size, "the scheduler starts")
        started.address = json.loads(file.read_text())["address"].replace("tcp", "dask")
        yield started
    finally:
        for each in reversed(started.running):
            each.kill()
            each.wait()


@dataclass
class Site:
    """Seeds, a host each, and their pages, which take a while."""

    seeds: Path
    room: Newsroom
    bags: Path

    def begin(self, *more: str) -> "subprocess.Popen[str]":
        words = ["run", str(self.seeds), "--json", "--pace", "0", "--bags", str(self.bags), *self.room.options, *more]
        command = [sys.executable, "-m", "archiver", *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def asked(self, number: int) -> None:
        """Wait until so many pages were asked for."""
        until(lambda: sum(self.room.asked.values()) >= number, f"{number} pages are asked for")

    def made(self) -> list[Path]:
        bags = sorted(each for each in self.bags.iterdir() if not each.name.startswith("."))
        assert all(validate_bag(each).ok for each in bags)
        return bags

    def left_over(self) -> list[str]:
        inner = self.bags / ".archiver"
        return [
            each.name for each in inner.iterdir() if not each.name.startswith(("ledger.sqlite", "lock", ".gitignore"))
        ]


def ended(job: "subprocess.Popen[str]") -> tuple[int, list[dict[str, Any]], str]:
    out, said = job.communicate(timeout=HANGS)
    assert "Traceback" not in said, said
    return job.returncode, [json.loads(line) for line in out.splitlines()], said
