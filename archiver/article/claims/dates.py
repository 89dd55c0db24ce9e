"""Dates as pages write them, normalised to ISO 8601: a day, a moment in UTC (`…Z`), or a time whose zone is unknown.

Only unambiguous spellings are read; `03/04/2022` is for `edtf.py`. Nothing is guessed: what is not understood is None.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from archiver.article.claims import edtf
from archiver.dates.date_line import read_date_line

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {n: i for i, n in enumerate(_NAMES.split("|"), start=1)}
_MONTH = rf"(?P<month>{_NAMES})[a-z]{{0,6}}\.?"
_WORDED = (
    re.compile(rf"\b{_MONTH}\s{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}{_MONTH},?\s{{1,3}}(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})\b")
_EASTERN = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d|\d{8})(?:[T ]{1,2}(\d.{0,30}))?")
_ZONE = re.compile(r"\s?(?:UTC|GMT)$|\s(?=[+-]\d\d:?\d\d$)")
_EARLIEST = 1500
_UNSURE = re.compile(r"[][?~%]")
_YEAR = re.compile(r"\d{4}|年")
_EPOCH = re.compile(r"\d{10}|\d{13}")
_IN_PATH = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/_.]?)(?P<month>0[1-9]|1[0-2]|(?<=/)[a-z]{3})(?P=mark)(?P<day>[0-3]\d)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class When:
    """A date as written: its local `day`; `moment` in UTC when the zone is known; `value` as claims keep it."""

    value: str
    day: date
    moment: datetime | None


def parse(raw: str) -> When | None:
    """What a date string means, or None. Longer strings than any date are not read."""
    text = raw.strip()
    return _parsed(text) if 6 <= len(text) <= 64 else None


@lru_cache(maxsize=512)
def _parsed(text: str) -> When | None:
    """A page says its dates in several places, and each is asked for by claims, agreement and comparison."""
    try:
        found = _iso(text) or _epoch(text) or _worded(text) or _mail(text)
    except (ValueError, OverflowError, TypeError, OSError):
        found = None
    return found or _in_words(text)


def in_path(path: str) -> str | None:
    """The date an address carries in its path (`/2022/02/24/`, `/2022/feb/24/`, `-20220224`), ISO 8601, or None."""
    for match in _IN_PATH.finditer(path[:2000].lower()):
        month = _MONTHS.get(match["month"]) or (int(match["month"]) if match["month"].isdigit() else 0)
        try:
            return date(int(match["year"]), month, int(match["day"])).isoformat()
        except ValueError:
            continue
    return None


def agree(one: str, other: str) -> bool:
    """Whether two dates as written say the same: as days when either has no zone, else to the minute. One that is not
    sure (EDTF) agrees with each day that it may be."""
    first, second = parse(one), parse(other)
    if first is None or second is None:
        sure, other_one = (first, other) if first else (second, one)
        return edtf.allows(other_one, sure.day) if sure else one == other
    if first.moment is None or second.moment is None:
        return first.day == second.day
    return abs((first.moment - second.moment).total_seconds()) < 60


def _iso(text: str) -> When | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    if match[2] is None:
        return _day(date.fromisoformat(match[1]))
    clock = _ZONE.sub(lambda zone: "+00:00" if zone[0].strip() else "", match[2].strip())
    return _when(datetime.fromisoformat(f"{match[1]}T{clock}"))


def _epoch(text: str) -> When | None:
    if not _EPOCH.fullmatch(text):
        return None
    return _when(datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), tz=UTC))


def _worded(text: str) -> When | None:
    for pattern in _WORDED:
        # A time beside it is left to the mail format; without a zone a day is all that is sure.
        if (match := pattern.search(text)) and ":" not in text:
            return _day(date(int(match["year"]), _MONTHS[match["month"].lower()], int(match["day"])))
    if match := _DOTTED.match(text) or _EASTERN.match(text):
        return _day(date(int(match["year"]), int(match["month"]), int(match["day"])))
    return None


def _mail(text: str) -> When | None:
    return _when(parsedate_to_datetime(text))


def _in_words(text: str) -> When | None:
    """The day that words of other languages and calendars state, with or without a label: `Publié le 11 février 2020`.
    Two digits are not taken for a year."""
    found = read_date_line(text) if _YEAR.search(text) and not _UNSURE.search(text) else None
    return _day(found.day) if found and found.day and not found.rest and found.day.year >= _EARLIEST else None


def _day(day: date) -> When:
    return When(day.isoformat(), day, None)


def _when(moment: datetime) -> When:
    if moment.tzinfo is None:
        return When(moment.isoformat(timespec="seconds"), moment.date(), None)
    utc = moment.astimezone(UTC)
    return When(utc.strftime("%Y-%m-%dT%H:%M:%SZ") if utc.year > 999 else utc.isoformat(), moment.date(), utc)
