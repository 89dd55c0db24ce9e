"""Looks paragraphs of a kept text up in the page they are said to come from: at the place that is stated for each, and
where that does not resolve, in all of the page.

This holds for the text of any extractor and version: it asks whether the page says so, not how it was found. White
space and characters that show nothing do not count.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Literal
from unicodedata import normalize

from lxml.etree import _Element as Element

from archiver.model import PageBlock, PageModel

Found = Literal["place", "page", "nowhere", "not sought"]
"""At its place; elsewhere in the page; nowhere in it; left out, since looking would take too long."""
BUDGET = 2_000_000_000
"""Characters that are searched for the paragraphs of one page."""
_NOTHING = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")
_STEP = re.compile(r"/([A-Za-z_][\w.:-]*|\*)(?:\[(\d{1,6})\])?")
_ATTRIBUTE = re.compile(r"/@([\w:.-]{1,64})\Z")
_DEEP = 4_000
_LITTLE_MORE = 4
_Children = dict[tuple[Element, str], list[Element]]
"""The elements of a name within an element."""


def find_paragraphs(
    tree: Element | None,
    model: Callable[[], PageModel | None],
    paragraphs: Sequence[tuple[str | None, str]],
    *,
    budget: int = BUDGET,
) -> list[Found]:
    """Where each of (place, text) stands in a page: its tree and its model (None: it has none), which is asked for
    where a text is not in the element at its place.

    A place is an XPath of steps with positions, of an attribute too, or that of a script with a JSONPath behind it; it
    is None where none is stated, and then anywhere is its place.
    """
    seeker = _Seeker(tree, model, budget)
    return [seeker.find(at, _bare(text)) for at, text in paragraphs]


class _Seeker:
    def __init__(self, tree: Element | None, model: Callable[[], PageModel | None], budget: int) -> None:
        self._tree, self._left, self._ask = tree, budget, model
        self._elements: dict[str, str] = {}
        self._children: _Children = {}
        self._page: str | None = None

    @cached_property
    def _model(self) -> tuple[PageBlock, ...]:
        model = self._ask()
        return model.blocks if model is not None else ()

    @cached_property
    def _blocks(self) -> dict[str, set[str | None]]:
        """The places of each text."""
        blocks: dict[str, set[str | None]] = {}
        for block in self._model:
            blocks.setdefault(_bare(block.text), set()).add(block.at)
        return blocks

    def find(self, at: str | None, text: str) -> Found:
        path = at.partition(" ")[0] if at is not None else None
        if path is not None and self._is_most_of(path, text):
            return "place"
        places = self._blocks.get(text)
        if places is not None and (at is None or at in places):
            return "place"
        if path is not None and self._has(self._at(path), text):
            return "place"
        if places is not None or self._has(self._whole(), text):
            return "page" if at is not None else "place"
        return "nowhere" if self._left > 0 else "not sought"

    def _is_most_of(self, path: str, text: str) -> bool:
        """Whether an element has a text and little more, as that of a paragraph has; what is larger is not looked
        through again and again."""
        here = self._at(path)
        return len(here) <= _LITTLE_MORE * (len(text) + 1) and text in here

    def _has(self, where: str, text: str) -> bool:
        self._left -= len(where)
        return self._left > 0 and text in where

    def _at(self, path: str) -> str:
        """The text at a path, "" where it does not resolve."""
        if path not in self._elements:
            sought = self._tree if self._left > 0 else None
            self._elements[path] = _text_at(sought, path, self._children) if sought is not None else ""
        return self._elements[path]

    def _whole(self) -> str:
        """All text of the page: of elements, scripts and attributes, and the data in it, decoded."""
        if self._page is None:
            pieces = [_bare("".join(map(str, self._tree.itertext())))] if self._tree is not None else []
            if self._tree is not None:
                pieces += [_bare(value) for element in self._tree.iter("*") for value in _spoken(element)]
            pieces += [_bare(block.text) for block in self._model]
            self._page = "\n".join(pieces)
        return self._page


def _spoken(element: Element) -> Iterable[str]:
    """Attributes that hold words."""
    return (str(value) for name, value in element.attrib.items() if name not in ("class", "id", "href", "src", "style"))


def _text_at(tree: Element, path: str, children: _Children) -> str:
    attribute = _ATTRIBUTE.search(path)
    element = _resolved(tree, path[: attribute.start()] if attribute else path, children)
    if element is None:
        return ""
    return _bare(str(element.get(attribute[1]) or "") if attribute else "".join(map(str, element.itertext())))


def _resolved(tree: Element, path: str, children: _Children) -> Element | None:
    """The element at a path of plain steps from the root; no expression of a stranger is evaluated. `children` keeps
    those of each element that were counted: of ten thousand paragraphs side by side each would count all before it."""
    steps = list(_STEP.finditer(path[:_DEEP]))
    if not steps or "".join(step[0] for step in steps) != path or steps[0][1] not in (tree.tag, "*"):
        return None
    here = tree
    for step in steps[1:]:
        key, at = (here, step[1]), int(step[2] or 1) - 1
        if key not in children:
            named = here.iterchildren(None if step[1] == "*" else step[1])
            children[key] = [child for child in named if isinstance(child.tag, str)]
        if not 0 <= at < len(children[key]):
            return None
        here = children[key][at]
    return here


def _bare(text: str) -> str:
    return _NOTHING.sub("", text if text.isascii() else normalize("NFC", text))
