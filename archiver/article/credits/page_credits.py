"""The credits of a page: of its text, of the short blocks around it, of its captions and images, of its authors.

What a single line credits is for `parse.py`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from archiver.article.credits import around_article
from archiver.credits import credited
from archiver.credits.caption_credits import of_caption, printed_credit
from archiver.credits.parse import LAST, credits_of_line, of_paragraphs, once
from archiver.credits.people import agencies
from archiver.model import Claim, Credit, PageAnchor, PageBlock, PageCaption

_REPORTING = re.compile(r"\b(?:report(?:ing|ed)|writing|written)\b", re.IGNORECASE)


def credits_of_page(
    paragraphs: Sequence[str],
    captions: Iterable[PageCaption],
    link_in: Callable[[PageCaption], PageAnchor | None],
    authors: Iterable[Claim],
    lang: str | None,
    *,
    blocks: Sequence[PageBlock] = (),
    images: Iterable[Credit] = (),
) -> tuple[Credit, ...]:
    """The credits of a page's text, of its figure captions (`link_in` gives the last link directly in one, which may be
    one) and of its authors, as its markup names them; of the short `blocks` around the article; and those of `images`.
    """
    captions = list(captions)
    printed = {caption.text for caption in captions}
    printed |= {block.text for block in blocks if block.in_article and _is_foot(block.at or "")}
    placed = ((text, f"paragraph {n}") for n, text in enumerate(paragraphs, start=1) if text not in printed)
    found = list(of_paragraphs(placed, range(max(0, len(paragraphs) - LAST), len(paragraphs))))
    authors = tuple(authors)
    stated = {author.value for author in authors}
    # Where the page states its authors, another byline near the article is that of another.
    found += [
        credit
        for credit in around_article.credits_around(blocks, credits_of_line)
        if credit.role != "author" or credit.agency or credit.name in stated or _signs_report(credit) or not stated
    ]
    for author in authors:
        named = credited.read(author.value)
        found += credited.given(named, "author", "article", author.raw, author.at, source=author.source)
    for caption in captions:
        anchor = link_in(caption) if _may_end_with_link(caption.text) else None
        if anchor and _is_credit(anchor) and caption.text.rstrip(".)").endswith(anchor.text):
            found += printed_credit(anchor.text, anchor.href, anchor.at)
        else:
            found += of_caption(caption.text, caption.at)
    found += images
    return tuple(replace(credit, lang=lang) for credit in once(found))


def _is_foot(at: str) -> bool:
    """Whether a place is in the foot of the site, which becomes the text of a page that has no other."""
    above, foot, _ = at.partition("/footer")
    return bool(foot) and "/article" not in above


def _signs_report(credit: Credit) -> bool:
    return bool(_REPORTING.search(credit.text))


def _may_end_with_link(caption: str) -> bool:
    """Whether a caption may end with a link to an agency or a site."""
    end = caption[-64:].rstrip(".)")
    return "." in end.rpartition(" ")[2] or agencies.is_hinted(end)


def _is_credit(anchor: PageAnchor) -> bool:
    """A link to an agency or a site, by its words."""
    return bool(agencies.find(anchor.text) or credited.SITE.fullmatch(anchor.text))
