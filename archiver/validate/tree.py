"""What lies in a bag: every file by name and size. Links and special files are reported, never followed.

Nothing in this room opens a file but through `Tree`, which knows only the files found here: whatever a manifest or a
record names, nothing outside the bag is ever read (RFC 8493, 5.1). Serialised bags become trees in `archives.py`.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from archiver.model import Finding
from archiver.validate.rules import finding
from archiver.validate.table import Table

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The files of a bag: path relative to the bag (with `/`) -> size; `folders` are the names at the top; `odd` is
    whether there are links, special files or unreadable things among them. Of a serialised bag `media_type` says in
    which format, and `order` (position -> path) how its files follow one another."""

    root: Path
    files: Table[int]
    folders: frozenset[str]
    odd: bool
    opener: Callable[[str], BinaryIO] = field(repr=False)
    media_type: str | None = None
    order: Table[str] | None = None

    def open(self, path: str) -> BinaryIO:
        """A file of the bag, to be read. Raises KeyError for one that the tree does not hold, OSError where it
        cannot be opened or is no longer a file."""
        if path not in self.files:
            raise KeyError(path)
        return self.opener(path)

    @property
    def payload(self) -> Iterator[str]:
        """The payload files."""
        return (path for path in self.files if path.startswith("data/"))

    @property
    def payload_size(self) -> tuple[int, int]:
        """(bytes, files) of the payload."""
        octets = count = 0
        for path, size in self.files.sorted():
            if path.startswith("data/"):
                octets, count = octets + size, count + 1
        return octets, count

    def in_order(self) -> Iterator[tuple[str, int]]:
        """Paths and sizes in the order in which they are best read."""
        if self.order is None:
            return self.files.sorted()
        return ((path, self.files[path]) for _, path in self.order.sorted())


def scan(root: Path) -> tuple[Tree, list[Finding]]:
    """The tree below `root` and what is wrong with it. Raises OSError where `root` itself cannot be listed."""
    files = Table[int]()
    odd: list[Finding] = []
    top: set[str] = set()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    path = folder + entry.name
                    if entry.is_file(follow_symlinks=False):
                        files[path] = entry.stat(follow_symlinks=False).st_size
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                        if not folder:
                            top.add(entry.name)
                    elif entry.is_symlink():
                        odd.append(finding("BAG010", path))
                    else:
                        odd.append(finding("BAG011", path))
        except OSError as error:
            if not folder:
                raise
            odd.append(finding("BAG012", folder.rstrip("/"), reason=error.strerror))
    tree = Tree(root=root, files=files, folders=frozenset(top), odd=bool(odd), opener=partial(open_below, str(root)))
    return tree, odd + names(files)


def descriptor_below(root: str, path: str) -> tuple[int, int]:
    """An open descriptor of a file that a scan has found, and its size. Raises OSError where it is no longer a file."""
    descriptor = os.open(f"{root}/{path}", _FLAGS)
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no longer a file", path)
    return descriptor, facts.st_size


def open_below(root: str, path: str) -> BinaryIO:
    """The same as a stream."""
    return os.fdopen(descriptor_below(root, path)[0], "rb")


def names(files: Table[int]) -> list[Finding]:
    """Names that are not text, and names that are one name on other systems."""
    rows = files.quick
    usual = isinstance(rows, dict) and all(map(str.isascii, rows))
    if usual and len({path.lower() for path in rows}) == len(rows):
        return []
    findings = []
    alike = Table[str]()
    for path in files:
        if path.isascii():
            plain = path.lower()
        else:
            plain = normalize("NFC", normalize("NFC", path).casefold())
            if any("\udc80" <= c <= "\udcff" for c in path):
                findings.append(finding("BAG013", path))
        if plain in alike:
            findings.append(finding("BAG014", path, found=alike[plain]))
        else:
            alike[plain] = path
    return findings
