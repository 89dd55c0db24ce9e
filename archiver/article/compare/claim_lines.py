"""Which lines of a page print what is known of it as a claim: its headline, date, byline, caption. They are compared
with their like and are not lines of the body (docs/capture/comparison.md)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from archiver.article.claims import dates
from archiver.credits.people import names
from archiver.model import Seed
from archiver.words import keys

_Key = tuple[str, ...]
_LONGEST_BYLINE = 200
_WORD = re.compile(r"[^\W\d_]+")
_WORD_OF_DATE = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)"
    r"(?:day)?|st|nd|rd|th|on|at|published|posted|date|utc|gmt|[ap]m|[tz年月日년월일]",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*[,|/·•–—-]\s*|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a page as a claim."""

    headlines: frozenset[_Key]
    authors: frozenset[_Key]
    days: frozenset[str]
    keyed: frozenset[_Key]
    """What the seed has as a claim: its headline, byline, captions and other lines of its opening."""

    def has_key(self, key: _Key) -> bool:
        """Whether a line says what the seed has as a claim."""
        return key in self.keyed

    def is_claim(self, text: str, key: _Key, *, top: bool) -> bool:
        """Whether a line is nothing but the byline or, at the `top` of the page, its headline or its date."""
        return (top and (key in self.headlines or is_date(text, self.days))) or self._is_signature(text)

    def _is_signature(self, text: str) -> bool:
        """Whether a line holds nothing but authors that are known, perhaps with a day that is known beside them."""
        if len(text) > _LONGEST_BYLINE or not self.authors:
            return False
        if _is_byline(text, self.authors):
            return True
        if not any(map(str.isdigit, text)):
            return False  # A day has figures.
        halves = ((text[: joint.start()], text[joint.end() :]) for joint in _JOINT.finditer(text))
        return any(
            (is_date(one, self.days) and _is_byline(other, self.authors))
            or (is_date(other, self.days) and _is_byline(one, self.authors))
            for one, other in halves
        )


def known(seed: Seed, headlines: Iterable[str], authors: Iterable[str], days: Iterable[str]) -> Known:
    """What is known of the page of a seed: `headlines`, `authors` and `days` of publication (ISO 8601) are its own."""
    keyed = {keys(seed.headline.text)} if seed.headline else set()
    if seed.byline:
        keyed.add(keys(seed.byline.text))
    if seed.date:
        keyed.add(keys(seed.date.raw))
    for caption in seed.captions:
        keyed |= {keys(caption.text), keys(f"{caption.text} {caption.credit or ''}")}
    keyed |= {keys(line.text) for line in seed.header}
    return Known(
        headlines=frozenset(map(keys, headlines)),
        authors=frozenset(map(keys, authors)),
        days=frozenset([*days, *([seed.date.day.isoformat()] if seed.date and seed.date.day else [])]),
        keyed=frozenset(keyed),
    )


def is_date(text: str, days: Collection[str]) -> bool:
    """Whether a line holds nothing but one of the days."""
    when = dates.parse(text)
    return when is not None and when.day.isoformat() in days and all(map(_WORD_OF_DATE.fullmatch, _WORD.findall(text)))


def _is_byline(text: str, authors: frozenset[_Key]) -> bool:
    # Figures are left to the date: what follows one is not a name, and the names would be read without it.
    if any(map(str.isdigit, text)) or not names.are_names(text):
        return False
    return authors.issuperset(map(keys, names.split(text)))
