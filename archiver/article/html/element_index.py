"""What a page's elements say by their tags and attributes, gathered in one walk: a walk a question would read each
attribute as often.

It judges nothing: what a candidate is worth is for the module that asks.
"""

from typing import cast

from lxml.etree import _Element as Element

_BY_TAG = frozenset(("figcaption", "address", "cite", "small", "script", "title", "meta"))
"""Elements that are gathered whatever they say."""
_QUOTED = frozenset(("cite", "small"))
_TELLING = frozenset(("itemprop", "data-testid", "property"))
_DATA = frozenset(("script", "title", "meta"))
_LEAST = 2
"""Spaces that an attribute must have to be words, not a name."""
_ATTRIBUTES = """
class style src srcset sizes href d points transform viewbox data-srcset data-sizes data-src rel allow sandbox integrity
media fill stroke imagesizes imagesrcset http-equiv accept pattern
"""
_NO_WORDS = frozenset(_ATTRIBUTES.split())
"""Attributes whose values are code, addresses or names."""


class Outline:
    """A page's tree, how many elements it has and, in page order: what may be a caption (`<figcaption>`, a class that
    says so), a byline (`<address>`, a class, `rel="author"`), a property (microdata, RDFa outside of `<meta>`); the
    elements that have names and those names (see `names_of`), `<cite>` and `<small>` among them; and `data`: the
    scripts, titles and meta elements, and each attribute with words (its element, name and value)."""

    __slots__ = ("bylines", "captions", "data", "named", "properties", "size", "tree")

    def __init__(self, tree: Element) -> None:
        self.tree = tree
        self.size = 0
        self.captions: list[Element] = []
        self.bylines: list[Element] = []
        self.named: list[tuple[Element, str]] = []
        self.data: list[tuple[Element, str, str]] = []
        self.properties: list[Element] = []
        for self.size, element in enumerate(tree.iter("*"), start=1):
            attributes = cast(list[tuple[str, str]], element.items())
            tag = element.tag
            if attributes or tag in _BY_TAG:
                self._take(element, tag, attributes)

    def _take(self, element: Element, tag: str, attributes: list[tuple[str, str]]) -> None:
        names, by_author, named, told = "", False, False, False
        data = tag in _DATA
        if data:
            self.data.append((element, "", ""))
        for name, value in attributes:
            if name in _NO_WORDS:
                if name == "class":
                    names = value
                elif name == "rel":
                    by_author = value == "author"
                continue
            if name in _TELLING:
                named = named or name != "property"
                told = told or name == "itemprop" or (name == "property" and tag != "meta")
            if " " in value and not data and value.count(" ") >= _LEAST and not name.startswith("on"):
                self.data.append((element, name, value))
        if tag == "figcaption" or "aption" in names:
            self.captions.append(element)
        if by_author or tag == "address" or "byline" in names or "author" in names:
            self.bylines.append(element)
        if told:
            self.properties.append(element)
        if named:
            self.named.append((element, names_of(element)))
        elif names or tag in _QUOTED:
            self.named.append((element, names))


def names_of(element: Element) -> str:
    """What an element is called: its class, its property and its name in tests."""
    get = element.get
    return f"{get('class') or ''} {get('itemprop') or ''} {get('data-testid') or ''}"
