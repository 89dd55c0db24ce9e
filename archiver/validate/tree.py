"""What lies in a bag's folder: every file by name and size. Links and special files are reported, never followed.

Nothing in this room opens a file but through `Tree.open`, which knows only the files found here: whatever a manifest
or a record names, nothing outside the bag is ever read (RFC 8493, 5.1).
"""

import errno
import os
import stat
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from archiver.model import Finding
from archiver.validate.rules import finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The files of a bag: path relative to the bag (with `/`) -> size; `folders` are the names at the top; `odd` is
    whether there are links, special files or unreadable things among them."""

    root: Path
    files: Mapping[str, int]
    folders: frozenset[str]
    odd: bool

    def open(self, path: str) -> BinaryIO:
        """A file of the bag, to be read. Raises KeyError for one that the tree does not hold, OSError where it
        cannot be opened or is no longer a file."""
        if path not in self.files:
            raise KeyError(path)
        descriptor = os.open(f"{self.root}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        stream = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            stream.close()
            raise OSError(errno.EINVAL, "it is no longer a file", path)
        return stream

    @property
    def payload(self) -> list[str]:
        """The payload files."""
        return [path for path in self.files if path.startswith("data/")]


def scan(root: Path) -> tuple[Tree, list[Finding]]:
    """The tree below `root` and what is wrong with it. Raises OSError where `root` itself cannot be listed."""
    files: dict[str, int] = {}
    odd: list[Finding] = []
    top: set[str] = set()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = folder + entry.name
                    if entry.is_symlink():
                        odd.append(finding("BAG010", path))
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                        if not folder:
                            top.add(entry.name)
                    elif entry.is_file(follow_symlinks=False):
                        files[path] = entry.stat(follow_symlinks=False).st_size
                    else:
                        odd.append(finding("BAG011", path))
        except OSError as error:
            if not folder:
                raise
            odd.append(finding("BAG012", folder.rstrip("/"), reason=error.strerror))
    tree = Tree(root=root, files=dict(sorted(files.items())), folders=frozenset(top), odd=bool(odd))
    return tree, odd + _names(tree)


def _names(tree: Tree) -> list[Finding]:
    findings = []
    alike = defaultdict(list)
    for path in tree.files:
        if not path.isascii() and any("\udc80" <= c <= "\udcff" for c in path):
            findings.append(finding("BAG013", path))
        alike[path.lower() if path.isascii() else normalize("NFC", normalize("NFC", path).casefold())].append(path)
    for first, *others in alike.values():
        findings += [finding("BAG014", other, found=first) for other in others]
    return findings
