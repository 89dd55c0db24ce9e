"""Seeds that are not captured, grouped by cause and host: the same groups for `status` and `report`."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.job.advice import ADVICE, class_of
from archiver.ledger.entries import Entry

HOSTS = 10
"""Hosts of a cause that are named, the most frequent."""
NOT_CAPTURED = ("failed", "unread", "blocked", "gone", "refused", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Seeds that are not captured for one cause, a key of `ADVICE`: how many, what to do, at which hosts (name, count;
    `more` is how many hosts are not named)."""

    cause: str
    count: int
    advice: str
    hosts: tuple[tuple[str, int], ...]
    more: int

    @property
    def where(self) -> str:
        """The first hosts, in words; "" where no address is known."""
        named = ", ".join(f"{host} ({count:,})" for host, count in self.hosts[:3])
        others = self.more + len(self.hosts[3:])
        return f"{named}{f' and {others:,} more' if named and others else ''}"


def causes_of(entries: Iterable[Entry]) -> list[Cause]:
    """The causes, the most frequent first."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in entries:
        found[cause_of(each)][host_of(each.url)] += 1
    ranked = sorted(found.items(), key=lambda each: (-each[1].total(), each[0]))
    return [_cause(name, hosts) for name, hosts in ranked]


def cause_of(entry: Entry) -> str:
    """The cause of one seed that is not captured."""
    return class_of(entry.outcome, str(entry.detail.get("kind")) if entry.detail else None, entry.reason)


def _cause(name: str, hosts: Counter[str]) -> Cause:
    named = sorted(((host, count) for host, count in hosts.items() if host), key=lambda each: (-each[1], each[0]))
    return Cause(
        cause=name,
        count=hosts.total(),
        advice=ADVICE[name],
        hosts=tuple(named[:HOSTS]),
        more=max(0, len(named) - HOSTS),
    )


def host_of(url: str | None) -> str:
    """The host of an address, without `www.`; "" where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")[:253]
    except ValueError:
        return ""
