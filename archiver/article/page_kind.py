"""Whether a page that answered is the article, or something that stands in its place.

By the seed's own words above all: a page that has them is the article, whatever else it carries. Without them, by the
markers of `page_kind.toml` (challenge pages, consent walls, logins, pages that say "not found" with status 200) and by
where redirects led. Judges values, fetches nothing; what cannot be told apart is taken for the article.
"""

import html
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from archiver.article.html.charset import decode
from archiver.article.words import keys
from archiver.model import Page, Reading, Seed

COVERED = 0.3
"""A page with so much of the seed's words is the article, however it is decorated."""
PRESENT = 0.2
"""So many of the seed's phrases anywhere in the page's source: the article is there, and only reading it failed."""
SHORT = 1200
"""Characters of text above which a page is no mere notice."""
_SOURCE = 2_000_000
_PHRASE, _PHRASES = 4, 40
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_NOT_FREE = re.compile(r'"isaccessibleforfree"\s*:\s*"?false')


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What stands in the article's place, and how that was seen."""

    outcome: Literal["gone", "blocked"]
    reason: str


def stands_instead(seed: Seed, page: Page, reading: Reading, redirects: tuple[str, ...]) -> Instead | None:
    """What is there instead of the article; None for the article, for other statuses than 2xx, and in doubt."""
    if not 200 <= page.status < 300 or reading.comparison.seed_coverage >= COVERED:
        return None
    source = decode(page.body[:_SOURCE], page.header("Content-Type"))[0].lower()
    if _phrases_present(seed, source) >= PRESENT:
        return None
    short = len(reading.article.text) < SHORT
    challenge = _challenge(page, source)
    if challenge and short:
        return Instead(outcome="blocked", reason=f"status {page.status}, but the page is a challenge of {challenge}")
    if not seed.paragraphs and _has_headline(seed, source):
        return None
    place = _by_place(seed, page) if redirects else None
    return place or (_by__words(source, reading) if short else None) or _by_absence(seed, source)


@cache
def _markers() -> dict[str, Any]:
    return tomllib.loads((files("archiver.article") / "page_kind.toml").read_text("utf-8"))


def _challenge(page: Page, source: str) -> str | None:
    for name, (value, whose) in _markers()["challenge_header"].items():
        if value in (page.header(name) or "").lower():
            return str(whose)
    named = _markers()["challenge"].items()
    return next((whose for whose, marks in named if any(mark in source for mark in marks)), None)


def _by_place(seed: Seed, page: Page) -> Instead | None:
    """A redirect that led away from the article: to a consent page, a login, or the front page."""
    asked, came = urlsplit(seed.url), urlsplit(page.url)
    if any(place in page.url.lower() for place in _markers()["consent"]["places"]):
        return Instead(outcome="blocked", reason=f"redirected to a consent page: {page.url}")
    login = [place for place in _markers()["login"]["places"] if place in f"{came.path}/".lower()]
    if login and not any(place in asked.path.lower() for place in login):
        return Instead(outcome="blocked", reason=f"redirected to a login or subscription page: {page.url}")
    if came.path.strip("/") == "" and asked.path.strip("/") != "":
        return Instead(outcome="gone", reason=f"redirected to the front page: {page.url}")
    return None


def _by__words(source: str, reading: Reading) -> Instead | None:
    """A short page: a consent wall, a notice that the article is not there, the stub before a paywall."""
    title = " ".join(html.unescape(match) for match in _TITLE.findall(source)[:1])
    said = f"{title}\n{reading.article.text[:SHORT].lower()}"
    if any(mark in title for mark in _markers()["consent"]["titles"]):
        return Instead(outcome="blocked", reason="status 200, but the page is a consent wall")
    phrase = next((each for each in _markers()["gone"]["phrases"] if each in said), None)
    if phrase:
        return Instead(outcome="gone", reason=f"status 200, but the page says {phrase.strip()!r}")
    if _NOT_FREE.search(source):
        return Instead(
            outcome="blocked", reason="status 200, but the article is behind a paywall (isAccessibleForFree)"
        )
    return None


def _by_absence(seed: Seed, source: str) -> Instead | None:
    """Nothing of the seed anywhere in the page's source, neither headline nor words."""
    if len(seed.paragraphs) < 2 or _has_headline(seed, source) or _phrases_present(seed, source) > 0:
        return None
    return Instead(outcome="gone", reason="status 200, but neither the seed's headline nor its words are on the page")


def _has_headline(seed: Seed, source: str) -> bool:
    return seed.headline is not None and " ".join(_words(seed.headline.text)) in " ".join(_words(_plain(source)))


def _phrases_present(seed: Seed, source: str) -> float:
    """The share of some phrases of the seed's body that stand in the source, tags and scripts included."""
    mine = [word for paragraph in seed.paragraphs if not paragraph.agency for word in _words(paragraph.text)]
    if len(mine) < 2 * _PHRASE:
        return 0.0
    starts = range(0, len(mine) - _PHRASE, max(1, (len(mine) - _PHRASE) // _PHRASES))
    phrases = {tuple(mine[at : at + _PHRASE]) for at in starts}
    theirs = _words(_plain(source))
    there = {gram for at in range(len(theirs) - _PHRASE + 1) if (gram := tuple(theirs[at : at + _PHRASE])) in phrases}
    return len(there) / len(phrases)


def _words(text: str) -> list[str]:
    return [key.casefold() for key in keys(text) if key[0].isalnum()]


def _plain(source: str) -> str:
    return html.unescape(_TAGS.sub(" ", source))
