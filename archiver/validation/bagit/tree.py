"""Lists what is in a bag: every file by name and size. Links and special files are reported, never followed.

Nothing in this room opens a file but through `Tree`, which knows only the files found here: whatever a manifest or a
record names, nothing outside the bag is ever read (RFC 8493, 5.1). Serialised bags become trees in `open_archive.py`.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validation.bagit.path_table import SPILL, Table
from archiver.validation.rules.registry import finding

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


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

    def read(self, path: str, limit: int) -> bytes:
        """At most so many bytes from the beginning of a file of the bag. Raises KeyError and OSError as `open` does."""
        if path not in self.files:
            raise KeyError(path)
        if self.media_type is None:
            return read_below(str(self.root), path, limit)
        with self.opener(path) as stream:
            return stream.read(limit)

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file of the bag, by reading it. Raises KeyError and OSError as `open` does."""
        with self.open(path) as stream:
            return digest_stream(stream, ("sha256",))[1]["sha256"]

    @property
    def payload(self) -> Iterator[str]:
        """The payload files."""
        return (path for path in self.files if path.startswith("data/"))

    @property
    def payload_size(self) -> tuple[int, int]:
        """(bytes, files) of the payload. Looks at every file: fixity, which reads them, knows it for less."""
        sizes = [size for path, size in self.files.sorted() if path.startswith("data/")]
        return sum(sizes), len(sizes)

    def in_order(self) -> Iterator[tuple[str, int]]:
        """Paths and sizes in the order in which they are best read."""
        if self.order is None:
            return self.files.sorted()
        return ((path, self.files[path]) for _, path in self.order.sorted())


def scan(root: Path) -> tuple[Tree, list[Finding]]:
    """The tree below `root`, and the findings about it. Raises OSError where `root` itself cannot be listed."""
    found = _Scan(str(root))
    found.folder("")
    while found.waiting:
        found.folder(found.waiting.pop())
    tree = Tree(
        root=root,
        files=found.files,
        folders=frozenset(found.top),
        odd=bool(found.odd),
        opener=partial(open_below, str(root)),
    )
    return tree, found.odd + ([] if found.distinct else names(found.files))


class Sizes(Table[int]):
    """The files of a folder -> their sizes, which are looked up when they are asked for: most never are, and to ask
    for all takes as long as to read small files."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    def expect(self, paths: Iterable[str]) -> None:
        """Take files that are there."""
        self.update(dict.fromkeys(paths, -1))

    def __getitem__(self, path: str) -> int:
        super().__getitem__(path)
        return self._size(path)

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in super().sorted())

    def sorted(self) -> Iterator[tuple[str, int]]:
        """Paths and sizes, in the order of the paths."""
        return ((path, self._size(path)) for path in self)

    def _size(self, path: str) -> int:
        try:
            return os.lstat(f"{self._root}/{path}").st_size
        except OSError:  # gone since the scan: whoever reads it says so
            return 0


class _Scan:
    """The result so far of a walk through the folders of a bag."""

    def __init__(self, root: str) -> None:
        self.root, self.files = root, Sizes(root)
        self.odd: list[Finding] = []
        self.top: list[str] = []
        self.waiting: list[str] = []
        self.distinct = True
        """No two names of one folder are alike, so no two paths are."""

    def folder(self, folder: str) -> None:
        """List one folder, "" or ending in a slash."""
        here, below = list[str](), list[str]()
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                for entry in entries:
                    name = entry.name
                    if entry.is_file(follow_symlinks=False):
                        here.append(name)
                        if len(here) == SPILL:  # a folder of millions is not held in memory
                            self.files.expect(folder + each for each in here)
                            here, self.distinct = [], False
                    elif entry.is_dir(follow_symlinks=False):
                        below.append(name)
                    else:
                        self.odd.append(finding("BAG010" if entry.is_symlink() else "BAG011", folder + name))
        except OSError as error:
            if not folder:
                raise
            self.odd.append(finding("BAG012", folder.rstrip("/"), reason=error.strerror))
        self.files.expect(folder + each for each in here)
        self.distinct = self.distinct and _distinct([*here, *below])
        self.waiting += [f"{folder}{name}/" for name in sorted(below, reverse=True)]  # the last is the next
        if not folder:
            self.top = below


def _distinct(siblings: Sequence[str]) -> bool:
    """Whether these names are different names on every system."""
    joined = "/".join(siblings)
    return joined.isascii() and len(set(joined.lower().split("/"))) == max(1, len(siblings))


def read_below(root: str, path: str, limit: int) -> bytes:
    """At most so many bytes from the beginning of a file that a scan has found. Raises OSError where it is no longer
    a file."""
    descriptor = descriptor_below(root, path)
    try:
        data = os.read(descriptor, limit)
        while len(data) < limit and (more := os.read(descriptor, limit - len(data))):
            data += more
    finally:
        os.close(descriptor)
    return data


def open_below(root: str, path: str) -> BinaryIO:
    """The file as a stream. Raises OSError."""
    return os.fdopen(descriptor_below(root, path), "rb")


def descriptor_below(root: str, path: str) -> int:
    """The file open for reading, as a descriptor. Raises OSError."""
    descriptor = os.open(f"{root}/{path}", FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no longer a file", path)
    return descriptor


def names(files: Table[int]) -> list[Finding]:
    """Findings for names that are not text, and for names that are the same name on other systems."""
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
