"""What a page's elements say by their tags and attributes, gathered in one walk: a walk a question would read each
attribute as often.

It judges nothing: what a candidate is worth is for the module that asks.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml.etree import _Element as Element

from archiver.article.html.source_marks import is_for_screen_readers, marked_of
from archiver.model import Marked

_BY_TAG = frozenset(("figcaption", "address", "cite", "small"))
"""Elements that are gathered whatever they say."""
_DATA = frozenset(("script", "title", "meta"))
_LEAST = 2
"""Spaces that an attribute must have to be words, not a name."""
_SHORT = 11
"""An attribute of at most so many characters is no sentence, in a script without spaces either."""
_ATTRIBUTES = """
style src srcset sizes href d points transform viewbox data-srcset data-sizes data-src rel allow sandbox integrity media
fill stroke imagesizes imagesrcset http-equiv accept pattern
"""
_NO_WORDS = frozenset(_ATTRIBUTES.split())
"""Attributes whose values are code, addresses or names."""
_TELLING = frozenset(("style", "rel", "itemprop", "data-testid", "property", "hidden"))
"""Attributes that describe an element."""
_KNOWN = _NO_WORDS | _TELLING


class Outline:
    """A page's tree, how many elements it has and, in page order: what may be a caption (`<figcaption>`, a class that
    says so), a byline (`<address>`, a class, `rel="author"`), a property (microdata, RDFa outside of `<meta>`); the
    elements that have names and those names (see `names_of`), `<cite>` and `<small>` among them; `data`: the scripts,
    titles and meta elements, and each attribute with words (its element, name and value); and what the source marks
    elements as (see `source_marks.py`)."""

    __slots__ = ("bylines", "captions", "data", "marked", "named", "properties", "size", "tree")

    def __init__(self, tree: Element) -> None:
        self.tree = tree
        self.size = 0
        self.captions: list[Element] = []
        self.bylines: list[Element] = []
        self.named: list[tuple[Element, str]] = []
        self.marked: dict[Element, Marked] = {}
        self.data: list[tuple[Element, str, str]] = []
        self.properties: list[Element] = []
        elements: Iterator[Any] = tree.iter("*")  # of HTML each tag, name and value is a string
        for self.size, element in enumerate(elements, start=1):
            tag, names = element.tag, ""
            telling = tag in _BY_TAG
            data = tag in _DATA
            if data:
                self.data.append((element, "", ""))
            for name, value in element.items():
                if name == "class":
                    names = value
                    continue
                if name in _KNOWN:
                    telling = telling or name in _TELLING
                    if name in _NO_WORDS:
                        continue
                spaced = value.count(" ") >= _LEAST or (len(value) > _SHORT and _is_unspaced(value))
                if spaced and not data and name[:2] != "on":
                    self.data.append((element, name, value))
            if names:
                self.named.append((element, names))
                if _tells(names):
                    telling = True
            if telling:
                self._take(element, tag, names)

    def _take(self, element: Element, tag: str, names: str) -> None:
        """An element that tells something by its tag, its class or another attribute."""
        get = element.get
        if tag == "figcaption" or "aption" in names:
            self.captions.append(element)
        if tag == "address" or "byline" in names or "author" in names or get("rel") == "author":
            self.bylines.append(element)
        if mark := marked_of(element):
            self.marked[element] = mark
        named = get("itemprop") is not None
        if named or (get("property") is not None and tag != "meta"):
            self.properties.append(element)
        if named or get("data-testid") is not None or (not names and tag in ("cite", "small")):
            if names:
                self.named.pop()
            self.named.append((element, names_of(element)))


def _is_unspaced(value: str) -> bool:
    """Whether an attribute may be words of a script without spaces, as they are or escaped."""
    return not value.isascii() or "\\u" in value


@lru_cache(maxsize=20_000)
def _tells(names: str) -> bool:
    """Whether a class is one of a caption, a byline, or of what is for screen readers."""
    return "aption" in names or "byline" in names or "author" in names or is_for_screen_readers(names)


def names_of(element: Element) -> str:
    """What an element is called: its class, its property and its name in tests."""
    get = element.get
    return f"{get('class') or ''} {get('itemprop') or ''} {get('data-testid') or ''}"
