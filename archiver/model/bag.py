"""A bag and what validation says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """A bag on disk, finished or still staged."""

    name: str
    path: Path
    identifier: str
    """`urn:uuid:…`, the External-Identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousBag:
    """An earlier bag of the same address: its name, its seal (SHA-256 of its tag manifest), when its capture began, how
    its page compared with its seed; None for what is not known."""

    bag: str
    seal: str | None
    captured: datetime | None
    verdict: str | None
    outcome: str | None = None
    status: int | None = None
    """Outcome and status of its capture; not stated in records."""


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
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each check that is `not checked` was not made."""

    @property
    def ok(self) -> bool:
        """No check failed. A check that was not made is not ok only where it was required, and then it is a finding."""
        return "failed" not in self.checks.values() and not any(f.severity == "error" for f in self.findings)

    @property
    def not_checked(self) -> tuple[str, ...]:
        """The checks that were not made, and therefore not passed."""
        return tuple(name for name, judgement in self.checks.items() if judgement == "not checked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was delivered or received, and that it came back as it was sent (schemas/receipt.schema.json)."""

    identifier: str
    """`urn:uuid:…`, of the receipt."""
    kind: Literal["delivery", "receipt"]
    bag: str
    bag_identifier: str | None
    """The bag's External-Identifier, where it states one."""
    seal: str
    """SHA-256 of the sealed bag's tagmanifest-sha256.txt."""
    derived: Mapping[str, Any] | None
    """Of a bag that was made of the sealed one for this receiver: seal, for, redacted."""
    form: str
    target: str
    package: str
    size: int
    sent: str
    """SHA-256 of the package; of a folder, over its list as sha256sum prints it, sorted."""
    read_back: str
    method: str
    """How it was read back."""
    files: int
    octets: int
    started: datetime
    ended: datetime
    report: Report
    """The validation before the delivery, or of what was received."""
    signatures: Mapping[str, str]
    """Path below the bag -> SHA-256 of the signatures that went along."""
    software: str
    organisation: str | None
    person: str | None
    custody_head: str | None
    """SHA-256 of the last event of the custody log as it went along."""
    answers: str | None = None
    """The identifier of the sender's receipt, in a receiver's."""
    members: tuple[tuple[str, str], ...] = ()
    """Name and seal of each bag in a group."""
    seed: Mapping[str, str | None] | None = None
    """Of a bag that a job delivered: what its ledger knows of the seed: name, url, sha256, outcome, verdict, reason."""
