"""The WACZ of a bag as one file that can be read from anywhere (RFC 9110, 14): what a replay asks for, piece by piece.

The same bytes as `handoff --form wacz` delivers; nothing is written to the disk. Each file is read once for its
checksum; the layouts of the bags read last are kept.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from archiver.errors import Refused, StorageError
from archiver.packaging.package import WACZ
from archiver.packaging.source import Source, source
from archiver.packaging.zipping import Entry, Zip
from archiver.serve.bag_files import open_inside

_LARGEST = 32 << 30
"""Bytes of a WACZ that is replayed."""
_CHUNK = 1 << 18
_KEPT = 8


class WaczFile:
    """The WACZ of a bag. Raises Refused where it has none, or one that is too large."""

    def __init__(self, bag: Source) -> None:
        paths = [path for path in bag.files if path.startswith(WACZ)]
        if f"{WACZ}datapackage.json" not in paths:
            raise Refused("it holds no WACZ, which is what can be replayed")
        if sum(bag.files[path] for path in paths) > _LARGEST:
            raise Refused(f"its WACZ is larger than {_LARGEST:,} bytes")
        entries = [Entry(name=path.removeprefix(WACZ), read=partial(bag.read, path), stored=True) for path in paths]
        made = Zip(entries, bag.moment)
        self._root = bag.root
        self._parts: list[bytes | str] = []
        self._starts: list[int] = []
        self.size = 0
        for part in made.layout():
            self._starts.append(self.size)
            self._parts.append(part if isinstance(part, bytes) else f"{WACZ}{part.name}")
            self.size += len(part) if isinstance(part, bytes) else made.size_of(part)

    def read(self, first: int, end: int) -> Iterator[bytes]:
        """The bytes from `first` up to `end`. Raises StorageError where a file is not as it was."""
        number = bisect_right(self._starts, first) - 1
        while first < end:
            part, start = self._parts[number], self._starts[number]
            stop = self._starts[number + 1] if number + 1 < len(self._starts) else self.size
            stop = min(stop, end)
            if isinstance(part, bytes):
                yield part[first - start : stop - start]
            else:
                yield from self._file(part, first - start, stop - first)
            first, number = stop, number + 1

    def _file(self, path: str, at: int, length: int) -> Iterator[bytes]:
        with open_inside(self._root, path) as file:
            file.seek(at)
            while length > 0:
                piece = file.read(min(_CHUNK, length))
                if not piece:
                    raise StorageError(f"{path} is shorter than it was")
                length -= len(piece)
                yield piece


class WaczFiles:
    """The WACZ files that were read last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, str, int], WaczFile] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, bag: Path) -> WaczFile:
        """The WACZ of a bag in a folder. Raises Refused."""
        with self._lock:
            about = source(bag)
            key = (about.root, about.seal, about.octets)
            if key not in self._kept:
                self._kept[key] = WaczFile(about)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def span(stated: str, size: int) -> tuple[int, int] | None:
    """First byte and end of the one range that a `Range` header asks for; the whole where it asks for something else.
    None where nothing of it is there (RFC 9110, 14.1.2)."""
    unit, _, rest = stated.partition("=")
    first, dash, last = (each.strip() for each in rest.partition("-"))
    numbers = all(not each or (each.isascii() and each.isdecimal() and len(each) < 16) for each in (first, last))
    if unit.strip().lower() != "bytes" or not dash or "," in rest or not (first or last) or not numbers:
        return 0, size
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1 if last else size, size)
    if last and int(last) < start:
        return 0, size
    return (start, end) if start < size else None
