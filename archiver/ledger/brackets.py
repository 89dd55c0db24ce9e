"""The brackets of jobs beside the bags: `.archiver/brackets/UUID/`, files that `openssl` and `sha256sum` read.

They are not part of the SQLite file, which may be made anew from the bags. Readable by their owner alone: the list of
entries names bags.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from archiver.errors import StorageError
from archiver.ledger.lock import FOLDER, working_folder
from archiver.model.bracket import CLOSING, CLOSING_FILES, ENTRIES, KEPT, OPENING_FILES, Opening, folder_of

_LARGEST = 256 << 20
"""Bytes of a file: a closing has 65 a bag."""


def keep_opening(bags: Path, opening: Opening) -> Path:
    """Write an opening; the folder of the bracket. Raises StorageError."""
    folder = folder_of(bags, opening.job)
    assert folder is not None, "a job has a name of its own"
    try:
        working_folder(bags)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, data in opening.files.items():
            _write(folder / name, data)
    except OSError as error:
        raise StorageError.from_os(f"keep the opening token in {folder}", error) from error
    return folder


def note(folder: Path, bags: Iterable[tuple[str, str]]) -> None:
    """Add (name, seal) of bags that are sealed. Raises StorageError."""
    text = "".join(f"{seal}  {name}\n" for name, seal in bags)
    try:
        descriptor = os.open(folder / ENTRIES, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError.from_os(f"note sealed bags in {folder}", error) from error


def entries(folder: Path) -> list[tuple[str, str]]:
    """(name, seal) of the bags that were noted; of a line that was cut when the machine stopped, nothing. Raises
    StorageError."""
    try:
        text = (folder / ENTRIES).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError.from_os(f"read {folder / ENTRIES}", error) from error
    return [(name, seal) for line in text.split("\n")[:-1] if len(seal := line[:64]) == 64 and (name := line[66:])]


def keep_closing(folder: Path, files: tuple[bytes, bytes, bytes]) -> None:
    """Write a closing: the statement, its token, the certificates. Raises StorageError."""
    try:
        for name, data in reversed(tuple(zip(CLOSING_FILES, files, strict=True))):  # the statement last: it counts
            _write(folder / name, data)
    except OSError as error:
        raise StorageError.from_os(f"keep the closing token in {folder}", error) from error


def left_open(bags: Path) -> Iterator[Path]:
    """The brackets with bags that have no closing: their jobs were killed, or no authority answered. Raises
    StorageError."""
    kept = bags / FOLDER / KEPT
    try:
        folders = sorted(each for each in kept.iterdir() if folder_of(bags, f"urn:uuid:{each.name}"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError.from_os(f"read {kept}", error) from error
    yield from (each for each in folders if (each / ENTRIES).exists() and not (each / CLOSING).exists())


def forget(folder: Path) -> None:
    """Remove a bracket in which no bag was made. Raises StorageError."""
    try:
        for name in OPENING_FILES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    except OSError as error:
        raise StorageError.from_os(f"remove {folder}", error) from error


def kept_files(bags: Path, job: object) -> dict[str, bytes]:
    """The files of a job's bracket that are kept beside bags, the list of entries aside: those of the opening, and of
    the closing where there is one. Raises StorageError."""
    folder = folder_of(bags, job)
    if folder is None:
        return {}
    found: dict[str, bytes] = {}
    for name in (*OPENING_FILES, *CLOSING_FILES):
        try:
            with (folder / name).open("rb") as file:
                found[name] = file.read(_LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise StorageError.from_os(f"read {folder / name}", error) from error
    return found


def _write(place: Path, data: bytes) -> None:
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
