"""What the markup says of an element's words: hidden, for screen readers, struck, or an icon.

Attributes, inline styles and the class names that CSS frameworks have for screen readers; no style sheet is read. These
are marks of the source: only a rendering shows what a reader sees.
"""

import re
from functools import lru_cache

from lxml.etree import _Element as Element

from archiver.model import Marked

STRUCK_TAGS = frozenset(("s", "del", "strike"))
_DECLARED = re.compile(
    r"(?:^|;)\s*+(display|visibility|content-visibility|text-decoration(?:-line)?)\s*+:\s*+([^;!]{0,100})"
)
_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)")
_LONGEST_STYLE = 4_000
_FOR_SCREEN_READERS = re.compile(
    r"(?<![^\s_-])(?<!not-)(?<!no-)(?<!label-)(?:sr-?only|visually[-_]?hidden|screen-?readers?(?:-?(?:text|only))?|show-for-sr"
    r"|element-invisible|a11y-(?:hidden|only|text)|assistive-text|hidden-accessible|off-?screen)(?![^\s_-])"
)
_ICON = re.compile(r"(?<![a-z])(?:fa[bsrl]?|icons?|iconfont|glyphicons?|material-symbols|dashicons|bi)(?![a-z])")


def marked_of(element: Element) -> Marked | None:
    """What the element's own attributes say of all its words; "struck" by an inline style only."""
    get = element.get
    if get("hidden") is not None:
        return "hidden"
    style = get("style")
    styled = _styled(style) if style else None
    if styled == "hidden":
        return "hidden"
    names = get("class")
    if names and is_for_screen_readers(names):
        return "screen-reader"
    return styled


@lru_cache(maxsize=5_000)
def is_for_screen_readers(names: str) -> bool:
    """Whether a class is one of those that frameworks have for screen readers."""
    return _FOR_SCREEN_READERS.search(names[:1000].lower()) is not None


def is_icon(element: Element) -> bool:
    """Whether it is an ornament: hidden from screen readers, and an icon by its tag, class or lack of letters."""
    if (element.get("aria-hidden") or "").strip().lower() != "true":
        return False
    if element.tag in ("i", "svg") or _ICON.search((element.get("class") or "")[:1000].lower()):
        return True
    return not any(map(str.isalnum, "".join(map(str, element.itertext()))[:1000]))


def _styled(style: str) -> Marked | None:
    """By an inline style, of each property the last declaration."""
    style = style[:_LONGEST_STYLE]
    low = style.lower()
    if "display" not in low and "visibility" not in low and "line-through" not in low:
        return None
    plain = _COMMENT.sub("", low) if "/*" in low else low
    said = {name: value.strip() for name, value in _DECLARED.findall(plain)}
    hidden = said.get("display") == "none" or said.get("visibility") in ("hidden", "collapse")
    if hidden or said.get("content-visibility") == "hidden":
        return "hidden"
    return "struck" if any("line-through" in said.get(f"text-decoration{end}", "") for end in ("", "-line")) else None
