"""What became of one seed, and of a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from archiver.ledger.answers import Answer
from archiver.ledger.entries import Entry
from archiver.model import Bag, DocumentKind, Failure, Outcome, Receipt, Seed
from archiver.model.outcomes import exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class BagIdentity:
    """What the bag of a seed will be called, where a job delivers; `again` where an earlier attempt had the same one
    and may have got as far as that; `last` is the row of the ledger for the seed's last bag, if it has one."""

    name: str
    uuid: str
    again: bool
    last: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A bag that is at its target and no longer here: the receipt, and the files of it by name, its signatures among
    them, the receipt itself first."""

    receipt: Receipt
    files: Mapping[str, bytes]

    @property
    def address(self) -> str:
        """Where the package is."""
        return f"{self.receipt.target}/{self.receipt.package}"


COMPARED: DocumentKind = "wire"
"""Which document a job compares with the seed: always the server's answer as recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of `archiver run`: `bag` is the name of a folder in the bags folder; `new` is False for a seed that was
    done before; `warning` says what is missing of a bag that is kept all the same, or that it is gone; `kind` is the
    class of a seed that is not captured, or not whole (`job/advice.py`); `package` where the bag was delivered to.
    `waiting` is a seed that was not asked for: its host asked to be left alone for longer than the job waits."""

    seed: str
    url: str | None
    outcome: Outcome | Literal["waiting"]
    bag: str | None
    verdict: str | None
    reason: str | None
    new: bool = True
    warning: str | None = None
    kind: str | None = None
    package: str | None = None
    partial: bool = False
    """The article was found, and its body was cut."""
    memento: Mapping[str, str] | None = None
    """The web archive's copy that was read: archive, datetime, uri."""
    unchanged: bool = False
    """The page was fetched and read, and is as in `bag`: no new one was made."""
    views_differ: bool = False
    """The page was another when it was asked for from another place (`--second-view`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A seed that became a bag, staged: not yet durable, not yet visible; or delivered, and not here any more."""

    bag: Bag
    outcome: Outcome
    verdict: str
    reason: str | None
    status: int | None
    """Of the page's answer; None where only a web archive answered."""
    answer: Answer = field(default_factory=Answer)
    crawl_delay: float | None = None
    repeats: str | None = None
    """The bag that has the same answer already: this one is not kept."""
    retry_after: float | None = None
    """Seconds for which a busy host (status 429, 503) asked to be left alone."""
    warning: str | None = None
    """Why the bag is not signed or timestamped as it should be."""
    delivered: Delivered | None = None
    visit: Mapping[str, Any] | None = None
    """What was seen, where nothing has changed since the bag `repeats` (`--only-changed`)."""
    views_differ: bool = False
    """The page was another when it was asked for from another place."""


Done = Archived | Failure


def failure(seed: Seed, kind: str, reason: str, started: datetime, attempts: int = 1) -> Failure:
    """A Failure that is ours, not the network's."""
    now = datetime.now(UTC)
    return Failure(
        url=seed.url, outcome="failed", kind=kind, reason=reason, started=started, finished=now, attempts=attempts
    )


@dataclass(slots=True, kw_only=True)
class Summary:
    """The job as a whole: seeds = bags + failures."""

    counts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    """Of those that are not captured, by class."""
    new_bags: int = 0
    warnings: int = 0
    partial: int = 0
    """Seeds captured whose body was cut."""
    views_differ: int = 0
    """Seeds of this job whose page was another from another place."""
    missing: int = 0
    """Seeds done before whose bag is not there any more."""
    done_before: int = 0
    interrupted: bool = False
    unclosed: str | None = None
    """Why the bags of the job have no closing token, where they should."""

    def count(self, result: Result) -> None:
        """Take one result into account."""
        self.counts[result.outcome] = self.counts.get(result.outcome, 0) + 1
        if result.kind is not None:
            self.kinds[result.kind] = self.kinds.get(result.kind, 0) + 1
        self.partial += result.partial
        self.views_differ += result.views_differ
        self.new_bags += result.new and result.bag is not None
        self.warnings += result.new and result.warning is not None
        self.missing += not result.new and result.warning is not None
        self.done_before += not result.new

    @property
    def exit_code(self) -> int:
        """0 when every seed is captured whole, 1 when one is not, or a bag is gone or lacks its signature, 130 when
        stopped."""
        if self.interrupted:
            return 130
        ended = [exit_code(outcome) for outcome, count in self.counts.items() if count]
        if self.partial:
            ended.append(exit_code("captured", cut=True))
        return max(ended, default=0) or int(bool(self.warnings or self.missing or self.unclosed))

    def stated(self) -> Mapping[str, int]:
        """The counts, in the order of the outcomes."""
        order = (*get_args(Outcome), "waiting")
        return {outcome: self.counts[outcome] for outcome in order if outcome in self.counts}
