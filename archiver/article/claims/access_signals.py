"""What a page asks of those who copy it: `noarchive`, reservations of text and data mining, paywall markup.

Values in, findings out, each with source and place; nothing is decided here. Robots meta tags and X-Robots-Tag (as
search engines document them), TDM Reservation Protocol (W3C community report, 2024), schema.org isAccessibleForFree in
microdata; JSON-LD is read with the other claims.
"""

import re
from collections.abc import Iterator
from itertools import islice

from archiver.article.claims.source import Found, Tree
from archiver.article.html.dom import path_of, text_of
from archiver.article.html.element_index import Outline
from archiver.model import ClaimSource, Page

_DIRECTIVES = ("noarchive", "nocache", "noai", "noimageai")
_RESERVATIONS = ("tdm-reservation", "tdm-policy")
_ROBOTS = re.compile(r"robots|[a-z]{1,40}bot(?:-[a-z]{1,40})?")
_SEPARATORS = re.compile(r"[\s,;:]+")
_LONGEST = 1000


def claims(page: Page, tree: Tree | None) -> Iterator[Found]:
    """What headers and tags say of access."""
    for words, source, at in stated(page, tree.outline if tree else None):
        yield "access", words, source, at


def stated(page: Page, outline: Outline | None) -> Iterator[tuple[str, ClaimSource, str]]:
    """What headers and tags say of access: (in words, source, place)."""
    for name, value in page.headers:
        if name.lower() == "x-robots-tag":
            yield from ((each, "http", name) for each in _directives(value))
        elif name.lower() in _RESERVATIONS:
            yield f"{name.lower()}: {value.strip()[:_LONGEST]}", "http", name
    if outline is None:
        return
    for tag in islice(outline.tree.iter("meta"), 1000):
        name, content = tag.get("name", "").strip().lower(), tag.get("content", "")
        if "bot" in name and _ROBOTS.fullmatch(name):
            yield from ((each, "meta", path_of(tag)) for each in _directives(content))
        elif name in _RESERVATIONS:
            yield f"{name}: {content.strip()[:_LONGEST]}", "meta", path_of(tag)
    free = (e for e in outline.properties if e.get("itemprop") == "isAccessibleForFree")
    for element in islice(free, 5):
        yield element.get("content") or text_of(element, limit=_LONGEST), "microdata", path_of(element)


def _directives(content: str) -> list[str]:
    """The directives about copies; before them may stand the name of a robot (`googlebot: noarchive`)."""
    words = _SEPARATORS.split(content[:_LONGEST].lower())
    return [each for each in _DIRECTIVES if each in words]
