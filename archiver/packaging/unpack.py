"""Writes the files of a package below a staging folder. What an archive may hold is decided by its reader
(`validation/serialized/open_archive.py`, passed in by `transfer/receive.py`); what is written here stays below the
folder all the same."""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from archiver.digest import CHUNK, Hasher
from archiver.errors import Refused, StorageError
from archiver.packaging.names import require_path

_SPARE = 16 << 20


def unpack(
    files: Iterable[tuple[str, int]], open_file: Callable[[str], BinaryIO], into: Path, folders: Iterable[str] = ()
) -> dict[str, str]:
    """Write files (path, size) into the new folder `into`, flushed; path -> SHA-256. `folders` at its top are made even
    where nothing is in them: the payload may be empty (RFC 8493, 2.1.2).

    Raises Refused for names that do not fit and contents that are not as long as stated, StorageError where there is no
    room or writing fails.
    """
    digests = {}
    made = {into}
    try:
        into.mkdir(parents=True)
        for name in folders:
            require_path(name)
            (into / name).mkdir()
            made.add(into / name)
        for path, size in files:
            require_path(path)
            target = into / path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            digests[path] = _written(path, size, open_file, target)
        for folder in made:
            flush_folder(folder)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Refused(f"two of its names are one on this disk ({error.filename})") from error
    except OSError as error:
        raise StorageError.from_os(f"unpack into {into}", error) from error
    return digests


def require_room(folder: Path, octets: int) -> None:
    """Raises Refused where this many bytes do not fit."""
    free = shutil.disk_usage(folder).free
    if free < octets + _SPARE:
        raise Refused(f"{folder} has {free:,} bytes free, {octets + _SPARE:,} are needed; make room there")


def _written(path: str, size: int, open_file: Callable[[str], BinaryIO], target: Path) -> str:
    hasher = Hasher()
    try:
        stream = open_file(path)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    with stream, target.open("xb") as file:
        while True:
            try:
                chunk = stream.read(CHUNK)
            except OSError as error:
                raise Refused(f"{path} cannot be read to its end: {error}") from error
            if not chunk or hasher.size > size:
                break
            hasher.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if hasher.size != size:
        raise Refused(f"{path} is not as long as the package says")
    return hasher.hexdigest()


def flush_folder(folder: Path) -> None:
    """Flush what was put into a folder to the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
