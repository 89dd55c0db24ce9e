"""What became of a seed, as a row of the ledger and as a line for the caller."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.browser.available import missing
from archiver.config import Config
from archiver.job.advice import class_of
from archiver.job.result import Archived, Done, Result
from archiver.ledger.answers import PARTIAL, is_confirmed
from archiver.ledger.entries import Entry, key_of
from archiver.ledger.places import LAST_BAG
from archiver.model import Seed


def of_last_bag(entry: Entry | None) -> Entry | None:
    """The row of a seed's last bag: this one, or the one that failures without a bag have replaced."""
    before = (entry.detail or {}).get(LAST_BAG) if entry is not None and entry.bag is None else None
    return replace(entry, **before) if entry is not None and isinstance(before, dict) else entry


def repeats(done: Done, last: Entry | None) -> bool:
    """Whether an answer that is not the whole article is that of the seed's last bag, whose row is `last`: it makes no
    further one."""
    if not isinstance(done, Archived) or last is None or last.bag is None or done.answer.detail(done.outcome) is None:
        return False
    if is_confirmed(done.answer.witnesses) and not is_confirmed((last.detail or {}).get("witnesses")):
        return False  # the later answer is a witness, and its bag names the earlier one
    same = (last.outcome, last.reason) == (done.outcome, done.reason)
    return same and done.answer.is_that_of(last.detail)


def is_to_confirm(entry: Entry, config: Config, now: datetime) -> bool:
    """Whether a seed whose original was gone is due to be asked for once more (`confirm`)."""
    if config.confirm <= 0 or entry.outcome != "gone" or is_confirmed((entry.detail or {}).get("witnesses")):
        return False
    try:
        updated = datetime.fromisoformat(entry.updated)
    except ValueError:
        return False
    updated = updated if updated.tzinfo else updated.replace(tzinfo=UTC)
    return now - updated >= timedelta(days=config.confirm)


def able(entry: Entry, config: Config) -> tuple[str, ...]:
    """What a seed was not captured for want of and is there now: settings that were raised since, a
    browser."""
    before = (entry.detail or {}).get("limit")
    raised = isinstance(before, int) and config.limits.response_bytes > before
    needs = (entry.detail or {}).get("needs")
    shows = needs == "browser" and config.browser != "never" and missing(config) is None
    return (*(("limits.response_bytes",) if raised else ()), *(("browser",) if shows else ()))


def entry_of(seed: Seed, done: Done, last: Entry | None) -> Entry:
    """The ledger's row for what became of a seed; `last` is the row it has."""
    if isinstance(done, Archived):
        return Entry(
            key=key_of(seed),
            name=seed.name,
            url=seed.url,
            outcome=done.outcome,
            bag=done.repeats or done.bag.name,
            verdict=done.verdict,
            reason=done.reason,
            detail=done.answer.detail(done.outcome),
            delivered=done.delivered.address if done.delivered else None,
        )
    detail = {
        "kind": done.kind,
        "started": done.started.isoformat(),
        "finished": done.finished.isoformat(),
        "attempts": done.attempts,
        **done.seen,
    }
    if (bagged := of_last_bag(last)) is not None and bagged.bag is not None:
        detail[LAST_BAG] = {name: getattr(bagged, name) for name in ("outcome", "bag", "verdict", "reason", "detail")}
    return Entry(
        key=key_of(seed), name=seed.name, url=seed.url, outcome=done.outcome, reason=done.reason, detail=detail
    )


def result_of(origin: str, entry: Entry, *, new: bool) -> Result:
    """What the ledger knows of a seed, as a result for the caller; `new` where this job found it out."""
    kind = str(entry.detail.get("kind")) if entry.detail else None
    partial = entry.outcome == "captured" and kind == PARTIAL
    return Result(
        seed=origin,
        url=entry.url,
        outcome=entry.outcome,  # type: ignore[arg-type]
        bag=entry.bag,
        verdict=entry.verdict,
        reason=entry.reason,
        new=new,
        package=entry.delivered,
        kind=None if entry.outcome == "captured" and not partial else class_of(entry.outcome, kind, entry.reason),
        partial=partial,
        memento=_memento(entry),
    )


def _memento(entry: Entry) -> dict[str, str] | None:
    found = (entry.detail or {}).get("memento")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def done_before(origin: str, entry: Entry, bags: Path) -> Result:
    """The same of a seed that stays as it is, with a warning where somebody has taken away a bag that was delivered
    nowhere."""
    result = result_of(origin, entry, new=False)
    if entry.bag is None or entry.delivered or (bags / entry.bag).is_dir():
        return result
    return replace(result, warning="the bag is not there any more; --recapture makes it anew")
