"""What a page asks of those who copy it: `noarchive`, reservations of text and data mining, paywall markup.

Values in, findings out, each with source and place; nothing is decided here. Robots meta tags and X-Robots-Tag (as
search engines document them), TDM Reservation Protocol (W3C community report, 2024), schema.org isAccessibleForFree in
microdata; JSON-LD is read with the other claims.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from archiver.article.dom import path_of, select, text_of
from archiver.model import ClaimSource, Page

_DIRECTIVES = ("noarchive", "nocache", "noai", "noimageai")
_RESERVATIONS = ("tdm-reservation", "tdm-policy")
_ROBOTS = re.compile(r"robots|[a-z]{1,40}bot(?:-[a-z]{1,40})?")
_FREE = etree.XPath("(//*[@itemprop='isAccessibleForFree'])[position()<=5]")
_SEPARATORS = re.compile(r"[\s,;:]+")
_LONGEST = 1000


def stated(page: Page, tree: HtmlElement | None) -> Iterator[tuple[str, ClaimSource, str]]:
    """What headers and tags say of access: (in words, source, place)."""
    for name, value in page.headers:
        if name.lower() == "x-robots-tag":
            yield from ((each, "http", name) for each in _directives(value))
        elif name.lower() in _RESERVATIONS:
            yield f"{name.lower()}: {value.strip()[:_LONGEST]}", "http", name
    if tree is None:
        return
    for tag in islice(tree.iter("meta"), 1000):
        name, content = tag.get("name", "").strip().lower(), tag.get("content", "")
        if _ROBOTS.fullmatch(name):
            yield from ((each, "meta", path_of(tag)) for each in _directives(content))
        elif name in _RESERVATIONS:
            yield f"{name}: {content.strip()[:_LONGEST]}", "meta", path_of(tag)
    for element in select(_FREE, tree):
        yield element.get("content") or text_of(element, limit=_LONGEST), "microdata", path_of(element)


def _directives(content: str) -> list[str]:
    """The directives about copies; before them may stand the name of a robot (`googlebot: noarchive`)."""
    words = _SEPARATORS.split(content[:_LONGEST].lower())
    return [each for each in _DIRECTIVES if each in words]
