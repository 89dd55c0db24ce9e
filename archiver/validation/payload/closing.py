"""Checks the closing of a job's bracket where it is kept beside a bag: that it has the bag, names the opening that the
bag carries, and that an authority saw it (docs/keep/bracket.md; RFC 3161)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from archiver.model import Finding
from archiver.model.bracket import CLOSING, CLOSING_FILES, folder_beside, line_of
from archiver.model.private import name_beside
from archiver.validation.bagit.tree import open_below
from archiver.validation.payload.authority import authority_of
from archiver.validation.payload.provenance import Record
from archiver.validation.rules.registry import finding
from archiver.validation.trust.policy import Trust

_ABSENT = "its token is not beside the bag"
_LARGEST = 256 << 20
"""Bytes of a closing: 65 a bag."""


@dataclass(frozen=True, slots=True)
class _Closing:
    """A closing as it was read: its lines, and the files that the authority's word is in."""

    statement: bytes = field(repr=False)
    token: bytes = field(repr=False)
    certificates: bytes = field(repr=False)
    lines: frozenset[str] = field(repr=False)


def check_closing(bag: Path | None, seal: str | None, record: Record, trust: Trust) -> Iterator[Finding]:
    """What the closing beside a bag shows; that it was not checked where it is not there, or cannot be read. `seal` is
    the SHA-256 of the tag manifest."""
    folder = folder_beside(bag, record.get(str, "bracket", "job")) if bag is not None else None
    if bag is None or folder is None or seal is None or record.get(dict, "redaction") is not None:
        yield finding("BRK012", reason=_ABSENT)
        return
    try:
        closing = _read(folder)
    except (FileNotFoundError, NotADirectoryError):
        yield finding("BRK012", reason=_ABSENT)
        return
    except OSError as error:
        yield finding("BRK012", reason=error.strerror or error)
        return
    from archiver.cms.read import InvalidCms, read_timestamp

    where = f".archiver/brackets/{folder.name}/{CLOSING}"
    if line_of(name_beside(bag), seal) not in closing.lines:
        yield finding("BRK013", file=where)
        return
    if f"opening: sha256:{record.get(str, 'bracket', 'sha256')}" not in closing.lines:
        yield finding("BRK014", file=where, reason="it names another opening")
        return
    try:
        stamp = read_timestamp(closing.token, closing.statement)
    except InvalidCms as error:
        yield finding("BRK014", file=where, reason=error.reason)
        return
    who = authority_of(stamp, closing.certificates, trust)
    if who.why_not:
        yield finding("BRK014", file=where, reason=f"the authority, {who.name}, is not verified: {who.why_not}")
    else:
        yield finding("BRK015", time=f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}", who=who.name, verified=who.verified)


def _read(folder: Path) -> _Closing:
    """The closing in a folder. Raises OSError."""
    about = (folder / CLOSING).lstat()
    return _parsed(folder, about.st_mtime_ns, about.st_size)


@lru_cache(4)
def _parsed(folder: Path, _changed: int, _size: int) -> _Closing:
    """All bags of a job have one."""
    found = []
    for name in CLOSING_FILES:
        with open_below(str(folder), name) as file:
            found.append(file.read(_LARGEST))
    lines = frozenset(found[0].decode("utf-8", "replace").splitlines())
    return _Closing(found[0], found[1], found[2], lines)
