"""The events of a running job: seeds begun and ended, hosts left alone, and the state about once a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from archiver.job.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """The bags folder is locked, the ledger open."""

    event: Literal["job-started"] = "job-started"
    job: str
    bags: str
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilled:
    """Bags, then receipts, that the ledger did not know were read: `done` of `total`, one event for every 500."""

    event: Literal["ledger-filled"] = "ledger-filled"
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedStarted:
    """A seed was handed out."""

    event: Literal["seed-started"] = "seed-started"
    seed: str
    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedEnded:
    """What became of a seed, once it is durable. `seconds` it was under way; None where it needed no work."""

    event: Literal["seed-ended"] = "seed-ended"
    result: Result
    host: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBroken:
    """A host refused so often in a row that it is left alone for the rest of the job."""

    event: Literal["host-broken"] = "host-broken"
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerDied:
    """The process that had a seed is gone; the seed is tried once more, alone."""

    event: Literal["worker-died"] = "worker-died"
    seed: str
    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The state of the job, about once a second. `in_flight` and `waiting` count seeds, `paced` hosts whose turn is
    yet to come; `slow` and `broken` name hosts, some of them where there are many."""

    event: Literal["state"] = "state"
    in_flight: int
    waiting: int
    paced: int
    slow: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """The last event: seeds by outcome, those not captured by class; `error` is what made it impossible to go on."""

    event: Literal["job-ended"] = "job-ended"
    counts: Mapping[str, int]
    kinds: Mapping[str, int]
    new_bags: int
    interrupted: bool
    seconds: float
    error: str | None = None
    unclosed: str | None = None
    """Why the bags of the job have no closing token, where they should."""


Event = JobStarted | LedgerFilled | JobEnded | SeedStarted | SeedEnded | HostBroken | WorkerDied | State
EVERY = 1.0
"""Seconds between two States."""
NAMED = 20
"""Hosts that a State names of each kind."""
