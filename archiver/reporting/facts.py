"""What a report says of a folder of bags: counts from the ledger, and of its newest bags what only they state:
agencies, sizes, how long a capture took.

Of a bag `bag-info.txt` and the beginning of the record are read, no more: a report over 100,000 seeds takes seconds.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from archiver.credits.people.agencies import find
from archiver.ledger.ledger import Ledger
from archiver.ledger.restrictions import Noted, Restrictions
from archiver.reporting.causes import NOT_CAPTURED, Cause, causes_of, host_of

NEWEST = 10_000
"""Bags that are looked into."""
_LISTED = 20
_INFO, _HEAD = 1 << 18, 1 << 15
_TIMES = re.compile(rb'"(started|finished)": "([0-9TZ:.+-]{10,40})"')
_CREDIT = re.compile(r"^Credit: (.{1,300}?) \([a-z ,]{1,40}\)(?: \(seed\))?$", re.MULTILINE)
_OXUM = re.compile(r"^Payload-Oxum: ([0-9]{1,18})\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHost:
    """A host and its captures, in seconds from the first request of a page to the last answer it needed."""

    host: str
    captures: int
    median_seconds: float
    longest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report. `times` are (day, month or year; outcome -> seeds) by when a seed was settled; `looked_into` is how
    many bags gave agencies, sizes and durations, `kept` how many there are; `octets` are of the payloads of those."""

    bags: str
    seeds: int
    outcomes: dict[str, int]
    partial: int
    verdicts: dict[str, int]
    times: list[tuple[str, dict[str, int]]]
    failures: list[Cause]
    kept: int
    looked_into: int
    agencies: list[tuple[str, int]]
    octets: int
    median_octets: int
    largest: list[tuple[str, int]]
    slowest: list[SlowHost]
    restrictions: list[Noted]
    newest: list[tuple[str, str, str]] = field(default_factory=list)
    """(bag, name of the seed, outcome) of the newest bags."""

    def plain(self) -> dict[str, Any]:
        """The report as JSON has it."""
        row = asdict(self)
        row["times"] = [{"time": time, "outcomes": counts} for time, counts in self.times]
        for name, first in (("agencies", "name"), ("largest", "bag")):
            last = "bags" if name == "agencies" else "octets"
            row[name] = [{first: one, last: count} for one, count in getattr(self, name)]
        for each in row["failures"]:
            each["hosts"] = [{"host": host, "seeds": count} for host, count in each["hosts"]]
        row["newest"] = [{"bag": bag, "seed": seed, "outcome": outcome} for bag, seed, outcome in self.newest]
        return row


def report_of(bags: Path, *, most: int = NEWEST) -> Report:
    """The report over the ledger of a folder. Raises StorageError."""
    restrictions = Restrictions(bags).in_force
    ledger = Ledger(bags, read_only=True)
    try:
        outcomes = ledger.counts()
        found = ledger.within(lambda database: _Counts(database, most))
        failures = causes_of(ledger.entries(*NOT_CAPTURED))
        partial = ledger.partial()
    finally:
        ledger.close()
    look = _Look()
    for name, url in found.newest:
        look.into(bags / name, name, host_of(url))
    return Report(
        bags=str(bags),
        seeds=sum(outcomes.values()),
        outcomes=outcomes,
        partial=partial,
        verdicts=found.verdicts,
        times=found.times,
        failures=failures,
        kept=found.kept,
        looked_into=len(look.sizes),
        agencies=look.agencies.most_common(_LISTED),
        octets=sum(size for size, _ in look.sizes),
        median_octets=int(median(size for size, _ in look.sizes)) if look.sizes else 0,
        largest=[(name, size) for size, name in sorted(look.sizes, key=lambda each: (-each[0], each[1]))[:_LISTED]],
        slowest=look.slowest(),
        restrictions=restrictions,
        newest=found.shown,
    )


class _Counts:
    """What SQL counts in one go."""

    def __init__(self, database: sqlite3.Connection, most: int) -> None:
        query = (
            "SELECT verdict, count(*) FROM seeds WHERE outcome = 'captured' AND verdict IS NOT NULL GROUP BY verdict"
        )
        self.verdicts = dict(database.execute(f"{query} ORDER BY count(*) DESC, verdict"))
        self.times = list(_times(database))
        self.kept = int(database.execute("SELECT count(*) FROM seeds WHERE bag IS NOT NULL").fetchone()[0])
        newest = "SELECT bag, url, name, outcome FROM seeds WHERE bag IS NOT NULL ORDER BY updated DESC, bag LIMIT ?"
        rows = list(database.execute(newest, (most,)))
        self.newest = [(str(bag), url) for bag, url, _, _ in rows if "/" not in str(bag) and str(bag) not in ("", "..")]
        self.shown = [(str(bag), str(name), str(outcome)) for bag, _, name, outcome in rows[:_LISTED]]


def _times(database: sqlite3.Connection) -> Iterator[tuple[str, dict[str, int]]]:
    """By day; by month or year where there would be more than sixty."""
    for length in (10, 7, 4):
        query = (
            "SELECT substr(updated, 1, ?) AS time, outcome, count(*) FROM seeds GROUP BY time, outcome ORDER BY time"
        )
        found: dict[str, dict[str, int]] = {}
        for time, outcome, count in database.execute(query, (length,)):
            found.setdefault(str(time), {})[outcome] = count
        if len(found) <= 60 or length == 4:
            yield from found.items()
            return


class _Look:
    """What is read from the bags themselves."""

    def __init__(self) -> None:
        self.agencies: Counter[str] = Counter()
        self.sizes: list[tuple[int, str]] = []
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self._known: dict[str, str | None] = {}

    def into(self, bag: Path, name: str, host: str) -> None:
        """One bag; nothing where it is not here."""
        info = _start(bag / "bag-info.txt", _INFO).decode("utf-8", "replace")
        size = _OXUM.search(info)
        if size is None:
            return
        self.sizes.append((int(size[1]), name))
        self.agencies.update({short for credited in _CREDIT.findall(info) if (short := self._agency(credited))})
        times = dict(reversed(_TIMES.findall(_start(bag / "data/provenance.json", _HEAD))[:2]))
        seconds = _seconds(times.get(b"started"), times.get(b"finished"))
        if host and seconds is not None:
            self._seconds[host].append(seconds)

    def _agency(self, name: str) -> str | None:
        if name not in self._known:
            agency = find(name)
            self._known[name] = agency.name if agency else None
        return self._known[name]

    def slowest(self) -> list[SlowHost]:
        """Hosts by the median of their captures."""
        hosts = [
            SlowHost(
                host=host,
                captures=len(each),
                median_seconds=round(median(each), 3),
                longest_seconds=round(max(each), 3),
            )
            for host, each in self._seconds.items()
        ]
        return sorted(hosts, key=lambda each: (-each.median_seconds, each.host))[:_LISTED]


def _start(path: Path, most: int) -> bytes:
    """The beginning of a regular file; nothing where there is none."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _seconds(started: bytes | None, finished: bytes | None) -> float | None:
    try:
        first, last = (datetime.fromisoformat((each or b"").decode("ascii")) for each in (started, finished))
        return max(0.0, (last - first).total_seconds())
    except (ValueError, TypeError):
        return None
