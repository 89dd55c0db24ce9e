"""A bag and what validation says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A bag on disk, finished or still staged."""

    name: str
    path: Path
    identifier: str
    """`urn:uuid:…`, the External-Identifier."""


Severity = Literal["error", "warning", "info"]
Judgement = Literal["passed", "failed", "not checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in a bag: `path` relative to the bag ("" for itself); `section` is the rule's origin."""

    code: str
    severity: Severity
    path: str
    message: str
    section: str
    expected: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The validation of one bag: `checks` gives each layer's verdict (structure, fixity, record, …)."""

    bag: str
    checks: Mapping[str, Judgement]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """No check failed. A check that was not made is not ok only where it was required, and then it is a finding."""
        return "failed" not in self.checks.values() and not any(f.severity == "error" for f in self.findings)
