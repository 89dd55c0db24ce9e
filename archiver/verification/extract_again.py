"""Holds the text of a bag against the recorded page, for the validation checks `extraction` and `completeness`.

`validation/` shares no code with the extractor, so that one fault cannot hide in both; this module joins them.
"""

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.validation.payload.re_extraction import PageText, ReadAgain


def extract_again(page: "ReadAgain") -> "PageText":
    """Where each paragraph of the text stands in the recorded page, and the text that is extracted here from it; None
    for that where the record names another version of the extractor, of the parser, or of the rules of normalisation.
    The version of the package does not matter."""
    from archiver.article.page_text import NORMALISATION, PARSER, model_of, opened, text_of
    from archiver.article.text.fallback_extractors import version_of_trafilatura
    from archiver.article.text.find_paragraphs import find_paragraphs
    from archiver.model import Page, kept_text
    from archiver.validation.payload.re_extraction import PageText

    original = Page(url=page.url, status=page.status, headers=page.headers, body=page.body)
    opening = opened(original)[0]
    # Asked where it was asked then: an installation with another one, or with none, must not find another text.
    asked = version_of_trafilatura() in (page.trafilatura, page.extractor_version)
    text = text_of(original, opening, fallback=asked)
    model = partial(model_of, opening, text)
    found = tuple(find_paragraphs(opening.tree if opening else None, model, page.paragraphs))
    # Whoever is installed here in that version would have been tried, and taken if it were the best.
    tried = {(each.extractor, each.version) for each in text.candidates} | {(text.extractor, text.version)}
    same = page.normalisation == NORMALISATION and page.parser in (PARSER, None)
    known = same and (page.extractor, page.extractor_version) in tried
    here = f"{text.extractor} {text.version}, {PARSER}, {NORMALISATION}"
    return PageText(found=found, text=kept_text(b.text for b in text.blocks) if known else None, installed=here)
