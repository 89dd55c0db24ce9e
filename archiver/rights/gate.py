"""The gate: one function that says what may be done with a bag, from what its record states, the day, and a restriction
noted since (docs/keep/access.md).

Whatever is unset or cannot be read counts as `restricted`, an embargo that cannot be read as one in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Level = Literal["open", "restricted", "metadata-only", "closed", "taken-down"]
LEVELS: tuple[Level, ...] = ("open", "restricted", "metadata-only", "closed", "taken-down")
"""From the widest to the narrowest. A record states one of the first four; a takedown is noted beside the bags."""
Use = Literal["custody", "metadata", "copy", "public"]
"""`custody`: the sealed bag goes as a whole to who keeps it. `metadata`: facts about the article are shown. `copy`: an
access copy goes to a receiver who is named. `public`: the content is shown to everybody."""
_USES: dict[Level, frozenset[Use]] = {
    "open": frozenset(("custody", "metadata", "copy", "public")),
    "restricted": frozenset(("custody", "metadata", "copy")),
    "metadata-only": frozenset(("custody", "metadata")),
    "closed": frozenset(("custody",)),
    "taken-down": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """What was noted since a bag was sealed: `level` until the day `until` (None: until it is lifted), and why."""

    level: Level
    reason: str
    until: date | None = None
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the gate says: the level that holds today, and what decided."""

    level: Level
    why: str

    def allows(self, use: Use) -> bool:
        """Whether the bag may be used so."""
        return use in _USES[self.level]

    @property
    def sentence(self) -> str:
        """Level and reason, for people."""
        return f"access is {self.level} ({self.why})"


def level_of(stated: Any) -> Level:
    """The level that a word states; `restricted` for anything but one of the four."""
    word = stated.strip().lower() if isinstance(stated, str) else ""
    return next((level for level in LEVELS[:4] if level == word), "restricted")


def narrower(*levels: Level) -> Level:
    """The narrowest of levels."""
    return max(levels, key=LEVELS.index)


def day_of(stated: Any) -> date | None:
    """A day, ISO 8601 or EDTF with a mark of doubt behind it; None for anything else."""
    try:
        return date.fromisoformat(stated.strip()[:10]) if isinstance(stated, str) else None
    except ValueError:
        return None


def access_of(rights: Any, today: date, restriction: Restriction | None = None) -> Access:
    """What may be done with a bag today, by the `rights` of its record as somebody else may have written them."""
    stated: Mapping[str, Any] = rights if isinstance(rights, Mapping) else {}
    level, why = _stated(stated, today)
    embargo = stated.get("embargo")
    if embargo is not None and level in ("open", "restricted"):
        day = day_of(embargo)
        if day is None or today < day:
            level, why = "metadata-only", f"embargo until {day}" if day else "an embargo that is not a day"
    noted = restriction is not None and (restriction.until is None or today < restriction.until)
    if restriction is not None and noted and LEVELS.index(restriction.level) > LEVELS.index(level):
        level = restriction.level
        why = f"noted {restriction.since}: {restriction.reason}" if restriction.since else restriction.reason
    return Access(level=level, why=why)


def has_cookies(record: Any) -> bool:
    """Whether cookies of a subscription (`run --cookies`) are in the WARC files of the bag with this record; in an
    access copy they are not."""
    if not isinstance(record, Mapping) or record.get("redaction"):
        return False
    capture = record.get("capture")
    return bool(capture.get("logged_in")) if isinstance(capture, Mapping) else False


def _stated(rights: Mapping[str, Any], today: date) -> tuple[Level, str]:
    """The level of the record: that of the rule that decided, or, once the rule's day has come, the one after it."""
    word, rule = rights.get("access"), rights.get("rule")
    until = day_of(rights.get("until"))
    if until is not None and today >= until:
        after = rights.get("access_after")
        return level_of(after), f"since {until}" if after else "not stated"
    if isinstance(rule, str) and rule:
        return level_of(word), f"rule {rule[:300]}"
    return level_of(word), "as the record states" if word in LEVELS[:4] else "not stated"
