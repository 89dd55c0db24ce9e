"""Many seeds: the coordinator. Reads them as a stream, hands them out by host, settles results in groups.

Only this process writes the ledger and makes bags visible (docs/architecture.md). Of each host at most one
seed is under way, and each result comes back by itself, so that a slow host holds nobody else up. A kill at any moment
loses at most the seeds in flight; they are still `waiting` in the ledger and run again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, takewhile
from queue import Empty, SimpleQueue
from statistics import median
from uuid import uuid4

from archiver.bag.staging import STAGING
from archiver.config import Config
from archiver.errors import ArchiverError
from archiver.job.disk_queue import Backlog
from archiver.job.events import (
    EVERY,
    NAMED,
    Event,
    HostBroken,
    JobEnded,
    JobStarted,
    SeedEnded,
    SeedStarted,
    State,
    WorkerDied,
)
from archiver.job.host_queue import BREAKER, HostQueue, host_of
from archiver.job.ledger_rows import done_before, result_of
from archiver.job.result import Archived, Done, Result, Summary, failure
from archiver.job.sinks.choose import keeper_of
from archiver.job.sinks.local import Keeper
from archiver.job.workers.executors import crew, quarantine, release, seats
from archiver.ledger.ledger import Entry, Ledger, key_of, key_of_refused
from archiver.ledger.lock import bags_locked
from archiver.model import Seed, SeedRefused

GROUP = 32
"""Results settled together."""
GROUP_SECONDS = 1.0
"""The longest a result waits for its group."""
WINDOW = 2000
"""Seeds read ahead, so that slow hosts do not hold up the others."""
WINDOW_BYTES = 64 << 20
"""And how large they may be together."""
BACKLOG_BYTES = 4 << 30
"""And how large those of crowded hosts, which wait on disk: a million documents. Beyond, reading waits for them."""
READ_AT_ONCE = 64
"""Seeds read before the work is looked after again."""
SLOW_SECONDS = 15.0
"""A seed under way for longer, and for ten times the usual, gives up its seat, so that a handful of hosts that never
come to an end do not stop the job. On a slow line all take long, and none is slow."""
DEAD = ("dns", "connect", "tls", "timeout", "disconnect", "protocol")
"""Kinds of failures that are the host's rather than the page's."""


def run_job(
    config: Config,
    seeds: Iterable[Seed | SeedRefused],
    *,
    on_result: Callable[[Result], None] = lambda _: None,
    on_event: Callable[[Event], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Summary:
    """Archive seeds as `config` says; each result is reported once it is durable, all that happens told as an event.

    Setting `stop` ends the job after the seeds in flight. Raises StorageError (what is finished is kept) and
    BagsLocked when another job has the folder.
    """
    job, begun, summary = f"urn:uuid:{uuid4()}", time.monotonic(), Summary()
    with bags_locked(config.bags):
        ledger = Ledger(config.bags)
        on_event(JobStarted(job=job, bags=str(config.bags), processes=config.jobs))
        error: str | None = None
        try:
            ledger.adopt(config.bags)
            ledger.begin(job, config.stated(), datetime.now(UTC))
            _Coordinator(config, job, ledger, on_result, on_event, stop or threading.Event(), summary).go(iter(seeds))
            if not summary.interrupted:
                ledger.end(job, sum(summary.counts.values()), datetime.now(UTC))
        except ArchiverError as stopped:
            error = str(stopped)
            raise
        finally:
            ledger.close()
            on_event(JobEnded(
                counts=summary.stated(), kinds=summary.kinds, new_bags=summary.new_bags,
                interrupted=summary.interrupted, seconds=time.monotonic() - begun, error=error,
            ))  # fmt: skip
    return summary


@dataclass(frozen=True, slots=True)
class _Flight:
    """A seed under way since a monotonic moment; `alone` in a process of its own."""

    seed: Seed
    since: float
    alone: bool


@dataclass(slots=True)
class _Coordinator:
    """The state of a running job."""

    config: Config
    job: str
    ledger: Ledger
    on_result: Callable[[Result], None]
    tell: Callable[[Event], None]
    stop: threading.Event
    summary: Summary
    queue: HostQueue = field(init=False)
    backlog: Backlog = field(init=False)
    keeper: Keeper = field(init=False)
    workers: Executor = field(init=False)
    ward: Executor | None = None
    """Where suspects run."""
    in_flight: dict[Future[Done], _Flight] = field(default_factory=dict)
    """In the order they were handed out."""
    finished: SimpleQueue[Future[Done]] = field(default_factory=SimpleQueue)
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=33))
    """Seconds the latest seeds took."""
    unreached: deque[bool] = field(default_factory=lambda: deque(maxlen=33))
    group: list[tuple[Seed, Done, float | None]] = field(default_factory=list)
    """With the seconds they took, where they were asked for."""
    group_since: float = 0.0
    twins: dict[str, list[str]] = field(default_factory=dict)
    """Of each seed in the group, the places of other documents of this job that say the same."""
    state_told: float = 0.0
    suspects: deque[Seed] = field(default_factory=deque)
    """Seeds under way in a process that died: each runs again, alone, for the last time. Their hosts wait for them."""

    def __post_init__(self) -> None:
        self.backlog = Backlog(self.config.bags / STAGING)
        self.queue = HostQueue(self.config.pace, self.backlog)

    def go(self, seeds: Iterator[Seed | SeedRefused]) -> None:
        """Until every seed is settled, or someone says stop and those in flight are."""
        self.keeper = keeper_of(self.config, self.job, self.ledger)
        self.workers = crew(self.config, self.job)
        try:
            more = True
            while more or self.queue or self.suspects or self.in_flight:
                if self.stop.is_set():
                    self.summary.interrupted = bool(more or self.queue or self.suspects or self.summary.interrupted)
                    if not self.in_flight:
                        break
                elif more:
                    more = self._read_ahead(seeds)
                self._hand_out()
                self._settle_if_due(force=not self.in_flight)
                self._collect(reading=more and not self._window_is_full())
                self._tell_state()
            self._settle_if_due(force=True)
        finally:
            self.workers.shutdown(wait=True, cancel_futures=True)
            if self.ward is not None:
                self.ward.shutdown(wait=True, cancel_futures=True)
            release(self.config)
            self.backlog.close()
            self.keeper.close()

    def _window_is_full(self) -> bool:
        queue = self.queue
        return queue.held >= WINDOW or queue.bytes > WINDOW_BYTES or self.backlog.bytes > BACKLOG_BYTES

    def _read_ahead(self, seeds: Iterator[Seed | SeedRefused]) -> bool:
        """Fill the window; False when there are no more seeds. A little at a time: work must not wait for reading."""
        read: list[Entry] = []
        refused: list[SeedRefused] = []
        more = True
        for _ in range(READ_AT_ONCE):
            if self._window_is_full():
                break
            seed = next(seeds, None)
            if seed is None:
                more = False
                break
            if isinstance(seed, SeedRefused):
                refused.append(seed)
                continue
            read.append(Entry(key=key_of(seed), name=seed.name, url=seed.url, outcome="waiting", origin=seed.origin))
            if self._settled(seed):
                continue
            if self.queue.broken(seed.url):
                self._give_up(seed)
            else:
                self.queue.put(replace(seed, parts=()), time.monotonic())  # whose lines the document has as well
        if read:
            self.ledger.waiting(read, self.job)
        if refused:
            self._refuse(refused)
        return more

    def _refuse(self, refused: list[SeedRefused]) -> None:
        entries = [
            Entry(key=key_of_refused(each.origin), name=each.origin, url=None, outcome="failed", reason=each.reason,
                  detail={"kind": "seed", "line": each.line}, origin=each.origin) for each in refused
        ]  # fmt: skip
        self.ledger.settle(entries, self.job, datetime.now(UTC))
        for each, entry in zip(refused, entries, strict=True):
            self._report(result_of(each.origin, entry, new=True))

    def _settled(self, seed: Seed) -> bool:
        """Whether a seed needs no work: done before, or another document of this job said the same. Reports it then,
        or lets its twin report it."""
        key = key_of(seed)
        if key in self.twins:
            self.twins[key].append(seed.origin)
            return True
        entry = self.ledger.find(key)
        now = entry is not None and entry.job == self.job and entry.outcome != "waiting"
        if entry and (now or entry.is_done(retry=self.config.retry, recapture=self.config.recapture)):
            self._report(done_before(seed.origin, entry, self.config.bags))
            return True
        return False

    def _hand_out(self) -> None:
        """Fill the seats: seeds whose hosts are ready, and one suspect."""
        if self.suspects and not self.stop.is_set() and not any(each.alone for each in self.in_flight.values()):
            self.ward = self.ward or quarantine(self.config, self.job)
            self._submit(self.ward, self.suspects.popleft(), alone=True)
        for _ in range(self._free_seats()):
            if self.stop.is_set() or (seed := self._next()) is None:
                return
            self._submit(self.workers, seed)

    def _next(self) -> Seed | None:
        """The next seed whose turn it is. Its twin, of the same host, cannot be under way: it is settled, or nearly."""
        while (seed := self.queue.take(time.monotonic())) is not None and self._settled(seed):
            self.queue.at_once(seed.url, time.monotonic())
        return seed

    def _submit(self, workers: Executor, seed: Seed, *, alone: bool = False) -> None:
        future = self.keeper.submit(workers, seed)
        self.in_flight[future] = _Flight(seed, time.monotonic(), alone)
        self.tell(SeedStarted(seed=seed.origin, url=seed.url, host=host_of(seed.url)))
        future.add_done_callback(self.finished.put)

    def _free_seats(self) -> int:
        usual, most = seats(self.workers, self.config)
        usual += (most - usual) * sum(self.unreached) // 33  # these wait for nothing but their next attempt
        if len(self.in_flight) < usual:
            return usual - len(self.in_flight)
        patience = max(SLOW_SECONDS, 10 * median(self.durations)) if self.durations else 4 * SLOW_SECONDS
        begun = time.monotonic() - patience
        slow = sum(1 for _ in takewhile(lambda each: each.since < begun, self.in_flight.values()))
        return max(0, min(usual + slow, most) - len(self.in_flight))

    def _collect(self, *, reading: bool) -> None:
        """Take the results that are there; wait a little for one, but not while there are seeds to read."""
        # With every seat taken only a finished seed changes anything; a ready host must not make this a busy wait.
        full = not self._free_seats() or self.stop.is_set()
        patience = 0.0 if reading else 0.2 if full else min(0.2, self.queue.wait(time.monotonic()))
        if not self.in_flight:
            self.stop.wait(patience if self.queue else 0)
            return
        done: list[Future[Done]] = []
        try:
            done.append(self.finished.get(timeout=patience))
            while len(done) < GROUP:
                done.append(self.finished.get_nowait())
        except Empty:
            pass
        errors = [error for future in done if (error := self._take_up(future)) is not None]
        if errors:
            self._settle_if_due(force=True)
            raise errors[0]

    def _take_up(self, future: Future[Done]) -> BaseException | None:
        """Take a result, or give the error that must end the job."""
        flight, error = self.in_flight.pop(future), future.exception()
        seed = flight.seed
        if isinstance(error, BrokenExecutor):
            if not flight.alone:
                self.suspects.append(seed)  # it may be to blame, or one beside it
                self.tell(WorkerDied(seed=seed.origin, url=seed.url, host=host_of(seed.url)))
                return None
            done: Done = failure(seed, "worker", "the worker process died on it, twice", datetime.now(UTC))
        elif error is not None:
            return error
        else:
            done = future.result()
        seconds = time.monotonic() - flight.since
        self.durations.append(seconds)
        self.unreached.append(not isinstance(done, Archived) and done.kind in ("dns", "connect"))
        self.queue.rest(seed.url, time.monotonic(), done.crawl_delay or 0.0)
        self._take(seed, done, seconds)
        self._judge(seed, done)
        return None

    def _judge(self, seed: Seed, done: Done) -> None:
        """Leave a host alone that refuses again and again: its other seeds fail, and the next run tries them."""
        refused = done.status in (403, 429) or done.status >= 500 if isinstance(done, Archived) else done.kind in DEAD
        before = self.queue.broken(seed.url)
        if self.queue.judge(seed.url, refused=refused):
            if not before:
                self.tell(HostBroken(host=host_of(seed.url)))
            for other in self.queue.give_up(seed.url):
                if not self._settled(other):
                    self._give_up(other)
                self._settle_if_due(force=False)

    def _give_up(self, seed: Seed) -> None:
        reason = f"{host_of(seed.url)} gave no page {BREAKER} times in a row: not asked again in this job"
        self._take(seed, failure(seed, "breaker", reason, datetime.now(UTC), attempts=0))

    def _take(self, seed: Seed, done: Done, seconds: float | None = None) -> None:
        if not self.group:
            self.group_since = time.monotonic()
        self.group.append((seed, done, seconds))
        self.twins[key_of(seed)] = []

    def _settle_if_due(self, *, force: bool) -> None:
        """Make a group of results durable: bags first, then the ledger, then the word to the caller."""
        late = time.monotonic() - self.group_since >= GROUP_SECONDS
        if not self.group or not (force or late or len(self.group) >= GROUP):
            return
        group, self.group = self.group, []
        entries = self.keeper.settle([(seed, done) for seed, done, _ in group])
        for (seed, done, seconds), entry in zip(group, entries, strict=True):
            warning = done.warning if isinstance(done, Archived) else None
            self._report(replace(result_of(seed.origin, entry, new=True), warning=warning), seconds)
            for origin in self.twins.pop(entry.key, []):
                self._report(result_of(origin, entry, new=False))

    def _report(self, result: Result, seconds: float | None = None) -> None:
        self.summary.count(result)
        self.on_result(result)
        self.tell(SeedEnded(result=result, host=host_of(result.url or ""), seconds=seconds))

    def _tell_state(self) -> None:
        now = time.monotonic()
        if now - self.state_told < EVERY:
            return
        self.state_told = now
        slow = (host_of(each.seed.url) for each in self.in_flight.values() if now - each.since > SLOW_SECONDS)
        self.tell(State(
            in_flight=len(self.in_flight), waiting=len(self.queue), paced=self.queue.paced(now),
            slow=tuple(islice(slow, NAMED)), broken=tuple(islice(self.queue.all_broken(), NAMED)),
        ))  # fmt: skip
