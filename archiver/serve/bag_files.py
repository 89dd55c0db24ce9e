"""Files of bags opened where a bag may be anybody's: no link is followed, nothing but a plain file is read."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from archiver.errors import StorageError

_DEPTH = 64
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def parts_of(path: str) -> list[str] | None:
    """The parts of a path inside a bag; None where it leads out of it, or nowhere."""
    parts = path.split("/")
    if len(parts) > _DEPTH or any(each in ("", ".", "..") or "\0" in each for each in parts):
        return None
    return parts


def open_inside(root: Path, path: str) -> BinaryIO:
    """A plain file of the bag in the folder `root`. Raises StorageError where there is none at `path`."""
    parts = parts_of(path)
    if parts is None:
        raise StorageError(f"no such file in the bag {root.name}")
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                below = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=here)
                os.close(here)
                here = below
            descriptor = os.open(parts[-1], _FLAGS, dir_fd=here)
        finally:
            os.close(here)
    except (OSError, ValueError) as error:
        raise StorageError(f"no such file in the bag {root.name}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StorageError(f"no such file in the bag {root.name}")
    return os.fdopen(descriptor, "rb")


def read_inside(root: Path, path: str, most: int) -> tuple[bytes, bool]:
    """At most `most` bytes of a file, and whether that is all of it. Raises StorageError."""
    try:
        with open_inside(root, path) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise StorageError.from_os(f"read the bag {root.name}", error) from error
    return data[:most], len(data) <= most
