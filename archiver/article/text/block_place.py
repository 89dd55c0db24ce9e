"""Where a block stands: its element, what contains it, and what the names and marks of both say."""

from typing import Literal

from lxml.etree import _Element as Element

from archiver.article.text.class_hints import HIDDEN, marks_of
from archiver.model import BlockKind, Marked

_TAGS = "p h1 h2 h3 h4 h5 h6 li dt dd blockquote figcaption pre q address summary caption"
LEAVES = frozenset(_TAGS.split())
"""Elements that hold one paragraph each."""


class Place:
    """A block element: its class (`name`), the marks of its names (`own`), what the source marks it as, and, counted
    later, how much text it holds; `around` is what `block_kinds.py` found around it, "" where it was not asked."""

    __slots__ = (
        *("_own", "around", "depth", "element", "held", "linked", "marked", "name", "near", "parent", "prose"),
        *("score", "size", "tag", "words"),
    )

    def __init__(
        self, element: Element, parent: "Place | None", tag: str, depth: int, marked: Marked | None = None
    ) -> None:
        self.element, self.parent, self.tag, self.depth, self.marked = element, parent, tag, depth, marked
        self.name = element.get("class") or ""
        self._own = -1
        self.around: BlockKind | Literal[""] | None = ""
        self.held = self.size = self.prose = self.near = self.score = self.words = self.linked = 0.0

    @property
    def own(self) -> int:
        """The marks of this element; read when first asked for."""
        if self._own < 0:
            get, name = self.element.get, self.name
            own, role, named = get("id"), get("role"), get("itemprop")
            if own or role or named:
                name = f"{name} {own or ''} {role or ''} {named or ''}"
            self._own = marks_of(name) if name else 0
            style = get("style")
            if get("hidden") is not None or (style and "none" in style and "display" in style):
                self._own |= HIDDEN
        return self._own

    def home(self) -> "Place":
        """The container of what stands here: of a paragraph, what its siblings stand in."""
        home = self
        while home.tag in LEAVES and home.parent is not None:
            home = home.parent
        return home
