"""One round of a soak: a job as a real command, and what befalls it while it runs."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from soaking import watch
from soaking.places import Collection, Place

ENDS = 150.0
"""Seconds after which a job that was asked to end, or whose coordinator was killed, must have ended."""
STEPS = (0, 3600, -7200, 45, -400 * 86400, 2 * 86400, -30)
"""Seconds by which the clock is wrong."""
SMALL_STEPS = (0, 240, -300, 45, -30)
"""Of jobs that deliver: an S3 server refuses requests whose time is fifteen minutes off."""


@dataclass
class Round:
    """What was done to a job, and how it ended."""

    number: int
    collection: str
    trouble: str
    code: int | None = None
    seconds: float = 0.0
    results: int = 0
    done: list[str] = field(default_factory=list)
    """What befell it, in order."""
    said: str = ""
    faults: list[str] = field(default_factory=list)


Trouble = Callable[["Running"], None]


@dataclass
class Running:
    """A job under way."""

    place: Place
    collection: Collection
    process: "subprocess.Popen[bytes]"
    round: Round
    dice: random.Random
    until: float
    """When it is to end, by the monotonic clock."""

    def wait(self, seconds: float) -> bool:
        """Let it run for some time; whether it still does."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.05, min(seconds, self.until - time.monotonic())))
        return self.process.poll() is None and time.monotonic() < self.until

    def note(self, words: str) -> None:
        self.round.done.append(words)


def calm(job: Running) -> None:
    """Nothing befalls it."""
    while job.wait(5):
        pass


def signalled(number: signal.Signals) -> Trouble:
    """The coordinator gets a signal at a random moment."""

    def trouble(job: Running) -> None:
        if job.wait(job.dice.expovariate(1 / 25)):
            job.process.send_signal(number)
            job.note(number.name)

    return trouble


def workers(job: Running) -> None:
    """Processes of the job are killed, or asked to end, one after another."""
    while job.wait(job.dice.uniform(2, 12)):
        others = [each for each in watch.of_session(job.process.pid) if each.pid != job.process.pid]
        if others:
            chosen, number = job.dice.choice(others), job.dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            watch.send(chosen, number)
            job.note(f"{number.name} {_short(chosen.command)}")


def browsers(job: Running) -> None:
    """Browsers are killed while they show pages."""
    while job.wait(job.dice.uniform(0.3, 3)):
        shown = [
            each
            for each in watch.running()
            if "archiver-browser-" in each.command and str(job.place.temporary) in each.command
        ]
        if shown:
            watch.send(job.dice.choice(shown), signal.SIGKILL)
            job.note("SIGKILL a browser")


def full_disk(job: Running) -> None:
    """The small disk is full for some seconds."""
    assert job.collection.disk
    filler = job.collection.disk / "filler"
    while job.wait(job.dice.uniform(1, 8)):
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        job.note("disk full")
        job.wait(job.dice.uniform(0.5, 4))
        filler.unlink()


def clock(job: Running) -> None:
    """The clock is set forward and back while the job runs."""
    while job.wait(job.dice.uniform(1, 6)):
        step = job.dice.choice(SMALL_STEPS if job.collection.sends else STEPS)
        job.place.clock.write_text(str(step))
        job.note(f"clock {step:+} s")


def s3_stalls(job: Running) -> None:
    """The S3 server stops for some seconds."""
    [server] = [each for each in watch.running() if each.pid in job.place.own and "weed" in each.command]
    while job.wait(job.dice.uniform(2, 10)):
        watch.send(server, signal.SIGSTOP)
        job.note("S3 stalls")
        try:
            job.wait(job.dice.uniform(1, 5))
        finally:
            watch.send(server, signal.SIGCONT)


