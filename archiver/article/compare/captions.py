"""Compares the seed's captions with those of the page: like with like. A caption is not a line of the body and does
not decide the verdict; a seed that kept none says nothing of the page (docs/capture/comparison.md).
"""

from collections.abc import Iterable, Sequence

from archiver.article.compare.letters import letters
from archiver.article.compare.word_diff import Differ
from archiver.model import ComparedLine, LineKind, PageBlock, PageModel, Seed, SeedCaption, Where
from archiver.words import fold, said, shared, words

SIMILAR = 0.5
"""The share of a caption's words that a page's caption must have to be its other wording."""
MOST = 100
"""Captions of a seed that are compared."""
_CREDIT = 120
"""Letters that may follow a caption in its element: a credit."""


def compare_captions(seed: Seed, page: PageModel) -> tuple[ComparedLine, ...]:
    """A line for each caption of the seed: the page's own beside it, `missing` where it is nowhere on a page that was
    read whole."""
    if not seed.captions:
        return ()
    differ = Differ()
    own = [each for each in page.blocks if each.kind == "caption"]
    return tuple(_compared(each, own, page, differ) for each in seed.captions[:MOST])


def _compared(caption: SeedCaption, own: Sequence[PageBlock], page: PageModel, differ: Differ) -> ComparedLine:
    said_here = fold(caption.text)
    for blocks in (own, page.blocks):
        if (block := _holding(caption, blocks)) is not None:
            text = fold(block.text)
            same = text in (said_here, fold(f"{caption.text} {caption.credit or ''}")) or text.startswith(said_here)
            return ComparedLine(
                kind="same" if same else "typographic",
                seed=said_here,
                seed_line=caption.line,
                page=text,
                page_at=block.at,
                where=_where(block),
            )
    mine = words(said(said_here))
    ranked = [(shared(mine, words(said(fold(each.text)))), each) for each in own]
    best = max(ranked, key=lambda each: each[0], default=(0, None))
    if best[1] is not None and best[0] >= SIMILAR * max(1, mine.total()):
        text = fold(best[1].text)
        return ComparedLine(
            kind="edited",
            seed=said_here,
            seed_line=caption.line,
            page=text,
            changes=differ.changes(said_here, text),
            page_at=best[1].at,
            where=_where(best[1]),
        )
    kind: LineKind = "missing" if page.read.whole else "not-compared"
    return ComparedLine(kind=kind, seed=said_here, seed_line=caption.line, page=None)


def _holding(caption: SeedCaption, blocks: Iterable[PageBlock]) -> PageBlock | None:
    """The first block that says the caption, perhaps with its credit before or behind it."""
    wanted = letters(caption.text)
    if not wanted:
        return None
    for block in blocks:
        if wanted in (here := letters(block.text)) and len(here) <= len(wanted) + _CREDIT:
            return block
    return None


def _where(block: PageBlock) -> Where:
    if block.is_data:
        return "data"
    if block.marked is not None:
        return "struck" if block.marked == "struck" else "hidden"
    return "article" if block.in_article else "page"
