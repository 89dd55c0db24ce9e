"""Waits for something to be so: as long as it takes on a slow machine, and no longer than a hang is worth."""

import time
from collections.abc import Callable

HANGS = 120.0
"""Seconds after which nothing will come any more. A guard against hanging, no statement about speed."""


def until(condition: Callable[[], object], what: str, *, pause: float = 0.01) -> None:
    """Returns when `condition()` is true; AssertionError with `what` where it hangs."""
    end = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < end, f"{what}: not after {HANGS:g} seconds"
        time.sleep(pause)
