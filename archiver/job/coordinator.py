"""Many seeds: the coordinator. Reads them as a stream, hands them out by host, settles results in groups.

Only this process writes the ledger and makes bags visible (docs/architecture.md). Of each host at most one
seed is under way, and each result comes back by itself, so that a slow host holds nobody else up. A kill at any moment
loses at most the seeds in flight; they are still `waiting` in the ledger and run again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from queue import Empty, SimpleQueue

from archiver.bag.staging import STAGING
from archiver.config import Config
from archiver.job.bracket import JobBracket
from archiver.job.events import (
    EVERY,
    NAMED,
    Event,
    HostBroken,
    SeedStarted,
    State,
    WorkerDied,
)
from archiver.job.queue.disk_queue import Backlog
from archiver.job.queue.host_memory import HostMemory
from archiver.job.queue.host_queue import BREAKER, HostQueue, host_of
from archiver.job.queue.slots import SLOW_SECONDS, Slots
from archiver.job.result import Archived, Done, Result, Summary, failure
from archiver.job.results import GROUP, Results
from archiver.job.sinks import sink_of
from archiver.job.sinks.local import BagSink
from archiver.job.workers.executors import capacity, executor_for, isolated_process, release
from archiver.ledger.entries import Entry, former_keys_of, key_of
from archiver.ledger.ledger import Ledger
from archiver.model import Seed, SeedRefused
from archiver.model.bracket import Opening

WINDOW = 2000
"""Seeds read ahead, so that slow hosts do not hold up the others."""
WINDOW_BYTES = 64 << 20
"""And how large they may be together."""
BACKLOG_BYTES = 4 << 30
"""And how large those of crowded hosts, which wait on disk: a million documents. Beyond, reading waits for them."""
READ_AT_ONCE = 64
"""Seeds read before the work is looked after again."""
DEAD = ("dns", "connect", "tls", "timeout", "disconnect", "protocol")
"""Kinds of failures that are the host's rather than the page's."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """A seed under way since a monotonic moment; `alone` in a process of its own, `retry` where it failed before."""

    seed: Seed
    since: float
    alone: bool = False
    retry: bool = False


@dataclass(slots=True)
class Coordinator:
    """The state of a running job."""

    config: Config
    job: str
    ledger: Ledger
    on_result: Callable[[Result], None]
    on_event: Callable[[Event], None]
    stop: threading.Event
    summary: Summary
    bracket: JobBracket | None = None
    queue: HostQueue = field(init=False)
    backlog: Backlog = field(init=False)
    hosts: HostMemory = field(init=False)
    sink: BagSink = field(init=False)
    results: Results = field(init=False)
    workers: Executor = field(init=False)
    isolated: Executor | None = None
    """Runs the seeds of `to_isolate`."""
    in_flight: dict[Future[Done], _Flight] = field(default_factory=dict)
    """In the order they were handed out."""
    finished: SimpleQueue[Future[Done]] = field(default_factory=SimpleQueue)
    slots: Slots = field(default_factory=Slots)
    state_sent: float = 0.0
    prefer_new: bool = False
    """Whether there are new seeds that wait, or may come."""
    to_isolate: deque[Seed] = field(default_factory=deque)
    """Seeds under way in a process that died: each runs again, alone, for the last time. Their hosts wait for them."""

    def __post_init__(self) -> None:
        self.backlog = Backlog(self.config.bags / STAGING)
        self.queue = HostQueue(self.config.pace, self.backlog)
        self.hosts = HostMemory(queue=self.queue, ledger=self.ledger, longest=self.config.host_rest_seconds)

    def go(self, seeds: Iterator[Seed | SeedRefused]) -> Generator[None, None, None]:
        """Until every seed is settled, or someone says stop and those in flight are; gives way to the caller between
        turns."""
        self.sink = sink_of(self.config, self.job, self.ledger)
        self.results = Results(
            self.config, self.job, self.ledger, self.sink, self.summary, self.on_result, self.on_event, self.bracket
        )
        self.workers = executor_for(self.config, self.job, self._opening)
        try:
            self.hosts.recall()
            more = True
            while more or self.queue or self.to_isolate or self.in_flight:
                if self.stop.is_set():
                    self.summary.interrupted = bool(more or self.queue or self.to_isolate or self.summary.interrupted)
                    if not self.in_flight:
                        break
                elif more:
                    more = self._read_ahead(seeds)
                self.prefer_new = more or bool(self.queue.new)
                self._hand_out()
                self.results.settle_if_due(force=not self.in_flight)
                if not (more or self.in_flight or self.to_isolate):
                    self._leave_resting_hosts()
                self._collect(reading=more and not self._window_is_full())
                self._tell_state()
                yield
            self.results.settle_if_due(force=True)
            self.hosts.keep()
        finally:
            self.workers.shutdown(wait=True, cancel_futures=True)
            if self.isolated is not None:
                self.isolated.shutdown(wait=True, cancel_futures=True)
            release(self.config)
            self.backlog.close()
            self.sink.close()

    @property
    def _opening(self) -> Opening | None:
        return self.bracket.opening if self.bracket else None

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
            if seed.former and self.ledger.find_any(former_keys_of(seed)) is not None:
                self.ledger.migrate(key_of(seed), former_keys_of(seed))
            read.append(Entry(key=key_of(seed), name=seed.name, url=seed.url, outcome="waiting", origin=seed.origin))
            if (state := self.results.state_of(seed)) == "done":
                continue
            if self.queue.broken(seed.url):
                self._give_up(seed)
            else:
                slim = replace(seed, parts=())  # whose lines the document has as well
                self.queue.put(slim, time.monotonic(), retry=state == "tried")
        if read:
            self.ledger.waiting(read, self.job)
        if refused:
            self.results.refuse(refused)
        return more

    def _hand_out(self) -> None:
        """Hand out seeds whose hosts are ready while there are free slots, and one seed of `to_isolate`. While there is
        new work, or may be, retries have half of the slots at most."""
        if self.to_isolate and not self.stop.is_set() and not any(each.alone for each in self.in_flight.values()):
            self.isolated = self.isolated or isolated_process(self.config, self.job, self._opening)
            self._submit(self.isolated, self.to_isolate.popleft(), alone=True)
        for _ in range(self._free_slots()):
            if self.stop.is_set():
                return
            if (seed := self._next(self.queue.take)) is not None:
                self._submit(self.workers, seed)
            elif self._retry_may_begin() and (seed := self._next(self.queue.take_retry)) is not None:
                self._submit(self.workers, seed, retry=True)
            else:
                return

    def _next(self, take: Callable[[float], Seed | None]) -> Seed | None:
        """The next seed whose turn it is. A duplicate, of the same host, is not under way: it is settled, or nearly."""
        while (seed := take(time.monotonic())) is not None and self.results.known(seed):
            self.queue.at_once(seed.url, time.monotonic())
        return seed

    def _retry_may_begin(self) -> bool:
        if not self.prefer_new:
            return True
        usual, _ = capacity(self.workers, self.config)
        return sum(each.retry for each in self.in_flight.values()) < max(1, usual // 2)

    def _submit(self, workers: Executor, seed: Seed, *, alone: bool = False, retry: bool = False) -> None:
        future = self.sink.submit(workers, seed)
        self.in_flight[future] = _Flight(seed, time.monotonic(), alone, retry)
        self.on_event(SeedStarted(seed=seed.origin, url=seed.url, host=host_of(seed.url)))
        future.add_done_callback(self.finished.put)

    def _free_slots(self) -> int:
        begun = (each.since for each in self.in_flight.values())
        return self.slots.free(capacity(self.workers, self.config), begun, time.monotonic())

    def _collect(self, *, reading: bool) -> None:
        """Take the results that are there; wait a little for one, but not while there are seeds to read."""
        # With every slot taken only a finished seed changes anything; a ready host must not make this a busy wait.
        full = not self._free_slots() or self.stop.is_set()
        patience = 0.0 if reading else 0.2 if full else min(0.2, self._wait())
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
            self.results.settle_if_due(force=True)
            raise errors[0]

    def _wait(self) -> float:
        return self.queue.wait(time.monotonic(), retries=self._retry_may_begin())

    def _take_up(self, future: Future[Done]) -> BaseException | None:
        """Take a result, or give the error that must end the job."""
        flight, error = self.in_flight.pop(future), future.exception()
        seed = flight.seed
        if isinstance(error, BrokenExecutor):
            if not flight.alone:
                self.to_isolate.append(seed)  # it may be to blame, or one beside it
                self.on_event(WorkerDied(seed=seed.origin, url=seed.url, host=host_of(seed.url)))
                return None
            done: Done = failure(seed, "worker", "the worker process died on it, twice", datetime.now(UTC))
        elif error is not None:
            return error
        else:
            done = future.result()
        seconds = time.monotonic() - flight.since
        self.slots.ended(seconds, unreached=not isinstance(done, Archived) and done.kind in ("dns", "connect"))
        if isinstance(done, Archived) and done.retry_after:
            self.hosts.note_rest(host_of(seed.url), done.retry_after)
        self.queue.rest(seed.url, time.monotonic(), done.crawl_delay or 0.0)
        self.results.take(seed, done, seconds)
        self._judge(seed, done)
        return None

    def _judge(self, seed: Seed, done: Done) -> None:
        """Leave a host alone that refuses again and again: its other seeds fail, and the next run tries them."""
        # Without a status only a web archive answered: the host is as dead as one without a bag.
        status = done.status or 500 if isinstance(done, Archived) else 0
        refused = status in (403, 429) or status >= 500 if isinstance(done, Archived) else done.kind in DEAD
        before = self.queue.broken(seed.url)
        if self.queue.judge(seed.url, refused=refused):
            if not before:
                self.on_event(HostBroken(host=host_of(seed.url)))
            for other in self.queue.drop(host_of(seed.url)):
                if not self.results.known(other):
                    self._give_up(other)
                self.results.settle_if_due(force=False)

    def _give_up(self, seed: Seed) -> None:
        reason = f"{host_of(seed.url)} gave no page {BREAKER} times in a row: not asked again in this job"
        self.results.take(seed, failure(seed, "breaker", reason, datetime.now(UTC), attempts=0))

    def _leave_resting_hosts(self) -> None:
        """End without the seeds of hosts that asked to be left alone for longer than the job waits."""
        now = time.monotonic()
        longest = self.config.limits.retry_after_seconds
        if self.queue.wait(now) <= longest or not self.queue.all_rest(now + longest):
            return
        for host in self.queue.hosts_that_wait():
            until = datetime.now(UTC) + timedelta(seconds=self.queue.rests_for(host, now))
            reason = f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            for seed in self.queue.drop(host):
                if not self.results.known(seed):
                    self.results.leave_waiting(seed, reason)

    def _tell_state(self) -> None:
        now = time.monotonic()
        if now - self.state_sent < EVERY:
            return
        self.state_sent = now
        self.hosts.keep()
        slow = (host_of(each.seed.url) for each in self.in_flight.values() if now - each.since > SLOW_SECONDS)
        self.on_event(
            State(
                in_flight=len(self.in_flight),
                waiting=len(self.queue),
                paced=self.queue.paced(now),
                slow=tuple(islice(slow, NAMED)),
                broken=tuple(islice(self.queue.all_broken(), NAMED)),
            )
        )
