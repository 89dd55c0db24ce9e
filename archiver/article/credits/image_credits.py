"""Whom a page credits for its images outside of captions: elements beside an image whose names say `credit`,
`copyright` or `source`, `cite` in a figure, and the images that its data describe (schema.org ImageObject).

What a caption says at its end is for `caption_credits.py`; what an image file says of itself, for `photos.py`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml.etree import _Element as Element

from archiver.article.claims.json_ld import of_page
from archiver.article.html.dom import path_of, text_of
from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.credits.caption_credits import names_in, of_caption
from archiver.credits.credited import Named, given, run
from archiver.credits.people import agencies, vocabulary
from archiver.model import Credit, CreditRole
from archiver.words import bare, fold

MAX_ELEMENTS = 400
MAX_IMAGES = 100
LONGEST = 200
"""Characters of what an element beside an image may say to be a credit and nothing else."""
_CREDIT = re.compile(
    r"credit|copyright|fotograf|photograph|photog(?![a-z])|bildrecht|bildquelle|"
    r"(?:image|img|photo|media|picture|bild|foto|figure|caption)[-_ ]{0,2}(?:source|author|autor|attribution|owner|"
    r"rights|byline|quelle|provider)|attribution|(?:source|autor|author)[-_ ]{0,2}(?:image|photo|foto)"
)
_STEMS = (
    *("credit", "copyright", "otograf", "photog", "bildrecht", "quelle", "attribution", "source", "author", "autor"),
    *("owner", "rights", "byline", "provider"),
)
"""One of them stands in each name that `_CREDIT` knows: a page has few."""
_STRONG = re.compile(
    r"(?:image|img|photo|picture|figure|media|caption|bild|foto)\w{0,12}[-_]{0,2}\w{0,12}(?:credit|copyright|attribution)"
)
_MONEY = re.compile(r"credit[-_ ]?(?:card|score|union|loan|report)")
_RESERVED = re.compile(r"reserved|vorbehalten|réservés|reservados|riservat|forbeholdt|förbehåll", re.IGNORECASE)
_FOOTER = re.compile(r"footer|contentinfo|site-info|colophon|navbar|masthead", re.IGNORECASE)
_PICTURES = ("img", "picture", "video", "amp-img", "svg")
_LEVELS, _DEEPEST = 5, 40
_AROUND = 1_500
"""Characters of text around an image in which a credit is still the image's."""
_INLINE = frozenset(("a", "abbr", "b", "em", "font", "i", "mark", "strong", "sup", "u"))
_NO_CREDITS = frozenset(("figure", "img", "body", "html", "meta", "link", "script", "style", "a", "button"))
_IMAGES = ("image", "associatedMedia", "thumbnail", "primaryImageOfPage")
_ROLES: dict[str, CreditRole] = {"creditText": "photo", "creator": "photo", "author": "photo",
                                 "copyrightNotice": "rights", "copyrightHolder": "rights"}  # fmt: skip


def beside_images(page: Outline) -> Iterator[Credit]:
    """The credits of elements that stand beside an image and are named as credits."""
    known: set[str] = set()
    within: set[Element] = set()
    for element, names in islice(_named_as_credits(page), MAX_ELEMENTS):
        named = _STRONG.search(names[:300].lower())
        if element.getparent() in within or not (named or _has_image_beside(element)) or _is_aside(element):
            within.add(element)
            continue
        within.add(element)
        text = bare(text_of(element, limit=LONGEST + 100, inline=_INLINE))
        if 2 < len(text) <= LONGEST and text not in known and not _RESERVED.search(text):
            known.add(text)
            yield from of_credit_line(text, path_of(element))


def of_credit_line(text: str, at: str) -> list[Credit]:
    """The credits of a line with nothing but credits: labelled, or names alone."""
    line = fold(text).strip(" |–—-,·•")
    if found := of_caption(line, at):
        return found
    if line[:1] in tuple("([（") and line[-1:] in tuple(")]）"):
        line = line[1:-1].strip()
    role: CreditRole = "rights" if _rights().match(line) else "photo"
    plain = _rights().sub("", line)
    named = names_in(plain)
    return given(named, role, "image", line, at) if _are_names(named, plain) else []


