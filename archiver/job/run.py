"""Many seeds: the coordinator. Reads them as a stream, hands them out by host, settles results in groups.

Only this process writes the ledger and makes bags visible (DESIGN.md, section 6.6 and 6.7). A kill at any moment loses
at most the seeds in flight; they are still `waiting` in the ledger and run again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from archiver.bag.write import publish
from archiver.config import Config
from archiver.job.hosts import BREAKER, HostQueue, host_of
from archiver.job.ledger import Entry, Ledger, key_of, key_of_refused
from archiver.job.lock import bags_locked
from archiver.job.result import Archived, Result, Summary
from archiver.job.worker import Done, executor, failure, release, submit, task_size, tasks_at_once
from archiver.model import Seed, SeedRefused

GROUP = 32
"""Results settled together."""
GROUP_SECONDS = 1.0
"""The longest a result waits for its group."""
WINDOW = 2000
"""Seeds read ahead, so that slow hosts do not hold up the others."""
WINDOW_BYTES = 64 << 20
"""And how large they may be together."""
DEAD = ("dns", "connect", "tls", "timeout", "disconnect", "protocol")
"""Kinds of failures that are the host's rather than the page's."""


def run_job(
    config: Config,
    seeds: Iterable[Seed | SeedRefused],
    *,
    on_result: Callable[[Result], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Summary:
    """Archive seeds into `config.bags`; each result is reported once it is durable.

    Setting `stop` ends the job after the seeds in flight. Raises StorageError (what is finished is kept) and
    BagsLocked when another job has the folder.
    """
    job = f"urn:uuid:{uuid4()}"
    with bags_locked(config.bags):
        ledger = Ledger(config.bags)
        try:
            ledger.adopt(config.bags)
            ledger.begin(job, config.stated(), datetime.now(UTC))
            coordinator = _Coordinator(config, job, ledger, on_result, stop or threading.Event())
            coordinator.go(iter(seeds))
            if not coordinator.summary.interrupted:
                ledger.end(job, sum(coordinator.summary.counts.values()), datetime.now(UTC))
        finally:
            ledger.close()
    return coordinator.summary


@dataclass(slots=True)
class _Coordinator:
    """The state of a running job."""

    config: Config
    job: str
    ledger: Ledger
    on_result: Callable[[Result], None]
    stop: threading.Event
    summary: Summary = field(default_factory=Summary)
    queue: HostQueue = field(init=False)
    workers: Executor = field(init=False)
    in_flight: dict[Future[list[Done]], list[Seed]] = field(default_factory=dict)
    open_keys: dict[str, list[str]] = field(default_factory=dict)
    """Seeds queued or in flight, each with the places of other documents of this job that say the same."""
    group: list[tuple[Seed, Done]] = field(default_factory=list)
    group_since: float = 0.0
    suspects: deque[Seed] = field(default_factory=deque)
    """Seeds that were in flight when a worker died: each runs again, alone, and is given up if it dies again."""
    alone: Seed | None = None

    def __post_init__(self) -> None:
        self.queue = HostQueue(self.config.pace)

    def go(self, seeds: Iterator[Seed | SeedRefused]) -> None:
        """Until every seed is settled, or someone says stop and those in flight are."""
        self.workers = executor(self.config, self.job)
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
                self._collect()
                self._settle_if_due(force=not self.in_flight)
            self._settle_if_due(force=True)
        finally:
            self.workers.shutdown(wait=True, cancel_futures=True)
            release()

    def _read_ahead(self, seeds: Iterator[Seed | SeedRefused]) -> bool:
        """Fill the window; False when there are no more seeds. A little at a time: work must not wait for reading."""
        fresh: list[Entry] = []
        readable: list[str] = []
        refused: list[SeedRefused] = []
        more = True
        for _ in range(min(64, WINDOW - len(self.queue))):
            if self.queue.bytes > WINDOW_BYTES:
                break
            seed = next(seeds, None)
            if seed is None:
                more = False
                break
            if isinstance(seed, SeedRefused):
                refused.append(seed)
                continue
            readable.append(seed.origin)
            if not self._known(seed):
                fresh.append(Entry(key=key_of(seed), name=seed.name, url=seed.url, outcome="waiting"))
                if self.queue.broken(seed.url):
                    self._give_up(seed)
                else:
                    self.queue.put(seed, time.monotonic())
        if readable:
            self.ledger.waiting(fresh, self.job, readable=readable)
        if refused:
            self._refuse(refused)
        return more

    def _refuse(self, refused: list[SeedRefused]) -> None:
        entries = [
            Entry(key=key_of_refused(each.origin), name=each.origin, url=None, outcome="failed", reason=str(each),
                  detail={"kind": "seed", "line": each.line}) for each in refused
        ]  # fmt: skip
        self.ledger.settle(entries, self.job, datetime.now(UTC))
        for each, entry in zip(refused, entries, strict=True):
            self._report(_result(each.origin, entry, new=True))

    def _known(self, seed: Seed) -> bool:
        """Whether a seed needs no work: done before, or another document of this job says the same."""
        key = key_of(seed)
        if key in self.open_keys:
            self.open_keys[key].append(seed.origin)
            return True
        entry = self.ledger.find(key)
        now = entry is not None and entry.job == self.job and entry.outcome != "waiting"
        if entry and (now or entry.is_done(retry=self.config.retry, recapture=self.config.recapture)):
            self._report(_result(seed.origin, entry, new=False))
            return True
        self.open_keys[key] = []
        return False

    def _hand_out(self) -> None:
        if self.suspects and not self.stop.is_set():
            if not self.in_flight:
                self.alone = self.suspects.popleft()
                self._submit([self.alone])
            return
        while len(self.in_flight) < tasks_at_once(self.config) and not self.stop.is_set():
            now = time.monotonic()
            task: list[Seed] = []
            while len(task) < task_size(self.config) and (seed := self.queue.take(now)):
                task.append(seed)
            if not task:
                return
            self._submit(task)

    def _submit(self, seeds: list[Seed]) -> None:
        try:
            future = submit(self.workers, seeds)
        except BrokenProcessPool:  # a worker has died, with seeds or without
            self.workers.shutdown(wait=False)
            self.workers = executor(self.config, self.job)
            future = submit(self.workers, seeds)
        self.in_flight[future] = seeds

    def _collect(self) -> None:
        """Wait a little for results and take them."""
        # With every seat taken only a finished task changes anything; a ready host must not make this a busy wait.
        full = len(self.in_flight) >= tasks_at_once(self.config) or bool(self.suspects and self.in_flight)
        patience = 0.2 if full else min(0.2, self.queue.wait(time.monotonic()))
        if not self.in_flight:
            self.stop.wait(patience if self.queue else 0)
            return
        finished, _ = wait(self.in_flight, timeout=patience, return_when=FIRST_COMPLETED)
        errors = [error for future in finished if (error := self._take_up(future)) is not None]
        if errors:
            self._settle_if_due(force=True)
            raise errors[0]

    def _take_up(self, future: Future[list[Done]]) -> BaseException | None:
        """Take the results of a finished task, or give the error that must end the job."""
        seeds, error = self.in_flight.pop(future), future.exception()
        results = future.result() if error is None else [None] * len(seeds)
        for seed, done in zip(seeds, results, strict=True):
            if seed is not self.alone:  # its host had its rest when it was taken from the queue
                self.queue.rest(seed.url, time.monotonic(), (done and done.crawl_delay) or 0.0)
            if done is not None:
                self._take([(seed, done)])
                self._judge(seed, done)
            elif isinstance(error, BrokenProcessPool):
                self._bury(seed)
        return None if isinstance(error, BrokenProcessPool) else error

    def _bury(self, seed: Seed) -> None:
        """A worker died with this seed under way: it may be to blame, or one beside it."""
        if seed is self.alone:
            self._take([(seed, failure(seed, "worker", "the worker process died on it, twice", datetime.now(UTC)))])
        else:
            self.suspects.append(seed)

    def _judge(self, seed: Seed, done: Done) -> None:
        """Leave a host alone that refuses again and again: its other seeds fail, and the next run tries them."""
        refused = done.status in (403, 429) or done.status >= 500 if isinstance(done, Archived) else done.kind in DEAD
        for other in self.queue.judge(seed.url, refused=refused):
            self._give_up(other)

    def _give_up(self, seed: Seed) -> None:
        reason = f"{host_of(seed.url)} gave no page {BREAKER} times in a row: not asked again in this job"
        self._take([(seed, failure(seed, "breaker", reason, datetime.now(UTC), attempts=0))])

    def _take(self, results: Iterable[tuple[Seed, Done]]) -> None:
        if not self.group:
            self.group_since = time.monotonic()
        self.group += results

    def _settle_if_due(self, *, force: bool) -> None:
        """Make a group of results durable: bags first, then the ledger, then the word to the caller."""
        late = time.monotonic() - self.group_since >= GROUP_SECONDS
        if not self.group or not (force or late or len(self.group) >= GROUP):
            return
        group, self.group = self.group, []
        publish([done.bag for _, done in group if isinstance(done, Archived)], self.config.bags)
        settled = [(seed, _entry(seed, done)) for seed, done in group]
        self.ledger.settle([entry for _, entry in settled], self.job, datetime.now(UTC))
        for seed, entry in settled:
            self._report(_result(seed.origin, entry, new=True))
            for origin in self.open_keys.pop(entry.key, []):
                self._report(_result(origin, entry, new=False))

    def _report(self, result: Result) -> None:
        self.summary.count(result)
        self.on_result(result)


def _entry(seed: Seed, done: Done) -> Entry:
    """The ledger's row for what became of a seed."""
    if isinstance(done, Archived):
        return Entry(key=key_of(seed), name=seed.name, url=seed.url, outcome=done.outcome, bag=done.bag.name,
                     verdict=done.verdict, reason=done.reason)  # fmt: skip
    detail = {
        "kind": done.kind,
        "started": done.started.isoformat(),
        "finished": done.finished.isoformat(),
        "attempts": done.attempts,
        **done.seen,
    }
    return Entry(
        key=key_of(seed), name=seed.name, url=seed.url, outcome=done.outcome, reason=done.reason, detail=detail
    )


def _result(origin: str, entry: Entry, *, new: bool) -> Result:
    return Result(
        seed=origin,
        url=entry.url,
        outcome=entry.outcome,  # type: ignore[arg-type]
        bag=entry.bag,
        verdict=entry.verdict,
        reason=entry.reason,
        new=new,
    )
