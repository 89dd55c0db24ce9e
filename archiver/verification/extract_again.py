"""Extracts the text of a recorded page again, for the validation check `extraction`.

`validation/` shares no code with the extractor, so that one fault cannot hide in both; this module joins them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.validation.payload.re_extraction import ReadAgain


def extract_again(page: "ReadAgain") -> str | None:
    """The text of a recorded page by the extractor installed here; None where the record names another version of the
    extractor, of the parser, or of the rules of normalisation. The version of the package does not matter."""
    from archiver.article.page_text import NORMALISATION, PARSER, opened, text_of
    from archiver.model import Page, kept_text

    if page.normalisation != NORMALISATION or page.parser not in (PARSER, None):
        return None
    original = Page(url=page.url, status=page.status, headers=page.headers, body=page.body)
    text = text_of(original, opened(original)[0])
    # Whoever is installed here in that version would have been tried, and taken if it were the best.
    tried = {(each.extractor, each.version) for each in text.candidates} | {(text.extractor, text.version)}
    found = (page.extractor, page.extractor_version) in tried
    return kept_text(block.text for block in text.blocks) if found else None
