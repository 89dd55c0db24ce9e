"""What each outcome means for the next run and the exit code: one table, which docs/capture/outcomes.md shows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from archiver.model.capture import Outcome, Truncation, Unread, UnreadKind

AskedAgain = Literal["no", "next run", "when able", "--retry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: what came, the outcome, what `archiver run` ends with, and when the seed is asked for again."""

    came: str
    outcome: Outcome
    unread: tuple[UnreadKind, ...] = ()
    truncated: tuple[Truncation, ...] = ()
    exit_code: int
    again: AskedAgain


TABLE = (
    Rule(came="the article, whole", outcome="captured", exit_code=0, again="no"),
    Rule(
        came="the article, its body cut short by the server or the time allowed",
        outcome="captured",
        truncated=("disconnect", "time"),
        exit_code=1,
        again="next run",
    ),
    Rule(
        came="the article, its body cut at the size allowed",
        outcome="captured",
        truncated=("length",),
        exit_code=1,
        again="when able",
    ),
    Rule(
        came="nothing that could be read, for now",
        outcome="unread",
        unread=("empty", "cut", "coding", "notice"),
        exit_code=1,
        again="next run",
    ),
    Rule(
        came="an answer that this installation cannot read as the article, or another page",
        outcome="unread",
        unread=("type", "shell", "frameset", "other-page", "time"),
        exit_code=1,
        again="when able",
    ),
    Rule(came="404, 410, or a page that says so", outcome="gone", exit_code=1, again="--retry"),
    Rule(came="a login, a paywall, a challenge, a consent wall", outcome="blocked", exit_code=1, again="--retry"),
    Rule(came="an address that may not be asked for", outcome="refused", exit_code=1, again="--retry"),
    Rule(came="no answer, or an error", outcome="failed", exit_code=1, again="next run"),
)


def rule_for(outcome: str, unread: Unread | None = None, truncated: str | None = None) -> Rule:
    """The row of the table that a result falls under. Raises ValueError for an unknown outcome."""
    for rule in TABLE:
        kind = unread.kind if unread else None
        if rule.outcome == outcome and (
            (rule.unread and kind in rule.unread)
            or (rule.truncated and truncated in rule.truncated)
            or not (rule.unread or rule.truncated or truncated or kind)
        ):
            return rule
    plain = next((rule for rule in TABLE if rule.outcome == outcome and not rule.truncated), None)
    if plain is None:
        raise ValueError(f"{outcome!r} is not an outcome")
    return plain


def exit_code(outcome: str, *, cut: bool = False) -> int:
    """What `archiver run` ends with where one seed ended so; `cut` where its body was. A seed that is still `waiting`
    is not archived either: 1."""
    return max((rule.exit_code for rule in TABLE if rule.outcome == outcome and bool(rule.truncated) is cut), default=1)


def asked_again(
    outcome: str,
    unread: Unread | None = None,
    truncated: str | None = None,
    *,
    retry: bool = False,
    able: Collection[str] = (),
) -> bool:
    """Whether the next run asks for a seed again that ended so. `able` names what this installation can do now that
    may have been missing: extras, `browser`, settings that were raised since."""
    again = rule_for(outcome, unread, truncated).again
    if again == "when able":
        needs = unread.needs if unread else "limits.response_bytes"
        return (needs is not None and needs in able) or (retry and outcome != "captured")
    return again == "next run" or (again == "--retry" and retry)
