"""A folder to work in that does not stay where nothing was put into it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def made_folder(path: Path) -> Iterator[Path]:
    """Make a folder with its parents; those that were made and are empty at the end are removed. Raises OSError."""
    made = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    finally:
        with suppress(OSError):  # what is needed is not empty
            for each in made:
                each.rmdir()
