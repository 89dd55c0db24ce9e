"""Elements that hold most of a page because the parser did not see where they end.

Where `</button>` or `</nav>` stands behind a `<div>` that was not closed, libxml2 drops it, and all that follows stands
within: a browser ends the element there. So it is told from the text: a menu that has more prose than all the rest of
the page is no menu. The same goes for a container that is named as one for screen readers.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml.etree import _Element as Element

from archiver.article.text.block_place import Place

if TYPE_CHECKING:
    from archiver.article.text.blocks import Block

_LEFT_OPEN = frozenset(
    ("nav", "button", "noscript", "dialog", "object", "video", "audio", "canvas", "svg", "map", "head", "applet")
)
_ENOUGH = 80.0
"""So many words of prose must stand in one."""
_PROSE = 8.0
_LINKED = 0.35


def element_left_open(blocks: Sequence["Block"]) -> Element | None:
    """The outermost element that is set apart from the running text and has more prose than all running text."""
    running, apart = 0.0, []
    for each in blocks:
        if each.words >= _PROSE and each.linked < _LINKED and each.attribute is None:
            if each.aside:
                apart.append(each)
            else:
                running += each.words
    least = max(running, _ENOUGH)
    if sum(each.words for each in apart) <= least:
        return None
    words: dict[Place, float] = {}
    for each in apart:
        outermost: Place | None = None
        at: Place | None = each.place
        while at is not None:
            if at.tag in _LEFT_OPEN or at.marked == "screen-reader":
                outermost = at
            at = at.parent
        if outermost is not None:
            words[outermost] = words.get(outermost, 0.0) + each.words
    found = max(words, key=lambda place: words[place], default=None)
    return found.element if found is not None and words[found] > least else None
