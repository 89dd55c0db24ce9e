"""The log of restrictions: what was noted of bags since they were sealed, outside of them (docs/keep/access.md).

`.archiver/access.jsonl` beside the bags, a JSON object a line, only ever appended to: `restrict`, `takedown`, `lift`.
It is not part of the SQLite file, which may be made anew from the bags. The last line about a bag holds. A log that
cannot be read ends the command: what it may forbid is not shown.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from archiver.errors import StorageError, UsageError
from archiver.ledger.bag_record import read_record
from archiver.ledger.lock import FOLDER, working_folder
from archiver.rights.gate import LEVELS, Access, Level, Restriction, Use, access_of, day_of

LOG = f"{FOLDER}/access.jsonl"
_LARGEST = 64 << 20
_LONGEST = 2_000
_MOST = 1_000
"""Other bags of one bag that are looked up."""
_SERIALISED = re.compile(r"\.(?:tar\.gz|tgz|tar|zip)$", re.IGNORECASE)
Action = Literal["restrict", "takedown", "lift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A line of the log: what was done about which bag, when, by whom, why. `identifier` is the bag's `urn:uuid:`."""

    action: Action
    bag: str
    identifier: str | None
    reason: str
    time: str
    access: Level
    until: str | None = None
    by: str | None = None

    @property
    def restriction(self) -> Restriction | None:
        """What holds by this line; None after a lift."""
        if self.action == "lift":
            return None
        since = self.time[:10]
        return Restriction(level=self.access, reason=self.reason, until=day_of(self.until), since=since)


class Restrictions:
    """What is noted of the bags of one folder. Raises StorageError where the log cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.last: dict[str, Noted] = {}
        """Name of a bag -> the last line about it."""
        self._by_identifier: dict[str, Noted] = {}
        for noted in read_log(folder):
            self.last[noted.bag] = noted
            if noted.identifier:
                self._by_identifier[noted.identifier] = noted

    def of(self, name: str, identifier: str | None) -> Restriction | None:
        """The restriction of a bag, by its identifier or its name; the narrower of the two where they differ."""
        lines = [self._by_identifier.get(identifier or ""), self.last.get(name)]
        found = [each for line in lines if line and (each := line.restriction)]
        return max(found, key=lambda each: LEVELS.index(each.level), default=None)

    @property
    def in_force(self) -> list[Noted]:
        """The lines that hold, a bag each, sorted by name."""
        return [noted for _, noted in sorted(self.last.items()) if noted.restriction]


def noted_name(name: str) -> str:
    """The name under which the log knows a bag, in a folder or serialised."""
    return _SERIALISED.sub("", name)


class Gate:
    """Asks `access_of` for bags, with what is noted beside each; a folder's log is read once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._folders: dict[Path, Restrictions] = {}
        self._resolved: dict[Path, Path] = {}

    def noted(self, bag: Path, identifier: str | None) -> Restriction | None:
        """What is noted of a bag. Raises StorageError."""
        place = self._place(bag)
        if place.parent not in self._folders:
            self._folders[place.parent] = Restrictions(place.parent)
        return self._folders[place.parent].of(noted_name(place.name), identifier)

    def _place(self, bag: Path) -> Path:
        """Where a bag lies, links followed; the folder of many bags is looked at once."""
        if bag.name in ("", "..") or bag.is_symlink():
            return bag.resolve()
        if bag.parent not in self._resolved:
            self._resolved[bag.parent] = bag.parent.resolve()
        return self._resolved[bag.parent] / bag.name

    def access(self, bag: Path, record: Any, identifier: str | None) -> Access:
        """What may be done with a bag. Raises StorageError."""
        rights = record.get("rights") if isinstance(record, dict) else None
        return access_of(rights, self.today, self.noted(bag, identifier))

    def access_of_folder(self, bag: Path) -> Access:
        """The same for a bag in a folder, whose record is read. Raises StorageError."""
        return self.access(bag, read_record(bag), identifier_of(bag))

    def not_to_be_named(self, bag: Path, names: Iterable[str], use: Use = "metadata") -> list[str]:
        """Those of the bags beside `bag` that may not be used so, and so not be named. One that is not there counts
        as restricted, as whatever is unset; more than are looked up may all be closed. Raises StorageError."""
        asked, folder = sorted(set(names)), self._place(bag).parent
        return [name for number, name in enumerate(asked) if number >= _MOST or not self._of(folder, name).allows(use)]

    def naming_closed(
        self, bag: Path, named: Mapping[str, Iterable[str]], use: Use = "metadata"
    ) -> dict[str, list[str]]:
        """Path -> those of the bags it names that may not be used so; only files that name any. `named` are the names
        of other bags in each file of `bag`. Raises StorageError."""
        closed = set(self.not_to_be_named(bag, (name for names in named.values() for name in names), use))
        return {path: hit for path, names in named.items() if (hit := sorted(closed.intersection(names)))}

    def _of(self, folder: Path, name: str) -> Access:
        if "/" in name or "\0" in name or name in ("", ".", ".."):
            return access_of(None, self.today)
        bag = folder / name
        try:
            record = read_record(bag)
        except StorageError:
            record = None
        return self.access(bag, record, identifier_of(bag))


