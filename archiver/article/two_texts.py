"""Sets what the wire brought beside what a browser showed, paragraph by paragraph: what scripts put in shows, and what
only one kind of reader is given."""

from dataclasses import replace

from archiver.article.compare import compare
from archiver.model import Comparison, Paragraph, Reading, Seed


def two_texts(seed: Seed, wire: Reading, rendering: Reading) -> Comparison | None:
    """The text from the wire in the seed's place, compared with the page in the browser; None where either has none.
    A `seed_line` counts the paragraphs of the wire's text, from 1."""
    model = rendering.article.model
    if model is None or not wire.article.paragraphs or not rendering.article.paragraphs:
        return None
    paragraphs = tuple(Paragraph(text=text, line=n) for n, text in enumerate(wire.article.paragraphs, 1))
    return compare.compare(replace(seed, paragraphs=paragraphs), model, source=rendering.comparison.source)
