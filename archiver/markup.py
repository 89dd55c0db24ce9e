"""HTML as a tree, by lxml: parsed once where capture looks for what a page needs and article then reads the page.

No entities are expanded from outside, no network is used, comments are left out. What waits to be read is bounded: of
many pages that wait for slow servers the oldest are parsed again.
"""

import threading
from typing import Any

from lxml import etree

WAITING = 4 << 20
"""Bytes of pages whose trees are kept, which take some five times as much."""
_OPTIONS: dict[str, Any] = dict.fromkeys(("no_network", "remove_comments", "remove_pis"), True) | {"collect_ids": False}
_kept: dict[int, tuple[bytes, str | None, Any]] = {}
_lock = threading.Lock()


def tree_of(body: bytes | str, encoding: str | None) -> Any:
    """The root element, or None where there is none. Never raises for bad HTML. The tree must not be changed."""
    with _lock:
        kept = _kept.pop(id(body), None)
    return kept[2] if kept and kept[1] == encoding else _parsed(body, encoding)


def tree_to_read_again(body: bytes, encoding: str | None) -> Any:
    """The same, kept for the next who asks for the tree of this very object, and given away then."""
    tree = _parsed(body, encoding)
    if len(body) <= WAITING:
        with _lock:
            _kept[id(body)] = body, encoding, tree
            while sum(len(each) for each, _, _ in _kept.values()) > WAITING:
                del _kept[next(iter(_kept))]
    return tree


def _parsed(body: bytes | str, encoding: str | None) -> Any:
    try:
        parser = etree.HTMLParser(encoding=encoding, **_OPTIONS)
    except LookupError:
        parser = etree.HTMLParser(**_OPTIONS)
    try:
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
