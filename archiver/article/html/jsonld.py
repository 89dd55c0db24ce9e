"""JSON-LD of a page: the nodes that describe the article, found in `@graph`, arrays and nested objects (JSON-LD 1.1).

Broken JSON is read as far as it goes. No context is fetched: the names of schema.org are taken as they stand.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.etree import _Element as Element

from archiver.article.html.dom import path_of, text_of

MAX_BLOCKS = 50
MAX_CHARACTERS = 2_000_000
MAX_NODES = 5_000
MAX_DEPTH = 12
_TITLE = 1_000
_ARTICLES = re.compile(r"(?:Article|Posting|Report|Review|Recipe|CreativeWork)$", re.ASCII)
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s?<!\[CDATA\[|<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/)")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_FOLLOWED = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object and where it stands: the script's XPath and a JSONPath."""

    data: dict[str, Any]
    at: str


class Graph:
    """All JSON-LD of a page: `articles` describe the page's article; `resolve` follows `@id` references."""

    def __init__(self, tree: Element) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}
        self._left = MAX_NODES
        self._tree = tree
        nodes = [node for value, at in _blocks(tree) for node in self._nodes(value, f"{at} $", 0)]
        self.articles = [node for node in nodes if _is(node, _ARTICLES)] or [node for node in nodes if _is_page(node)]

    def titles(self) -> list[str]:
        """What the page is called in its title and its main headings."""
        found = [*islice(self._tree.iter("title"), 1), *islice(self._tree.iter("h1"), 3)]
        return [text_of(each, limit=_TITLE) for each in found]

    def bodies(self) -> list[tuple[str, str]]:
        """The texts the page declares as the article's body, and where."""
        return [
            (body, f"{node.at}.articleBody")
            for node in self.articles
            if isinstance(body := node.data.get("articleBody"), str) and body.strip()
        ]

    def resolve(self, value: Any) -> Any:
        """The object a bare `{"@id": …}` refers to, if the page has it; else the value itself."""
        if isinstance(value, dict) and len(value) <= 2 and "name" not in value:
            identifier = value.get("@id")
            return self._by_id.get(identifier, value) if isinstance(identifier, str) else value
        return value

    def _nodes(self, value: Any, at: str, depth: int) -> Iterator[Node]:
        if depth > MAX_DEPTH:
            return
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._nodes(each, f"{at}[{index}]", depth + 1)
        elif isinstance(value, dict) and self._left > 0:
            self._left -= 1
            if isinstance(identifier := value.get("@id"), str) and len(value) > 2:
                self._by_id.setdefault(identifier, value)
            yield Node(value, at)
            for key in _FOLLOWED:
                yield from self._nodes(value.get(key), f"{at}.{key}", depth + 1)


def _blocks(tree: Element) -> Iterator[tuple[Any, str]]:
    """The JSON values of the page's JSON-LD scripts and the scripts' XPaths."""
    scripts = [s for s in tree.iter("script") if "ld+json" in (s.get("type") or "").lower()]
    for script in scripts[:MAX_BLOCKS]:
        text = script.text or ""
        if len(text) <= MAX_CHARACTERS:
            yield from ((value, path_of(script)) for value in _values(text))


def _values(text: str) -> Iterator[Any]:
    """The JSON values in a text, one after another, up to the first that cannot be mended."""
    decoder = json.JSONDecoder(strict=False)
    text = _WRAPPING.sub("", text, count=1).strip()
    mended = False
    for _ in range(20):
        text = text.lstrip(" \t\r\n;,")
        if text[:1] not in ("{", "["):
            return
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            if mended:
                return
            text, mended = _TRAILING_COMMA.sub(r"\1", text), True
            continue
        yield value
        text = text[end:]


def _types(node: Node) -> list[str]:
    types = node.data.get("@type")
    return [t for t in (types if isinstance(types, list) else [types]) if isinstance(t, str)]


def _is(node: Node, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(t[-60:]) for t in _types(node))


def _is_page(node: Node) -> bool:
    return any(t.endswith("WebPage") for t in _types(node))
