"""Whether the files are what the manifests say: each file is read once, for all its algorithms (RFC 8493, 3).

Big files are hashed in threads (hashlib lets go of the interpreter), many small ones by a second process as well, since
there the interpreter is what takes the time.
"""

import hashlib
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from functools import cache
from typing import Any, TypeAlias

from archiver.digest import digest_stream
from archiver.errors import StorageError
from archiver.model import Finding
from archiver.validate.manifests import Manifest
from archiver.validate.rules import finding
from archiver.validate.tree import Tree, descriptor_below

SMALL = 1 << 16
"""Bytes up to which a file is read in one go."""
BIG = 1 << 20
"""Bytes from which a file is worth a thread."""
MANY = 4_000
"""Files from which another process is worth its start."""
_BATCH = 256
_WAITING = 4
"""Tasks for each thread or process that wait to be done: the rest has not been looked at yet."""

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
    payload = [(each.algorithm or "", each.entries.quick, each.name) for each in known if not each.tag]
    tags = [(each.algorithm or "", each.entries.quick, each.name) for each in known if each.tag]
    for path, size in tree.in_order():
        where = payload if path.startswith("data/") else tags
        stated = tuple([(name, entries[path], said) for name, entries, said in where if path in entries])
        if stated:
            yield path, size, stated


def _together(tree: Tree, items: Iterator[Item], cores: int) -> Iterator[Finding]:
    """What is wrong with the files, in any order: threads for big ones, processes for many small ones."""
    with ExitStack() as stack:
        helpers = _processes(tree, cores - 1)
        if helpers:
            stack.callback(helpers.shutdown, cancel_futures=True)
        threads: Executor | None = None
        waiting: deque[Future[list[Finding]]] = deque()
        batch: list[Item] = []
        for item in items:
            if item[1] >= BIG:
                if threads is None:
                    threads = _threads(cores)
                    stack.callback(threads.shutdown, cancel_futures=True)
                waiting.append(threads.submit(_check, tree, item))
                while len(waiting) > _WAITING * cores:
                    yield from _result(waiting.popleft())
            elif helpers is None:
                yield from _check(tree, item)
            else:
                batch.append(item)
                if len(batch) == _BATCH:
                    while waiting and waiting[0].done():
                        yield from _result(waiting.popleft())
                    if len(waiting) < 2 * (cores - 1):
                        waiting.append(helpers.submit(_check_below, str(tree.root), batch))
                    else:
                        yield from _check_below(str(tree.root), batch)
                    batch = []
        yield from _check_below(str(tree.root), batch)
        for each in waiting:
            yield from _result(each)


def _result(task: "Future[list[Finding]]") -> list[Finding]:
    from concurrent.futures import BrokenExecutor

    try:
        return task.result()
    except BrokenExecutor as error:
        raise StorageError(
            "a process that was hashing died; is there enough memory? Try again with --jobs 1"
        ) from error


def _threads(count: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count)


def _processes(tree: Tree, count: int) -> Executor | None:
    """Helpers for many small files, where they can be had at little cost: a fork, safe while there are no threads."""
    if sys.platform != "linux" or threading.active_count() > 1 or len(tree.files) < MANY:
        return None
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(count, mp_context=get_context("fork"))


def _check(tree: Tree, item: Item) -> list[Finding]:
    """What is wrong with one file."""
    path, size, stated = item
    found = _small(str(tree.root), path, stated) if tree.media_type is None and size <= SMALL else None
    if found is not None:
        return found
    try:
        with tree.open(path) as stream:
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
        descriptor = descriptor_below(root, path)
        try:
            data = os.read(descriptor, SMALL + 1)
            while piece := os.read(descriptor, SMALL):
                data += piece
                if len(data) > BIG:
                    return None
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