def _are_names(named: list[Named], line: str) -> bool:
    """Whether a line of names alone names anybody: where it stands says that it is a credit."""
    if not 0 < len(named) <= 5 or line.endswith(("?", "!", ":")):
        return False
    words = sum(len((each.agency.full if each.agency else each.name).split()) for each in named)
    proper = all(each.proper and (each.agency or len(each.name.split()) <= 5) for each in named)
    return proper and 10 * words >= 6 * len(line.replace("/", " ").replace("|", " ").split())


def _rights() -> re.Pattern[str]:
    return vocabulary.pattern(
        r"^(?:(?:<rights>)\s*+[:：]?\s*+)++(?:(?:19|20)\d\d(?:\s?[-–]\s?\d{2,4})?,?\s++)?(?:by\s)?", "rights"
    )


def _named_as_credits(page: Outline) -> Iterator[tuple[Element, str]]:
    every = "\n".join([names for _, names in page.named]).lower()
    stems = [stem for stem in _STEMS if stem in every]
    for element, names in page.named:
        tag = element.tag
        if tag in ("cite", "small"):
            if next(element.iterancestors("figure"), None) is not None:
                yield element, names
        elif tag not in _NO_CREDITS and any(map(names.lower().__contains__, stems)) and _says_credit(names):
            yield element, names


@lru_cache(maxsize=5_000)
def _says_credit(names: str) -> bool:
    low = names[:300].lower()
    return _CREDIT.search(low) is not None and not _MONEY.search(low)


def _is_aside(element: Element) -> bool:
    """Whether it stands in the page's head, foot or menus."""
    for around in islice(element.iterancestors(), _DEEPEST):
        if around.tag in ("footer", "nav"):
            return True
        if around.tag in ("figure", "article"):
            return False
        if _FOOTER.search(f"{around.get('class') or ''} {around.get('id') or ''} {around.get('role') or ''}"[:300]):
            return around.tag not in ("main", "body", "html", "section")
    return False


def _has_image_beside(element: Element) -> bool:
    """Whether the nearest containers hold an image and little text."""
    for around in islice(element.iterancestors(), _LEVELS):
        if around.tag in ("body", "html", "article", "main", "footer"):
            return False
        if next(around.iterdescendants(*_PICTURES), None) is not None:
            return around.tag == "figure" or len(text_of(around, limit=_AROUND)) < _AROUND
    return False


def of_data(graph: Graph, url: str) -> Iterator[Credit]:
    """The credits that the page's JSON-LD gives the images of the article at this address."""
    for node in of_page(graph, url)[:10]:
        for key in _IMAGES:
            value = node.data.get(key)
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items[:MAX_IMAGES]):
                thing: Any = graph.resolve(item)
                at = f"{node.at}.{key}[{index}]" if isinstance(value, list) else f"{node.at}.{key}"
                if isinstance(thing, dict):
                    yield from _of_image(thing, at, graph)


def _of_image(thing: dict[str, Any], at: str, graph: Graph) -> Iterator[Credit]:
    for key, role in _ROLES.items():
        value = graph.resolve(thing.get(key))
        for said in value if isinstance(value, list) else [value]:
            said = graph.resolve(said)
            text = said.get("name") if isinstance(said, dict) else said
            if isinstance(text, str) and 1 < len(text) <= LONGEST:
                line = _rights().sub("", fold(bare(text)))
                named = names_in(line)
                fit = [each for each in named if each.proper] if all(e.proper for e in named) else []
                yield from given(fit, role, "image", text, f"{at}.{key}", source="json-ld")


def sign_offs(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those of the lines behind an article that may sign it: short ones that name an agency or say a role."""
    for text, at in lines:
        if len(text) <= LONGEST and (agencies.is_hinted(text) or _said().search(text) or run(text)):
            yield text, at


def _said() -> re.Pattern[str]:
    return vocabulary.pattern(
        r"(?<!\w)(?:<source>|<edited>|<translated>|contribut|reporting|writing|mitarbeit|collabor|redaktion|"
        r"(?:reports|files|information|material|inputs|dépêches|información) (?:from|by|von|de|of))", "source",
        *("edited", "translated"),
    )  # fmt: skip
