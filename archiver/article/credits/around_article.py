"""The short blocks around an article that may credit somebody for it: its byline above, its sign-offs and source lines
below, whatever element they stand in and whether or not they were taken for its text."""

import re
from collections.abc import Callable, Iterator, Sequence

from archiver.article.credits.image_credits import sign_offs
from archiver.credits.caption_credits import of_caption
from archiver.credits.credited import given, kind_is_personal, read
from archiver.credits.people import agencies
from archiver.credits.people.name_gate import undated
from archiver.credits.people.names import is_byline
from archiver.model import Credit, PageBlock

ABOVE, BELOW = 12, 15
"""Blocks before the first and after the last of the article that are read."""
LONGEST, _BARE, _FEW = 220, 80, 4
_NO_CREDITS = frozenset(("navigation", "aside", "embed", "data", "table", "heading", "caption"))
_SIGNING = frozenset(("contributor", "source", "editor", "translator"))
"""Roles that a line below an article gives: a byline there is mostly that of another article."""


_REPORTED = re.compile(r"\W*(?:additional |further )?(?:reporting|reported|writing|written)\b", re.IGNORECASE)
_HELPING = _SIGNING - {"source"}
"""Within an article a house alone credits a photo."""


def credits_around(
    blocks: Sequence[PageBlock], credits_of_line: Callable[[str, str], list[Credit]]
) -> Iterator[Credit]:
    """The credits of the blocks around the article, nearest first."""
    places = [n for n, block in enumerate(blocks) if block.in_article and not block.is_data]
    if not places:
        return
    first, last = places[0], places[-1]
    top = [block for block in blocks[first : first + 2] if block.kind == "byline"]
    for block in filter(_may_credit, [*top, *reversed(blocks[max(0, first - ABOVE) : first])]):
        found = credits_of_line(block.text, block.at or "") or _bare_byline(block)
        # A house alone above an article is a photo's; with a label it is a source.
        fit = (each for each in found if each.of == "article" and each.role not in ("rights", "photo"))
        named = block.kind == "byline" or is_byline(block.text)
        yield from (each for each in fit if (named or each.agency) and (each.role != "source" or ":" in block.text))
    below = [b for b in blocks[last + 1 : last + 1 + BELOW] if _may_credit(b) and b.kind != "byline"]
    for text, at in sign_offs((block.text, block.at or "") for block in below):
        signed = _REPORTED.match(text) is not None
        yield from (each for each in credits_of_line(text, at) if signed or _signs(each))
    inside = [b for b in blocks[first : last + 1] if not b.in_article and b.kind in ("credit", "byline", "paragraph")]
    for block in filter(_may_credit, inside):
        found = credits_of_line(block.text, block.at or "")
        if block.kind == "byline" or all(each.role in _HELPING for each in found):
            yield from found
        if "/" in block.text and agencies.is_hinted(block.text):
            yield from (each for each in of_caption(block.text, block.at or "") if each.role == "photo")


def _signs(credit: Credit) -> bool:
    """Whether a line below an article may give this credit."""
    return credit.role in (*_SIGNING, "photo") or (credit.role == "rights" and credit.agency is not None)


def _bare_byline(block: PageBlock) -> list[Credit]:
    """The authors of a byline that is names and nothing else, without `By`: `Tom Holm Associated Press`."""
    if block.kind != "byline" or len(block.text) > _BARE:
        return []
    named = read(undated(block.text))
    fit = all(each.agency or (each.personal and kind_is_personal(each.name)) for each in named) and len(named) <= _FEW
    known = any(each.agency for each in named)  # Names alone are the claims' own, or those of another article.
    return given(named, "author", "article", block.text, block.at or "") if known and fit else []


def _may_credit(block: PageBlock) -> bool:
    return block.kind not in _NO_CREDITS and block.marked is None and 2 < len(block.text) <= LONGEST
