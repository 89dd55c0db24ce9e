"""Fair turns: seeds queue by host, and a host is ready again only some seconds after its last page."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archiver.model import Seed

BREAKER = 5
"""Refusals in a row after which a host is left alone for the rest of the job."""


def host_of(url: str) -> str:
    """The host that is paced, lower case and without the root's dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


@dataclass(slots=True)
class HostQueue:
    """Seeds that wait for their host's turn. `pace` is in seconds; times are those of one monotonic clock."""

    pace: float
    _seeds: dict[str, deque[Seed]] = field(default_factory=dict)
    _ready: list[tuple[float, int, str]] = field(default_factory=list)
    _next: dict[str, float] = field(default_factory=dict)
    _refusals: dict[str, int] = field(default_factory=dict)
    _turn: int = 0
    _waiting: int = 0
    bytes: int = 0
    """The size of the documents that wait."""

    def __len__(self) -> int:
        return self._waiting

    def put(self, seed: Seed, now: float) -> None:
        """Queue a seed behind the others of its host."""
        host = host_of(seed.url)
        queue = self._seeds.get(host)
        if queue is None:
            queue = self._seeds[host] = deque()
            self._enter(host, max(now, self._next.get(host, 0.0)))
        queue.append(seed)
        self._waiting += 1
        self.bytes += len(seed.data)

    def take(self, now: float) -> Seed | None:
        """A seed whose host is ready, or None. The host rests until `rest` is called."""
        if not self._ready or self._ready[0][0] > now:
            return None
        host = heapq.heappop(self._ready)[2]
        seed = self._seeds[host].popleft()
        self._waiting -= 1
        self.bytes -= len(seed.data)
        return seed

    def rest(self, url: str, now: float, delay: float = 0.0) -> None:
        """A page of this host is done: its next turn is `pace` seconds from now, or `delay` if that is longer."""
        host = host_of(url)
        ready = now + max(self.pace, delay)
        if self._seeds.get(host):
            self._enter(host, ready)
        else:
            self._seeds.pop(host, None)
            self._next[host] = ready
        if len(self._next) > 10_000:
            self._next = {each: moment for each, moment in self._next.items() if moment > now}

    def judge(self, url: str, *, refused: bool) -> list[Seed]:
        """Note whether a host refused a page (429, 403, 5xx, no answer). After `BREAKER` in a row its other seeds are
        given up: they leave the queue and are returned; until a page of the host succeeds, `broken` says so."""
        host = host_of(url)
        self._refusals[host] = self._refusals.get(host, 0) + 1 if refused else 0
        if not self.broken(url):
            return []
        given_up = list(self._seeds.pop(host, ()))
        self._waiting -= len(given_up)
        self.bytes -= sum(len(each.data) for each in given_up)
        self._ready = [each for each in self._ready if each[2] != host]
        heapq.heapify(self._ready)
        return given_up

    def broken(self, url: str) -> bool:
        """Whether the host's circuit is open."""
        return self._refusals.get(host_of(url), 0) >= BREAKER

    def wait(self, now: float) -> float:
        """Seconds until some host is ready; a second when none is waiting for its time."""
        return max(0.0, self._ready[0][0] - now) if self._ready else 1.0

    def _enter(self, host: str, ready: float) -> None:
        self._turn += 1
        heapq.heappush(self._ready, (ready, self._turn, host))