def restrict_bag(
    bag: Path, action: Action, *, reason: str, access: Level, until: date | None, by: str | None, at: datetime
) -> Noted:
    """Note a restriction of a bag, or that it is lifted. The bag itself is not touched. Raises UsageError where there
    is nothing to lift, StorageError."""
    words = " ".join(reason.split())
    if not words or len(words) > _LONGEST:
        raise UsageError(f"--reason must say why, in at most {_LONGEST:,} characters")
    folder, identifier = bag.resolve().parent, identifier_of(bag)
    if action == "lift" and Restrictions(folder).of(bag.resolve().name, identifier) is None:
        raise UsageError(f"{bag}: nothing is noted that could be lifted")
    noted = Noted(
        action=action,
        bag=bag.resolve().name,
        identifier=identifier,
        reason=words,
        time=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        access="taken-down" if action == "takedown" else access,
        until=until.isoformat() if until else None,
        by=by,
    )
    try:
        working_folder(folder)
    except OSError as error:
        raise StorageError.from_os(f"write the log of restrictions {folder / LOG}", error) from error
    _append(folder / LOG, (json.dumps(asdict(noted), ensure_ascii=True) + "\n").encode("ascii"))
    return noted


def identifier_of(bag: Path) -> str | None:
    """The `External-Identifier` of a bag in a folder; None where it cannot be read."""
    try:
        with (bag / "bag-info.txt").open("rb") as file:
            lines = file.read(1 << 20).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    stated = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("external-identifier:"))
    return next(stated, None)


def read_log(folder: Path) -> Iterator[Noted]:
    """The lines of the log of a folder, in order; none where there is no log. Raises StorageError."""
    path = folder / LOG
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        return
    except OSError as error:
        raise StorageError.from_os(f"read the log of restrictions {path}", error) from error
    if len(data) > _LARGEST:
        raise StorageError(f"{path} has more than {_LARGEST:,} bytes: not a log made by archiver")
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            yield _noted(line, f"{path}:{number}")


def _noted(line: bytes, where: str) -> Noted:
    advice = "nothing is shown until it is mended; put back the line, or take it out on purpose"
    try:
        found = json.loads(line)
        noted = Noted(**{name: found.get(name) for name in Noted.__slots__})
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise StorageError(f"{where} is not a line of the log of restrictions; {advice}") from error
    texts = (noted.bag, noted.reason, noted.time)
    if noted.action not in get_args(Action) or noted.access not in LEVELS or not all(isinstance(t, str) for t in texts):
        raise StorageError(f"{where} is not a line of the log of restrictions; {advice}")
    if noted.until is not None and day_of(noted.until) is None:
        raise StorageError(f"{where}: until is not a day; {advice}")
    return noted


def _append(path: Path, line: bytes) -> None:
    """A line behind the others, flushed to the disk; two that append at once do not mix."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            broken = size and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if broken else b"") + line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageError.from_os(f"write the log of restrictions {path}", error) from error
