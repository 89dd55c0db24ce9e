"""Finds the bags among paths: a folder with bagit.txt, data/ or a manifest is a bag, however broken, and so is a file
named like a serialised bag."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.errors import StorageError, UsageError
from archiver.validation.serialized.open_archive import suffix

_MANIFEST = re.compile(r"(tag)?manifest-[A-Za-z0-9_-]+\.txt", re.IGNORECASE)


def is_bag(path: Path, *, serialised: bool = False) -> bool:
    """Whether `path` is a folder that is, or once was, a bag, or, if asked, a file named as a serialised one. Raises
    StorageError where it may not be listed."""
    if serialised and suffix(path.name) and path.is_file():
        return True
    here = os.fspath(path)
    if os.path.exists(f"{here}/bagit.txt") or os.path.isdir(f"{here}/data"):  # noqa: PTH110, PTH112 - thousands of times
        return True
    return path.is_dir() and any(_MANIFEST.fullmatch(name) for name in _listed(path))


def find_bags(paths: Sequence[Path], *, serialised: bool = False) -> Iterator[Path]:
    """Each path that is a bag, and the bags right below each that is not, sorted; hidden ones are left out.

    Raises UsageError for a path where there is none, StorageError for one that cannot be listed.
    """
    for path in paths:
        if is_bag(path, serialised=serialised):
            yield path
            continue
        inside = sorted(name for name in _listed(path) if not name.startswith(".")) if path.is_dir() else []
        bags = [each for each in (path / name for name in inside) if is_bag(each, serialised=serialised)]
        if not bags:
            advice = "a bag is a folder with bagit.txt, data/ or a manifest"
            advice += ", or a .zip, .tar or .tgz of one" if serialised else ""
            raise UsageError(f"no bag {'in' if path.is_dir() else 'at'} {path}; {advice}")
        yield from bags


def _listed(path: Path) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries]
    except OSError as error:
        raise StorageError.from_os(f"list {path}", error) from error
