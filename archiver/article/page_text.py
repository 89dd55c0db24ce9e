"""A page opened, and its text found: where reading begins, and all that extracting a text again needs.

It knows nothing of seeds, claims, credits or the comparison, so that it starts quickly. It never raises for what a page
holds.
"""

from dataclasses import dataclass

from lxml.etree import _Element as Element

from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.article.text import extract
from archiver.article.text.extract import Extracted
from archiver.article.text.page_model import page_model
from archiver.markup.document import document_of, parser_version
from archiver.markup.media_types import content_type_of, not_html
from archiver.model import Page, PageModel

EXTRACTOR_VERSION = extract.VERSION
COMPLETE = "complete; "
"""How the problem of a page begins whose body is all there: bytes follow the end of its message."""
PARSER = parser_version()
"""What makes the tree of a page, and its version."""
NORMALISATION = "nfc-folded-1"
"""The rules by which the text of blocks is normalised: Unicode NFC, each run of white space one space, none at the
ends, controls dropped. A new version wherever the same markup would give another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page as a tree, with what is read from it more than once; `cut` names what was left out before, in words."""

    tree: Element
    graph: Graph
    outline: Outline
    comments: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    note: str | None = None


def opened(page: Page) -> tuple[Opened | None, str | None, str | None]:
    """(the page as a tree, its encoding, why there is no tree): None where it is not HTML or holds nothing."""
    stated = content_type_of(page.headers)
    if (note := not_html(page.body, stated)) is not None:
        return None, None, note
    document = document_of(page.body, stated)
    if (tree := document.tree) is None:
        return None, document.encoding, "not a readable page"
    whole = not page.problem or page.problem.startswith(COMPLETE)
    cut = document.cut if whole else (page.problem or "", *document.cut)
    found = Opened(
        tree=tree, graph=Graph(tree), outline=Outline(tree), comments=document.comments, cut=cut, note=document.note
    )
    return found, document.encoding, None


def text_of(page: Page, opening: Opened | None, *, fallback: bool = True) -> Extracted:
    """The text of an opened page; with `fallback`, by trafilatura too, where it is installed."""
    if opening is None:
        return Extracted()
    return extract.extract(opening.outline, opening.graph, page.url, fallback=fallback)


def model_of(opening: Opened | None, text: Extracted) -> PageModel | None:
    """The model of the whole page, with its text; None where it was not opened."""
    if opening is None:
        return None
    return page_model(
        opening.outline,
        text.blocks,
        opening.cut,
        parts=text.parts,
        places=text.places,
        comments=opening.comments,
    )
