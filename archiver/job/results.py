"""The results of a running job: settled in groups, then reported. Of documents that say the same, one is archived and
the others are reported with it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from archiver.config import Config
from archiver.job.bracket import JobBracket
from archiver.job.events import Event, SeedEnded
from archiver.job.ledger_rows import able, done_before, is_to_confirm, result_of
from archiver.job.queue.host_queue import host_of
from archiver.job.result import Archived, Done, Result, Summary
from archiver.job.sinks.local import BagSink
from archiver.job.visits import note
from archiver.ledger.entries import Entry, key_of, key_of_refused
from archiver.ledger.ledger import Ledger
from archiver.model import Failure, Seed, SeedRefused

GROUP = 32
"""Results settled together."""
GROUP_SECONDS = 1.0
"""The longest a result waits for its group."""


@dataclass(slots=True)
class Results:
    """What became of the seeds of a job. Methods raise StorageError."""

    config: Config
    job: str
    ledger: Ledger
    sink: BagSink
    summary: Summary
    on_result: Callable[[Result], None]
    on_event: Callable[[Event], None]
    bracket: JobBracket | None = None
    _group: list[tuple[Seed, Done, float | None]] = field(default_factory=list)
    """With the seconds they took, where they were asked for."""
    _group_since: float = 0.0
    _duplicates: dict[str, list[str]] = field(default_factory=dict)
    """Of each seed in the group, the places of other documents of this job that say the same."""

    def known(self, seed: Seed) -> bool:
        """Whether a seed needs no work, as `state_of` says."""
        return self.state_of(seed) == "done"

    def state_of(self, seed: Seed) -> Literal["new", "tried", "done"]:
        """Whether a seed is new, was tried without success, or needs no work: done before, or another document of this
        job said the same. Reports it then, or lets its duplicate report it."""
        key = key_of(seed)
        if key in self._duplicates:
            self._duplicates[key].append(seed.origin)
            return "done"
        entry = self.ledger.find(key)
        now = entry is not None and entry.job == self.job and entry.outcome != "waiting"
        if entry and (now or self._is_done(entry)):
            self.report(done_before(seed.origin, entry, self.config.bags))
            return "done"
        return "tried" if entry and entry.outcome != "waiting" else "new"

    def leave_waiting(self, seed: Seed, reason: str) -> None:
        """Report a seed that this job does not come to. The ledger has what is known of it."""
        entry = self.ledger.find(key_of(seed))
        if entry is not None:
            stays = replace(result_of(seed.origin, entry, new=True), outcome="waiting", kind="waiting", reason=reason)
            self.report(stays)

    def _is_done(self, entry: Entry) -> bool:
        if is_to_confirm(entry, self.config, datetime.now(UTC)):
            return False
        recapture = self.config.recapture or self.config.only_changed
        return entry.is_done(retry=self.config.retry, recapture=recapture, able=able(entry, self.config))

    def refuse(self, refused: Sequence[SeedRefused]) -> None:
        """Settle and report documents that cannot be read as seeds."""
        entries = [
            Entry(
                key=key_of_refused(each.origin),
                name=each.origin,
                url=None,
                outcome="failed",
                reason=each.reason,
                detail={"kind": "seed", "line": each.line},
                origin=each.origin,
            )
            for each in refused
        ]
        self.ledger.settle(entries, self.job, datetime.now(UTC))
        for each, entry in zip(refused, entries, strict=True):
            self.report(result_of(each.origin, entry, new=True))

    def take(self, seed: Seed, done: Done, seconds: float | None = None) -> None:
        """Add a result to the group; `seconds` it was under way, None where it was not."""
        if not self._group:
            self._group_since = time.monotonic()
        self._group.append((seed, done, seconds))
        self._duplicates[key_of(seed)] = []

    def settle_if_due(self, *, force: bool) -> None:
        """Make a group of results durable: bags first, then the ledger, then the report to the caller."""
        late = time.monotonic() - self._group_since >= GROUP_SECONDS
        if not self._group or not (force or late or len(self._group) >= GROUP):
            return
        group, self._group = self._group, []
        note(self.config.bags, [done.visit for _, done, _ in group if isinstance(done, Archived) and done.visit])
        entries = self.sink.settle([(seed, done) for seed, done, _ in group])
        if self.bracket:
            self.bracket.note(done for _, done, _ in group)
        for (seed, done, seconds), entry in zip(group, entries, strict=True):
            warning = done.warning if isinstance(done, Archived) else None
            kept = not (isinstance(done, Archived) and done.repeats)
            same = isinstance(done, Archived) and done.visit is not None
            differ = isinstance(done, Archived) and done.views_differ
            result = result_of(seed.origin, entry, new=kept)
            result = replace(result, warning=warning, unchanged=same, views_differ=differ)
            if isinstance(done, Failure) and done.kind == "import":  # the row may be that of an earlier bag
                result = _not_in_files(seed, done)
            self.report(result, seconds)
            for origin in self._duplicates.pop(entry.key, []):
                self.report(result_of(origin, entry, new=False))

    def report(self, result: Result, seconds: float | None = None) -> None:
        """Count a result and pass it to the caller."""
        self.summary.count(result)
        self.on_result(result)
        self.on_event(SeedEnded(result=result, host=host_of(result.url or ""), seconds=seconds))


def _not_in_files(seed: Seed, done: Failure) -> Result:
    """Of a seed that the files of `--from` do not have, whatever is known of it from before."""
    earlier = Result(seed=seed.origin, url=seed.url, outcome=done.outcome, bag=None, verdict=None, reason=done.reason)
    return replace(earlier, kind=done.kind)
