"""Links the seed lost, found again on the page by their words and surroundings (docs/bag-format.md, 4.9)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from archiver.article.claims.addresses import address
from archiver.article.html.dom import Link, text_of
from archiver.model import RecoveredLink, Seed
from archiver.words import keys, words

MAX_CANDIDATES = 20
_BLOCKS = frozenset(
    ("p", "li", "blockquote", "figcaption", "td", "h1", "h2", "h3", "div", "section", "article", "body")
)


def recover(seed: Seed, links_of_page: Callable[[], Sequence[Link]]) -> tuple[RecoveredLink, ...]:
    """Every anchor of the seed's paragraphs beside the page's anchor of the same words: the one with its own address if
    the seed kept that, else the one in the paragraph most like the seed's. Where there is a choice, each anchor of the
    page is used once."""
    if not any(paragraph.anchors for paragraph in seed.paragraphs):
        return ()
    places: defaultdict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in links_of_page():
        places[_key(link.anchor.text)].append(link)
    surroundings: dict[str, Counter[str]] = {}
    used: set[str] = set()
    found = []
    for paragraph in seed.paragraphs:
        context = words(keys(paragraph.text))
        for anchor in paragraph.anchors:
            candidates = places.get(_key(anchor.text), []) if _key(anchor.text) else []
            scores = []
            for n, link in enumerate(candidates[:MAX_CANDIDATES]):
                at = link.anchor.at
                if at not in surroundings:
                    surroundings[at] = words(keys(_surroundings(link)))
                near = 2 * (context & surroundings[at]).total() / (context.total() + surroundings[at].total() or 1)
                kept = address(link.anchor.href) == address(anchor.href)
                scores.append((kept, at not in used, near, -n))
            best = -max(scores)[3] if scores else None
            if best is not None:
                used.add(candidates[best].anchor.at)
            found.append(
                RecoveredLink(
                    text=anchor.text,
                    seed_href=anchor.href,
                    page_href=None if best is None else candidates[best].anchor.href,
                    occurrence=None if best is None else best + 1,
                )
            )
    return tuple(found)


def _key(text: str) -> tuple[str, ...]:
    return tuple(key.casefold() for key in keys(text))


def _surroundings(link: Link) -> str:
    """The text of the nearest block around an anchor."""
    element = link.element
    while element.tag not in _BLOCKS and (parent := element.getparent()) is not None:
        element = parent
    return text_of(element, limit=2_000)
