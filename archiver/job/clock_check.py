"""What the time service of this machine says of its clock: chrony's or NTP's word on the offset, where one runs.

Nothing is asked over the network. Where there is no service, or none that answers, nothing is claimed.
"""

import math
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from archiver.bag.bag_contents import ClockCheck

_SECONDS = 2.0
"""The longest a service is waited for."""
FRESH_SECONDS = 300.0
"""How long an answer is good for: bags that are made meanwhile state when it was given."""
_NAME = 200
"""Characters of a server's name that are kept."""

Answer = Callable[[list[str]], str | None]


def check_clock(
    answer: "Answer | None" = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> ClockCheck | None:
    """The offset of this machine's clock by chrony, else by ntpd; None where neither says it. `answer` runs a program
    and gives what it printed."""
    answer = answer or _printed
    for service, command, read in (
        ("chrony", ["chronyc", "-n", "-c", "tracking"], _by_chrony),
        ("ntpd", ["ntpq", "-n", "-c", "rv 0 offset,refid,leap"], _by_ntpd),
    ):
        printed = answer(command)
        with suppress(ValueError, LookupError):
            if printed and (found := read(printed)):
                server, offset = found
                if math.isfinite(offset):
                    return ClockCheck(service=service, server=server[:_NAME], offset_seconds=offset, at=now())
    return None


class FreshClockCheck:
    """The last check, made anew when it is older than some minutes. Safe among threads."""

    def __init__(self, check: Callable[[], ClockCheck | None] = check_clock) -> None:
        self._check, self._lock = check, threading.Lock()
        self._last: ClockCheck | None = None
        self._made = -math.inf

    def __call__(self) -> ClockCheck | None:
        """What is known of the clock now."""
        with self._lock:
            if time.monotonic() - self._made > FRESH_SECONDS:
                self._last, self._made = self._check(), time.monotonic()
            return self._last


def _by_chrony(printed: str) -> tuple[str, float] | None:
    """chronyc(1), `tracking` as CSV: reference, its name, stratum, time, how far the clock is behind NTP time …, leap
    status."""
    fields = printed.splitlines()[0].split(",")
    if fields[-1].strip() == "Not synchronised" or not fields[1]:
        return None
    return fields[1], float(fields[4])


def _by_ntpd(printed: str) -> tuple[str, float] | None:
    """ntpq(8), variables of the system: how far the clock is behind its server, in milliseconds. Leap indicator 3 says
    that it is not synchronised."""
    pairs = (each.partition("=") for each in printed.replace("\n", ",").split(","))
    values: Mapping[str, str] = {name.strip(): value.strip() for name, _, value in pairs}
    if values.get("leap") in (None, "11", "3", "leap_alarm"):
        return None
    return values["refid"], float(values["offset"]) / 1000


def _printed(command: list[str]) -> str | None:
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout[:4096].decode("utf-8", "replace") if done.returncode == 0 else None
