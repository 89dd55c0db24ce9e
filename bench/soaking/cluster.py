"""A job on a Dask cluster on this machine, whose workers, scheduler and coordinator are killed; no folder is shared.

Workers deliver to S3 themselves, each from a folder of its own. When a job stops because its scheduler is gone, or is
killed, the same command is run again, with a new scheduler and new workers.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soaking import delivered, documents, kinds, places, states, watch
from soaking.places import Collection, Place

WORKERS = 4
NAMES = (
    *("honest", "curled", "edited", "tls", "chunked", "zipped", "pictures", "moved", "missing", "archived"),
    *("paywall", "broken", "empty", "closed", "cut"),
)
"""Kinds of seeds: those that answer soon, so that a large number is about the cluster."""
DEATHS = ("worker", "worker", "scheduler", "worker", "worker", "coordinator")
"""Who is killed, in turn."""
TRIES = 60
"""Jobs after which the run is given up."""


@dataclass
class Cluster:
    """A scheduler and its workers, as processes; `killed` counts those that were killed."""

    place: Place
    dice: random.Random
    scheduler: "subprocess.Popen[bytes] | None" = None
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    port: int = 0
    turn: int = 0
    _started: int = 0

    def keep_up(self) -> None:
        """Start the scheduler and as many workers as are missing."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = int(free.getsockname()[1])
            self._end(self.workers)
            self.scheduler = self._start("scheduler", "--port", str(self.port))
        self.workers = [each for each in self.workers if each.poll() is None]
        while len(self.workers) < WORKERS:
            own = str(self.place.work / f"workers/{self._started}")
            words = ("--nthreads", "8", "--no-nanny", "--local-directory", own, f"tcp://127.0.0.1:{self.port}")
            self.workers.append(self._start("worker", *words))

    def kill_next(self, coordinator: "subprocess.Popen[bytes]") -> str:
        """Kill whose turn it is; who that was."""
        name = DEATHS[self.turn % len(DEATHS)]
        self.turn += 1
        theirs = self.scheduler if name == "scheduler" else self.dice.choice(self.workers)
        chosen = coordinator if name == "coordinator" else theirs
        assert chosen
        chosen.kill()
        chosen.wait()
        self.killed[name] += 1
        return name

    def end(self) -> None:
        """End all of them."""
        self._end([*self.workers, *([self.scheduler] if self.scheduler else [])])

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        self._started += 1
        command = [sys.executable, "-W", "ignore", "-m", "dask", *words, "--no-dashboard", "--host", "127.0.0.1"]
        with (self.place.work / f"logs/dask-{self._started:04}").open("wb") as log:
            env = self.place.env | {"TMPDIR": str(self.place.work / "workers")}
            return subprocess.Popen(command, stdout=log, stderr=log, env=env)

    @staticmethod
    def _end(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
        for each in processes:
            each.kill()
            each.wait()


def _job(cluster: Cluster, collection: Collection, number: int, every: float) -> tuple[int, list[str]]:
    """Run the job once while workers and scheduler die, a death every so many seconds; its exit code and its faults."""
    place = cluster.place
    cluster.keep_up()
    command = place.run(collection, collection.parts, "--executor", f"dask://127.0.0.1:{cluster.port}")
    out, err = place.work / f"logs/job-{number:03}.out", place.work / f"logs/job-{number:03}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=place.env, start_new_session=True)
    died = set[str]()
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(cluster.dice.expovariate(1 / every))
        if process.poll() is not None:
            break
        died.add(cluster.kill_next(process))
        if "scheduler" not in died:  # a new one has another address, and the job must be run again
            cluster.keep_up()
    said = err.read_text("utf-8", "replace")
    allowed = {0, 1} | ({-signal.SIGKILL} if "coordinator" in died else set()) | ({3} if "scheduler" in died else set())
    if "scheduler" in died and "no Dask scheduler answers" in said:  # it was killed before the job had reached it
        allowed.add(2)
    faults = [] if process.returncode in allowed else [f"job {number} ended with {process.returncode}: {said[-300:]}"]
    if "Traceback" in said:
        faults.append(f"job {number}: a traceback: {said.strip().splitlines()[-1]}")
    faults += [f"job {number} left {each.command[:80]}" for each in watch.gone(process.pid, 30)]
    return process.returncode, faults


def run(seeds: int, work: Path, *, every: float, dice: random.Random) -> dict[str, Any]:
    """Archive so many made-up seeds on the cluster; figures and faults."""
    with ExitStack() as stack:
        (work / "logs").mkdir(parents=True)
        (work / "workers").mkdir()
        place = Place(work=work, browser=False)
        plan = list(kinds.planned(seeds, browser=False, corpus=False, dice=dice, names=NAMES))
        forms = documents.write(work / "seeds", plan, dice)
        stack.enter_context(places.servers(place, seeds, None))
        collection = Collection("cluster", work / "bags", sorted((work / "seeds").iterdir()), sends=True)
        cluster = Cluster(place, dice)
        stack.callback(cluster.end)
        place.own = {each.pid for each in watch.naming(work, set())}
        begun, faults, codes = time.monotonic(), list[str](), list[int]()
        while len(codes) < TRIES and (not codes or codes[-1] not in (0, 1)):
            code, wrong = _job(cluster, collection, len(codes), every)
            codes.append(code)
            faults += wrong
            print(
                f"job {len(codes)}: exit {code}, killed {dict(cluster.killed)}, {states.counted([collection])}",
                flush=True,
            )
        seconds = time.monotonic() - begun
        cluster.keep_up()
        settled, wrong = _job(
            cluster, collection, len(codes), every=1e9
        )  # for those to which a death was the last word
        faults += wrong + states.wrong(collection, plan, forms) + states.integrity(collection)
        cluster.end()
        faults += states.left_over(collection, place.temporary)
        found, packages = delivered.fetched(place, collection, work / "fetched")
        faults += found + delivered.second_opinion(packages, work / "unpacked")
        faults += delivered.validated(place, collection, work / "fetched", work / "validate.json")
        faults += [f"left behind: {each.command[:120]}" for each in watch.naming(work, place.own)]
        facts = {"seeds": seeds, "seconds": round(seconds), "rate": round(seeds / seconds, 2), "jobs": codes,
                 "settled": settled, "workers": WORKERS, "killed": dict(cluster.killed), "packages": len(packages),
                 "outcomes": states.counted([collection]), "cores": os.cpu_count(), "load": os.getloadavg()[0],
                 "faults": faults}  # fmt: skip
        (work / "cluster.json").write_text(json.dumps(facts, indent=1), "utf-8")
        return facts
