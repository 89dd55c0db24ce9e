"""Compares files with the digests in the manifests. Each file is read once, for all its algorithms (RFC 8493, 3).

Big files are hashed in threads (hashlib lets go of the interpreter), many small ones by forked processes as well, since
there the interpreter is what takes the time.
"""

import hashlib
import marshal
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO, TypeAlias

from archiver.digest import digest_stream
from archiver.errors import StorageError
from archiver.model import Finding
from archiver.validation.bagit.manifests import Manifest
from archiver.validation.bagit.path_table import slices
from archiver.validation.bagit.tree import FLAGS, Tree
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding

SMALL = 1 << 16
"""Bytes up to which a file is read in one go; hashing a longer one is worth a thread."""
WORTH = 2_000
"""Files from which another process is worth its start."""

Stated: TypeAlias = tuple[str, Mapping[str, bytes], str]
"""Algorithm, path -> digest, and the manifest that says so."""


def check_fixity(tree: Tree, manifests: Sequence[Manifest], *, cores: int = 1) -> tuple[list[Finding], tuple[int, int]]:
    """(the files that are not what a manifest of a known algorithm says, or cannot be read; the bytes and files of
    the payload), on so many cores. Raises StorageError where a process that helped has died."""
    known = [(each.algorithm, each) for each in manifests if each.algorithm]
    found = Findings([] if any(not each.tag for _, each in known) else [finding("FIX003")])
    if tree.order is not None:  # a serialised bag is one stream: it is read by one, as its files lie in it
        stated: list[Stated] = [(algorithm, each.entries.quick, each.name) for algorithm, each in known]
        for _, path in tree.order.sorted():
            found += _streamed(tree.opener, path, stated)
        return found, tree.payload_size
    octets = count = 0
    for files, *entries in slices([tree.files, *(each.entries for _, each in known)]):
        of_payload = [path for path in files if path.startswith("data/")]
        count += len(of_payload)
        listings = [(name, rows, each) for (name, each), rows in zip(known, entries, strict=True)]
        stated = [(name, rows, each.name) for name, rows, each in listings if each.tag]
        found += _check(tree, [path for path in files if not path.startswith("data/")], stated, cores)[0]
        stated = [(name, rows, each.name) for name, rows, each in listings if not each.tag]
        more, weight = _check(tree, of_payload, stated, cores)
        found += more
        octets += weight
    return found, (octets, count)


def _check(tree: Tree, paths: Sequence[str], stated: Sequence[Stated], cores: int) -> tuple[Findings, int]:
    """(the findings about the files, their bytes)."""
    if not stated:
        return Findings(), sum(tree.files[path] for path in paths)
    # A fork starts at once and needs nothing handed over, but is only safe while there are no threads.
    fork = cores > 1 and len(paths) >= WORTH and sys.platform == "linux" and threading.active_count() == 1
    octets, rest = (_forked if fork else _sound)(str(tree.root), paths, stated, cores)
    rest.sort()  # what is listed of many findings is the same on any number of cores
    again = partial(_streamed, tree.opener, stated=stated)
    if cores == 1 or len(rest) < 2:
        return _all_of(map(again, rest)), octets + sum(tree.files[path] for path in rest)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(cores) as threads:
        return _all_of(threads.map(again, rest)), octets + sum(tree.files[path] for path in rest)


def _all_of(found: Iterable[list[Finding]]) -> Findings:
    findings = Findings()
    for each in found:
        findings += each
    return findings


def _sound(root: str, paths: Iterable[str], stated: Sequence[Stated], _: int = 1) -> tuple[int, list[str]]:
    """(the bytes of the files that are short and match every stated digest; the files that need another look).

    Needs no tree, and so can be done in another process.
    """
    octets, rest = 0, list[str]()
    # The constructors themselves, which are quicker than asking `hashlib.new` for each file.
    makers: list[tuple[Any, Mapping[str, bytes]]] = [(getattr(hashlib, name), rows) for name, rows, _ in stated]
    for path in paths:
        try:
            descriptor = os.open(f"{root}/{path}", FLAGS)
            try:
                data = os.read(descriptor, SMALL)
            finally:
                os.close(descriptor)
        except OSError:
            rest.append(path)
            continue
        if len(data) == SMALL:
            rest.append(path)
            continue
        for make, rows in makers:
            if make(data, usedforsecurity=False).digest() != rows.get(path):
                rest.append(path)
                break
        else:
            octets += len(data)
    return octets, rest


def _forked(root: str, paths: Sequence[str], stated: Sequence[Stated], cores: int) -> tuple[int, list[str]]:
    """The same, in several processes: this one takes a share, and each child one of the others."""
    children = [_child(root, paths[number::cores], stated) for number in range(1, cores)]
    octets, rest = _sound(root, paths[::cores], stated)
    for child, pipe in children:
        with os.fdopen(pipe, "rb") as stream:
            data = stream.read()
        if os.waitpid(child, 0)[1]:
            raise StorageError("a process that was hashing died; is there enough memory? Try again with --jobs 1")
        more, others = marshal.loads(data)
        octets, rest = octets + more, rest + others
    return octets, rest


def _child(root: str, paths: Sequence[str], stated: Sequence[Stated]) -> tuple[int, int]:
    """Start a child process; returns its process id and the pipe on which it sends what `_sound` returns."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        return child, ours
    code = 1
    try:
        os.close(ours)
        with os.fdopen(theirs, "wb") as stream:
            marshal.dump(_sound(root, paths, stated), stream)
        code = 0
    finally:
        os._exit(code)


def _streamed(opener: Callable[[str], BinaryIO], path: str, stated: Sequence[Stated]) -> list[Finding]:
    """The findings about one file, read piece by piece."""
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
