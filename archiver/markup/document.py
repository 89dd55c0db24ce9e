"""A page as one tree, by lxml (libxml2): decoded, bounded and parsed once, where capture looks for what a page needs
and article then reads it (docs/adr/0170-one-parser.md).

No entities are expanded from outside, no network is used, comments are left out. What waits to be read is bounded: of
many pages that wait for slow servers the oldest are parsed again.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any

from lxml import etree

from archiver.markup.bounds import MAX_DEPTH, bounded, flattened
from archiver.markup.encodings import in_utf8

WAITING = 4 << 20
"""Bytes of pages whose trees are kept, which take some five times as much."""
_OPTIONS: dict[str, Any] = dict.fromkeys(("no_network", "remove_comments", "remove_pis"), True) | {"collect_ids": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page as a tree (None where there is none), the standard's name of its encoding, what was cut before or by the
    parser, in words, and what was done to it that lost nothing."""

    tree: Any
    encoding: str
    comments: tuple[str, ...] = ()
    """What stands in comments, CDATA sections and processing instructions, where that may be words."""
    cut: tuple[str, ...] = ()
    note: str | None = None


_COMMENT = re.compile(
    rb"<!--(?:-?>|((?:[^-]++|-(?!-!?>))*+))|<!\[CDATA\[((?:[^\]]++|\](?!\]>))*+)|<\?((?:[^>]++)*+)", re.DOTALL
)
MAX_COMMENTS = 5_000
_kept: dict[int, tuple[bytes, str | None, Document]] = {}
_lock = threading.Lock()


def document_of(body: bytes, stated: str | None) -> Document:
    """The page with the Content-Type `stated`. Never raises for bad HTML. The tree must not be changed."""
    kept = _given_away(body, stated)
    return kept if kept is not None else _document(body, stated)


def document_to_read_again(body: bytes, stated: str | None) -> Document:
    """The same, kept for the next who asks for the document of this very object, and given away then."""
    document = document_of(body, stated)
    if len(body) <= WAITING:
        with _lock:
            _kept[id(body)] = body, stated, document
            while sum(len(each) for each, _, _ in _kept.values()) > WAITING:
                del _kept[next(iter(_kept))]
    return document


def _given_away(body: bytes, stated: str | None) -> Document | None:
    """What is kept of this very object, which is kept no longer."""
    with _lock:
        kept = _kept.pop(id(body), None)
    return kept[2] if kept and kept[1] == stated else None


def parser_version() -> str:
    """What makes the trees, and its version."""
    return "libxml2 " + ".".join(map(str, etree.LIBXML_VERSION))


def tree_of(markup: str | bytes) -> Any:
    """The root element of some markup (bytes are UTF-8), or None where there is none. Never raises for bad HTML."""
    return _parsed(markup.encode("utf-8", "replace") if isinstance(markup, str) else markup)[0]


def _document(body: bytes, stated: str | None) -> Document:
    html, encoding = in_utf8(body, stated)
    tree, cut, note = _parsed(html)
    comments, more = _comments(html)
    return Document(tree=tree, encoding=encoding, comments=comments, cut=(*cut, *more), note=note)


def _comments(html: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The comments with two spaces and more, and what a bound left out of them."""
    found: list[str] = []
    for match in _COMMENT.finditer(html):
        text = next(filter(None, match.groups()), b"")
        if text.count(b" ") < 2 and text.isascii():
            continue
        if len(found) == MAX_COMMENTS:
            return tuple(found), (f"only the first {MAX_COMMENTS} comments of the page are read",)
        found.append(text.decode("utf-8", "replace"))
    return tuple(found), ()


def _parsed(html: bytes) -> tuple[Any, tuple[str, ...], str | None]:
    """The tree, what was cut, and what was done that lost nothing."""
    within = bounded(html)
    tree, trouble = _by_libxml2(within.markup, huge=False)
    if trouble is None:
        return tree, within.cut, None
    within = flattened(html)
    tree, trouble = _by_libxml2(within.markup, huge=True)
    cut = within.cut if trouble is None else (*within.cut, f"the parser stopped within the page: {trouble}")
    note = f"elements nested deeper than {MAX_DEPTH} levels were put side by side" if within.flattened else None
    return tree, cut, note


def _by_libxml2(html: bytes, *, huge: bool) -> tuple[Any, str | None]:
    """The tree, and why it is not that of the whole page where one of the library's own bounds was met."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=huge, **_OPTIONS)
    try:
        tree = etree.fromstring(html, parser)
    except (etree.LxmlError, ValueError, AssertionError):
        tree = None
    stopped = next((each for each in parser.error_log.filter_from_fatals() if _stops(each.type_name)), None)
    return tree, stopped.message if stopped is not None else None


def _stops(kind: str) -> bool:
    return kind in ("ERR_RESOURCE_LIMIT", "ERR_NO_MEMORY", "ERR_INTERNAL_ERROR", "ERR_NAME_TOO_LONG", "ERR_ARGUMENT")
