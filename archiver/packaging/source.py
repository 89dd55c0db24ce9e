"""The files of a sealed bag as they are packed: sorted, regular, read in order. Whether the bag is valid, `validate/`
judges; what is not a plain file in it is refused here too, since nothing of the kind may travel (RFC 8493, 5.1)."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archiver.digest import CHUNK, sha256
from archiver.errors import Refused
from archiver.model.seal_file import seal_file, seal_note
from archiver.packaging.sealed_digests import SealedDigests

_TAG_FILE = 64 << 20
"""Bytes of a tag file that are held in memory."""
_IDENTIFIER = re.compile(rb"^External-Identifier[ \t]*:[ \t]*([^\r\n]{1,1000})", re.IGNORECASE | re.MULTILINE)
_BAGGED = re.compile(rb"^Bagging-Date[ \t]*:[ \t]*(\d{4})-(\d\d)-(\d\d)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A bag that lies still: path in the bag -> size, sorted; `moment` is the time its files are given in packages."""

    root: Path
    name: str
    seal: str
    """SHA-256 of the tag manifest (`seal_file`): it names this state of the bag."""
    identifier: str | None
    """The first External-Identifier."""
    moment: datetime
    files: dict[str, int]
    notes: tuple[str, ...]
    """What does not travel, or travels badly, a sentence each."""
    is_empty: bool = False
    """Whether there is a payload folder with no file in it."""
    places: Mapping[str, Path] = field(default_factory=dict)
    """Where files lie that are not below `root`: those of other bags, in a bag that is made for this delivery."""
    sealed: SealedDigests | None = field(default=None, compare=False, repr=False)
    """What the manifests say; it hears of every file that is read."""

    @property
    def octets(self) -> int:
        """Bytes of all files."""
        return sum(self.files.values())

    def place(self, path: str) -> Path:
        """Where a file lies on this machine."""
        return self.places.get(path) or self.root / path

    def read(self, path: str) -> Iterator[bytes]:
        """A file in pieces. Raises Refused where it cannot be read or is no longer as long as it was."""
        left, hasher = self.files[path], self.sealed.hasher(path) if self.sealed else None
        try:
            descriptor = os.open(self.place(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb", buffering=0) as file:
                while chunk := file.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        break
                    if hasher:
                        hasher.update(chunk)
                    yield chunk
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror or error}") from error
        if left:
            raise Refused(f"{path} changed while it was packed; hand the bag off again")
        if self.sealed and hasher:
            self.sealed.take(path, hasher)

    def require_unchanged(self) -> None:
        """Raises Refused where a file was read that is not the one of the manifests, or the manifests are others by
        now: asked once the bag was found valid, it says that what was read is what was judged."""
        if self.sealed is None:
            return
        try:
            changed = self.sealed.changed[:1] or (
                [] if self.sealed.is_still_sealed(self.seal) else ["its tag manifest"]
            )
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror or error}") from error
        if changed:
            raise Refused(f"{changed[0]} changed between packing and validation; nothing was sent: hand it off again")


def source(bag: Path) -> Source:
    """What there is to pack of the bag in the folder `bag`. Raises Refused for what may not travel, or cannot
    be read."""
    root = bag.resolve()
    try:
        files, empty = _listed(root)
        sealed = seal_file(files)
        if sealed is None:
            raise Refused("it has no manifest of a known digest: whether it arrived whole could not be checked")
        if not root.name.isprintable():
            raise Refused("its name holds characters that cannot be shown; rename it")
        digests = SealedDigests(root, files)
        tags = [_tag_file(root / name) if name in files else b"" for name in (sealed, "bag-info.txt")]
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror or error} ({error.filename})") from error
    is_empty = (root / "data").is_dir() and not any(path.startswith("data/") for path in files)
    empty = [each for each in empty if each != "data/"]
    notes = [f"the empty folder {each} does not travel: bags hold files only" for each in empty[:5]]
    notes += [f"and {len(empty) - 5} more empty folders"] if len(empty) > 5 else []
    odd = [path for path in files if not path.isascii() or not path.isprintable() or set(path) & set('\\:*?"<>|%')]
    notes += [f"the name {odd[0]!r} ({len(odd)} such) may not be what it was on other systems"] if odd else []
    notes += [note] if (note := seal_note(sealed)) else []
    stated = _IDENTIFIER.search(tags[1])
    return Source(
        root=root,
        name=root.name,
        seal=sha256(tags[0]),
        identifier=stated[1].decode("utf-8", "replace").strip() if stated else None,
        moment=_bagged(tags[1]),
        files=files,
        notes=tuple(notes),
        is_empty=is_empty,
        sealed=digests,
    )


def _listed(root: Path) -> tuple[dict[str, int], list[str]]:
    """Sizes of the files by path, sorted, and the folders that hold nothing."""
    files: dict[str, int] = {}
    empty: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            inside = list(entries)
        if not inside and folder:
            empty.append(folder)
        for entry in inside:
            path = f"{folder}{entry.name}"
            facts = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(facts.st_mode):
                waiting.append(f"{path}/")
            elif stat.S_ISREG(facts.st_mode):
                files[path] = facts.st_size
            else:
                raise Refused(f"{path} is a link or a special file, which does not travel")
            if any("\udc80" <= c <= "\udcff" for c in entry.name):
                raise Refused(f"the name {entry.name!a} is not UTF-8; rename it before bagging")
    return dict(sorted(files.items())), sorted(empty)


def _tag_file(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_TAG_FILE + 1)
    if len(data) > _TAG_FILE:
        raise Refused(f"{path.name} is larger than {_TAG_FILE:,} bytes")
    return data


def _bagged(info: bytes) -> datetime:
    """Midnight of the Bagging-Date; where there is none, 1980, before which zip knows no time."""
    match = _BAGGED.search(info)
    try:
        moment = datetime(*map(int, match.groups()), tzinfo=UTC) if match else None  # type: ignore[arg-type,misc]
    except ValueError:
        moment = None
    earliest = datetime(1980, 1, 1, tzinfo=UTC)
    return earliest if moment is None else min(max(moment, earliest), datetime(2107, 12, 31, tzinfo=UTC))
