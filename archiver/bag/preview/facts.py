"""Values of a record, read as somebody else may have written them: what is of another type counts as absent."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from archiver.model.day_words import day_words
from archiver.schemas.fields import MOST, Table

LONGEST = 50_000
"""Characters of one text that are shown."""
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}")


def count(within: Table, name: str) -> int:
    """How many a list has, or what number stands there."""
    found = within.get(name)
    if isinstance(found, list):
        return len(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def words(within: Table, name: str) -> str:
    """A text or a number in words; "" where there is none. A longer text than `LONGEST` is cut, which it says."""
    found = within.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    text = str(found) if not isinstance(found, int) or abs(found) < 10**18 else ""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [cut here: the record has the rest]"


def names(within: Table, name: str) -> Sequence[str]:
    """The texts of a list."""
    found = within.get(name)
    return [each[:LONGEST] for each in found[:MOST] if isinstance(each, str)] if isinstance(found, list) else []


def share(within: Table, name: str) -> float:
    """A share from 0 to 1."""
    found = within.get(name)
    return min(1.0, max(0.0, found)) if isinstance(found, int | float) else 0.0


def moment(stated: str) -> str:
    """A moment in UTC to the second, `2024-07-01 12:00:00 UTC`; another text as it is."""
    found = _moment(stated)
    return f"{found:%Y-%m-%d %H:%M:%S} UTC" if found else stated


def day(stated: str) -> str:
    """A day for readers, `1 July 2024`; what EDTF marks as uncertain says so; what is not a day stays as it is."""
    return day_words(stated, _day)


def is_certain_day(stated: str) -> bool:
    """Whether a text is one day, or a moment of it, as `<time datetime>` takes it."""
    return _moment(stated) is not None


def _day(stated: str) -> str:
    found = _moment(stated)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}" if found else stated


def minute(stated: str) -> str:
    """`1 July 2024 at 12:00 UTC`; what is not a moment stays as it is."""
    found = _moment(stated)
    return f"{day(stated)} at {found:%H:%M} UTC" if found else stated


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _moment(stated: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stated) if len(stated) >= len("2024-07-01") else None
    except ValueError:
        return None


def web_address(text: str) -> str | None:
    """The address where it can be followed with a browser: http or https, with a host."""
    try:
        parts = urlsplit(text)
        return text if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def host_of(address: str) -> str:
    """The host of an address, without `www.`; the address itself where it has none."""
    try:
        return (urlsplit(address).hostname or address).removeprefix("www.")
    except ValueError:
        return address


def language_tag(stated: str) -> str:
    """A language as in BCP 47; "" for anything else that a page claims."""
    return stated if _LANGUAGE.fullmatch(stated) else ""


def direction(text: str) -> str:
    """`rtl` or `ltr`: that of the first letter that has one (UAX 9, rule P2)."""
    for character in text[:1_000]:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
