"""A line of a seed or page that is a date, in the scripts and languages of `calendar.json` (month and weekday names of
CLDR 48).

A line is a date line when a date stands in it and everything else is a label (`Published`), a weekday, a time of day,
a time zone, or apart from it behind a separator (`Culture | May 3, 2024`). Digits of any script count. Years of the
Buddhist era (Thai), the Persian calendar and Japan's eras are converted.

What is not sure is written in EDTF (ISO 8601-2:2019): `03/04/2022` is `[2022-03-04,2022-04-03]` where the language does
not say which number is the day; a day without a year is `XXXX-05-03`. Every step looks at a bounded number of tokens.
"""

import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from archiver.dates.calendars import FarEast, buddhist, from_persian
from archiver.dates.tokens import Token, first_words, names, split_tokens

_LONGEST = 160
_WORDS = tomllib.loads(files("archiver.dates").joinpath("date_words.toml").read_text("utf-8"))
_CONNECTORS = frozenset(_WORDS["connectors"].split())
_TIME_WORDS = frozenset(_WORDS["times"].split())
_LABELS = frozenset(_WORDS["labels"].split())
_UPDATED = frozenset(_WORDS["updated"].split())
_BY = frozenset(("by", "von", "par", "por", "di", "door", "av", "af", "przez", "od"))
_SEPARATORS = frozenset("|•·—–‐―/,;:()[]@-.»›*_<>~،؛、。，：｜’'\"“”‖+=")


class DateLine(NamedTuple):
    """A line which is a date. `edtf` is empty and `day` set when it is one day for certain; `rest` are the words apart
    from the date, `updated` whether it says when the page was changed."""

    day: date | None
    edtf: str = ""
    rest: tuple[str, ...] = ()
    updated: bool = False


class _Found(NamedTuple):
    first: int
    last: int
    days: tuple[date, ...]
    edtf: str = ""


def read_date_line(text: str, *, day_first: bool | None = None) -> DateLine | None:
    """The date that a whole line states; None when it is not a date.

    `day_first` says how the language of the document writes `03/04/2022`; None: not known.
    """
    text = " ".join(text.split()) if len(text) <= 4 * _LONGEST else text
    if len(text) > _LONGEST or not any(map(str.isdecimal, text)):
        return None
    tokens = list(split_tokens(text))
    found = _find(tokens, day_first)
    if found is None:
        return None
    rest = _rest(text, tokens, found)
    if rest is None:
        return None
    updated = any(token.key in _UPDATED for token in tokens)
    if len(found.days) == 1 and not found.edtf:
        return DateLine(found.days[0], "", rest, updated)
    edtf = found.edtf or f"[{','.join(sorted({day.isoformat() for day in found.days}))}]"
    return DateLine(None, edtf, rest, updated)


def _find(tokens: Sequence[Token], day_first: bool | None) -> _Found | None:
    far_east = FarEast.find([(token.key, token.number) for token in tokens])
    if far_east is not None:
        return _found(far_east.first, far_east.last, far_east.year, {far_east.month}, far_east.day)
    return _vietnamese(tokens) or _by_name(tokens) or _numeric(tokens, day_first) or _compact(tokens)


def _vietnamese(tokens: Sequence[Token]) -> _Found | None:
    keys = [token.key for token in tokens]
    if "tháng" not in keys:
        return None
    at = keys.index("tháng")
    numbers = [(i, number) for i, token in enumerate(tokens) if (number := token.number) is not None]
    before = [each for each in numbers if each[0] < at][-1:]
    after = [each for each in numbers if each[0] > at][:2]
    if not before or len(after) != 2 or at - before[0][0] > 2:
        return None
    return _found(before[0][0], after[1][0], after[1][1], {after[0][1]}, before[0][1])


def _by_name(tokens: Sequence[Token]) -> _Found | None:
    months, _, persian = names()
    yearless: _Found | None = None
    for at, token in enumerate(tokens):
        if token.key in persian:
            left, right = _number(tokens, at, -1), _number(tokens, at, 1)
            if left and right and (day := from_persian(right[1], persian[token.key], left[1])):
                return _Found(left[0], right[0], (day,))
        size, numbers = _month_at(tokens, at, months)
        if not size or (at and token.key in ("de", "di", "do", "so") and size == 1):
            continue
        left, right = _number(tokens, at, -1), _number(tokens, at + size - 1, 1)
        found = _around(tokens, at, size, numbers, left, right) or _month_of_year(tokens, at, size, numbers)
        if found is None:
            continue
        if not found.edtf:
            return found
        yearless = yearless or found
    return yearless


