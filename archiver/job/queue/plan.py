"""What a job would do with each seed; nothing is fetched and nothing written."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.config import Config
from archiver.job.ledger_rows import done_before, is_to_confirm
from archiver.job.result import Result
from archiver.ledger.entries import former_keys_of, key_of
from archiver.ledger.ledger import PATH, Ledger
from archiver.model import Seed, SeedRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A seed and its `result` as far as it is known before the job: None for one that would be fetched."""

    seed: str
    url: str | None
    would: str
    """`fetch`, `failed`, or `skip: …`."""
    result: Result | None
    remarks: tuple[str, ...] = ()
    """What was done to read the seed that its keeper may want to know."""

    @property
    def is_problem(self) -> bool:
        """Whether the job would end with exit code 1 for it."""
        return self.result is not None and (self.result.outcome == "failed" or self.result.warning is not None)


def plan(config: Config, seeds: Iterable[Seed | SeedRefused]) -> Iterator[Planned]:
    """What `run_job` would do with each seed. Raises StorageError where the ledger cannot be read."""
    if not (config.bags / PATH).exists():
        yield from (_planned(config, seed, None) for seed in seeds)
        return
    with closing(Ledger(config.bags, read_only=True)) as ledger:
        yield from (_planned(config, seed, ledger) for seed in seeds)


def _planned(config: Config, seed: Seed | SeedRefused, ledger: Ledger | None) -> Planned:
    if isinstance(seed, SeedRefused):
        refused = Result(seed=seed.origin, url=None, outcome="failed", bag=None, verdict=None, reason=seed.reason)
        return Planned(seed=seed.origin, url=None, would="failed", result=refused)
    entry = ledger.find_any((key_of(seed), *former_keys_of(seed))) if ledger else None
    confirms = entry is not None and is_to_confirm(entry, config, datetime.now(UTC))
    if entry and not confirms and entry.is_done(retry=config.retry, recapture=config.recapture or config.only_changed):
        would = f"skip: {entry.outcome}, {entry.bag or 'no bag'}"
        return Planned(seed=seed.origin, url=seed.url, would=would, result=done_before(seed.origin, entry, config.bags))
    guessed = ("the address was guessed",) if seed.url_guessed else ()
    return Planned(seed=seed.origin, url=seed.url, would="fetch", result=None, remarks=(*guessed, *seed.remarks))
