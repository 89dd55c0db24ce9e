"""Serialised bags (.zip, .tar, .tgz) as trees, without unpacking them to disk (RFC 8493, 4 and 5.1).

`tar.py` and `zip.py` read the formats and add the entries to the index of `archive_index.py`; this module chooses.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree, scan
from archiver.validation.rules.registry import finding
from archiver.validation.serialized.archive_index import Archive, EntryIndex

MEDIA_TYPES = {
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".tgz": "application/gzip",
    ".tar.gz": "application/gzip",
}
"""Ends of names -> what they are."""
CEILING = 16 << 30
"""Bytes an archive may expand to, besides those for each byte it has."""
EXPANDED = 64
"""Bytes an archive may expand to for each byte it has, besides the ceiling."""


def suffix(name: str) -> str | None:
    """The end of a name that says that it is a serialised bag."""
    lower = name.lower()
    return next((each for each in (".tar.gz", *MEDIA_TYPES) if lower.endswith(each)), None)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Tree | None, list[Finding]]]:
    """The tree of a bag, in a folder or serialised, and what is wrong with it; None for what is neither. Raises OSError
    where `path` itself cannot be read."""
    if path.is_dir() or not path.exists():
        yield scan(path)
        return
    end = suffix(path.name)
    if end is None or not path.is_file():
        found = "a WACZ, which is a web archive and no bag" if path.name.lower().endswith(".wacz") else None
        yield None, [finding("BAG001", found=found)]
        return
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        index = EntryIndex(path, path.name[: -len(end)], MEDIA_TYPES[end], CEILING + EXPANDED * size)
        yield index.filled(_reader(end, stream, index.ceiling)), index.findings


def _reader(end: str, stream: BinaryIO, ceiling: int) -> Archive:
    if end == ".zip":
        from archiver.validation.serialized.zip import Zip

        return Zip(stream)
    from archiver.validation.serialized.tar import Gunzip, Tar

    if end == ".tar":
        return Tar(lambda offset, count: os.pread(stream.fileno(), count, offset))
    return Tar(Gunzip(stream.fileno(), ceiling).read_at)
