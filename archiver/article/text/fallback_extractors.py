"""Other ways to the text of a page, for where the blocks alone do not do: what the page declares in its data, what is
escaped in its scripts, trafilatura where the extra `fallback` is installed, and at last all prose there is.

Each gives paragraphs with their kinds and places, or none; which is used is decided in `extract.py`.
"""

import importlib.metadata
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.html.dom import parse, path_of
from archiver.article.html.jsonld import Graph
from archiver.article.text.block import Block, words_in
from archiver.article.text.block_kinds import kind_of
from archiver.article.text.blocks import blocks_of
from archiver.article.text.page_model import Places
from archiver.model import BlockKind, PageBlock
from archiver.words import fold

TRAFILATURA = "trafilatura"
MAX_SCRIPTS = 3_000_000
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "head"), "heading"),
    **dict.fromkeys(("li", "dt", "dd", "item"), "list"),
    **dict.fromkeys(("blockquote", "q", "quote"), "quotation"),
    **dict.fromkeys(("row", "table", "td", "th"), "table"),
}
_BORDERS = frozenset(("p", "head", "item", "quote", "row", "code", "list", "table", "div", "body", "main", "lb"))
# Possessive, so that no string is read twice.
_STRING = re.compile(r'"(?P<key>\w{2,40})"\s{0,4}:\s{0,4}"(?P<value>(?:[^"\\]++|\\.)*+)"', re.ASCII)
_SENTENCE = re.compile(r"[.!?…。！？।؟]")
_NO_TEXT = re.compile(r"[{}]|https?://\S+$|function\s?\(")
_LEAST = 8
_LONG = 60
"""Characters that a string of a script must have to be a paragraph."""
_log = logging.getLogger(__name__)


@cache
def version_of_trafilatura() -> str | None:
    """The version that is installed, by the extra `fallback`; None without it."""
    try:
        return importlib.metadata.version(TRAFILATURA)
    except importlib.metadata.PackageNotFoundError:
        return None


def declared(graph: Graph) -> tuple[PageBlock, ...]:
    """The longest `articleBody` of the page's JSON-LD, by its lines."""
    longest = max(graph.bodies(), key=lambda found: len(found[0]), default=None)
    return tuple(_plain(longest[0], longest[1])) if longest else ()


def in_scripts(tree: Element) -> tuple[PageBlock, ...]:
    """The prose in the strings of the page's scripts: of all that have one key, those of the key with most words."""
    found: defaultdict[str, list[PageBlock]] = defaultdict(list)
    left = MAX_SCRIPTS
    for script in tree.iter("script"):
        text = (script.text or "")[:left]
        left -= len(text)
        for match in _STRING.finditer(text):
            if len(match["value"]) >= _LONG and (value := _unescaped(match["value"])):
                found[match["key"]] += _plain(value, f"{path_of(script)} $..{match['key']}")
    each = {key: [b for b in blocks if _is_prose_text(b.text)] for key, blocks in found.items()}
    best = max(each.values(), key=lambda blocks: sum(words_in(b.text) for b in blocks), default=[])
    return tuple({block.text: block for block in best}.values())


def by_trafilatura(tree: Element, url: str, blocks: Sequence[Block], at: Places) -> tuple[PageBlock, ...]:
    """What trafilatura takes for the article, from a copy of the tree; none where it fails. A paragraph's place is that
    of the block with the same words."""
    from lxml.html import HTMLParser, document_fromstring
    from trafilatura import bare_extraction

    try:  # it wants elements of lxml.html, which are dearer than the plain ones that we read
        copy = document_fromstring(etree.tostring(tree, method="html", encoding="utf-8"), HTMLParser(encoding="utf-8"))
        document = bare_extraction(
            copy, url=url, include_comments=False, deduplicate=False, with_metadata=False, output_format="txt"
        )
    except Exception:  # noqa: BLE001 - whatever a page makes the extractor raise, the page was captured
        _log.debug("trafilatura failed on %s", url, exc_info=True)
        return ()
    if document is None or isinstance(document, dict) or document.body is None:
        return ()
    places = {fold(block.text): block for block in reversed(blocks)}
    found = []
    for kind, text in _paragraphs(document.body):
        block = places.get(text)
        found.append(PageBlock(kind=kind, text=text, at=at.at(block) if block else None))
    return tuple(found)


def is_prose(block: Block) -> bool:
    """Whether a block is prose and not made of links: all such blocks are the last resort."""
    return block.words >= _LEAST and block.linked < 0.35 and bool(_SENTENCE.search(block.text))


def _plain(text: str, at: str) -> Iterator[PageBlock]:
    """The paragraphs of a text that may be HTML."""
    if "<" in text and (tree := parse(f"<div>{text}</div>")) is not None:
        lines = [(kind_of(block, in_article=True), block.text) for block in blocks_of(tree)]
    else:
        lines = [("paragraph", line) for line in text.splitlines()]
    for kind, line in lines:
        if folded := fold(line):
            yield PageBlock(kind=kind, text=folded, at=at)


def _unescaped(value: str) -> str | None:
    try:
        text = json.loads(f'"{value}"', strict=False)
    except ValueError:
        return None
    return text if isinstance(text, str) and " " in text.strip() else None


def _is_prose_text(text: str) -> bool:
    return words_in(text) >= _LEAST and bool(_SENTENCE.search(text)) and not _NO_TEXT.search(text)


def _paragraphs(body: Any) -> Iterator[tuple[BlockKind, str]]:
    """One folded paragraph for each block of trafilatura's tree and each line of it."""
    words: list[str] = []
    kind: BlockKind = "paragraph"
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _BORDERS:
            if paragraph := fold("".join(words)):
                yield kind, paragraph
            words.clear()
            kind = _KINDS.get(node.tag, "paragraph") if event == "start" else "paragraph"
        elif node.tag == "cell":
            words.append(" ")
        if event == "start":
            words.append(node.text or "")
        elif node is not body:
            words.append(node.tail or "")
    if paragraph := fold("".join(words)):
        yield kind, paragraph
