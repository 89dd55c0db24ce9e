"""The earlier bags of a seed's address, as a new bag of it names them: by name, seal, time and verdict."""

import re
from datetime import UTC, datetime
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.bag_record import read_record
from archiver.ledger.ledger import Ledger
from archiver.model import PreviousBag, Seed
from archiver.schemas.fields import field

MOST = 20
"""Earlier bags that a bag names, the newest ones."""
_SEAL = "tagmanifest-sha256.txt"
_SEAL_BYTES = 16 << 20
_STAMP = re.compile(r"-(\d{8}T\d{6})Z-[0-9a-f]{8}\Z")


def previous_bags(bags: Path, ledger: Ledger, seed: Seed) -> tuple[PreviousBag, ...]:
    """The earlier bags of the seed and of its address, the oldest first. Raises StorageError of the ledger."""
    names = ledger.bags_at(seed.url, MOST, seed_sha256=seed.sha256)
    return tuple(map(_previous, [bags / name for name in reversed(names)]))


def _previous(bag: Path) -> PreviousBag:
    """What is known of a bag; of one that is not here any more, what its name says."""
    named = _STAMP.search(bag.name)
    captured = datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if named else None
    try:
        record = read_record(bag)
        with (bag / _SEAL).open("rb") as file:
            seal: str | None = sha256(file.read(_SEAL_BYTES))
    except (StorageError, OSError):
        return PreviousBag(bag=bag.name, seal=None, captured=captured, verdict=None)
    verdict, outcome = field(record, "comparison", "verdict"), field(record, "capture", "outcome")
    status = field(record, "capture", "status")
    return PreviousBag(
        bag=bag.name,
        seal=seal,
        captured=_moment(field(record, "capture", "started")) or captured,
        verdict=verdict if isinstance(verdict, str) else None,
        outcome=outcome if isinstance(outcome, str) else None,
        status=status if isinstance(status, int) else None,
    )


def _moment(stated: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
