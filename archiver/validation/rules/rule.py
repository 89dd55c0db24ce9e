"""What a rule is, and how the tables of rules are written."""

from dataclasses import dataclass

from archiver.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `check` names the verdict that the rule decides; `section` is the public place the rule comes from: a
    standard and its section, or an anchor of docs/bag-format.md; `message` is a template for the facts of a finding."""

    check: str
    severity: Severity
    section: str
    message: str


def rules(check: str, rows: dict[str, tuple[Severity, str, str]]) -> dict[str, Rule]:
    """The rules of one check by their codes, from rows of (severity, section, message)."""
    return {
        code: Rule(check=check, severity=severity, section=section, message=message)
        for code, (severity, section, message) in rows.items()
    }
