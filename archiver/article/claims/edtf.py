"""Dates that are not sure to the day, as EDTF writes them (Extended Date/Time Format, ISO 8601-2:2019, levels 0 to 2).

A month or a year alone (`2022-02`), a day that may be two (`03/04/2022` is `[2022-03-04,2022-04-03]`), and a day that
was guessed (`2022-02-24?`). What is sure is read in `dates.py`.
"""

import re
from datetime import date

_COARSE = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d)")
_GUESSED = re.compile(r"(\d{4}-\d\d-\d\d)\?")


def parse(raw: str) -> str | None:
    """A date in EDTF: a month, a year, two possible days, or a day that was guessed. None where it is none of these."""
    text = raw.strip()[:64]
    if _COARSE.fullmatch(text) or (_GUESSED.fullmatch(text) and _days(int(text[:4]), int(text[5:7]), int(text[8:10]))):
        return text
    if numbers := _NUMBERS.fullmatch(text):
        first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
        days = sorted({*_days(year, first, second), *_days(year, second, first)})
        return days[0] if len(days) == 1 else f"[{','.join(days)}]" if days else None
    return None


def guessed(day: str) -> str:
    """A day that somebody took for the right one, without the page saying so."""
    return f"{day}?"


def allows(value: str, day: date) -> bool:
    """Whether a date in EDTF may be this day."""
    iso = day.isoformat()
    if _COARSE.fullmatch(value):
        return iso.startswith(value)
    return iso in value.strip("[]?").split(",")


def _days(year: int, month: int, day: int) -> list[str]:
    try:
        return [date(year, month, day).isoformat()]
    except ValueError:
        return []
