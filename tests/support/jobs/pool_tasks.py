"""Tasks for the process pool; workers import this module."""

import os
import signal
import time
from pathlib import Path

from waiting import until

from archiver.errors import StorageError


def nothing() -> None:
    pass


def broken() -> None:
    raise StorageError("no room")


def wait_and_say(seconds: float, word: str) -> tuple[str, int]:
    time.sleep(seconds)
    return word, os.getpid()


def wait_for_and_say(gate: Path | None, word: str) -> tuple[str, int]:
    """When there is a file at `gate`."""
    if gate:
        until(gate.exists, "the gate opens")
    return word, os.getpid()


def die() -> None:
    os._exit(9)


def raise_storage() -> None:
    raise StorageError("cannot write the bag")


class Unportable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__("cannot travel")


def raise_unportable() -> None:
    raise Unportable(1, 2)


def blocked() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
