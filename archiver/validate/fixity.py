"""Whether the files are what the manifests say: each file is read once, for all its algorithms (RFC 8493, 3).

Big files are hashed in threads (hashlib lets go of the interpreter), many small ones by forked processes as well, since
there the interpreter is what takes the time.
"""

import hashlib
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any, TypeAlias

from archiver.digest import digest_stream
from archiver.errors import StorageError
from archiver.model import Finding
from archiver.validate.manifests import Manifest
from archiver.validate.rules import finding
from archiver.validate.table import Table
from archiver.validate.tree import Tree, descriptor_below

SMALL = 1 << 16
"""Bytes up to which a file is read in one go."""
BIG = 1 << 20
"""Bytes from which a file is worth a thread."""
MANY = 4_000
"""Small files from which another process is worth its start."""
_CHUNK = 20_000
"""Files that are looked at together."""

Stated: TypeAlias = tuple[str, bytes, str]
"""Algorithm, digest, and the manifest that says so."""
Item: TypeAlias = tuple[str, int, tuple[Stated, ...]]
"""Path, size, and what is stated of the file."""


def check_fixity(tree: Tree, manifests: Sequence[Manifest], *, cores: int = 1) -> Iterator[Finding]:
    """The files that are not what a manifest of a known algorithm says, or cannot be read; on so many cores.

    Raises StorageError where a process that helped has died.
    """
    known = [manifest for manifest in manifests if manifest.algorithm]
    if not any(not manifest.tag for manifest in known):
        yield finding("FIX003")
    items = _listed(tree, known)
    if cores == 1 or tree.media_type is not None:  # a serialised bag is one stream: it is read by one
        for item in items:
            yield from _check(tree, item)
    else:
        yield from _together(tree, items, cores)


def _listed(tree: Tree, known: Sequence[Manifest]) -> Iterator[Item]:
    """Every file that a manifest lists."""
    ordered = tree.order is None
    lookups = [(each.algorithm or "", _lookup(each.entries, ordered=ordered), each) for each in known]
    payload = [(name, get, each.name) for name, get, each in lookups if not each.tag]
    tags = [(name, get, each.name) for name, get, each in lookups if each.tag]
    for path, size in tree.in_order():
        where = payload if path.startswith("data/") else tags
        stated = tuple([(name, digest, said) for name, get, said in where if (digest := get(path)) is not None])
        if stated:
            yield path, size, stated


def _lookup(entries: Table[bytes], *, ordered: bool) -> Callable[[str], bytes | None]:
    """What a manifest says of a path; of a long one, read along where paths are asked for in their order."""
    if isinstance(entries.quick, dict) or not ordered:
        return entries.quick.get
    rows = entries.sorted()
    here = next(rows, None)

    def get(path: str) -> bytes | None:
        nonlocal here
        while here is not None and here[0] < path:
            here = next(rows, None)
        return here[1] if here is not None and here[0] == path else None

    return get


def _together(tree: Tree, items: Iterator[Item], cores: int) -> Iterator[Finding]:
    """What is wrong with the files, in any order."""
    while chunk := list(islice(items, _CHUNK)):
        small = [item for item in chunk if item[1] <= SMALL]
        big = [item for item in chunk if item[1] >= BIG]
        # A fork starts at once and needs nothing handed over, but is only safe while there are no threads.
        if len(small) >= MANY and sys.platform == "linux" and threading.active_count() == 1:
            yield from _forked(str(tree.root), small, cores)
        else:
            for item in small:
                yield from _check(tree, item)
        for item in chunk:
            if SMALL < item[1] < BIG:
                yield from _check(tree, item)
        if big:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(cores) as threads:
                for found in threads.map(partial(_check, tree), big):
                    yield from found


def _forked(root: str, items: Sequence[Item], cores: int) -> list[Finding]:
    """What is wrong with many small files: this process takes a share, a child each of the others."""
    children = [_child(root, items[number::cores]) for number in range(1, cores)]
    found = _check_below(root, items[::cores])
    for child, pipe in children:
        with os.fdopen(pipe, "rb") as stream:
            data = stream.read()
        if os.waitpid(child, 0)[1]:
            raise StorageError("a process that was hashing died; is there enough memory? Try again with --jobs 1")
        found += pickle.loads(data)
    return found


def _child(root: str, items: Sequence[Item]) -> tuple[int, int]:
    """Start a child; (its process id, the pipe through which it tells what is wrong)."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        return child, ours
    code = 1
    try:
        os.close(ours)
        with os.fdopen(theirs, "wb") as stream:
            pickle.dump(_check_below(root, items), stream)
        code = 0
    finally:
        os._exit(code)


def _check(tree: Tree, item: Item) -> list[Finding]:
    """What is wrong with one file."""
    path, size, stated = item
    found = _small(str(tree.root), path, stated) if tree.media_type is None and size <= SMALL else None
    if found is not None:
        return found
    try:
        with tree.opener(path) as stream:  # not by `open`: in a thread the table of files may not be asked
            _, digests = digest_stream(stream, {algorithm for algorithm, _, _ in stated})
    except OSError as error:
        return _unreadable(path, error)
    return [
        _mismatch(path, each, bytes.fromhex(digests[each[0]])) for each in stated if digests[each[0]] != each[1].hex()
    ]


def _check_below(root: str, items: Sequence[Item]) -> list[Finding]:
    """What is wrong with many small files; needs no tree, and so can be done in another process."""
    found = []
    for path, _, stated in items:
        wrong = _small(root, path, stated)
        found += _unreadable(path, OSError("it grew while it was read")) if wrong is None else wrong
    return found


def _small(root: str, path: str, stated: Sequence[Stated]) -> list[Finding] | None:
    """What is wrong with a small file, read in one go; None where it is not small any more."""
    try:
        descriptor, size = descriptor_below(root, path)
        try:
            if size > SMALL:
                return None
            data = os.read(descriptor, size + 1) if size else b""
            while len(data) < size and (piece := os.read(descriptor, size)):
                data += piece
        finally:
            os.close(descriptor)
    except OSError as error:
        return _unreadable(path, error)
    found = []
    for each in stated:
        digest = _hash(each[0])(data, usedforsecurity=False).digest()
        if digest != each[1]:
            found.append(_mismatch(path, each, digest))
    return found


def _mismatch(path: str, stated: Stated, digest: bytes) -> Finding:
    code = "FIX001" if path.startswith("data/") else "FIX011"
    return finding(code, path, manifest=stated[2], expected=stated[1].hex(), found=digest.hex())


def _unreadable(path: str, error: OSError) -> list[Finding]:
    code = "FIX002" if path.startswith("data/") else "FIX012"
    return [finding(code, path, reason=error.strerror or error)]


@cache
def _hash(name: str) -> Any:
    """The constructor itself, which is quicker than asking `hashlib.new` for each file."""
    return getattr(hashlib, name)
