"""The page cut into blocks: each run of text between two borders, with the element it stands in.

A block is what a reader would call a paragraph, a heading, an item of a list, a caption, a line of a menu. Inline
markup does not part words, the readings of ruby (`rt`, `rp`) are no words of the text, two line breaks part
paragraphs. Which blocks are the article is not decided here (see `features.py`, `body.py`).
"""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.dom import INLINE
from archiver.article.marks import HIDDEN, marks_of

MAX_DEPTH = 220
MAX_BLOCKS = 20_000
_UNREAD_TAGS = """
script style noscript template svg math button select textarea iframe object embed audio video canvas map rt rp rtc head
input option datalist nav dialog progress meter applet frameset noframes
"""
UNREAD = frozenset(_UNREAD_TAGS.split())
_FLOWING = INLINE | {"acronym", "img", "picture", "rb", "ruby", "strike"}
_BREAK = "\x1f"  # no page holds one: decoding drops controls
_TWICE = re.compile(rf"{_BREAK}\s*{_BREAK}[\s{_BREAK}]*")
_EMPTY = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_LAYOUT = etree.XPath("boolean(.//p or .//div or .//table or .//ul or .//h1 or .//h2 or .//h3 or .//article)")
_CELLS = frozenset(("td", "th"))
_STRONG = frozenset(("b", "strong", "i", "em"))
_LEAF_TAGS = "p h1 h2 h3 h4 h5 h6 li dt dd blockquote figcaption pre q address summary caption"
_LEAVES = frozenset(_LEAF_TAGS.split())


class Place:
    """A block element: what its names say of it and of all it stands in, and, counted later, how much text it holds."""

    __slots__ = (
        *("depth", "element", "held", "linked", "marks", "name", "near", "own", "parent", "prose", "score"),
        *("tag", "words"),
    )

    def __init__(self, element: Element, parent: "Place | None", tag: str, depth: int) -> None:
        self.element, self.parent, self.tag, self.depth = element, parent, tag, depth
        self.own = self.marks = -1
        self.name = ""
        self.held = self.prose = self.near = self.score = self.words = self.linked = 0.0

    def read(self) -> int:
        """The marks of this element and all it stands in; read when the first text is found in it."""
        if self.marks < 0:
            get = self.element.get
            self.name = get("class") or ""
            self.own = marks_of(f"{self.name} {get('id') or ''} {get('role') or ''} {get('itemprop') or ''}")
            style = get("style")
            if get("hidden") is not None or (style and "none" in style and "display" in style):
                self.own |= HIDDEN
            self.marks = self.own | (self.parent.read() if self.parent is not None else 0)
        return self.marks

    def home(self) -> "Place":
        """The container of what stands here: of a paragraph, what its siblings stand in."""
        home = self
        while home.tag in _LEAVES and home.parent is not None:
            home = home.parent
        return home


@dataclass(slots=True, eq=False)
class Block:
    """A run of text, white space folded, the place it stands in and the container of that; `words` is an estimate where
    none are parted."""

    text: str
    place: Place
    home: Place
    words: float
    linked: float
    links: int
    strong: float


def words_in(text: str) -> float:
    """How many words a folded text has; in scripts without spaces, half its characters."""
    count = text.count(" ") + 1
    return len(text) / 2 if len(text) > 12 * count and not text.isascii() else float(count)


def blocks_of(tree: Element) -> list[Block]:
    """The blocks of a page in reading order, at most MAX_BLOCKS."""
    cutter = _Cutter()
    root = Place(tree, None, "html", 0)
    cutter.enter(tree, root, 0)
    cutter.close(root)
    return cutter.blocks


class _Cutter:
    """Walks a tree once and gathers the text between borders."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._linked = self._strong = self._links = 0
        self._in_link = self._in_strong = 0

    def enter(self, element: Element, place: Place, depth: int) -> None:
        """Take in all text of an element; what is nested deeper than MAX_DEPTH is left out."""
        if text := element.text:
            self._add(text)
        deeper = depth < MAX_DEPTH
        for child in element:
            tag = child.tag
            if tag in UNREAD:
                pass
            elif tag == "br":
                self._pieces.append(_BREAK)
            elif tag in _FLOWING or (place.tag in _LEAVES and "-" in tag):
                # A site's own element (`<x-source>`) is no border within a paragraph.
                if deeper:
                    self._inline(child, tag, place, depth)
            elif tag in _CELLS and place.tag == "row":
                self._pieces.append(" ")
                self.enter(child, place, depth + 1)
                self._pieces.append(" ")
            elif deeper:
                if self._pieces:
                    self.close(place)
                # A row of a table is one block, but for tables that lay out a page.
                inner = Place(child, place, "row" if tag == "tr" and not _LAYOUT(child) else tag, depth + 1)
                self.enter(child, inner, depth + 1)
                if self._pieces:
                    self.close(inner)
            if text := child.tail:
                self._add(text)

    def _inline(self, element: Element, tag: str, place: Place, depth: int) -> None:
        linked, strong = tag == "a", tag in _STRONG
        self._links += linked
        self._in_link += linked
        self._in_strong += strong
        self.enter(element, place, depth + 1)
        self._in_link -= linked
        self._in_strong -= strong

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        if self._in_link:
            self._linked += len(text)
        if self._in_strong:
            self._strong += len(text)

    def close(self, place: Place) -> None:
        """End the block that stands in `place`, if there is one."""
        raw = "".join(self._pieces)
        self._pieces.clear()
        if raw.isspace():
            return
        size = len(raw)
        for part in _TWICE.split(raw) if _BREAK in raw else (raw,):
            text = " ".join(part.replace(_BREAK, " ").split())
            if text and (len(text) > 3 or not _EMPTY.fullmatch(text)) and len(self.blocks) < MAX_BLOCKS:
                place.read()
                linked, strong = self._linked / size, self._strong / size
                self.blocks.append(Block(text, place, place.home(), words_in(text), linked, self._links, strong))
        self._linked = self._strong = self._links = 0
