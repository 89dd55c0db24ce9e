"""Folders for what browsers write, in the system's place for temporary files: the paths of sockets are short there.

Those of a process that was killed are removed, and what runs in them ended, when the next one is made.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.browser import processes
from archiver.errors import StorageError

_PREFIX = "archiver-browser-"
_SHORT = Path("/tmp")
_LONGEST = 20
"""Bytes of a place's path from which on a browser cannot name a socket below it (108 in all, unix(7))."""
_NAME = re.compile(rf"{_PREFIX}(\d+)-\w+")


@contextmanager
def browser_folder() -> Iterator[Path]:
    """A folder of this process, gone afterwards with all that runs in it. Raises StorageError."""
    named = Path(tempfile.gettempdir())
    place = named if len(os.fsencode(named)) <= _LONGEST or not os.access(_SHORT, os.W_OK) else _SHORT
    for each in {named, place}:
        _clear(each)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    except OSError as error:
        raise StorageError.from_os(f"make a folder for a browser in {place}", error) from error
    try:
        yield folder
    finally:
        _remove(folder)


def _clear(place: Path) -> None:
    """Remove the folders of processes that are no more."""
    with suppress(OSError):
        for each in place.iterdir():
            match = _NAME.fullmatch(each.name)
            if match and each.stat().st_uid == os.getuid() and not _runs(int(match[1])):
                _remove(each)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(folder: Path) -> None:
    processes.end(folder)
    shutil.rmtree(folder, ignore_errors=True)
