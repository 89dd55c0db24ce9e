"""The page cut into blocks: each run of text between two borders, with the element it stands in.

A block is what a reader would call a paragraph, a heading, an item of a list, a caption, a line of a menu. Inline
markup does not part words, two line breaks part paragraphs. What is not running text (the readings of ruby,
buttons, `<noscript>`, words hidden or for screen readers within a sentence) makes blocks of its own, which are not
judged. Which blocks are the article is not decided here (see `features.py`, `select_body.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.html.dom import parse
from archiver.article.html.source_marks import STRUCK_TAGS, is_icon, marked_of
from archiver.article.text.block import Block, words_in
from archiver.article.text.block_place import LEAVES, Place
from archiver.article.text.element_roles import RAISED, ROLES
from archiver.article.text.lost_end_tags import element_left_open
from archiver.model import Marked

MAX_DEPTH = 600
"""Levels that are read; pages are flattened before (`markup/bounds.py`)."""
MAX_BLOCKS = 20_000
MAX_WITHIN = 3
"""Levels of pages within pages (`<iframe srcdoc>`) that are read."""
_BREAK = "\x1f"  # no page holds one: decoding drops controls
_TWICE = re.compile(rf"{_BREAK}\s*{_BREAK}[\s{_BREAK}]*")
_KEEPS_LINES = frozenset(("pre", "textarea"))
"""Elements whose lines stand as they were written: an empty one parts paragraphs."""
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_EMPTY = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_LAYOUT = etree.XPath(
    "boolean(.//p[not(parent::td or parent::th)] or */p[2] or .//div or .//table or .//ul or .//h1 or .//h2 or .//h3"
    " or .//article)"
)
_AGAIN = 3
"""So often is a page cut anew at most."""
_STRONG = frozenset(("b", "strong", "i", "em"))
_TITLED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LINKED, _BOLD, _STRUCK = 1, 2, 4
_RAW = frozenset(("iframe", "noembed", "noframes"))
"""Their content is text to the parser, and markup to a browser that shows it."""


Marks = Mapping[Element, Marked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """All blocks of a page in reading order; whether there were more than are read, or deeper ones."""

    blocks: list[Block]
    too_many: bool
    too_deep: bool


def cut_of(tree: Element, marks: Marks | None = None) -> Cut:
    """The page cut into blocks, at most MAX_BLOCKS.

    An element that is set apart and has most of the page's prose is read once more as any other: an end tag was lost.
    `marks` are those of its elements, where they are known.
    """
    plain: frozenset[Element] = frozenset()
    for _ in range(_AGAIN):
        cut = _cut_once(tree, plain, marks)
        prose = [each for each in cut.blocks if each.words >= 8 and each.linked < 0.35 and each.attribute is None]
        apart = [(each.place, each.words) for each in prose if each.aside]
        left_open = element_left_open(sum(each.words for each in prose if not each.aside), apart)
        if left_open is None:
            return cut
        plain |= {left_open}
    return _cut_once(tree, plain, marks)


def _cut_once(tree: Element, plain: frozenset[Element], marks: Marks | None) -> Cut:
    cutter = _Cutter([], plain=plain, marks=marks)
    root = Place(tree, None, "html", 0, marked_of(tree))
    cutter.enter(tree, root, 0, 0)
    cutter.close(root)
    return Cut(blocks=cutter.blocks, too_many=cutter.too_many, too_deep=cutter.too_deep)


def blocks_of(tree: Element) -> list[Block]:
    """The blocks of the running text, in reading order: those that may be of the article."""
    return running(cut_of(tree).blocks)


def running(blocks: list[Block]) -> list[Block]:
    """Those of the blocks that may be of the article."""
    return [block for block in blocks if not block.aside]


_End = Literal["", "border", "cell"]
"""How an element ends."""
_Begun = tuple[Place, int, _End]
"""Where the text of an element stands that is to be entered, whether it is linked, strong, struck, and how it ends."""


class _Cutter:
    """Walks a tree once and gathers the text between borders; white space before a block is only counted.

    What stands apart within a sentence is cut by a cutter of its own, whose blocks follow the sentence's.
    """

    __slots__ = (
        *("_after", "_aside", "_attribute", "_blank", "_linked", "_links", "_pieces", "_strong", "_struck", "blocks"),
        *("_marks", "_plain", "_within", "too_deep", "too_many"),
    )

    def __init__(
        self,
        blocks: list[Block],
        *,
        aside: bool = False,
        attribute: str | None = None,
        within: int = 0,
        plain: frozenset[Element] = frozenset(),
        marks: Marks | None = None,
    ) -> None:
        self._plain, self._marks = plain, marks
        self.blocks, self._aside, self._attribute, self._within = blocks, aside, attribute, within
        self.too_many = self.too_deep = False
        self._pieces: list[str] = []
        self._struck: list[int] = []
        self._after: list[Block] = []
        self._blank = self._linked = self._strong = self._links = 0

    def enter(self, element: Element, place: Place, depth: int, way: int) -> None:
        """Take in all text of an element; `way` says whether it is linked, strong, struck."""
        if element.text:
            self._take(element.text, way)
        pieces = self._pieces
        now, end = element, ""
        children: Iterator[Element] = iter(element)
        around: list[tuple[Element, Iterator[Element], Place, int, int, str]] = []
        while True:
            child = next(children, None)
            if child is None:
                self._left(place, end)
                if not around:
                    return
                tail = now.tail
                now, children, place, depth, way, end = around.pop()
            else:
                inner = self._begun(child, place, depth + 1, way)
                if inner is not None and depth >= MAX_DEPTH:
                    self.too_deep, inner = True, None
                if inner is not None:
                    if text := child.text:
                        self._take(text, inner[1])
                    if len(child):
                        around.append((now, children, place, depth, way, end))
                        now, children, depth = child, iter(child), depth + 1
                        place, way, end = inner
                        continue
                    self._left(inner[0], inner[2])
                tail = child.tail
            if tail:
                if pieces or way or not tail.isspace():
                    self._take(tail, way)
                else:
                    self._blank += len(tail)

    def _left(self, place: Place, end: str) -> None:
        if end == "border":
            self.close(place)
        elif end == "cell":
            self._take(" ", 0)

    def _begun(self, child: Element, place: Place, depth: int, way: int) -> _Begun | None:
        """The element as one that is to be entered; None where that is done, or it has no text."""
        tag = child.tag
        role = ROLES.get(tag, "border")
        if role == "none":
            return None
        if role == "break":
            self._take(_BREAK, 0)
            return None
        if tag == "button" and place.tag in _TITLED:
            role = "flowing"  # the head of a part that opens (ARIA Authoring Practices, Accordion)
        if role == "raised":
            if len(child) == 0 and (child.text or "").isdecimal() and self._pieces:
                # `10<sup>2</sup>` says 10², and not 102.
                self._take((child.text or "").translate(RAISED[tag]), way)
                return None
            role = "flowing"
        marked = marked_of(child) if self._marks is None else self._marks.get(child)
        if self._plain and child in self._plain:
            tag, role, marked = "div", "border", None
        if marked == "struck" or tag in STRUCK_TAGS:
            way |= _STRUCK
        if marked is None or marked == "struck":
            marked = place.marked
        if role == "image":
            self._alternative(child, place, depth)
            return None
        if role == "aside" and not (tag == "template" and child.get("shadowrootmode") in ("open", "closed")):
            unseen = tag == "template" or (tag == "dialog" and child.get("open") is None)
            inner = Place(child, place, tag, depth, "hidden" if unseen else marked)
            return self._apart(child, inner, way)
        # A site's own element (`<x-source>`) is not a border within a paragraph.
        if role == "flowing" or (place.tag in LEAVES and "-" in tag):
            if marked != place.marked or (child.get("aria-hidden") and is_icon(child)):
                return self._apart(child, Place(child, place, tag, depth, marked), way)
            if tag == "a":
                self._links += 1
                way |= _LINKED
            elif tag in _STRONG:
                way |= _BOLD
            return place, way, ""
        if place.tag == "row" and (role == "cell" or tag == "p"):
            self._take(" ", 0)
            return place, way, "cell"
        # A row of a table is one block, but for tables that lay out a page.
        name = "row" if role == "row" and not _LAYOUT(child) else tag
        return self._border(Place(child, place, name, depth, marked), way)

    def _border(self, place: Place, way: int) -> _Begun:
        if place.parent is not None:
            self.close(place.parent)
        return place, way, "border"

    def _apart(self, element: Element, place: Place, way: int) -> _Begun | None:
        """Blocks of their own for what stands in the element, behind the block that is open; within what stands apart
        already, a border does."""
        found: list[Block] = []
        markup = element.text or "" if element.tag in _RAW else ""
        if "<" in markup:
            self._foreign(markup, place, "text()", found)
        elif not self._aside:
            self._cut(element, place, way, found, None)
        if element.tag == "iframe" and (source := element.get("srcdoc")):
            self._foreign(source, place, "@srcdoc", found)
        self._follow(found)
        return self._border(place, way) if self._aside and "<" not in markup else None

    def _foreign(self, markup: str, place: Place, attribute: str, found: list[Block]) -> None:
        """The blocks of markup within markup."""
        if self._within >= MAX_WITHIN:
            self.too_deep = True
        elif (tree := parse(markup)) is not None:
            self._cut(tree, place, 0, found, attribute)

    def _cut(self, element: Element, place: Place, way: int, found: list[Block], attribute: str | None) -> None:
        within = self._within + (attribute is not None)
        cutter = _Cutter(
            found,
            aside=True,
            attribute=attribute or self._attribute,
            within=within,
            plain=self._plain,
            marks=self._marks if attribute is None else None,
        )
        cutter.enter(element, place, place.depth, way)
        cutter.close(place)
        self.too_many, self.too_deep = self.too_many or cutter.too_many, self.too_deep or cutter.too_deep

    def _alternative(self, image: Element, place: Place, depth: int) -> None:
        """The words that stand for an image where it is not seen."""
        text = " ".join((image.get("alt") or "").split())
        if text:
            at = Place(image, place, "img", depth + 1, "screen-reader")
            block = Block(text, at, place.home(), words_in(text), 0.0, 0, 0.0, True, at.marked)
            block.attribute = "@alt"
            self._follow([block])

    def _follow(self, found: list[Block]) -> None:
        if self._pieces:
            self._after += found
        else:
            self._add(found)

    def _add(self, found: list[Block]) -> None:
        room = MAX_BLOCKS - len(self.blocks)
        self.too_many = self.too_many or len(found) > room
        self.blocks += found[: max(0, room)]

    def _take(self, text: str, way: int) -> None:
        if self._pieces or not text.isspace():
            if way & _STRUCK:
                self._struck.append(len(self._pieces))
            self._pieces.append(text)
        else:
            self._blank += len(text)
        if way & _LINKED:
            self._linked += len(text)
        if way & _BOLD:
            self._strong += len(text)

    def close(self, place: Place) -> None:
        """End the block that stands in `place`, if one is open."""
        if self._pieces:
            if self._struck:
                self._end_struck(place, frozenset(self._struck))
            else:
                self._end(place, "".join(self._pieces), None)
            self._pieces.clear()
            self._struck.clear()
            self._linked = self._strong = self._links = 0
        self._blank = 0
        if self._after:
            self._add(self._after)
            self._after = []

    def _end_struck(self, place: Place, struck: frozenset[int]) -> None:
        said = "".join([each for n, each in enumerate(self._pieces) if n not in struck])
        if said.strip(f" \n\t\r{_BREAK}"):
            self._end(place, said, _with_struck(self._pieces, struck))
        else:
            self._end(place, "".join(self._pieces), None, struck=True)

    def _end(self, place: Place, raw: str, with_struck: str | None, *, struck: bool = False) -> None:
        size = self._blank + len(raw) or 1
        linked, strong, home = self._linked / size, self._strong / size, place.home()
        marked: Marked | None = place.marked or ("struck" if struck else None)
        aside = self._aside or marked in ("struck", "screen-reader")
        if place.tag in _KEEPS_LINES and "\n" in raw:
            raw = _BLANK_LINE.sub(_BREAK * 2, raw)
        parts = _TWICE.split(raw) if _BREAK in raw else [raw]
        others = _TWICE.split(with_struck) if with_struck is not None else []
        if len(others) != len(parts):
            others = [with_struck] * len(parts) if with_struck is not None else []
        for n, part in enumerate(parts):
            text = " ".join(part.split())
            if not text or (len(text) <= 3 and _EMPTY.fullmatch(text)):
                continue
            whole = " ".join((others[n] or "").split()) if others else text
            block = Block(text, place, home, words_in(text), linked, self._links, strong, aside, marked)
            block.struck, block.attribute = whole if whole != text else None, self._attribute
            if len(self.blocks) < MAX_BLOCKS:
                self.blocks.append(block)
            else:
                self.too_many = True


def _with_struck(pieces: list[str], struck: frozenset[int]) -> str:
    """The pieces with the struck ones, words apart where a correction put them together."""
    found: list[str] = []
    for n, piece in enumerate(pieces):
        edge = n > 0 and (n in struck) != (n - 1 in struck)
        if edge and found and found[-1][-1:].isalnum() and piece[:1].isalnum():
            found.append(" ")
        found.append(piece)
    return "".join(found)
