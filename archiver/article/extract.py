"""The body of an article out of a parsed page: the adapter of trafilatura.

It says what the paragraphs are, in reading order, and nothing of claims, captions or links. No network, no dates.
"""

import importlib.metadata
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement

from archiver.article.tokens import fold

NAME = "trafilatura"
MAX_ELEMENTS = 60_000
_BLOCKS = frozenset(("p", "head", "item", "quote", "row", "code", "list", "table", "div", "body", "main", "lb"))
_COUNT = etree.XPath("count(//*)")
_log = logging.getLogger(__name__)


@cache
def version() -> str:
    """The version of the extractor that is installed."""
    return importlib.metadata.version(NAME)


def extract(tree: HtmlElement, url: str) -> tuple[tuple[str, ...], str | None]:
    """The paragraphs of the article and a note that says why there are none. The tree is left as it was."""
    if reason := _unreadable(tree):
        return (), reason
    try:
        body = _body(tree, url)
    except Exception as error:  # noqa: BLE001 - whatever a page makes the extractor raise, the page was captured
        _log.debug("trafilatura failed on %s", url, exc_info=True)
        return (), f"the extractor failed: {type(error).__name__}"
    paragraphs = tuple(_paragraphs(body)) if body is not None else ()
    return paragraphs, None if paragraphs else "no article text was found"


def _body(tree: HtmlElement, url: str) -> Any:
    """trafilatura's own tree of the article (p, head, list, item, quote, table), or None; made from a copy of ours."""
    from trafilatura import bare_extraction

    document = bare_extraction(
        tree, url=url, include_comments=False, deduplicate=False, with_metadata=False, output_format="txt"
    )
    return None if document is None else document.body  # type: ignore[union-attr]


def _paragraphs(body: Any) -> Iterator[str]:
    """One folded paragraph for each block and each line of it."""
    words: list[str] = []
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _BLOCKS:
            if paragraph := fold("".join(words)):
                yield paragraph
            words.clear()
        elif node.tag == "cell":
            words.append(" ")
        if event == "start":
            words.append(node.text or "")
        elif node is not body:
            words.append(node.tail or "")
    if paragraph := fold("".join(words)):
        yield paragraph


def _unreadable(tree: HtmlElement) -> str | None:
    """Why a tree is too big to be searched in bounded time, or None. How deep it is, the parser has bounded."""
    if cast(float, _COUNT(tree)) > MAX_ELEMENTS:
        return f"the page has more than {MAX_ELEMENTS} elements; its text was not searched"
    return None
