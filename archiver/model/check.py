"""What a check before sealing found: formats identified, files flagged, or why it was not made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CheckKind = Literal["format identification", "virus check", "execution"]
"""Events of the Library of Congress list; `execution` is a program of the user's own."""
CheckOutcome = Literal["passed", "flagged", "not made"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at: a file of the payload (its path below `data/`) or, with `record_id`, what a WARC record in
    it holds."""

    path: str
    record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFound:
    """A format that a program identified from the content: the identifiers and names that it gives."""

    of: Checked
    puid: str
    name: str
    version: str | None
    mime: str | None
    basis: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A hit: what was flagged, and the program's words."""

    of: Checked | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: `tool` is the program as it names itself; `looked_at` counts files and contents of WARC records;
    `left_out` says in words what was not looked at; `reason` why it was not made."""

    name: str
    kind: CheckKind
    tool: str
    started: datetime
    outcome: CheckOutcome
    reason: str | None
    looked_at: int
    formats: tuple[FormatFound, ...] = ()
    flags: tuple[Flag, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def line(self) -> str | None:
        """The check in a sentence where it flagged something or was not made."""
        if self.outcome == "not made":
            return f"{self.name} before sealing was not made: {self.reason}"
        if self.outcome == "passed":
            return None
        first = self.flags[0]
        where = f" in {first.of.path}" if first.of else ""
        where += f", {first.of.record_id}" if first.of and first.of.record_id else ""
        more = f" (and {len(self.flags) - 1} more)" if len(self.flags) > 1 else ""
        return f"{self.name} before sealing flagged: {first.message}{where}{more}"
