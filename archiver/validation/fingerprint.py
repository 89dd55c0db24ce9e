"""Whether a bag looks unchanged since it last passed, from names, sizes and times of its files, without contents.

It finds what was edited, replaced, added or removed, not what a disk has lost by itself: for that, validate in full.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from archiver.model.private import file_beside


def fingerprint(path: Path, asked: str) -> str:
    """A digest over the file system's facts about the files of a bag and of the private facts beside it, and over what
    was asked (options, versions). Raises OSError where it cannot be listed."""
    seen = hashlib.sha256(asked.encode("utf-8"))
    _take(seen, "", path.lstat())
    waiting = [os.fspath(path)] if path.is_dir() else []
    while waiting:
        here = waiting.pop()
        with os.scandir(here) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                _take(seen, entry.path, entry.stat(follow_symlinks=False))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    with suppress(FileNotFoundError, NotADirectoryError):
        beside = file_beside(path)
        _take(seen, "private facts", beside.lstat())
    return seen.hexdigest()


def _take(seen: "hashlib._Hash", path: str, facts: os.stat_result) -> None:
    # The time of the last change of the inode cannot be set back by those who set the others.
    kept = (facts.st_mode, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    seen.update(f"{path}\0{kept}\0".encode("utf-8", "surrogateescape"))