TROUBLES: dict[str, tuple[float, Trouble]] = {
    "calm": (2, calm),
    "kill": (4, signalled(signal.SIGKILL)),
    "term": (2, signalled(signal.SIGTERM)),
    "int": (1, signalled(signal.SIGINT)),
    "workers": (3, workers),
    "browsers": (2, browsers),
    "full disk": (3, full_disk),
    "clock": (2, clock),
    "S3 stalls": (1.5, s3_stalls),
}


def possible(collection: Collection, *, browser: bool, only: Container[str] = TROUBLES) -> dict[str, float]:
    """The troubles of `only` that can befall jobs of a collection, with their shares."""
    absent = {name for name in TROUBLES if name not in only}
    if collection.disk is None:
        absent.add("full disk")
    if not collection.sends:
        absent.add("S3 stalls")
    if not browser:
        absent.add("browsers")
    return {name: share for name, (share, _) in TROUBLES.items() if name not in absent}


def go(place: Place, collection: Collection, parts: list[Path], trouble: str, *, number: int, seconds: float,
       dice: random.Random, more: tuple[str, ...] = ()) -> Round:  # fmt: skip
    """Run one round; the job is asked to end after so many seconds."""
    ran = Round(number, collection.name, trouble)
    place.clock.write_text("0")
    words = [*more, "--jobs", str(dice.choice((1, 2))) if trouble != "workers" else "2"]
    out, err = place.work / "logs" / f"{number:04}.out", place.work / "logs" / f"{number:04}.err"
    begun = time.monotonic()
    with out.open("wb") as stdout, err.open("wb") as stderr:
        command = place.run(collection, parts, *words, stepped=trouble == "clock")
        process = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, env=place.env, start_new_session=True, cwd=place.work
        )
        job = Running(place, collection, process, ran, dice, begun + seconds)
        TROUBLES[trouble][1](job)
        ran.code = _ended(job)
    ran.seconds = time.monotonic() - begun
    _judge(ran, out, err, process.pid)
    return ran


def _ended(job: Running) -> int:
    if job.process.poll() is None and not {"SIGTERM", "SIGINT"} & set(job.round.done):
        job.process.send_signal(signal.SIGTERM)
        job.note("asked to end")
    try:
        return job.process.wait(ENDS)
    except subprocess.TimeoutExpired:
        job.round.faults.append(f"still there {ENDS:g} s after it was asked to end")
        os.killpg(job.process.pid, signal.SIGABRT)  # With PYTHONFAULTHANDLER each process says where its threads are.
        with suppress(subprocess.TimeoutExpired):
            job.process.wait(10)
        os.killpg(job.process.pid, signal.SIGKILL)
        return job.process.wait()


def _judge(ran: Round, out: Path, err: Path, session: int) -> None:
    """What is wrong with how a job ended."""
    said = err.read_text("utf-8", "replace")
    ran.said = said.rpartition("archiver: ")[2].strip()[:300]
    killed = "SIGKILL" in ran.done
    allowed = {-9} if killed else {0, 1, 130}
    if ran.code in (-15, -2) and (not said or " seeds: " in said):  # before it had begun, or when it was over
        allowed.add(ran.code)
    if ran.trouble in ("full disk", "S3 stalls"):
        allowed |= {3}
    if ran.code not in allowed and not (killed and ran.code in (0, 1)):
        ran.faults.append(f"exit code {ran.code}: {ran.said}")
    if "Traceback" in said:
        ran.faults.append(f"a traceback: {said.strip().splitlines()[-1]}")
    for line in out.read_text("utf-8", "replace").split("\n")[:-1]:  # the last may be cut by a kill
        try:
            json.loads(line)
            ran.results += 1
        except ValueError:
            ran.faults.append(f"a line of results that is not JSON: {line[:80]!r}")
    if left := watch.gone(session, 30):
        ran.faults.append(f"left behind: {', '.join(_short(each.command) for each in left)}")
        for each in left:
            watch.send(each, signal.SIGKILL)


def _short(command: str) -> str:
    words = command.split()
    return " ".join(each.rpartition("/")[2] for each in words[:4])[:80]