def _month_at(
    tokens: Sequence[Token], at: int, months: dict[tuple[str, ...], frozenset[int]]
) -> tuple[int, frozenset[int]]:
    """How many tokens from here on name a month, and which it may be."""
    words: list[str] = []
    best: tuple[int, frozenset[int]] = (0, frozenset())
    begun = tokens[at].key in first_words()
    for offset in range(at, min(at + 6, len(tokens)) if begun else at):
        if tokens[offset].key in (".", "’", "׳", "'") and words:
            continue
        words.append(tokens[offset].key)
        if (numbers := months.get(tuple(words))) is not None:
            best = (offset - at + 1, numbers)
    if not best[0] and (numbers := months.get((tokens[at].key.removesuffix("kuuta").removesuffix("ta"),))):
        best = (1, numbers)
    return best


def _around(
    tokens: Sequence[Token],
    at: int,
    size: int,
    months: frozenset[int],
    left: tuple[int, int] | None,
    right: tuple[int, int] | None,
) -> _Found | None:
    last = at + size - 1
    beyond = _number(tokens, right[0], 1) if right else None
    before = _number(tokens, left[0], -1) if left else None
    if left and right and _is_day(left[1]) and (year := _year(tokens, right)):
        return _found(left[0], right[0], year, months, left[1])
    if right and beyond and _is_day(right[1]) and (year := _year(tokens, beyond)):
        return _found(at, beyond[0], year, months, right[1])
    if left and right and _is_day(right[1]) and (year := _year(tokens, left)):
        return _found(left[0], right[0], year, months, right[1])
    if left and before and _is_day(left[1]) and (year := _year(tokens, before)):
        return _found(before[0], last, year, months, left[1])
    day = left if left and _is_day(left[1]) else right if right and _is_day(right[1]) else None
    if day is None or len(months) != 1 or (left and right and _year(tokens, right)):
        return None
    (month,) = months
    if day[1] > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
        return None
    return _Found(min(at, day[0]), max(last, day[0]), (), f"XXXX-{month:02}-{day[1]:02}")


def _numeric(tokens: Sequence[Token], day_first: bool | None) -> _Found | None:
    for at in range(len(tokens) - 4):
        one, sign, two, again, three = tokens[at : at + 5]
        if sign.key != again.key or sign.key not in ("-", "/", ".", "‐", "–", "٫", "⁄"):
            continue
        a, b, c = one.number, two.number, three.number
        if (
            a is None
            or b is None
            or c is None
            or (at + 6 < len(tokens) and tokens[at + 5].key == sign.key != "." and tokens[at + 6].number is not None)
        ):
            continue
        if len(one.key) == 4:
            if (day := from_persian(a, b, c)) and 1300 < a < 1500:
                return _Found(at, at + 4, (day,))
            return _found(at, at + 4, buddhist(a), {b}, c)
        if len(one.key) > 2 or len(two.key) > 2 or len(three.key) not in (2, 4):
            continue
        year = buddhist(c) if len(three.key) == 4 else 2000 + c if c < 70 else 1900 + c
        orders = [(b, a)] if sign.key == "." or day_first else [(b, a), (a, b)]
        days = {day for month, number in orders if (day := _date(year, month, number))}
        if not days and day_first:
            days = {day for day in [_date(year, a, b)] if day}
        if days:
            return _Found(at, at + 4, tuple(sorted(days)))
    return None


def _compact(tokens: Sequence[Token]) -> _Found | None:
    """`20240503`, which is a date only where nothing else is on the line."""
    if len(tokens) != 1 or len(tokens[0].key) != 8 or not tokens[0].key.isdecimal():
        return None
    key = tokens[0].key
    year = int(key[:4])
    return _found(0, 0, year, {int(key[4:6])}, int(key[6:])) if 1800 <= year <= 2199 else None


def _month_of_year(tokens: Sequence[Token], at: int, size: int, months: frozenset[int]) -> _Found | None:
    """`May 2024`, where nothing else is on the line: a date to the month."""
    right = _number(tokens, at + size - 1, 1)
    if at or len(months) != 1 or not right or len(tokens) > size + 3 or len(tokens[right[0]].key) != 4:
        return None
    (month,) = months
    return _Found(0, right[0], (), f"{buddhist(right[1])}-{month:02}")


