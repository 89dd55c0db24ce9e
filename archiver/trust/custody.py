"""Writes the custody log of a sealed bag: `signatures/custody/NNNN-<event>.json`, one file per event, each naming the
digest of the one before (docs/bag-format.md, 6).

Appending touches neither the sealed part of the bag nor an earlier event. What the chain protects and what it cannot
stands in docs/adr/0009-custody-log.md. It judges nothing; `archiver/validation/trust/custody.py` does.
"""

import errno
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from archiver import __version__
from archiver.digest import sha256
from archiver.errors import ArchiverError, Refused, StorageError, UsageError
from archiver.model.seal_file import seal_file

CUSTODY = "signatures/custody"
SEALED = "tagmanifest-sha256.txt"
"""The file whose SHA-256 names the state of a sealed bag: its seal."""
EVENT_BYTES = 1 << 20
_MADE = ("data/provenance.json", "data/members.csv", "original/tagmanifest-sha256.txt")
"""The record of a bag, the list of a group, and the seal of the bag that one was made of, by archiver."""
_NAME = re.compile(r"(\d{4,9})-([a-z][a-z-]{0,40})\.json", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """On whose behalf something was done, and by what."""

    organisation: str | None = None
    person: str | None = None
    software: str = f"archiver {__version__}"


def append(
    bag: Path,
    event: str,
    *,
    at: datetime,
    agent: Agent,
    outcome: Literal["success", "failure"] = "success",
    detail: Mapping[str, Any],
    durable: bool = True,
) -> Path:
    """Write an event (lower-case letters and hyphens) behind the last one; the file it is in. Flushed to the disk, if
    `durable`: a bag that is still staged is flushed as a whole.

    Raises StorageError where the bag has no seal, is not writable, or another writer was faster; Refused where what
    lies there is no custody log; UsageError for an event too large to be read again.
    """
    last = newest(bag)
    number = 1 if last is None else int(last.name.partition("-")[0]) + 1
    fields = {
        "version": 1,
        "number": number,
        "event": event,
        "time": f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z",
        "agent": {"organisation": agent.organisation, "person": agent.person, "software": agent.software},
        "outcome": outcome,
        "detail": dict(detail),
        "seal": seal(bag),
        "previous": None if last is None else sha256(_read(last)),
    }
    data = (json.dumps(fields, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    name = f"{number:04}-{event}.json"
    if len(data) > EVENT_BYTES or not _NAME.fullmatch(name):
        raise UsageError(f"the custody event {name[:80]} is misnamed, or larger than {EVENT_BYTES} bytes")
    path = bag / CUSTODY / name
    write_new(path, data, durable=durable)
    if sum(each == number for each, _ in _events(bag)) > 1:
        path.unlink()  # two writers chose one number; whoever sees the other gives way
        raise StorageError(f"another program is writing the custody log of {bag}; try again")
    return path


def newest(bag: Path) -> Path | None:
    """The last event of a bag; None where there is none. Raises StorageError, Refused."""
    found = _events(bag)
    return max(found)[1] if found else None


def _events(bag: Path) -> list[tuple[int, Path]]:
    """The events there are, with their numbers. Raises StorageError."""
    try:
        return [(int(m[1]), each) for each in (bag / CUSTODY).iterdir() if (m := _NAME.fullmatch(each.name))]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _failure("read the custody log", error) from error


def named_files(bag: Path) -> set[str]:
    """The files that events `signature` say were written; events that cannot be read name none. Raises StorageError."""
    found: set[str] = set()
    for _, path in _events(bag):
        if path.name.endswith("-signature.json"):
            try:
                files = json.loads(_read(path)[:EVENT_BYTES])["detail"]["files"]
            except (ValueError, LookupError, TypeError, RecursionError):
                continue
            found |= {each for each in files if isinstance(each, str)} if isinstance(files, list) else set()
    return found


def unsigned_end(bag: Path) -> Path | None:
    """The last event, where there is one that nobody has signed. Raises StorageError, Refused."""
    last = newest(bag)
    return last if last is not None and not last.with_name(f"{last.name}.p7s").exists() else None


def head(bag: Path) -> str | None:
    """The SHA-256 of the last event, which vouches for all before it; None where there is none. Raises StorageError."""
    last = newest(bag)
    return None if last is None else sha256(_read(last))


def seal(bag: Path) -> str:
    """The SHA-256 of the bag's tag manifest (`seal_file`). Raises StorageError where there is none."""
    try:
        name = seal_file({each.name for each in bag.iterdir()})
    except OSError as error:
        raise _failure("read the bag", error) from error
    return sha256(_read(bag / (name or SEALED)))


def is_ours(bag: Path) -> bool:
    """Whether archiver keeps a custody log in a bag: it has one, or archiver made it. All others are guests, into which
    nothing is written. Raises StorageError, Refused."""
    return newest(bag) is not None or any((bag / each).is_file() for each in _MADE)


def write_new(path: Path, data: bytes, *, durable: bool = True) -> None:
    """A file that was not there, whole or not at all; flushed with its folder, if `durable`. Raises StorageError, also
    where it is there already."""
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:  # something else of that name
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path.parent)) from error
        with path.open("xb") as file:
            try:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            except OSError:
                path.unlink()
                raise
        if durable:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise _failure(f"write {path}", error) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _failure("read the bag", error) from error


_SHAPES = (errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""What is wrong with the bag and not with the disk: a file where a folder belongs, and the like."""


def _failure(doing: str, error: OSError) -> ArchiverError:
    failure = StorageError.from_os(doing, error)
    return Refused(f"{failure}: that is not a custody log") if error.errno in _SHAPES else failure
