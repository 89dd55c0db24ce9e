"""Finds bags that were moved between audits: one is not there any more, and a bag that was never read has its seal.

What is known of a moved bag goes along: the reading at its new place is compared with its last good one. A bag that was
read at both places is a replica and no move: the loss of one of them is reported.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import UsageError
from archiver.fixity.plan import Audited
from archiver.ledger.entries import storable
from archiver.ledger.fixity_readings import FixityReading, Readings, stamp
from archiver.model.seal_file import seal_file
from archiver.validation.discover import find_bags, is_bag

Folders = Mapping[Path, set[str] | None]
_NOT_ASKED = ""


class Moves:
    """The bags that are gone from the folders of an audit, and, where the readings of many folders are kept together,
    from those folders."""

    def __init__(self, folders: Folders, kept: Path | None, clock: Callable[[], datetime]) -> None:
        self._folders, self._kept, self._clock = folders, kept, clock
        self._gone: dict[str, list[tuple[Path, FixityReading]]] | None = None

    def hand_over(self) -> Iterator[Audited]:
        """Hand over what is known of bags that were moved here; a result for each. Raises StorageError."""
        for folder, named in self._folders.items():
            with closing(Readings(folder, self._kept)) as readings:
                known = readings.last()
                for path in bags_in(folder, named):
                    if key(path) not in known and (self._kept or self._vanished()):
                        yield from self._arrived(readings, path)

    def _arrived(self, readings: Readings, path: Path) -> Iterator[Audited]:
        seal = seal_of(path)
        found = self._of(readings, seal) if seal else None
        if not found:
            return
        folder, before = found
        # its last outcome is not "good": so it is due, in whatever sample
        readings.settle(_NOT_ASKED, replace(before, bag=key(path), outcome="moved"))
        if folder.is_dir():  # else it may only not be mounted
            self._forget(folder, before.bag)
        yield Audited(
            bag=str(folder / before.bag),
            outcome="moved",
            time=stamp(self._clock()),
            octets=0,
            seal=None,
            since=before.good,
            notes=(f"moved to {path}, which has its seal",),
        )

    def _of(self, readings: Readings, seal: str) -> tuple[Path, FixityReading] | None:
        """(folder, last reading) of a bag with this seal that is not there any more."""
        gone = self._vanished().get(seal)
        if gone:
            return gone.pop(0)
        elsewhere = ((Path(folder), each) for folder, each in readings.sealed(seal)) if self._kept else ()
        return next(
            (each for each in elsewhere if each[0] not in self._folders and not is_bag(each[0] / each[1].bag)), None
        )

    def _vanished(self) -> dict[str, list[tuple[Path, FixityReading]]]:
        """Seal -> (folder, last reading) of the bags that are not there any more."""
        if self._gone is None:
            self._gone = {}
            for folder, named in self._folders.items():
                with closing(Readings(folder, self._kept)) as readings:
                    there = {key(path) for path in bags_in(folder, None)}
                    for name in readings.last().keys() - there:
                        before = readings.find(name) if named is None or name in map(storable, named) else None
                        if before and before.good_seal:
                            self._gone.setdefault(before.good_seal, []).append((folder, before))
        return self._gone

    def _forget(self, folder: Path, name: str) -> None:
        with closing(Readings(folder, self._kept)) as there:
            there.forget(_NOT_ASKED, name, self._clock())


def key(path: Path) -> str:
    """The name of a bag as the ledger has it."""
    return storable(path.name)


def bags_in(folder: Path, named: set[str] | None) -> list[Path]:
    """The bags in a folder; of those `named`, the ones that are there."""
    if named is not None:
        return [path for path in (folder / name for name in sorted(named)) if is_bag(path)]
    with suppress(UsageError):  # none is left
        return list(find_bags([folder]))
    return []


def seal_of(bag: Path) -> str | None:
    """The seal that a bag in a folder states now."""
    try:
        name = seal_file({each.name for each in bag.iterdir()})
        return sha256((bag / name).read_bytes()) if name else None
    except OSError:
        return None
