"""A page opened, and its text found: where reading begins, and all that extracting a text again needs.

It knows nothing of claims, credits or the comparison, so that it starts quickly. It never raises for what a page holds.
"""

from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.html import charset, dom
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.article.text import extract
from archiver.article.text.extract import Extracted
from archiver.model import Page, Seed

NORMALISATION = "nfc-folded-1"
"""The rules by which the text of blocks is normalised: Unicode NFC, each run of white space one space, none at the
ends, controls dropped. A new version wherever the same markup would give another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page as a tree, with what is read from it more than once."""

    tree: Element
    graph: Graph
    outline: Outline


def opened(page: Page) -> tuple[Opened | None, str | None, str | None]:
    """(the page as a tree, its encoding, why there is no tree): None where it is no HTML or holds nothing."""
    content_type = page.header("Content-Type")
    if (note := charset.not_html(page.body, content_type)) is not None:
        return None, None, note
    html, encoding = charset.in_utf8(page.body, content_type)
    if (tree := dom.parse(html)) is None:
        return None, encoding, "not a readable page"
    return Opened(tree=tree, graph=Graph(tree), outline=Outline(tree)), encoding, None


def text_of(page: Page, opening: Opened | None, seed: Seed | None, *, fast: bool) -> Extracted:
    """The text of an opened page; the seed's body decides where there is one."""
    if opening is None:
        return Extracted()
    body = "\n".join(paragraph.text for paragraph in seed.paragraphs) if seed is not None else ""
    return extract.extract(opening.outline, opening.graph, page.url, body, fast=fast)


def parser() -> str:
    """What makes the tree of a page: the parser and its version."""
    return "libxml2 " + ".".join(map(str, etree.LIBXML_VERSION))
