"""The bags of one address in order of time, each with what changed since the one before."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.ledger.bag_record import read_record
from archiver.ledger.ledger import PATH, Ledger
from archiver.schemas.fields import field
from archiver.series.diff_bags import diff_bags
from archiver.series.differences import ChangeFinding

MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One bag of an address; outcome and verdict are None where the bag is not here. `findings` are those of the
    difference to the bag before, None where the two could not be compared."""

    bag: str
    captured: str | None
    outcome: str | None
    verdict: str | None
    findings: tuple[ChangeFinding, ...] | None


def history(bags: Path, url: str, seed_sha256: str | None = None) -> Iterator[Captured]:
    """The bags of an address, and of a seed, the oldest first. Raises StorageError where there is no ledger."""
    if not (bags / PATH).exists():
        raise StorageError(f"there is no ledger in {bags}; name the folder of the bags with --bags")
    with closing(Ledger(bags, read_only=True)) as ledger:
        names = list(reversed(ledger.bags_at(url, MOST, seed_sha256=seed_sha256)))
    before: Path | None = None
    for name in names:
        bag = bags / name
        try:
            record = read_record(bag)
        except StorageError:
            yield Captured(bag=name, captured=None, outcome=None, verdict=None, findings=None)
            continue
        yield Captured(
            bag=name,
            captured=_of(record, "capture", "started"),
            outcome=_of(record, "capture", "outcome"),
            verdict=_of(record, "comparison", "verdict"),
            findings=_findings(before, bag) if before else (),
        )
        before = bag


def _findings(before: Path, bag: Path) -> tuple[ChangeFinding, ...] | None:
    try:
        return diff_bags(before, bag).findings
    except StorageError:
        return None


def _of(record: Any, *keys: str) -> str | None:
    found = field(record, *keys)
    return found if isinstance(found, str) else None
