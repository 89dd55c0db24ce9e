"""What a job learns of hosts, kept in the ledger for the next one: refusals in a row, who asked to be left alone."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archiver.job.queue.host_queue import HostQueue
from archiver.ledger.host_states import HostState, host_states, keep_host_states
from archiver.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class HostMemory:
    """Between a queue, whose clock is monotonic, and the ledger. `longest` is the setting `host_rest_seconds`. Methods
    raise StorageError."""

    queue: HostQueue
    ledger: Ledger
    longest: float

    def recall(self) -> None:
        """Take over what earlier jobs learned. No rest is longer than the setting, whatever the clock was then."""
        now, clock = datetime.now(UTC), time.monotonic()
        for each in host_states(self.ledger):
            if each.refusals:
                self.queue.remember(each.host, each.refusals)
            left = (each.rests_until - now).total_seconds() if each.rests_until else 0.0
            if left > 0:
                self.queue.leave_alone(each.host, clock + min(left, self.longest))
        self.queue.changes()

    def note_rest(self, host: str, seconds: float) -> None:
        """Note that a host asked to be left alone for so long."""
        self.queue.leave_alone(host, time.monotonic() + min(seconds, self.longest))

    def keep(self) -> None:
        """Write what was learned since this was last called."""
        now, clock = datetime.now(UTC), time.monotonic()
        changes = self.queue.changes()
        if changes:
            states = [
                HostState(host=host, refusals=refusals, rests_until=now + timedelta(seconds=max(0.0, until - clock)))
                for host, (refusals, until) in changes.items()
            ]
            keep_host_states(self.ledger, states, now)
