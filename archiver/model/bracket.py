"""The bracket of a job: what its opening and closing timestamps are over, and where they are kept
(docs/keep/bracket.md)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archiver.digest import sha256

FOLDER = "evidence/bracket/"
"""Where the opening lies below `data/` of a bag."""
OPENING, CLOSING = "opening.json", "closing.txt"
TOKEN, CERTIFICATES = ".tsr", ".tsr.crt"
"""What is beside a statement: the authority's answer (DER), and its certificates (PEM, the root first)."""
FIELD = "archiver-bracket"
"""The field of a WARC file's warcinfo that names the opening token."""
ENTRIES = "closing-entries.txt"
"""Name and seal of each bag of a job: who keeps the bags has it, and nobody else."""
OPENING_FILES = tuple(OPENING + end for end in ("", TOKEN, CERTIFICATES))
CLOSING_FILES = tuple(CLOSING + end for end in ("", TOKEN, CERTIFICATES))


KEPT = "brackets"
"""The folder of `.archiver/` that has a folder for each bracket."""
_JOB = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)


def folder_of(bags: Path, job: object) -> Path | None:
    """Where the bracket of a job lies beside the bags in a folder, if it has one; None for what names no job."""
    match = _JOB.fullmatch(job) if isinstance(job, str) else None
    return bags / ".archiver" / KEPT / match[1] if match else None


def folder_beside(bag: Path, job: object) -> Path | None:
    """Where the bracket of a job lies beside a bag, if it does; None for what names no job."""
    return folder_of(bag.resolve().parent, job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a job said before it asked for anything, and the timestamp of that; `sha256` is the token's."""

    job: str
    statement: bytes = field(repr=False)
    token: bytes = field(repr=False)
    certificates: bytes = field(repr=False)
    sha256: str
    time: datetime
    """As the authority states it."""

    @property
    def files(self) -> dict[str, bytes]:
        """The three files by their names."""
        return dict(zip(OPENING_FILES, (self.statement, self.token, self.certificates), strict=True))

    @property
    def stated(self) -> dict[str, str]:
        """As the record has it."""
        files = {"file": FOLDER + OPENING, "token": FOLDER + OPENING + TOKEN}
        return {"job": self.job, **files, "sha256": self.sha256, "time": f"{self.time:%Y-%m-%dT%H:%M:%SZ}"}

    @property
    def named(self) -> str:
        """As WARC files and the closing name the token."""
        return f"sha256:{self.sha256}"


def line_of(name: str, seal: str) -> str:
    """The line of a bag in a closing: the SHA-256 of its seal, two spaces, its name and LF, which tells nobody the
    name."""
    return sha256(f"{seal}  {name}\n".encode("utf-8", "surrogateescape"))


def closing_of(job: str, opening: str, moment: datetime, bags: Iterable[tuple[str, str]]) -> bytes:
    """The closing statement of a job whose opening token has this SHA-256, over (name, seal) of its bags."""
    lines = sorted({line_of(name, seal) for name, seal in bags})
    head = ["archiver-closing: 1", f"job: {job}", f"opening: sha256:{opening}", f"time: {moment:%Y-%m-%dT%H:%M:%SZ}"]
    return "".join(f"{line}\n" for line in (*head, f"bags: {len(lines)}", "", *lines)).encode("ascii")
