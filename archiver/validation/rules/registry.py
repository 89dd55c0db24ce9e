"""All rules of validation in one table: code -> check, severity, section of the standard, message.

The rules stand by subject in the modules beside this one. Nothing here reads files: checkers find what is wrong and
name it by its code. Codes are contracts: a code is never given to another rule.
"""

from archiver.escape import visible
from archiver.model import Finding
from archiver.validation.rules import bagit, package, payload, serialized, trust, warc
from archiver.validation.rules.rule import Rule

SHOWN = 300
"""Characters of an expected or found value that a finding carries."""

RULES: dict[str, Rule] = {
    **bagit.RULES,
    **serialized.RULES,
    **payload.RULES,
    **warc.RULES,
    **trust.RULES,
    **package.RULES,
}

CHECKS = ("structure", "fixity", "tag-fixity", "record", "warc", "text", "seed", "wacz", "crate", *trust.CHECKS)
"""The checks of every report, in order. `extraction`, `profile` and `second-opinion` are added on request, `members`
and `original` where a bag is made of other bags."""

STRICT = frozenset(("BAG006", "BAG023", "BAG041", "BAG049", "BAG050", "BAG053", "BAG056", "BAG058", "CUS011"))
"""Deviations that are warnings or notices by default, and errors with `--strict`."""


def finding(code: str, path: str = "", *, expected: object = None, found: object = None, **facts: object) -> Finding:
    """A finding for the rule `code` at `path` in the bag. `facts` fill the rule's message, which stays on one line.
    Raises KeyError for an unknown code or a missing fact; both are programming errors."""
    rule = RULES[code]
    return Finding(
        code=code,
        severity=rule.severity,
        path=path,
        message=rule.message.format(**{name: visible(_shown(fact)) for name, fact in facts.items()}),
        section=rule.section,
        expected=None if expected is None else _shown(expected),
        found=None if found is None else _shown(found),
    )


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
