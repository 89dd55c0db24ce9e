"""Whether the files are what the manifests say: each file is read once, for all its algorithms (RFC 8493, 3).

Big files are hashed in threads (hashlib lets go of the interpreter), many small ones by forked processes as well, since
there the interpreter is what takes the time.
"""

import hashlib
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO, TypeAlias

from archiver.digest import digest_stream
from archiver.errors import StorageError
from archiver.model import Finding
from archiver.validate.manifests import Manifest
from archiver.validate.rules import finding
from archiver.validate.table import slices
from archiver.validate.tree import FLAGS, Tree, open_below

SMALL = 1 << 18
"""Bytes up to which a file is read in one go; hashing a larger one is worth a thread."""
WORTH = 4_000
"""Small files from which another process is worth its start; bytes count as well, so many for one more file."""
_BYTES = 1 << 13

Stated: TypeAlias = tuple[str, Mapping[str, bytes], str]
"""Algorithm, path -> digest, and the manifest that says so."""


def check_fixity(tree: Tree, manifests: Sequence[Manifest], *, cores: int = 1) -> Iterator[Finding]:
    """The files that are not what a manifest of a known algorithm says, or cannot be read; on so many cores.

    Raises StorageError where a process that helped has died.
    """
    known = [(each.algorithm, each) for each in manifests if each.algorithm]
    if all(each.tag for _, each in known):
        yield finding("FIX003")
    if tree.order is not None:  # a serialised bag is one stream: it is read by one, as its files lie in it
        stated: list[Stated] = [(algorithm, each.entries.quick, each.name) for algorithm, each in known]
        for _, path in tree.order.sorted():
            yield from _streamed(tree.opener, path, stated)
        return
    for files, *entries in slices([tree.files, *(each.entries for _, each in known)]):
        for tag in (True, False):
            stated = [
                (algorithm, rows, each.name)
                for (algorithm, each), rows in zip(known, entries, strict=True)
                if each.tag is tag
            ]
            listed = set[str]().union(*(rows for _, rows, _ in stated))
            yield from _together(tree, [path for path in files if path in listed], files, stated, cores)


def _together(
    tree: Tree, paths: Sequence[str], sizes: Mapping[str, int], stated: Sequence[Stated], cores: int
) -> Iterator[Finding]:
    """What is wrong with files that are listed, in any order."""
    root = str(tree.root)
    small = [path for path in paths if sizes[path] <= SMALL]
    # A fork starts at once and needs nothing handed over, but is only safe while there are no threads.
    worth = cores > 1 and len(small) + sum(sizes[path] for path in small) // _BYTES >= WORTH
    if worth and sys.platform == "linux" and threading.active_count() == 1:
        yield from _forked(root, small, sizes, stated, cores)
    else:
        yield from _small(root, small, sizes, stated)
    if len(small) < len(paths):
        big = [path for path in paths if sizes[path] > SMALL]
        check = partial(_streamed, tree.opener, stated=stated)
        if cores == 1:
            for path in big:
                yield from check(path)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(cores) as threads:
            for found in threads.map(check, big):
                yield from found


def _forked(
    root: str, paths: Sequence[str], sizes: Mapping[str, int], stated: Sequence[Stated], cores: int
) -> list[Finding]:
    """What is wrong with many small files: this process takes a share, a child each of the others."""
    children = [_child(root, paths[number::cores], sizes, stated) for number in range(1, cores)]
    found = _small(root, paths[::cores], sizes, stated)
    for child, pipe in children:
        with os.fdopen(pipe, "rb") as stream:
            data = stream.read()
        if os.waitpid(child, 0)[1]:
            raise StorageError("a process that was hashing died; is there enough memory? Try again with --jobs 1")
        found += pickle.loads(data)
    return found


def _child(root: str, paths: Sequence[str], sizes: Mapping[str, int], stated: Sequence[Stated]) -> tuple[int, int]:
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
            pickle.dump(_small(root, paths, sizes, stated), stream)
        code = 0
    finally:
        os._exit(code)


def _small(root: str, paths: Iterable[str], sizes: Mapping[str, int], stated: Sequence[Stated]) -> list[Finding]:
    """What is wrong with small files, each read in one go; needs no tree, and so can be done in another process."""
    found = list[Finding]()
    # The constructors themselves, which are quicker than asking `hashlib.new` for each file.
    makers: list[tuple[Any, Stated]] = [(getattr(hashlib, each[0]), each) for each in stated]
    for path in paths:
        size = sizes[path]
        try:
            descriptor = os.open(f"{root}/{path}", FLAGS)
            try:
                data = os.read(descriptor, size + 1)
            finally:
                os.close(descriptor)
        except OSError as error:
            found += _unreadable(path, error)
            continue
        if len(data) != size:  # no longer the file that the scan found
            found += _streamed(partial(open_below, root), path, stated)
            continue
        for make, each in makers:
            digest = make(data, usedforsecurity=False).digest()
            if digest != each[1].get(path) and path in each[1]:
                found.append(_mismatch(path, each, digest))
    return found


def _streamed(opener: Callable[[str], BinaryIO], path: str, stated: Sequence[Stated]) -> list[Finding]:
    """What is wrong with one file, read piece by piece."""
    here = [each for each in stated if path in each[1]]
    if not here:
        return []
    try:
        with opener(path) as stream:  # not by `Tree.open`: in a thread the table of files may not be asked
            _, digests = digest_stream(stream, {algorithm for algorithm, _, _ in here})
    except OSError as error:
        return _unreadable(path, error)
    found = [(each, bytes.fromhex(digests[each[0]])) for each in here]
    return [_mismatch(path, each, digest) for each, digest in found if digest != each[1][path]]


def _mismatch(path: str, stated: Stated, digest: bytes) -> Finding:
    code = "FIX001" if path.startswith("data/") else "FIX011"
    return finding(code, path, manifest=stated[2], expected=stated[1][path].hex(), found=digest.hex())


def _unreadable(path: str, error: OSError) -> list[Finding]:
    code = "FIX002" if path.startswith("data/") else "FIX012"
    return [finding(code, path, reason=error.strerror or error)]