def _found(
    first: int, last: int, year: int, months: Sequence[int] | set[int] | frozenset[int], day: int
) -> _Found | None:
    days = tuple(sorted({each for month in months if (each := _date(year, month, day))}))
    return _Found(first, last, days) if days else None


def _number(tokens: Sequence[Token], at: int, step: int) -> tuple[int, int] | None:
    """The nearest number on one side, with nothing but connecting words between."""
    for distance in range(1, 6):
        place = at + step * distance
        if not 0 <= place < len(tokens):
            return None
        if (number := tokens[place].number) is not None:
            return place, number
        if tokens[place].key not in _CONNECTORS:
            return None
    return None


def _year(tokens: Sequence[Token], at: tuple[int, int]) -> int | None:
    key = tokens[at[0]].key
    # `8:00` behind a day is a time of day, not a year.
    following = tokens[at[0] + 1].key if at[0] + 1 < len(tokens) else ""
    if len(key) == 4 and 1000 <= at[1] <= 2999:
        return buddhist(at[1])
    if (
        len(key) == 2
        and following not in (":", ".", "h")
        and at[0]
        and tokens[at[0] - 1].key in ("’", "'", "-", "/", "‘")
    ):
        return 2000 + at[1] if at[1] < 70 else 1900 + at[1]
    return None


def _is_day(number: int) -> bool:
    return 1 <= number <= 31


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _rest(text: str, tokens: Sequence[Token], found: _Found) -> tuple[str, ...] | None:
    """The words apart from the date; None where the line is a sentence around it. What stands apart is divided from the
    date by a separator; what touches it must be a label, a weekday or a time."""
    _, weekdays, _ = names()
    head = _side(tokens[: found.first][::-1], weekdays)
    tail = _side(tokens[found.last + 1 :], weekdays, behind=True)
    if head is None or tail is None:
        return None
    rest = []
    if head:
        rest.append(_trimmed(text[: head[0].end]))
    if tail:
        rest.append(_trimmed(text[tail[0].start :]))
    # A dateline's city (`LONDON, May 3, 2024`) may stand there; a clause may not.
    return None if any(_is_clause(each) for each in rest) else tuple(each for each in rest if each)


def _side(tokens: Sequence[Token], weekdays: frozenset[str], *, behind: bool = False) -> list[Token] | None:
    """The tokens of one side, from the date outwards, from the first that is not part of it; None where that one is not
    apart. A byline may stand `behind` the date without a separator."""
    apart, since = False, 0
    for at, token in enumerate(tokens):
        key = token.key
        if key in _SEPARATORS or not (key[0].isalnum() or unicodedata.category(key[0])[0] in "LM"):
            apart = apart or key in "|•·—–-/,;:()،؛、，｜@"
            since = at + 1 if key in "|•·—–/,;،؛、，｜@" else since
            continue
        if key in weekdays or key in _LABELS or key in _TIME_WORDS or key in _CONNECTORS:
            continue
        if token.number is not None and (len(key) <= 2 or (len(key) == 4 and at and tokens[at - 1].key in "+-")):
            continue
        if key in (
            "曜",
            "星",
            "期",
            "周",
            "週",
            "日",
            "月",
            "火",
            "水",
            "木",
            "金",
            "土",
            "一",
            "二",
            "三",
            "四",
            "五",
            "六",
            "天",
        ):
            continue
        return list(tokens[since or at :]) if apart or (behind and key in _BY) else None
    return []


def _trimmed(words: str) -> str:
    """Words without the marks that part them from the date; a bracket of their own keeps both halves."""
    kept = words.strip(" |•·—–-/,;:()[]*_،")
    before, behind = words.partition(kept)[::2] if kept else ("", "")
    opened, closed = kept.count("(") - kept.count(")"), kept.count(")") - kept.count("(")
    return ("(" if closed > 0 and "(" in before else "") + kept + (")" if opened > 0 and ")" in behind else "")


def _is_clause(words: str) -> bool:
    """Whether words are part of a sentence and no name, place or section: many, or most of them in lower case."""
    parts = words.split()
    if parts[0].isdigit() and len(parts) <= 4:
        return False  # `4 min read`
    lower = sum(1 for part in parts if part[0].islower())
    return (
        len(parts) > 8 or (lower > 1 and 2 * lower > len(parts)) or (words.endswith((".", "!", "?")) and len(parts) > 3)
    )
