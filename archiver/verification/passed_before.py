"""Which bags passed validation before and look unchanged since, by the ledgers of their folders."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from archiver import __version__
from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.entries import storable
from archiver.ledger.validations import Validations
from archiver.model import Report
from archiver.validation.fingerprint import fingerprint
from archiver.verification.demands import Demands


class PassedBefore(AbstractContextManager["PassedBefore"]):
    """The validations that ledgers know of; what `settle` gets is written at once: a command that is
    killed keeps what it has read."""

    def __init__(self, demands: Demands, passed: Callable[[Report], bool]) -> None:
        self._asked = sha256(f"{__version__} {passed.__name__} {demands.stated}".encode())
        self._passed = passed
        self._ledgers: dict[Path, Validations] = {}
        self._fingerprints: dict[str, str] = {}

    def changed(self, bags: Sequence[Path]) -> list[Path]:
        """The bags that must be validated. Raises UsageError where there is no ledger, StorageError."""
        found = []
        for bag in bags:
            folder = bag.absolute().parent
            if folder not in self._ledgers:
                self._ledgers[folder] = Validations(folder)
            try:
                self._fingerprints[str(bag)] = look = fingerprint(bag.absolute(), self._asked)
            except OSError as error:
                raise StorageError.from_os("read the bag", error) from error
            if self._ledgers[folder].passed(storable(bag.name)) != look:
                found.append(bag)
        return found

    def settle(self, report: Report) -> None:
        """Write the verdict on a bag."""
        bag = Path(report.bag)
        look = self._fingerprints[report.bag] if self._passed(report) else None
        ledger = self._ledgers[bag.absolute().parent]
        ledger.settle({storable(bag.name): look}, datetime.now(UTC))

    def __exit__(self, *_: object) -> None:
        for ledger in self._ledgers.values():
            ledger.close()
