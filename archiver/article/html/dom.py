"""The page as a tree: one lxml parse, and the text, links and captions read from it.

No entities are expanded from outside and no network is used. Every walk is bounded, since the tree is hostile.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element as Element

from archiver.markup.document import tree_of
from archiver.model import PageAnchor, PageCaption
from archiver.words import fold

MAX_ANCHORS = 5_000
MAX_CAPTIONS = 200
_UNREAD = frozenset(("script", "style", "noscript", "template", "svg", "button"))
INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd"),
        *("label", "mark", "nobr", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var"),
        "wbr",
    )
)
_PLAIN = re.compile(r"(?:/[\w~%!$&'()*+,=:@-][\w.~%!$&'()*+,=:@-]*)+/?(?:\?[\w./~%!$&'()*+,=:@-]*)?", re.ASCII)
"""A path from the root without dot segments, which needs no resolving (RFC 3986, section 5.2): most links are such."""
_ORIGIN = re.compile(r"https?://[\w.-]+(?::\d+)?(?=/|$)", re.ASCII)
_NO_CAPTIONS = frozenset(("a", "img", "track", "body", "html"))
_PICTURES = ("img", "picture", "video", "iframe", "input", "figcaption")


class Caption(NamedTuple):
    """A caption and the element it is."""

    caption: PageCaption
    element: Element


class Link(NamedTuple):
    """An anchor and the element it stands in, for its surroundings."""

    anchor: PageAnchor
    element: Element


def parse(text: str | bytes) -> Element | None:
    """The tree of an HTML text (bytes are UTF-8) without comments, or None when there is nothing in it. Never raises
    for bad HTML."""
    tree: Element | None = tree_of(text)
    return tree


def holds(element: Element, *tags: str) -> bool:
    """Whether an element of one of these tags lies within this one."""
    return next(element.iterdescendants(*tags), None) is not None


def path_of(element: Element) -> str:
    """The element's XPath."""
    return str(element.getroottree().getpath(element))


def text_of(element: Element, *, limit: int = 2_000, inline: frozenset[str] = INLINE) -> str:
    """The words of an element, folded, blocks parted by a space; about `limit` characters at most, and of what begins
    and ends in it 4 times as many: elements without text cost as well."""
    if not len(element):
        return fold((element.text or "")[: 2 * limit]) if element.tag not in _UNREAD else ""
    parts: list[str] = []
    size = 0
    for piece in _pieces(element, inline, 4 * limit):
        parts.append(piece)
        size += len(piece)
        if size > limit:
            break
    return fold("".join(parts)[: 2 * limit])


def _pieces(element: Element, inline: frozenset[str], steps: int) -> Iterator[str]:
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in islice(walker, steps):
        if event == "start":
            if node.tag in _UNREAD:
                walker.skip_subtree()
                continue
            if node.tag not in inline:
                yield " "
            if node.text:
                yield node.text
            continue
        if node.tag not in inline:
            yield " "
        if node is not element and node.tail:
            yield node.tail


def absolute(href: str, base: str) -> str | None:
    """`href` as an http(s) address, or None for `#`, `javascript:` and what is not an address."""
    href = href.strip()
    if href.startswith(("http://", "https://")):
        return href
    if not href or href.startswith("#"):
        return None
    if href.startswith(("javascript:", "mailto:", "tel:", "data:")):
        return None
    if href[0] == "/" and href[1:2] != "/" and _PLAIN.fullmatch(href) and (origin := _origin(base)):
        return origin + href
    try:
        address = urljoin(base, href)
        return address if urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


@lru_cache(maxsize=4)
def _origin(base: str) -> str:
    """Scheme and host of an address, "" where it has none."""
    found = _ORIGIN.match(base)
    return found[0] if found else ""


def base_of(tree: Element, url: str) -> str:
    """The address relative links refer to: `<base href>`, else the page's own."""
    href = next((href for base in tree.iter("base") if (href := base.get("href")) is not None), None)
    return url if href is None else absolute(href, url) or url


def links_of(tree: Element, base: str) -> list[Link]:
    """The anchors with words and an http(s) target, in page order."""
    return list(islice(_links(tree.iter("a"), base), MAX_ANCHORS))


def last_link(element: Element, base: str) -> PageAnchor | None:
    """The last anchor with words and an http(s) target among the children of an element."""
    last = next(_links(element.iterchildren("a", reversed=True), base), None)
    return last.anchor if last else None


def _links(elements: Iterable[Element], base: str) -> Iterator[Link]:
    for element in elements:
        href = element.get("href")
        address = absolute(href, base) if href else None
        if address and (text := text_of(element, limit=300)):
            yield Link(PageAnchor(text=text, href=address, at=path_of(element)), element)


def captions_of(candidates: Sequence[Element]) -> list[Caption]:
    """The captions among elements that may be some, each once."""
    found: list[Caption] = []
    within: set[Element] = set()
    for element in candidates[: 10 * MAX_CAPTIONS]:
        if element.getparent() in within:
            within.add(element)
            continue
        if element.tag in _NO_CAPTIONS or (element.tag != "figcaption" and holds(element, *_PICTURES)):
            continue
        within.update(element.iter() if len(within) < 10_000 else ())
        text = text_of(element, limit=1_500, inline=INLINE - {"span"})
        if text and all(text != each.caption.text for each in found[-20:]):
            found.append(Caption(PageCaption(text=text, at=path_of(element)), element))
        if len(found) == MAX_CAPTIONS:
            break
    return found
