"""The private facts of bags that are kept beside them: `.archiver/private/NAME.json`, readable by their owner alone.

They are not part of the SQLite file, which may be made anew from the bags. The record of the bag has the digest.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any, Literal

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.ledger.lock import FOLDER, working_folder
from archiver.model.private import KEPT_BESIDE, LARGEST, PRIVATE_FILE, PrivatePart, file_beside


def keep_beside(bags: Path, name: str, part: PrivatePart | None) -> None:
    """Write the private facts of the bag `name`, where they are kept beside it. Raises StorageError."""
    if part is None or part.kept != "ledger":
        return
    folder = bags / FOLDER / KEPT_BESIDE
    try:
        working_folder(bags)
        folder.mkdir(exist_ok=True, mode=0o700)
        place = folder / f"{name}.json"
        temporary = folder / f".{name}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(part.data)
        temporary.replace(place)
    except OSError as error:
        raise StorageError.from_os(f"keep private facts in {folder}", error) from error


def private_facts(bag: Path, record: Any) -> dict[str, Any]:
    """The private facts of a bag in a folder, from the bag or from beside it; none where there are none, or where they
    are not those whose digest the record has. Raises StorageError where they cannot be read."""
    stated = record.get("private") if isinstance(record, dict) else None
    if not isinstance(stated, dict):
        return {}
    for place in (bag / "data" / PRIVATE_FILE, file_beside(bag)):
        try:
            with place.open("rb") as file:
                data = file.read(LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise StorageError.from_os(f"read {place}", error) from error
        if sha256(data) == stated.get("sha256"):
            found = json.loads(data)
            return found if isinstance(found, dict) else {}
    return {}


def state_beside(bag: Path, record: Any) -> Literal["sound", "altered", "absent", "unreadable"] | None:
    """How the private facts are that a record says are kept beside the bag; None where it says no such thing."""
    stated = record.get("private") if isinstance(record, dict) else None
    if not isinstance(stated, dict) or stated.get("kept") != "ledger":
        return None
    place = file_beside(bag)
    try:
        if not stat.S_ISREG(place.lstat().st_mode):  # nor a link
            return "unreadable"
        with place.open("rb") as file:
            data = file.read(LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    except OSError:
        return "unreadable"
    return "sound" if sha256(data) == stated.get("sha256") else "altered"


def seed_digest(bag: Path, record: dict[str, Any]) -> Any:
    """The SHA-256 of the seed of a bag as it was supplied. Raises LookupError, TypeError, StorageError."""
    supplied = private_facts(bag, record).get("seed") or record["seed"]
    return supplied["sha256"]
