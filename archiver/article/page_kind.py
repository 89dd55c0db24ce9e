"""Decides whether a page that answered 2xx is the article, and if not, what it is instead.

A page that has the seed's own words is the article, whatever else it carries. Otherwise it is `blocked` (a challenge, a
consent wall, a login, a paywall's stub), `gone` (only where the page says so) or `unread`: an answer that is not, or
could not be read as, the article. The markers are data, in `page_kind.toml`. Judges values, fetches nothing; what
cannot be distinguished is taken for the article. The outcomes stand in one table, `archiver/model/outcomes.py`.
"""

import html
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from archiver.markup.encodings import decode
from archiver.markup.media_types import content_type_of, not_html
from archiver.model import Page, Reading, Seed, Truncation, Unread, UnreadKind
from archiver.words import keys

COVERED = 0.3
"""A page with so much of the seed's words is the article, however it is decorated."""
PRESENT = 0.2
"""So many of the seed's phrases anywhere in the page's source: the article is there, and only reading it failed."""
SHORT = 1200
"""Characters of text above which a page is more than a notice."""
NOTICE = 80
"""Words above which a page says more than that something is not there."""
SHELL = 30
"""Words that the markup of an application holds at most before its scripts have run."""
READ_IN_PART = "bytes of the page are read"
"""How the problem of a page ends that has more than is read of one."""
_UNREAD = 0.1
"""Share of the seed that is in the source and was not read, from which on the article is taken to be there."""
_SOURCE = 2_000_000
_HEADINGS, _BLOCKS, _SMALL = 20, 400, 300
"""Headings, blocks, and characters of a block that are read for what the page says of itself."""
_PHRASE, _PHRASES = 4, 40
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_NOT_FREE = re.compile(r'"isaccessibleforfree"\s{0,9}:\s{0,9}"?false')
_PASSWORD = re.compile(r"<input\b[^<>]{0,300}\btype\s{0,9}=\s{0,9}[\"']?password")
_FRAMESET = re.compile(r"<frameset[\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What stands in the article's place, and how that was seen."""

    outcome: Literal["gone", "blocked", "unread"]
    reason: str
    unread: Unread | None = None


def stands_instead(
    seed: Seed, page: Page, reading: Reading, redirects: tuple[str, ...], *, truncated: Truncation | None = None
) -> Instead | None:
    """What is there instead of the article; None for the article, for an error that is no challenge, and in doubt.

    `truncated` is what ended the recorded response early, if anything did.
    """
    error = page.status >= 400
    if not (error or 200 <= page.status < 300) or reading.comparison.seed_coverage >= COVERED:
        return None
    source = decode(page.body[:_SOURCE], content_type_of(page.headers))[0].lower()
    short = len(reading.article.text) < SHORT
    if error:
        return _refusal(page, _challenge(page, source, error=True)) if short else None
    # A PDF or JSON may hold the words; no line of it was read, and nothing can be compared (docs/capture/outcomes.md).
    markup = not_html(page.body, content_type_of(page.headers)) is None
    present = _phrases_present(seed, source) if markup else 0.0
    if present >= PRESENT:
        read_too = reading.comparison.seed_coverage > present - _UNREAD
        return _wall(_small_print(reading), source, seed) if short and read_too else None
    if short and (refusal := _refusal(page, _challenge(page, source, error=False))):
        return refusal
    headline = markup and _has_headline(seed, source)
    if not seed.paragraphs and headline and reading.article.paragraphs:
        return None
    found = (_by_place(seed, page) if redirects else None) or (
        _by_words(seed, source, reading, own=headline or reading.comparison.seed_coverage > 0) if short else None
    )
    if found:
        return found
    unread = _not_read(page, reading, source, truncated)
    if unread:
        return unread
    if len(seed.paragraphs) > 1 and not headline and not present:
        return _unread(
            "other-page", "status 200, but neither the seed's headline nor its words are on the page", needs=None
        )
    return None


@cache
def _markers() -> dict[str, Any]:
    return tomllib.loads((files("archiver.article") / "page_kind.toml").read_text("utf-8"))


def _challenge(page: Page, source: str, *, error: bool) -> str | None:
    """Whose challenge a page is. Of an `error`, marks do not count that customers' ordinary pages have too."""
    markers = _markers()
    left_out = set(markers["customers"]["marks"] + markers["customers"]["headers"]) if error else set()
    for name, mark in markers["challenge_header"].items():
        said = (page.header(name) or "").lower()
        if name not in left_out and any(value in said for value in mark["values"]):
            return str(mark["of"])
    for whose, marks in markers["challenge"].items():
        if any(mark in source for mark in marks if mark not in left_out):
            return str(whose)
    return None


def _refusal(page: Page, whose: str | None) -> Instead | None:
    if whose is None:
        return None
    return Instead(outcome="blocked", reason=f"status {page.status}, but the page is a challenge of {whose}")


def _by_place(seed: Seed, page: Page) -> Instead | None:
    """A redirect that led away from the article: to a consent page, a login, or the front page."""
    asked, came = urlsplit(seed.url), urlsplit(page.url)
    if any(place in page.url.lower() for place in _markers()["consent"]["places"]):
        return Instead(outcome="blocked", reason=f"redirected to a consent page: {page.url}")
    login = [place for place in _markers()["login"]["places"] if place in f"{came.path}/".lower()]
    if login and not any(place in asked.path.lower() for place in login):
        return Instead(outcome="blocked", reason=f"redirected to a login or subscription page: {page.url}")
    if came.path.strip("/") == "" and asked.path.strip("/") != "":
        return _unread("other-page", f"redirected to the front page: {page.url}", needs=None)
    return None


def _by_words(seed: Seed, source: str, reading: Reading, *, own: bool) -> Instead | None:
    """A short page: a consent wall, a notice that the article is not there, maintenance, the stub before a paywall.

    What a page says in its title and its main heading it says of itself, unless the seed's headline says it too; what
    it says in small print only if it is the article's `own`.
    """
    mine = seed.headline.text.lower() if seed.headline else ""
    title = " ".join(" ".join(html.unescape(match) for match in _TITLE.findall(source)[:1]).split())
    headings = _headings(reading)
    words = _words_of_page(reading)
    shown = f"{title}\n{headings}\n{reading.article.text[:SHORT].lower()}"
    said = shown if words <= NOTICE else f"{title}\n{headings.partition(chr(10))[0]}"
    if any(mark in title for mark in _markers()["consent"]["titles"]):
        return Instead(outcome="blocked", reason="status 200, but the page is a consent wall")
    if not own and (words <= 2 * NOTICE) and _first_of("consent", shown, mine):
        return Instead(outcome="blocked", reason="status 200, but the page is a consent wall")
    logins = _markers()["login"]["titles"]
    if not own and _PASSWORD.search(source) and any(each.startswith(tuple(logins)) for each in said.split("\n")):
        return Instead(outcome="blocked", reason="status 200, but the page asks for a login")
    if phrase := _first_of("gone", said, mine):
        return Instead(outcome="gone", reason=f"status 200, but the page says {phrase!r}")
    if phrase := _first_of("denied", said, mine):
        return Instead(outcome="blocked", reason=f"status 200, but the page says {phrase!r}")
    if phrase := _first_of("notice", said, mine):
        return _unread("notice", f"status 200, but the page is a notice: it says {phrase!r}", needs="retry")
    return _wall(f"{said}\n{_small_print(reading) if own else ''}", source, seed)


def _wall(said: str, source: str, seed: Seed) -> Instead | None:
    """The stub of an article before a paywall or a login, by its markup or its words."""
    if _NOT_FREE.search(source):
        return Instead(
            outcome="blocked", reason="status 200, but the article is behind a paywall (isAccessibleForFree)"
        )
    mine = seed.headline.text.lower() if seed.headline else ""
    if phrase := _first_of("wall", said, mine):
        return Instead(
            outcome="blocked", reason=f"status 200, but the page is a wall before the article: it says {phrase!r}"
        )
    return None


def _headings(reading: Reading) -> str:
    """The headings that the markup shows, a line each."""
    model = reading.article.model
    blocks = model.blocks if model else ()
    return "\n".join(
        [each.text.lower() for each in blocks if each.kind == "heading" and each.marked is None][:_HEADINGS]
    )


def _small_print(reading: Reading) -> str:
    """The short blocks that the markup shows: a link or a button that asks for a subscription may be a menu for us."""
    model = reading.article.model
    blocks = model.blocks if model else ()
    shown = (each.text for each in blocks if each.kind != "data" and each.marked is None)
    return "\n".join(text.lower() for text in islice(shown, _BLOCKS) if len(text) <= _SMALL)


def _first_of(kind: str, said: str, mine: str) -> str | None:
    """The first of the phrases that the page says, and the seed's headline does not."""
    phrases = (each for each in _markers()[kind]["phrases"] if each in said and each not in mine)
    return next((str(each).strip() for each in phrases), None)


def _not_read(page: Page, reading: Reading, source: str, truncated: Truncation | None) -> Instead | None:
    """An answer in which no article could be read, by what kept it from being read; None where there is a text."""
    words = _words_of_page(reading)
    if page.unread:
        return Instead(outcome="unread", reason=page.problem or "the body could not be read", unread=page.unread)
    if words > SHELL:
        return None
    if truncated:
        needs = "limits.response_bytes" if truncated == "length" else "retry"
        return _unread("cut", f"the response was cut short ({truncated}), and no article is in what came", needs=needs)
    if (problem := page.problem or "").endswith(READ_IN_PART):
        return _unread("cut", f"no article is in what was read: {problem}", needs="limits.page_bytes")
    if not page.body.strip():
        return _unread("empty", f"status {page.status}, but the answer is empty", needs="retry")
    if note := not_html(page.body, content_type_of(page.headers)):
        return _unread("type", f"status {page.status}, but the answer is {note}", needs=None)
    if _FRAMESET.search(source):
        return _unread("frameset", "the page is a frameset: its text is in other documents", needs="browser")
    if "<script" in source:
        return _unread("shell", "the page is the shell of an application: its text is made by scripts", needs="browser")
    if reading.article.paragraphs:
        return None
    return _unread("empty", "the page holds no text that could be the article", needs="retry")


def _unread(kind: UnreadKind, reason: str, *, needs: str | None) -> Instead:
    return Instead(outcome="unread", reason=reason, unread=Unread(kind=kind, needs=needs))


def _words_of_page(reading: Reading) -> int:
    """How many words the page's markup shows; in scripts without spaces, half its characters."""
    article = reading.article
    if article.model is None:
        texts = list(article.paragraphs)
    else:
        texts = [each.text for each in article.model.blocks if not each.is_data and each.marked is None]
    return sum(max(len(text.split()), 0 if text.isascii() else len(text) // 12) for text in texts)


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
