"""The published folder on disk: files are written only where they differ, and what was not written in a run goes."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from archiver.errors import UsageError, storage

MARK = "archiver-publish.txt"
BAGS = "bags"
_MARK_TEXT = (
    b"This folder is written by 'archiver publish'. What is in it may be replaced or removed by the next run.\n"
)


class Folder:
    """A folder that is ours alone. Raises UsageError where it holds something else; methods raise StorageError."""

    def __init__(self, path: Path, sources: Iterable[Path]) -> None:
        self.path = path
        here = path.resolve()
        for place in sources:
            there = place.resolve()
            if here == there or there in here.parents or here in there.parents:
                raise UsageError(f"{path} and {place} lie in each other: name a folder of its own to publish into")
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path} is not a folder")
        if path.is_dir() and any(path.iterdir()) and not (path / MARK).is_file():
            raise UsageError(f"{path} holds files that 'archiver publish' did not write: name an empty or a new folder")
        self.changed = 0
        self.pages = hashlib.sha256()
        """Over names and bytes of the pages of bags, in the order in which they are written."""
        self._kept: set[str] = set()
        self.write(MARK, _MARK_TEXT)

    def write(self, name: str, data: bytes) -> None:
        """A file of the folder, below it by `name`."""
        self.keep(name)
        if name.startswith(f"{BAGS}/"):
            self.pages.update(b"%s %d\n%s" % (name.encode(), len(data), data))
        path = self.path / name
        with storage(f"write {path}"):
            if _same(path, data):
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name[:100]}.new")
            beside.write_bytes(data)
            beside.replace(path)
        self.changed += 1

    def write_stream(self, name: str, chunks: Iterable[bytes]) -> None:
        """The same in pieces, whatever stood there."""
        self.keep(name)
        path = self.path / name
        with storage(f"write {path}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name[:100]}.new")
            with beside.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            beside.replace(path)
        self.changed += 1

    def keep(self, name: str) -> None:
        """A file, or all files of a folder (`name/`), belongs to what is published."""
        self._kept.add(name)

    def read(self, name: str) -> bytes:
        """A file of the folder; empty where there is none."""
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return b""

    def sweep(self) -> int:
        """Remove what no run would write now; how many files and folders went."""
        gone = 0
        with storage(f"remove old files of {self.path}"):
            for place in (BAGS, ""):
                folder = self.path / place
                for each in list(os.scandir(folder)) if folder.is_dir() else ():
                    name = f"{place}/{each.name}" if place else each.name
                    if name in self._kept or f"{name}/" in self._kept or name in (BAGS, "pagefind"):
                        continue
                    if each.is_dir(follow_symlinks=False):
                        shutil.rmtree(each.path)
                    else:
                        os.unlink(each.path)  # noqa: PTH108 - an entry of scandir
                    gone += 1
        return gone


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
