"""How many seeds may be under way at once. Slow seeds make room for others, so that a handful of hosts that never come
to an end do not stop the job."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from statistics import median

SLOW_SECONDS = 15.0
"""A seed under way for longer, and for ten times the usual, makes room for another. On a slow line all take long, and
none is slow."""
_REMEMBERED = 33
"""The latest seeds by which the usual is known."""


@dataclass(slots=True)
class Slots:
    """Counts what the latest seeds took. Times are seconds of one monotonic clock."""

    _durations: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _unreached: deque[bool] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def ended(self, seconds: float, *, unreached: bool) -> None:
        """Note a seed that was under way so long; `unreached` where its host took no connection."""
        self._durations.append(seconds)
        self._unreached.append(unreached)

    def free(self, capacity: tuple[int, int], begun: Iterable[float], now: float) -> int:
        """How many more seeds may begin. `capacity` is (usual, most); `begun` when those under way began, the oldest
        first."""
        usual, most = capacity
        usual += (most - usual) * sum(self._unreached) // _REMEMBERED  # these wait for nothing but their next attempt
        times = list(begun)
        if len(times) < usual:
            return usual - len(times)
        patience = max(SLOW_SECONDS, 10 * median(self._durations)) if self._durations else SLOW_SECONDS
        slow = sum(1 for _ in takewhile(lambda each: each < now - patience, times))
        return max(0, min(usual + slow, most) - len(times))
