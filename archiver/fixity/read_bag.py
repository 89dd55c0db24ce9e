"""One reading of a bag for `archiver audit`: every byte of every file, held against the manifests, at a bounded pace.

It uses the fixity of `validate/`, one file after the other and past the memory of the operating system, which says
nothing of the disk. Records, WARC, profiles and signatures are not judged: `archiver validate` does that.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast, get_args

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.packaging.source import SEAL
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
"""What findings mean; any other error is malformed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is not as it was: `path` in the bag ("" for itself), `copies` the replicas that hold it sound."""

    kind: Kind
    path: str
    message: str
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a bag looks: its seal, the bytes of its files, the digests of those that no manifest lists (the tag manifests
    among them), what is wrong by its own manifests."""

    seal: str | None
    octets: int
    beside: dict[str, str]
    changes: tuple[Change, ...]
    manifests: tuple[Manifest, ...]


class Meter:
    """Counts the bytes that are read, and waits so that there are never more than `rate` a second."""

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
        """Count bytes that were read; returns when the next may be."""
        self.octets += count
        if self._rate:
            now = self._clock()
            self._due = max(now - SLACK, self._due) + count / self._rate
            if self._due > now + SLACK:
                self._sleep(self._due - now)


class _Metered:
    """As much of a stream as digests need."""

    def __init__(self, stream: BinaryIO, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._meter.take(len(data))
        return data

    def __enter__(self) -> "_Metered":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def metered(tree: Tree, meter: Meter) -> Tree:
    """The same tree, its files read one after the other, counted, and from the disk where it is a folder."""
    order = Table({path: path for path in tree.files}) if tree.order is None else tree.order
    return replace(tree, opener=partial(_open, tree, meter), order=order)


def _open(tree: Tree, meter: Meter, path: str) -> BinaryIO:
    stream = tree.opener(path)
    if tree.media_type is None and hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return cast(BinaryIO, _Metered(stream, meter))


def digest(tree: Tree, path: str) -> str:
    """The SHA-256 of a file of a tree, by reading it. Raises KeyError, OSError."""
    with tree.open(path) as stream:
        return digest_stream(stream, ("sha256",))[1]["sha256"]


def look_at(bag: Path, meter: Meter) -> Look:
    """Read a bag to its last byte; what cannot be read is a change."""
    try:
        tree, findings = scan(bag)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        change = Change(kind="unreadable", path="", message=reason)
        return Look(seal=None, octets=0, beside={}, changes=(change,), manifests=())
    tree = metered(tree, meter)
    manifests, more = check(tree)
    beside: dict[str, str] = {}
    for path in _unlisted(tree, manifests):
        try:
            beside[path] = digest(tree, path)
        except OSError as error:
            more.append(finding("FIX012", path, reason=error.strerror or error))
    return Look(
        seal=beside.get(SEAL),
        octets=sum(size for _, size in tree.files.sorted()),
        beside=beside,
        changes=tuple(_changes([*findings, *more])),
        manifests=tuple(manifests),
    )


def check(tree: Tree) -> tuple[list[Manifest], list[Finding]]:
    """The manifests of a tree, and what the files are not that these say. Every listed file is read."""
    declaration, findings = read_declaration(tree)
    manifests, more = read_manifests(tree, declaration)
    findings += [*more, *compare(tree, declaration, manifests)]
    return manifests, findings + check_fixity(tree, manifests)[0]


def _unlisted(tree: Tree, manifests: Iterable[Manifest]) -> list[str]:
    """The files outside the payload that no manifest with an algorithm lists, the tag manifest of the seal first."""
    listed: list[Any] = [each.entries for each in manifests if each.tag and each.algorithm]
    found = [SEAL] if SEAL in tree.files else []
    for path in tree.files:
        if not path.startswith("data/") and path != SEAL and not any(path in each for each in listed):
            found.append(path)
            if len(found) == BESIDE:
                break
    return found


def _changes(findings: Iterable[Finding]) -> Iterator[Change]:
    """Each thing once, though several manifests may say it."""
    seen = set()
    for each in sorted(findings, key=lambda each: (each.path, each.code, each.message)):
        kind = _KINDS.get(each.code, "malformed")
        if each.severity == "error" and (each.path, kind if kind != "malformed" else each.message) not in seen:
            seen.add((each.path, kind if kind != "malformed" else each.message))
            yield Change(kind=kind, path=each.path, message=each.message)
