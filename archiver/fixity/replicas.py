"""Finds sound copies of damaged files: replicas of a bag, in folders or packed, trusted only for what is read.

A replica must have the seal of the bag's last good reading; from it hang the tag manifest, from that the manifest, from
that the digest of each file. Nothing is repaired, nothing written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.fixity.read_bag import BagState, Change, RateLimiter, check, rate_limited
from archiver.ledger.deliveries import Sent
from archiver.model.seal_file import SEAL
from archiver.packaging.open_target import is_folder
from archiver.validation.bagit.manifests import Manifest, read_manifests
from archiver.validation.bagit.path_table import Table, slices
from archiver.validation.bagit.tagfiles import read_declaration
from archiver.validation.bagit.tree import Tree
from archiver.validation.serialized.open_archive import MEDIA_TYPES, opened, suffix

MOST = 1_000
"""Changes of a bag that are looked up in replicas, and listed one by one."""
_LISTED = "manifest-sha256.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaQuery:
    """What a replica of a bag must have: the seal, and the digests of files that no manifest lists."""

    bag: Path
    seal: str
    beside: Mapping[str, str]


class _NotAReplica(Exception):
    """Raised with the reason why something is not a replica of the bag."""


def places(bag: Path, folders: Sequence[Path], sent: Sequence[Sent]) -> tuple[list[Path], list[str]]:
    """(where a replica of the bag lies, in these folders and where it was delivered to; what is known of deliveries
    that cannot be read from here)."""
    found, notes = dict[Path, None](), list[str]()
    for folder in folders:
        here = (folder / f"{bag.name}{end}" for end in ("", *MEDIA_TYPES))
        found |= dict.fromkeys(each.resolve() for each in here if each.exists())
    for each in sent:
        path, local = Path(each.target) / each.package, is_folder(each.target)
        if local and not each.derived and path.exists() and (path.is_dir() or suffix(path.name)):
            found[path.resolve()] = None
        else:
            notes.append(f"delivered to {each.target}/{each.package} on {each.ended}, not checked")
    found.pop(bag.resolve(), None)
    return list(found), notes


def search(
    query: ReplicaQuery, state: BagState, changes: Sequence[Change], found: Sequence[Path], limiter: RateLimiter
) -> tuple[list[Change], list[str]]:
    """The changes, each with the replicas that hold a sound copy of the file, and what is wrong with replicas.

    Of a bag whose manifests were redone, the first replica says what was changed since.
    """
    listed, notes = list(changes[:MOST]), list[str]()
    copies: dict[str, list[str]] = {}
    compared = False
    for place in found:
        try:
            with opened(place) as (tree, _):
                if tree is None:
                    raise _NotAReplica("cannot be read as a bag")
                tree = rate_limited(tree, limiter)
                stated = _Stated.of(tree, query)
                if not compared and state.seal is not None and state.seal != query.seal:
                    compared = True
                    known = {each.path for each in listed}
                    differing = (each for each in stated.differences(state.manifests) if each.path not in known)
                    listed += [each for _, each in zip(range(MOST - len(listed)), differing, strict=False)]
                lost = {each.path for each in listed if each.kind in ("changed", "missing", "unreadable", "resealed")}
                for path in stated.sound(lost):
                    copies.setdefault(path, []).append(str(place))
        except _NotAReplica as reason:
            notes.append(f"{place} {reason}")
        except OSError as error:
            notes.append(f"{place} cannot be read: {error.strerror or error}")
    return [replace(each, copies=tuple(copies.get(each.path, ()))) for each in listed], notes


def whole(query: ReplicaQuery, found: Sequence[Path], limiter: RateLimiter) -> tuple[tuple[str, ...], list[str]]:
    """(the replicas that are sound to the last file, what is wrong with the others)."""
    sound, notes = list[str](), list[str]()
    for place in found:
        try:
            with opened(place) as (tree, odd):
                if tree is None:
                    raise _NotAReplica("cannot be read as a bag")
                tree = rate_limited(tree, limiter)
                _Stated.of(tree, query)
                wrong = [each for each in (*odd, *check(tree)[1]) if each.severity == "error"]
                if wrong:
                    raise _NotAReplica(f"is not sound: {wrong[0].path}: {wrong[0].message}")
                sound.append(str(place))
        except _NotAReplica as reason:
            notes.append(f"{place} {reason}")
        except OSError as error:
            notes.append(f"{place} cannot be read: {error.strerror or error}")
    return tuple(sound), notes


@dataclass(frozen=True, slots=True)
class _Stated:
    """The digests of a replica's files, as the seal implies them."""

    tree: Tree
    tags: Table[bytes]
    payload: Table[bytes]
    beside: Mapping[str, str]

    @classmethod
    def of(cls, tree: Tree, query: ReplicaQuery) -> "_Stated":
        """Raises _NotAReplica where the seal is another, or the manifest is not the one it is over."""
        if SEAL not in tree.files:
            raise _NotAReplica("has no seal")
        if tree.sha256(SEAL) != query.seal:
            raise _NotAReplica("has another seal")
        tables = _by_name(read_manifests(tree, read_declaration(tree)[0])[0])
        tags, payload = tables.get(SEAL, Table()), tables.get(_LISTED, Table())
        if _LISTED in tree.files and bytes.fromhex(tree.sha256(_LISTED)) != tags.get(_LISTED):
            payload = Table()  # it cannot vouch for the payload any more; tag files may still be sound
        return cls(tree, tags, payload, query.beside)

    def digest(self, path: str) -> str | None:
        stated = self.tags.get(path) or self.payload.get(path)
        return stated.hex() if stated else self.beside.get(path)

    def sound(self, paths: set[str]) -> Iterator[str]:
        """Which of these files the replica holds as they were, read one by one in the order in which they lie there."""
        for path, _ in self.tree.in_order():
            if path == SEAL and path in paths:
                yield path  # that it has the seal asked for was read before
            elif path in paths and (expected := self.digest(path)):
                try:
                    if self.tree.sha256(path) == expected:
                        yield path
                except OSError:
                    continue

    def differences(self, manifests: Sequence[Manifest]) -> Iterator[Change]:
        """Where a bag's manifests differ from the replica's."""
        theirs = _by_name(manifests)
        pairs = ((self.tags, theirs.get(SEAL, Table())), (self.payload, theirs.get(_LISTED, Table())))
        for mine, others in pairs:
            for was, now in slices([mine, others]) if mine else ():
                for path in sorted(was.keys() | now.keys()):
                    if path not in now:
                        yield Change(kind="missing", path=path, message="listed by the replica with the former seal")
                    elif path not in was:
                        yield Change(kind="new", path=path, message="not listed by the replica with the former seal")
                    elif was[path] != now[path]:
                        message = "not what it is in the replica with the former seal"
                        yield Change(kind="changed", path=path, message=message)


def _by_name(manifests: Sequence[Manifest]) -> dict[str, Table[bytes]]:
    return {each.name: each.entries for each in manifests}
