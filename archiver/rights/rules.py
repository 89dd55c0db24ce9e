"""Rules of access in `archiver.toml`: `[[rights]]` by agency, publisher, site, date and seed list
(docs/keep/access.md).

A rule fits where everything it names fits. Of several that fit the narrowest decides, the first of those; nothing that
a seed states itself is made wider by a rule.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from archiver.errors import UsageError
from archiver.rights.gate import LEVELS, Level, day_of, narrower

_MOST = 1_000
_NAMES = ("agency", "publisher", "site", "list")
_KEYS = (*_NAMES, "from", "to", "access", "until", "statement")
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRule:
    """A rule: what it is about, each None or a name, and what it decides. Days are compared with the day of
    publication, both ends included."""

    access: Level
    agency: str | None = None
    publisher: str | None = None
    site: str | None = None
    list: str | None = None
    first: date | None = None
    last: date | None = None
    until: date | None = None
    statement: str | None = None

    @property
    def text(self) -> str:
        """The rule in one line, as the record states it."""
        pairs = [(name, getattr(self, name)) for name in _NAMES]
        pairs += [("from", self.first), ("to", self.last), ("access", self.access), ("until", self.until)]
        return ", ".join(f"{name} = {value}" for name, value in pairs if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an article: all names that credits and claims give, addresses, days of publication, the list."""

    agencies: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()
    list: str | None = None

    @classmethod
    def of(
        cls,
        *,
        agencies: Iterable[str | None],
        publishers: Iterable[str],
        addresses: Iterable[str | None],
        dates: Iterable[str],
        list_name: str | None,
        full_name: Callable[[str], str],
    ) -> "Facts":
        """Names are compared without case, agencies by their full names too (`full_name`); of addresses the host
        counts; what is not a day is left out."""
        publishers = list(publishers)
        named = [each for each in (*agencies, *publishers) if each]
        hosts = (_host(each) for each in addresses if each)
        return cls(
            agencies=frozenset(folded(each) for name in named for each in (name, full_name(name))),
            publishers=frozenset(folded(each) for each in publishers),
            hosts=frozenset(host for host in hosts if host),
            days=frozenset(day for each in dates if (day := day_of(each))),
            list=list_name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The rule that decided, and the level of those that fit and go on when its `until` has come; None: none does."""

    rule: RightsRule
    after: Level | None


def decide(rules: Sequence[RightsRule], facts: Facts, full_name: Callable[[str], str]) -> Decision | None:
    """The narrowest rule that fits, of equals the one that lasts longest; None where none fits. `full_name` gives the
    full name of an agency by any of its names."""
    fitting = [rule for rule in rules if _fits(rule, facts, full_name)]
    if not fitting:
        return None
    rule = max(fitting, key=lambda each: (LEVELS.index(each.access), each.until or date.max))
    lasting = [each.access for each in fitting if rule.until and (each.until is None or each.until > rule.until)]
    return Decision(rule=rule, after=narrower(*lasting) if lasting else None)


def _fits(rule: RightsRule, facts: Facts, full_name: Callable[[str], str]) -> bool:
    if rule.agency is not None:
        wanted = {folded(rule.agency), folded(full_name(rule.agency))}
        if wanted.isdisjoint(facts.agencies):
            return False
    if rule.publisher is not None and folded(rule.publisher) not in facts.publishers:
        return False
    if rule.site is not None:
        site = folded(rule.site)
        if not any(host == site or host.endswith(f".{site}") for host in facts.hosts):
            return False
    if rule.list is not None and rule.list != facts.list:
        return False
    if rule.first is None and rule.last is None:
        return True
    # An article whose day is not known may be of these days: it is treated as one.
    return not facts.days or any(
        (rule.first is None or day >= rule.first) and (rule.last is None or day <= rule.last) for day in facts.days
    )


def folded(name: str) -> str:
    """A name for comparison: without case, spaces folded."""
    return " ".join(name.casefold().split())


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def rules_of(tables: Any, where: str) -> tuple[RightsRule, ...]:
    """The rules that `[[rights]]` states. Raises UsageError naming rule and key."""
    if isinstance(tables, list) and all(isinstance(each, RightsRule) for each in tables):
        return tuple(tables)
    if not isinstance(tables, list) or not all(isinstance(each, Mapping) for each in tables):
        raise UsageError(f"{where}: rights must be tables, each under a line [[rights]]")
    if len(tables) > _MOST:
        raise UsageError(f"{where}: {len(tables):,} rules of rights; at most {_MOST:,} are taken")
    return tuple(_rule(table, f"{where}: [[rights]] no. {number}") for number, table in enumerate(tables, start=1))


def _rule(table: Mapping[str, Any], where: str) -> RightsRule:
    for key in table:
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key[:80]}; a rule has {', '.join(_KEYS)}")
    words = {key: _words(table[key], key, where) for key in (*_NAMES, "statement") if key in table}
    days = {key: _day(table[key], key, where) for key in ("from", "to", "until") if key in table}
    access = next((level for level in LEVELS[:4] if level == table.get("access")), None)
    if access is None:
        raise UsageError(f"{where}: access must be one of {', '.join(LEVELS[:4])}")
    if not any(name in table for name in (*_NAMES, "from", "to")):
        raise UsageError(f"{where}: it names nothing; give agency, publisher, site, list, from or to")
    if "site" in words:
        words["site"] = _host(words["site"]) or words["site"].lower().removeprefix("www.")
    return RightsRule(access=access, first=days.get("from"), last=days.get("to"), until=days.get("until"), **words)


def _words(value: Any, key: str, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or _NOT_ONE_LINE.search(value) or len(value) > 2_000:
        raise UsageError(f"{where}: {key} must be one line of text in quotes")
    return value.strip()


def _day(value: Any, key: str, where: str) -> date:
    found = value if type(value) is date else day_of(value)
    if found is None or (isinstance(value, str) and len(value.strip()) != 10):
        raise UsageError(f"{where}: {key} = {str(value)[:40]!r} is not a day, as in '2030-01-01'")
    return found
