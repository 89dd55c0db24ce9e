"""Dates of records in words for a person. A record has them as EDTF writes them (ISO 8601-2:2019): `2019-06-03?` is a
day that was guessed, `[2022-03-04,2022-04-03]` one of two days."""

import re
from collections.abc import Callable

_QUALIFIED = re.compile(r"(\d{4}(?:-\d\d){0,2})([?~%])", re.ASCII)
_ONE_OF = re.compile(r"\[(\d{4}(?:-\d\d){0,2}(?:,\d{4}(?:-\d\d){0,2}){1,9})\]", re.ASCII)
_WORDS = {"?": "uncertain", "~": "approximate", "%": "uncertain and approximate"}


def day_words(stated: str, shown: Callable[[str], str] = str) -> str:
    """A date, with what is not sure of it in words; `shown` writes each date. Other text is as `shown` has it."""
    if qualified := _QUALIFIED.fullmatch(stated):
        return f"{shown(qualified[1])}, {_WORDS[qualified[2]]}"
    if one_of := _ONE_OF.fullmatch(stated):
        return " or ".join(map(shown, one_of[1].split(",")))
    return shown(stated)


def short_day_words(stated: str) -> str:
    """The same without the time of day; begins with the date, so that it sorts."""
    return day_words(stated, lambda each: each[:10])
