"""Elements that hold most of a page because the parser did not see where they end.

Where `</button>` or `</nav>` stands behind a `<div>` that was not closed, libxml2 drops it, and all that follows stands
within: a browser ends the element there. What has more prose than all the rest of the page is
not a menu. The same goes for a container that is named as one for screen readers.
"""

from collections.abc import Sequence

from lxml.etree import _Element as Element

from archiver.article.text.block_place import Place

_LEFT_OPEN = frozenset(
    ("nav", "button", "noscript", "dialog", "object", "video", "audio", "canvas", "svg", "map", "head", "applet")
)
_ENOUGH = 80.0
"""So many words of prose must stand in one."""


def element_left_open(running: float, apart: Sequence[tuple[Place, float]]) -> Element | None:
    """The outermost element that is set apart from the running text and has more prose than all of that.

    `running` are the words of prose in the running text; `apart` where each other block of prose stands, and its words.
    """
    least = max(running, _ENOUGH)
    if sum(words for _, words in apart) <= least:
        return None
    held: dict[Place, float] = {}
    for place, words in apart:
        outermost: Place | None = None
        at: Place | None = place
        while at is not None:
            if at.tag in _LEFT_OPEN or at.marked == "screen-reader":
                outermost = at
            at = at.parent
        if outermost is not None:
            held[outermost] = held.get(outermost, 0.0) + words
    found = max(held, key=lambda place: held[place], default=None)
    return found.element if found is not None and held[found] > least else None
