"""Checks the times of the record: against one another, against now, against the day of publication (docs/bag-format.md,
4.12). A clock that was wrong when a page was captured shows here."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from archiver.model import Finding
from archiver.validation.payload.provenance import RECORD, Record
from archiver.validation.rules.registry import finding

_SLACK = timedelta(minutes=10)
"""By which the clocks of two machines may differ."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?![0-9])", re.ASCII)
"""How a whole day begins in EDTF; a month or a year says too little."""


def check_times(record: Record, now: datetime) -> Iterator[Finding]:
    """Ends before their beginnings, a capture after `now`, publication after the capture."""
    spans: list[tuple[str, tuple[str | int, ...], str]] = [("capture", ("capture",), "finished")]
    count = len(record.get(list, "capture", "exchanges") or [])
    spans += [(f"capture.exchanges[{i}]", ("capture", "exchanges", i), "ended") for i in range(count)]
    for field, keys, last in spans:
        begun, ended = record.time(*keys, "started"), record.time(*keys, last)
        if begun and ended and ended < begun:
            yield finding("REC012", RECORD, field=field, expected=f"after {begun}", found=ended)
    for name in ("finished", "started"):
        moment = record.time("capture", name)
        if moment and moment > now + _SLACK:
            yield finding("REC014", RECORD, field=f"capture.{name}", expected=f"by {now:%Y-%m-%d}", found=moment)
            break
    yield from _published(record)
    yield from _checks(record)


def _checks(record: Record) -> Iterator[Finding]:
    """What programs flagged before the bag was sealed, and those that could not be run."""
    for number in range(min(len(record.get(list, "checks") or []), 50)):
        at = ("checks", number)
        name, outcome = record.get(str, *at, "name"), record.get(str, *at, "outcome")
        if outcome == "flagged":
            what = record.get(str, *at, "flags", 0, "message") or "not stated"
            where = record.get(str, *at, "flags", 0, "of", "path")
            yield finding("REC016", f"data/{where}" if where else RECORD, name=name, what=what)
        elif outcome == "not made":
            yield finding("REC017", RECORD, name=name, reason=record.get(str, *at, "reason") or "not stated")


def _published(record: Record) -> Iterator[Finding]:
    finished = record.time("capture", "finished")
    if finished is None or finished.year >= date.max.year:
        return
    latest = finished.date() + timedelta(days=1)  # it may be tomorrow already where the page was published
    for number in range(len(record.get(list, "claims", "published") or [])):
        day = _day(record.get(str, "claims", "published", number, "value") or "")
        if day and day > latest:
            field = f"claims.published[{number}]"
            yield finding("REC015", RECORD, field=field, expected=f"not after {latest}", found=day)
            return


def _day(value: str) -> date | None:
    match = _DAY.match(value)
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
