"""Reads a bag for `archiver audit`: every byte of every file is compared with the manifests, at a bounded rate.

It uses the fixity checks of `validation`, one file after the other, and drops cached pages first: a cache says nothing
about the disk. Record, WARC, profiles and signatures are checked by `archiver validate`.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast, get_args

from archiver.model import Finding
from archiver.model.seal_file import SEAL, seal_file
from archiver.validation.bagit.fixity import check_fixity
from archiver.validation.bagit.manifests import Manifest, compare, read_manifests
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tagfiles import read_declaration
from archiver.validation.bagit.tree import Tree, scan
from archiver.validation.rules.registry import finding

SLACK = 0.1
"""Seconds by which reading may run ahead of its rate: many small files are not worth a rest each."""
BESIDE = 10_000
"""Files that no manifest lists, of which the digests are kept."""

Kind = Literal["changed", "missing", "new", "unreadable", "malformed", "resealed", "gone"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("FIX001", "FIX011"), "changed"),
    **dict.fromkeys(("FIX002", "FIX012", "BAG012"), "unreadable"),
    **dict.fromkeys(("BAG002", "BAG045", "BAG054"), "missing"),
    **dict.fromkeys(("BAG010", "BAG011", "BAG046"), "new"),
}
"""The kind of change that an error means; any other error is `malformed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference from the last good reading: `path` in the bag ("" for itself), `copies` the replicas with a sound
    copy."""

    kind: Kind
    path: str
    message: str
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BagState:
    """The state of a bag as it was read: its seal, the bytes of its files, the digests of files that no manifest lists
    (tag manifests among them), and what is wrong by its own manifests."""

    seal: str | None
    octets: int
    beside: dict[str, str]
    changes: tuple[Change, ...]
    manifests: tuple[Manifest, ...]
    seal_name: str = SEAL
    """The file that the seal is of."""


class RateLimiter:
    """Counts the bytes that are read, and waits so that there are never more than `rate` per second."""

    def __init__(
        self,
        rate: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.octets = 0
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._due = clock()

    def take(self, count: int) -> None:
        """Count bytes that were read; returns when the next may be read."""
        self.octets += count
        if self._rate:
            now = self._clock()
            self._due = max(now - SLACK, self._due) + count / self._rate
            if self._due > now + SLACK:
                self._sleep(self._due - now)


class _RateLimitedStream:
    """The part of the stream protocol that hashing needs, rate-limited."""

    def __init__(self, stream: BinaryIO, limiter: RateLimiter) -> None:
        self._stream, self._limiter = stream, limiter

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._limiter.take(len(data))
        return data

    def __enter__(self) -> "_RateLimitedStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def rate_limited(tree: Tree, limiter: RateLimiter) -> Tree:
    """The same tree, its files read one after the other, counted, and from the disk where it is a folder."""
    order = Table({path: path for path in tree.files}) if tree.order is None else tree.order
    return replace(tree, opener=partial(_open, tree, limiter), order=order)


def _open(tree: Tree, limiter: RateLimiter, path: str) -> BinaryIO:
    stream = tree.opener(path)
    if tree.media_type is None and hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return cast(BinaryIO, _RateLimitedStream(stream, limiter))


def read_bag(bag: Path, limiter: RateLimiter) -> BagState:
    """Read a bag to its last byte; what cannot be read is a change."""
    try:
        tree, findings = scan(bag)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        change = Change(kind="unreadable", path="", message=reason)
        return BagState(seal=None, octets=0, beside={}, changes=(change,), manifests=())
    tree = rate_limited(tree, limiter)
    manifests, more = check(tree)
    beside: dict[str, str] = {}
    for path in _unlisted(tree, manifests):
        try:
            beside[path] = tree.sha256(path)
        except OSError as error:
            more.append(finding("FIX012", path, reason=error.strerror or error))
    return BagState(
        seal=beside.get(seal_file(tree.files) or SEAL),
        octets=sum(size for _, size in tree.files.sorted()),
        beside=beside,
        changes=tuple(_changes([*findings, *more])),
        manifests=tuple(manifests),
        seal_name=seal_file(tree.files) or SEAL,
    )


def check(tree: Tree) -> tuple[list[Manifest], list[Finding]]:
    """The manifests of a tree, and the findings about its files. Every listed file is read."""
    declaration, findings = read_declaration(tree)
    manifests, more = read_manifests(tree, declaration)
    findings += [*more, *compare(tree, declaration, manifests)]
    return manifests, findings + check_fixity(tree, manifests)[0]


def _unlisted(tree: Tree, manifests: Iterable[Manifest]) -> list[str]:
    """The files outside the payload that no manifest with an algorithm lists, the tag manifest of the seal first."""
    listed: list[Any] = [each.entries for each in manifests if each.tag and each.algorithm]
    sealed = seal_file(tree.files) or SEAL
    found = [sealed] if sealed in tree.files else []
    for path in tree.files:
        if not path.startswith("data/") and path != sealed and not any(path in each for each in listed):
            found.append(path)
            if len(found) == BESIDE:
                break
    return found


def _changes(findings: Iterable[Finding]) -> Iterator[Change]:
    """Each change once, though several manifests may show it."""
    seen = set()
    for each in sorted(findings, key=lambda each: (each.path, each.code, each.message)):
        kind = _KINDS.get(each.code, "malformed")
        if each.severity == "error" and (each.path, kind if kind != "malformed" else each.message) not in seen:
            seen.add((each.path, kind if kind != "malformed" else each.message))
            yield Change(kind=kind, path=each.path, message=each.message)
