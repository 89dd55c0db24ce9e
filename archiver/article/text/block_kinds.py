"""What a block is to a reader: a paragraph, a heading, a caption, a line of a menu … By tags, and by class names where
the tags do not show."""

import re
from functools import lru_cache

from archiver.article.html.source_marks import is_icon
from archiver.article.text import class_hints
from archiver.article.text.block import Block
from archiver.article.text.block_place import Place
from archiver.model import BlockKind

_TAGS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "list"),
    **dict.fromkeys(("blockquote", "q"), "quotation"),
    **dict.fromkeys(("row", "table", "td", "th"), "table"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("option", "button", "input", "select", "label"), "navigation"),
    **dict.fromkeys(("address",), "byline"),
}
_CONTAINERS: dict[str, BlockKind] = {
    **dict.fromkeys(("nav", "menu", "button", "select", "datalist"), "navigation"),
    **dict.fromkeys(("iframe", "object", "embed", "audio", "video", "canvas", "svg", "map"), "embed"),
    **dict.fromkeys(("applet", "noframes", "noembed", "math"), "embed"),
    **dict.fromkeys(("aside", "dialog", "template"), "aside"),
    "figcaption": "caption",
}
_ROLES: dict[str, BlockKind] = {
    **dict.fromkeys(("navigation", "menu", "menubar", "tablist", "toolbar"), "navigation"),
    **dict.fromkeys(("complementary", "dialog", "alertdialog"), "aside"),
}
_BIT = {name: 1 << n for n, name in enumerate(class_hints.NAMES)}
_LINKS = 0.8
"""The share of its words in links from which on a block outside the article is navigation."""
_CREDIT_CLASSES = ("credit", "copyright", "source", "agency", "attribution", "bildrecht", "fotograf")
_ALL_LINKS = 0.97
"""The same for a short block of the article: it leads to others."""
_LED = 0.6
"""The same with a label before the link, and no end of a sentence."""
_SHORT = 40
_POINTS = (
    *("related:", "related stor", "related article", "read more", "read also", "read next", "see also", "also read"),
    *("more:", "recommended", "sign up", "subscribe", "newsletter", "click here", "follow us", "share this"),
    *("advertisement", "lesen sie", "mehr zum", "mehr dazu", "auch interessant", "anzeige", "link zum", "lire aussi"),
    *("à lire", "leggi anche", "lee también", "te puede", "leia também", "leia mais", "lees ook", "læs også"),
    *("les også", "läs också", "läs mer", "läs även", "lue myös", "czytaj", "zobacz", "читайте", "дивіться", "関連"),
)
"""How lines begin that point elsewhere."""
_DATE = re.compile(r"\b(?:19|20)\d\d\b")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b")
_DATED = 12
"""So many words has a line of date and time at most."""
_NEAREST = 4
"""Containers whose names are asked."""
_ASIDES = sum(_BIT[name] for name in ("related", "social", "comment", "subscribe", "consent", "ad"))
_BODY = _BIT["body"] | _BIT["article"]


def kind_of(block: Block, *, in_article: bool) -> BlockKind:
    """The kind of a block; of one outside the article also by what it stands in."""
    if block.place.tag == "img" or is_icon(block.place.element):
        return "embed"
    own = _own_kind(block)
    if own in ("caption", "navigation", "byline"):
        return own
    if in_article:
        return "navigation" if _leads_on(block) else own
    around = _around(block.place) or _by_names(block)
    if around is not None:
        return around
    if block.linked >= _LINKS or _leads_on(block) or (block.words <= _SHORT and _points_elsewhere(block.text)):
        return "navigation"
    dated = block.words <= _DATED and _DATE.search(block.text) and _TIME.search(block.text)
    return "byline" if dated and own == "paragraph" else own


def _points_elsewhere(text: str) -> bool:
    return text[:40].lower().lstrip("[(«\"'→>▶• ").startswith(_POINTS)


def _own_kind(block: Block) -> BlockKind:
    place = block.place
    kind = _TAGS.get(place.tag)
    if kind is None and place.parent is not None and place.parent.tag == "blockquote":
        kind = "quotation"
    if block.words > _SHORT or kind in ("heading", "caption", "table"):
        return kind or "paragraph"
    named = _by_class(place.name, place.parent.name if place.parent is not None else "")
    if named == "credit":
        return "credit"
    if named and place.own & _BIT["byline"] and place.tag != "li":
        return "byline"
    return "caption" if named == "caption" else kind or "paragraph"


@lru_cache(maxsize=5_000)
def _by_class(name: str, above: str) -> str:
    """What the class of a block and that of its parent make it: `credit`, `caption`, `other`, "" where none has one."""
    low = name.lower()
    if any(each in low for each in _CREDIT_CLASSES):
        return "credit"
    both = f"{low} {above.lower()}"
    if "caption" in both and "photo-caption-toggle" not in both:
        return "caption"
    return "other" if both.strip() else ""


def _leads_on(block: Block) -> bool:
    """Whether a short block of the article is a link to another, perhaps with a label: `Read also: …`."""
    if block.words > _SHORT or block.linked < _LED:
        return False
    return block.linked >= _ALL_LINKS or not block.text.endswith((".", "!", "…", "”", '"', "»"))


def _by_names(block: Block) -> BlockKind | None:
    """What the names of the nearest containers say of a short block outside the article: an advertisement, a box of
    links, a form of a newsletter."""
    at: Place | None = block.place
    for _ in range(_NEAREST if block.words <= _SHORT else 0):
        if at is None or at.own & _BODY:
            return None
        if at.own & _ASIDES:
            return "aside"
        at = at.parent
    return None


def _around(place: Place) -> BlockKind | None:
    """By the nearest container that shows it; each place is asked once."""
    kind: BlockKind | None = None
    way: list[Place] = []
    at: Place | None = place
    while at is not None:
        if at.around != "":
            kind = at.around
            break
        way.append(at)
        if kind := _CONTAINERS.get(at.tag) or _ROLES.get((at.element.get("role") or "").lower()):
            break
        at = at.parent
    for each in way:
        each.around = kind
    return kind
