"""Claims in microdata and RDFa."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from archiver.article.claims.source import MAX_LENGTH, MAX_TAGS, Found, Tree
from archiver.article.html.dom import path_of, text_of
from archiver.article.html.element_index import Outline
from archiver.model import ClaimName, Page

_NAME = ("name", "schema:name")
_WRITTEN = re.compile(r"Article|Posting|Report|WebPage")
_MICRODATA: Mapping[str, ClaimName] = {
    **dict.fromkeys(("headline", "dc:title"), "headline"),
    **dict.fromkeys(("datePublished", "dc:date", "dc:created"), "published"),
    **dict.fromkeys(("dateModified", "dc:modified"), "modified"),
    **dict.fromkeys(("author", "dc:creator"), "author"),
}


def claims(_: Page, tree: Tree | None) -> Iterator[Found]:
    """What the properties of the article say."""
    if tree is not None:
        yield from _from_microdata(tree.outline)


def _from_microdata(outline: Outline) -> Iterator[Found]:
    """Microdata and RDFa of the article: the first of each property, up to five authors."""
    left = Counter({"author": 5, "headline": 1, "published": 1, "modified": 1})
    for element in outline.properties[:MAX_TAGS]:
        for prop in (element.get("itemprop") or element.get("property") or "").split()[:5]:
            name = _MICRODATA.get(prop.removeprefix("schema:"))
            if name and left[name] and _is_of_article(element, prop):
                left[name] -= 1
                inner = next(filter(_is_name, element.iterdescendants("*")), element)
                raw = inner.get("content") or inner.get("datetime") or text_of(inner, limit=MAX_LENGTH)
                yield name, raw, "microdata", path_of(inner)


def _is_name(element: Element) -> bool:
    return element.get("itemprop") == "name" or element.get("property") in _NAME


def _is_of_article(element: Element, prop: str) -> bool:
    """Whether the thing an element's property belongs to is the article or the page, and not a comment or a video."""
    if prop.startswith("dc:"):
        return True
    scope, kind = ("itemscope", "itemtype") if element.get("itemprop") else ("typeof", "typeof")
    around = next((each for each in element.iterancestors() if each.get(scope) is not None), None)
    return bool(_WRITTEN.search(around.get(kind) or "")) if around is not None else element.tag == "meta"
