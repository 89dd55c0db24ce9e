"""Fair turns: seeds queue by host, and a host is ready again only some seconds after its last page."""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archiver.job.disk_queue import Backlog
from archiver.model import Seed

BREAKER = 5
"""Refusals in a row after which a host is left alone for the rest of the job."""
HELD = 8
"""Seeds of one host that wait in memory; its others wait on disk, so that they crowd out no other host's."""
_HOSTS_REMEMBERED = 100_000
"""Of so many hosts it is known how often in a row they have refused, the latest of them."""


def host_of(url: str) -> str:
    """The host that is paced, lower case and without the root's dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


@dataclass(slots=True)
class HostQueue:
    """Seeds that wait for their host's turn. `pace` is in seconds; times are those of one monotonic clock. Without a
    backlog all wait in memory; with one, put and take raise StorageError when the disk fails."""

    pace: float
    backlog: Backlog | None = None
    _seeds: dict[str, deque[Seed]] = field(default_factory=dict)
    _ready: list[tuple[float, int, str]] = field(default_factory=list)
    _next: dict[str, float] = field(default_factory=dict)
    _refusals: dict[str, int] = field(default_factory=dict)
    _turn: int = 0
    _enough: int = 10_000
    held: int = 0
    """How many seeds wait in memory."""
    bytes: int = 0
    """The size of their documents."""

    def __len__(self) -> int:
        return self.held + (len(self.backlog) if self.backlog is not None else 0)

    def put(self, seed: Seed, now: float) -> None:
        """Queue a seed behind the others of its host."""
        host = host_of(seed.url)
        queue = self._seeds.get(host)
        if queue is None:
            queue = self._seeds[host] = deque()
            self._enter(host, max(now, self._next.get(host, 0.0)))
        if self.backlog is not None and (len(queue) >= HELD or host in self.backlog):
            self.backlog.put(host, seed)
        else:
            self._hold(queue, seed)

    def take(self, now: float) -> Seed | None:
        """A seed whose host is ready, or None. The host rests until `rest` is called."""
        if not self._ready or self._ready[0][0] > now:
            return None
        return self._pop(heapq.heappop(self._ready)[2])

    def rest(self, url: str, now: float, delay: float = 0.0) -> None:
        """A page of this host is done: its next turn is `pace` seconds from now, or `delay` if that is longer."""
        self._again(host_of(url), now, now + max(self.pace, delay))

    def at_once(self, url: str, now: float) -> None:
        """The seed that was taken asked nothing of its host: the next one may have its turn now."""
        self._again(host_of(url), now, now)

    def judge(self, url: str, *, refused: bool) -> bool:
        """Note whether a host refused a page (429, 403, 5xx, no answer). After `BREAKER` in a row its circuit is open,
        until a page of it succeeds: what the answer is, and what `broken` says."""
        host = host_of(url)
        before = self._refusals.pop(host, 0)
        if refused:
            self._refusals[host] = before + 1
            if len(self._refusals) > _HOSTS_REMEMBERED:
                del self._refusals[next(iter(self._refusals))]
        return self.broken(url)

    def broken(self, url: str) -> bool:
        """Whether the host's circuit is open."""
        return self._refusals.get(host_of(url), 0) >= BREAKER

    def give_up(self, url: str) -> Iterator[Seed]:
        """The host's seeds, which leave the queue one by one."""
        host = host_of(url)
        while self._seeds.get(host):
            yield self._pop(host)
        self._seeds.pop(host, None)
        self._ready = [each for each in self._ready if each[2] != host]
        heapq.heapify(self._ready)

    def wait(self, now: float) -> float:
        """Seconds until some host is ready; a second when none is waiting for its time."""
        return max(0.0, self._ready[0][0] - now) if self._ready else 1.0

    def paced(self, now: float) -> int:
        """How many hosts have seeds whose turn is yet to come."""
        return sum(1 for ready, _, _ in self._ready if ready > now)

    def all_broken(self) -> Iterator[str]:
        """The hosts whose circuit is open."""
        return (host for host, refusals in self._refusals.items() if refusals >= BREAKER)

    def _hold(self, queue: deque[Seed], seed: Seed) -> None:
        queue.append(seed)
        self.held += 1
        self.bytes += len(seed.data)

    def _pop(self, host: str) -> Seed:
        queue = self._seeds[host]
        seed = queue.popleft()
        self.held -= 1
        self.bytes -= len(seed.data)
        later = self.backlog.take(host) if self.backlog is not None else None
        if later is not None:
            self._hold(queue, later)
        return seed

    def _again(self, host: str, now: float, ready: float) -> None:
        if self._seeds.get(host):
            self._enter(host, ready)
            return
        self._seeds.pop(host, None)
        if ready > now:
            self._next[host] = ready
        if len(self._next) > self._enough:
            self._next = {each: moment for each, moment in self._next.items() if moment > now}
            self._enough = max(10_000, 2 * len(self._next))  # looked through again only when it has doubled

    def _enter(self, host: str, ready: float) -> None:
        self._turn += 1
        heapq.heappush(self._ready, (ready, self._turn, host))
