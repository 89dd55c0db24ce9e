"""Years and days of other calendars in the Gregorian one: Buddhist, Persian, Japan's eras, the Republic of China's."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
_YEAR, _MONTH, _DAY = "年년", "月월", "日號号일"


class FarEast(NamedTuple):
    """A date written with 年, 月, 日 or 년, 월, 일, and which tokens it takes."""

    first: int
    last: int
    year: int
    month: int
    day: int

    @staticmethod
    def find(tokens: Sequence[tuple[str, int | None]]) -> "FarEast | None":
        """The first such date among tokens, each given as its word and its number."""
        for at in range(len(tokens) - 5):
            (_, year), (y, _), (_, month), (m, _), (_, day), (d, _) = tokens[at : at + 6]
            if year is None or month is None or day is None or y not in _YEAR or m not in _MONTH or d not in _DAY:
                continue
            era = _ERAS.get("".join(word for word, _ in tokens[max(0, at - 2) : at]), 0)
            return FarEast(at - 2 if era else at, at + 5, year + era if era else year, month, day)
        return None


def buddhist(year: int) -> int:
    """The Gregorian year of a year that may be of the Buddhist era, 543 ahead: 2567 is 2024."""
    return year - 543 if 2400 <= year <= 2700 else year


def from_persian(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day of the Persian (Solar Hijri) calendar, by its 33-year cycle; None where it has none.

    The cycle agrees with the astronomical calendar from 1343 to 1472 (1964 to 2094)."""
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        return None
    leap_days = (8 * year + 21) // 33  # of the years before this one
    if month == 12 and day == 30 and (25 * year + 11) % 33 >= 8:
        return None
    ordinal = 365 * (year - 1) + leap_days + 31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day
    return date(622, 3, 21) + timedelta(days=ordinal - 1)
