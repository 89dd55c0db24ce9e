"""The page cut into blocks: each run of text between two borders, with the element it stands in.

A block is what a reader would call a paragraph, a heading, an item of a list, a caption, a line of a menu. Inline
markup does not part words, the readings of ruby (`rt`, `rp`) are no words of the text, two line breaks part
paragraphs. Which blocks are the article is not decided here (see `features.py`, `body.py`).
"""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.html.dom import INLINE
from archiver.article.text.class_hints import HIDDEN, marks_of

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
    """A block element: what its names say of it, and, counted later, how much text it holds."""

    __slots__ = (
        *("_name", "_own", "depth", "element", "held", "linked", "near", "parent", "prose", "score", "tag"),
        "words",
    )

    def __init__(self, element: Element, parent: "Place | None", tag: str, depth: int) -> None:
        self.element, self.parent, self.tag, self.depth = element, parent, tag, depth
        self._name: str | None = None
        self._own = -1
        self.held = self.prose = self.near = self.score = self.words = self.linked = 0.0

    @property
    def name(self) -> str:
        """The class of this element; read when first asked for, as most places hold nothing."""
        if self._name is None:
            self._name = self.element.get("class") or ""
        return self._name

    @property
    def own(self) -> int:
        """The marks of this element; read when first asked for."""
        if self._own < 0:
            get = self.element.get
            self._own = marks_of(f"{self.name} {get('id') or ''} {get('role') or ''} {get('itemprop') or ''}")
            style = get("style")
            if get("hidden") is not None or (style and "none" in style and "display" in style):
                self._own |= HIDDEN
        return self._own

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
    cutter.enter(tree, root, 0, False, False)
    cutter.close(root)
    return cutter.blocks


class _Cutter:
    """Walks a tree once and gathers the text between borders; white space before a block is only counted."""

    __slots__ = ("_blank", "_linked", "_links", "_pieces", "_strong", "blocks")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._blank = self._linked = self._strong = self._links = 0

    def enter(self, element: Element, place: Place, depth: int, linked: bool, strong: bool) -> None:
        """Take in all text of an element, which may be linked or strong; what is nested deeper than MAX_DEPTH is left
        out."""
        if text := element.text:
            self._take(text, linked, strong)
        deeper = depth < MAX_DEPTH
        for child in element:
            tag = child.tag
            if tag in UNREAD:
                pass
            elif tag == "br":
                self._take(_BREAK, False, False)
            elif tag in _FLOWING or (place.tag in _LEAVES and "-" in tag):
                # A site's own element (`<x-source>`) is no border within a paragraph.
                if deeper:
                    self._links += tag == "a"
                    self.enter(child, place, depth + 1, linked or tag == "a", strong or tag in _STRONG)
            elif tag in _CELLS and place.tag == "row":
                self._take(" ", False, False)
                self.enter(child, place, depth + 1, linked, strong)
                self._take(" ", False, False)
            elif deeper:
                if self._pieces:
                    self.close(place)
                self._blank = 0
                # A row of a table is one block, but for tables that lay out a page.
                inner = Place(child, place, "row" if tag == "tr" and not _LAYOUT(child) else tag, depth + 1)
                self.enter(child, inner, depth + 1, linked, strong)
                if self._pieces:
                    self.close(inner)
                self._blank = 0
            if text := child.tail:
                self._take(text, linked, strong)

    def _take(self, text: str, linked: bool, strong: bool) -> None:
        if self._pieces or not text.isspace():
            self._pieces.append(text)
        else:
            self._blank += len(text)
        if linked:
            self._linked += len(text)
        if strong:
            self._strong += len(text)

    def close(self, place: Place) -> None:
        """End the block that stands in `place`."""
        raw = "".join(self._pieces)
        self._pieces.clear()
        size = self._blank + len(raw) or 1
        linked, strong, home = self._linked / size, self._strong / size, place.home()
        for part in _TWICE.split(raw) if _BREAK in raw else (raw,):
            text = " ".join(part.split())
            if text and (len(text) > 3 or not _EMPTY.fullmatch(text)) and len(self.blocks) < MAX_BLOCKS:
                self.blocks.append(Block(text, place, home, words_in(text), linked, self._links, strong))
        self._linked = self._strong = self._links = 0
