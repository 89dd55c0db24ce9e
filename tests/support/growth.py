"""How the cost of some work grows with its input: a statement that is as true on a slow machine as on a quick one."""

import gc
import time
from collections.abc import Callable

FACTOR = 8
MOST = 24
"""Linear work costs 8 times as much on 8 times the input, quadratic work 64 times; this lies between them."""
ATTEMPTS = 5


def grows_no_faster_than_linear(run: Callable[[int], object], size: int) -> None:
    """Asserts that `run(size)` takes less than 24 times the CPU time of `run(size // 8)`; `run` makes its input too.
    What else the machine does may spoil a measurement, so it is repeated before it counts."""
    run(max(1, size // FACTOR // FACTOR))  # what is made once (patterns, tables) is made
    ratios = []
    for _ in range(ATTEMPTS):
        small, large = cost(run, size // FACTOR), cost(run, size)
        ratios.append(large / max(small, 1e-4))
        if ratios[-1] < MOST:
            return
    raise AssertionError(f"{FACTOR} times the input cost {min(ratios):.0f} times the CPU time or more")


def cost(run: Callable[[int], object], size: int) -> float:
    """CPU seconds of this process; without the collector, whose work depends on what other tests have left."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        run(size)
        return time.process_time() - begun
    finally:
        gc.enable()
