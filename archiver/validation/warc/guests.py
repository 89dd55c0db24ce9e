"""Checks the WARC files in a bag that archiver did not make: those of other tools' bags, those somebody added, and
those inside WACZ files (WACZ 1.1.1, 5.2.1)."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding
from archiver.validation.serialized.archive_index import BadArchive
from archiver.validation.serialized.zip import DIRECTORY, UNREADABLE, directory_size
from archiver.validation.warc.foreign import Allowance, read_foreign
from archiver.validation.warc.reader import CEILING

_WARCS = (".warc", ".warc.gz", ".warc.zst")
_ENTRIES = 10_000
"""WARC files inside one WACZ that are read."""
_EXPANDED = 64
"""Times their size that the WARC files of a bag may expand to together, and CEILING."""
_IN_MEMORY = 16 << 20


def check_guests(tree: Tree, ours: Collection[str]) -> tuple[bool, list[Finding]]:
    """(whether there was any to check, what was found) for every WARC of the payload that is not one of `ours`."""
    found: list[Finding] = []
    files = [
        (path, size)
        for path, size in tree.in_order()
        if path.startswith("data/") and path not in ours and path.lower().endswith((*_WARCS, ".wacz"))
    ]
    allowance = Allowance(CEILING + _EXPANDED * sum(size for _, size in files))
    for path, size in files:
        wacz = path.lower().endswith(".wacz")
        found += _in_wacz(tree, path, allowance) if wacz else _one(tree, path, size, allowance)
    return bool(files), found


def _one(tree: Tree, path: str, size: int, allowance: Allowance) -> list[Finding]:
    try:
        with tree.open(path) as stream:
            return read_foreign(stream, path, size, allowance=allowance)
    except OSError as error:
        return [finding("WARC001", path, reason=error.strerror)]


def _in_wacz(tree: Tree, path: str, allowance: Allowance) -> Iterator[Finding]:
    """The WARC files inside a WACZ; `path!entry` names each."""
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(tree.open(path))
            if not stream.seekable():  # it lies inside a serialised bag
                spooled = stack.enter_context(SpooledTemporaryFile(_IN_MEMORY))
                shutil.copyfileobj(stream, spooled)
                stream = cast(BinaryIO, spooled)
            if directory_size(stream) > DIRECTORY:
                yield finding("WARC030", path, reason=f"its central directory has more than {DIRECTORY:,} bytes")
                return
            wacz = stack.enter_context(ZipFile(stream))
            entries = [each for each in wacz.infolist() if each.filename.lower().endswith(_WARCS)]
            if len(entries) > _ENTRIES:
                yield finding(
                    "WARC030", path, reason=f"it holds more than {_ENTRIES:,} WARC files; the rest is not read"
                )
            for entry in entries[:_ENTRIES]:
                within = f"{path}!{entry.filename}"
                if not allowance.left:
                    yield finding("WARC006", within, limit=0)
                    return
                if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & 0x41:
                    yield finding("WARC030", within, reason="it is encrypted, or compressed by an unusual method")
                    continue
                with wacz.open(entry) as inner:
                    size = min(entry.file_size, tree.files[path])
                    yield from read_foreign(cast(BinaryIO, inner), within, size, allowance=allowance)
    except UNREADABLE as error:
        reason = error.facts.get("reason", error) if isinstance(error, BadArchive) else error
        yield finding("WARC030", path, reason=f"it cannot be read as a WACZ: {reason}")
