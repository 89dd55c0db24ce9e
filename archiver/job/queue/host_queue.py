"""Fair turns: seeds queue by host, and a host is ready again only some seconds after its last page. Seeds that failed
before queue apart, behind the new ones of their host."""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archiver.job.queue.disk_queue import Backlog
from archiver.model import Seed

BREAKER = 5
"""Refusals in a row after which a host is left alone for the rest of the job."""
HELD = 8
"""Seeds of one host that wait in memory; its others wait on disk, so that they crowd out no other host's."""
_HOSTS_REMEMBERED = 100_000
"""Of so many hosts it is known how often in a row they have refused, the latest of them."""


_Entry = tuple[float, int, str]
"""When a host is ready, the number of its turn, the host."""


def host_of(url: str) -> str:
    """The host that is paced, lower case and without the root's dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


@dataclass(slots=True)
class HostQueue:
    """Seeds that wait for their host's turn. `pace` is in seconds; times are those of one monotonic clock. Without a
    backlog all wait in memory; with one, put and take raise StorageError when the disk fails."""

    pace: float
    backlog: Backlog | None = None
    _hosts: dict[str, deque[Seed] | None] = field(default_factory=dict)
    """Hosts that wait or have a seed under way, with their new seeds."""
    _retries: dict[str, deque[Seed]] = field(default_factory=dict)
    """Where there is no backlog. With one all retries wait on disk, so that they do not fill the window."""
    _ready: list[_Entry] = field(default_factory=list)
    _ready_retries: list[_Entry] = field(default_factory=list)
    """Hosts of which only retries wait. In both heaps an entry counts if `_entered` has it."""
    _entered: dict[str, _Entry] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)
    _rests: dict[str, float] = field(default_factory=dict)
    """Hosts that asked to be left alone, until when."""
    _refusals: dict[str, int] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _turn: int = 0
    _enough: int = 10_000
    held: int = 0
    """How many seeds wait in memory."""
    bytes: int = 0
    """The size of their documents."""
    new: int = 0
    """How many seeds wait that have not failed before."""

    def __len__(self) -> int:
        return self.held + (len(self.backlog) if self.backlog is not None else 0)

    def put(self, seed: Seed, now: float, *, retry: bool = False) -> None:
        """Queue a seed behind the others of its host; one that failed before (`retry`) behind all new ones too."""
        host = host_of(seed.url)
        self.new += not retry
        if host not in self._hosts:
            self._hosts[host] = None
            self._enter(host, max(now, self._next.get(host, 0.0)), new=not retry)
        elif not retry and not self._hosts[host] and host in self._entered:  # until now it had retries alone
            self._enter(host, self._entered[host][0], new=True)
        if retry:
            if self.backlog is not None:
                self.backlog.put(_again_on_disk(host), seed)
            else:
                self._hold(self._retries.setdefault(host, deque()), seed)
            return
        queue = self._hosts[host]
        if queue is None:
            queue = self._hosts[host] = deque()
        if self.backlog is not None and (len(queue) >= HELD or host in self.backlog):
            self.backlog.put(host, seed)
        else:
            self._hold(queue, seed)

    def take(self, now: float) -> Seed | None:
        """A new seed whose host is ready, or None. The host has no other turn until `rest` is called."""
        return self._take(self._ready, now)

    def take_retry(self, now: float) -> Seed | None:
        """A seed that failed before, of a host that is ready and has no new ones, or None."""
        return self._take(self._ready_retries, now)

    def rest(self, url: str, now: float, delay: float = 0.0) -> None:
        """A page of this host is done: its next turn is `pace` seconds from now, or `delay` if that is longer."""
        self._again(host_of(url), now, now + max(self.pace, delay))

    def at_once(self, url: str, now: float) -> None:
        """The seed that was taken asked nothing of its host: the next one may have its turn now."""
        self._again(host_of(url), now, now)

    def leave_alone(self, host: str, until: float) -> None:
        """Note that a host asked to be left alone until then."""
        self._rests[host] = until
        self._next[host] = max(until, self._next.get(host, 0.0))
        self._changed.add(host)

    def remember(self, host: str, refusals: int) -> None:
        """Take over how often in a row a host refused, from an earlier job. One whose circuit was open is asked once
        more: refusing again opens it at once."""
        self._refusals[host] = min(refusals, BREAKER - 1)

    def judge(self, url: str, *, refused: bool) -> bool:
        """Note whether a host refused a page (429, 403, 5xx, no answer). After `BREAKER` in a row its circuit is open,
        until a page of it succeeds: what the answer is, and what `broken` says."""
        host = host_of(url)
        before = self._refusals.pop(host, 0)
        if refused:
            self._refusals[host] = before + 1
            if len(self._refusals) > _HOSTS_REMEMBERED:
                del self._refusals[next(iter(self._refusals))]
        if refused or before:
            self._changed.add(host)
        return self.broken(url)

    def broken(self, url: str) -> bool:
        """Whether the host's circuit is open."""
        return self._refusals.get(host_of(url), 0) >= BREAKER

    def drop(self, host: str) -> Iterator[Seed]:
        """The host's seeds, which leave the queue one by one."""
        self._entered.pop(host, None)
        while self._hosts.get(host) or self._has_retries(host):
            yield self._pop(host)
        self._hosts.pop(host, None)
        self._retries.pop(host, None)

    def wait(self, now: float, *, retries: bool = True) -> float:
        """Seconds until some host is ready, those with `retries` alone counted or not; a second when none waits for its
        time."""
        heads = [_head(self._ready, self._entered), _head(self._ready_retries, self._entered) if retries else None]
        times = [head[0] for head in heads if head]
        return max(0.0, min(times) - now) if times else 1.0

    def all_rest(self, until: float) -> bool:
        """Whether seeds wait, each for a host that asked to be left alone for longer than `until`."""
        return bool(self._entered) and all(self._rests.get(host, 0.0) > until for host in self._entered)

    def rests_for(self, host: str, now: float) -> float:
        """Seconds for which a host still asks to be left alone."""
        return max(0.0, self._rests.get(host, 0.0) - now)

    def paced(self, now: float) -> int:
        """How many hosts have seeds whose turn is yet to come."""
        return sum(1 for ready, _, _ in self._entered.values() if ready > now)

    def all_broken(self) -> Iterator[str]:
        """The hosts whose circuit is open."""
        return (host for host, refusals in self._refusals.items() if refusals >= BREAKER)

    def hosts_that_wait(self) -> list[str]:
        """The hosts of which seeds wait."""
        return list(self._entered)

    def changes(self) -> dict[str, tuple[int, float]]:
        """The hosts whose state is another one since this was last asked: refusals in a row, and until when they asked
        to be left alone (0 for never)."""
        changed, self._changed = self._changed, set()
        return {host: (self._refusals.get(host, 0), self._rests.get(host, 0.0)) for host in changed}

    def _hold(self, lane: deque[Seed], seed: Seed) -> None:
        lane.append(seed)
        self.held += 1
        self.bytes += len(seed.data)

    def _take(self, heap: list[_Entry], now: float) -> Seed | None:
        head = _head(heap, self._entered)
        if head is None or head[0] > now:
            return None
        heapq.heappop(heap)
        del self._entered[head[2]]
        return self._pop(head[2])

    def _pop(self, host: str) -> Seed:
        queue = self._hosts[host]
        if queue:
            self.new -= 1
            seed = self._release(queue)
            later = self.backlog.take(host) if self.backlog is not None else None
            if later is not None:
                self._hold(queue, later)
            return seed
        if self.backlog is None:
            return self._release(self._retries[host])
        found = self.backlog.take(_again_on_disk(host))
        assert found is not None, "a host is entered only while seeds of it wait"
        return found

    def _release(self, lane: deque[Seed]) -> Seed:
        seed = lane.popleft()
        self.held -= 1
        self.bytes -= len(seed.data)
        return seed

    def _has_retries(self, host: str) -> bool:
        return bool(self._retries.get(host)) if self.backlog is None else _again_on_disk(host) in self.backlog

    def _again(self, host: str, now: float, ready: float) -> None:
        ready = max(ready, self._rests.get(host, 0.0))
        if (new := bool(self._hosts.get(host))) or self._has_retries(host):
            self._enter(host, ready, new=new)
            return
        self._hosts.pop(host, None)
        self._retries.pop(host, None)
        if ready > now:
            self._next[host] = ready
        if len(self._next) > self._enough:
            self._next = {each: moment for each, moment in self._next.items() if moment > now}
            self._enough = max(10_000, 2 * len(self._next))  # looked through again only when it has doubled

    def _enter(self, host: str, ready: float, *, new: bool) -> None:
        self._turn += 1
        self._entered[host] = entry = (ready, self._turn, host)
        heapq.heappush(self._ready if new else self._ready_retries, entry)


def _again_on_disk(host: str) -> str:
    """The name of a host's retries on disk, which no host has."""
    return f"{host} again"


def _head(heap: list[_Entry], entered: dict[str, _Entry]) -> tuple[float, int, str] | None:
    """The first entry of a heap that counts."""
    while heap and entered.get(heap[0][2]) is not heap[0]:
        heapq.heappop(heap)
    return heap[0] if heap else None
