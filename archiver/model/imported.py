"""A page that somebody else captured: from which file it was taken, what that says of who captured it, and what
archiver did not see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ImportedKind = Literal["warc", "wacz", "har", "mhtml"]
Matched = Literal["address", "key", "canonical", "redirect"]
CheckOutcome = Literal["passed", "failed", "not checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A file that was named with `--from`; `entry` is the WARC inside a WACZ, or of a HAR or MHTML file None."""

    name: str
    kind: ImportedKind
    bytes: int
    sha256: str
    entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the file says of how it was made, and where it says so: nothing of it was checked."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCapture:
    """A capture of the seed's address in the files; `verdict` and `seed_coverage` (0 to 1) only where it was read."""

    datetime: datetime
    url: str
    status: int | None
    file: str
    verdict: str | None = None
    seed_coverage: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCheck:
    """A check of the file that was made before it was used, or was not."""

    check: str
    outcome: CheckOutcome
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Where a page came from that others captured. `copy` is `records` for WARC records bit for bit, `bodies` for what
    HAR and MHTML have: no message as it went over the wire. `captured` is the time that the file
    states, if it states one."""

    file: ImportedFile
    copy: Literal["records", "bodies"]
    captured: datetime | None
    imported: datetime
    matched: Matched
    stated: tuple[Stated, ...]
    captures: tuple[ImportedCapture, ...]
    held: int
    read: int
    words: str
    checks: tuple[ImportCheck, ...]
    not_seen: tuple[str, ...]
    evidence: str | None = None
