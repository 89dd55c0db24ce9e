"""How a bag is left: its seal and the end of its custody log, for the ledger."""

from pathlib import Path

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.entries import storable
from archiver.ledger.seals import LeftState
from archiver.trust import custody


def left_state(bag: Path) -> LeftState | None:
    """The state of a bag; None where it has no custody log. Raises StorageError, Refused."""
    last = custody.newest(bag)
    if last is None:
        return None
    try:
        head = sha256(last.read_bytes())
    except OSError as error:
        raise StorageError.from_os("read the custody log", error) from error
    return LeftState(bag=storable(bag.name), seal=custody.seal(bag), event=last.relative_to(bag).as_posix(), head=head)
