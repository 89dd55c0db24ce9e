"""The elements of a page that are asked for by class or property, gathered once: an XPath a question would walk the
page as often.

It judges nothing: what a candidate is worth is for the module that asks.
"""

from typing import cast

from lxml import etree
from lxml.etree import _Element as Element

_PROPERTIES = etree.XPath("//@itemprop/.. | //@property[not(parent::meta)]/..")
"""Few elements have any: asked for by the attribute, they cost a fifth of what `//*[@itemprop]` does."""


class Outline:
    """A page's tree, how many elements it has and, in page order: what may be a caption (`<figcaption>`, a class that
    says so), a byline (`<address>`, a class, `rel="author"`), a property (microdata, RDFa outside of `<meta>`)."""

    __slots__ = ("bylines", "captions", "properties", "size", "tree")

    def __init__(self, tree: Element) -> None:
        self.tree = tree
        self.size = 0
        self.captions: list[Element] = []
        self.bylines: list[Element] = []
        self.properties = cast(list[Element], _PROPERTIES(tree))
        for self.size, element in enumerate(tree.iter("*"), start=1):
            get, tag = element.get, element.tag
            names = get("class", "")
            if tag == "figcaption" or "aption" in names:
                self.captions.append(element)
            if "byline" in names or "author" in names or tag == "address" or get("rel") == "author":
                self.bylines.append(element)
