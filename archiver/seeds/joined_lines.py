"""Lines of a seed that belong together: a photo's caption and its credit in the line below. And lines of two
things: a byline and the date behind it.
"""

from collections.abc import Sequence
from dataclasses import replace

from archiver.dates.date_line import read_date_line
from archiver.seeds.blocks import Block
from archiver.seeds.captions import read_caption
from archiver.seeds.credit_lines import LONGEST_CREDIT, is_byline
from archiver.seeds.opening_words import PARTS

_LONGEST_CAPTION = 600
_LONGEST_PARTS, _LONGEST_BYLINE = 200, 140
_MOST_WORDS_OF_A_DATE = 9


def with_captions_joined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, of which two lines set apart by blank lines become one where the lower credits the upper's photo."""
    found: list[Block] = []
    for at, block in enumerate(blocks):
        upper = blocks[at - 1] if at > 1 else None
        if upper is not None and found[-1] is upper and _may_credit(block, upper):
            below = blocks[at + 1].line if at + 1 < len(blocks) else block.end + 2
            if upper.line - blocks[at - 2].end > 1 and below - block.end > 1 and _credits(upper, block):
                anchors = tuple(replace(each, start=each.start + len(upper.text) + 1) for each in block.anchors)
                text = f"{upper.text} {block.text}"
                found[-1] = replace(upper, text=text, end=block.end, anchors=(*upper.anchors, *anchors))
                continue
        found.append(block)
    return found


def _may_credit(block: Block, upper: Block) -> bool:
    return (
        block.line == upper.end + 1
        and 0 < len(block.text) <= LONGEST_CREDIT
        and 0 < len(upper.text) <= _LONGEST_CAPTION
        and block.kind in ("text", "quote")
        and upper.kind == block.kind
    )


def _credits(upper: Block, block: Block) -> bool:
    """Whether the two read as one caption whose credit is all of the lower line, and not the upper alone."""
    alone = read_caption(upper.text, upper.anchors, article_follows=True)
    said = upper.text if upper.text[-1:] in tuple(".!?…。।") else f"{upper.text}."
    both = read_caption(f"{said} {block.text}", (), article_follows=True)
    return alone is None and both is not None and both.credit is not None and both.text == said.strip("*_ ")


def pieces_of(text: str) -> list[str]:
    """The parts of a line: `By Jo Finch | Culture | 4 min read`, `By Jo Finch May 3, 2024`; [] for one that has one."""
    pieces = [piece for piece in PARTS.split(text) if piece] if len(text) <= _LONGEST_PARTS else []
    if len(pieces) != 1 or len(text) > _LONGEST_BYLINE or not any(map(str.isdigit, text)):
        return pieces
    words = text.split(" ")
    for cut in range(2, min(len(words), _MOST_WORDS_OF_A_DATE)):
        before, after = " ".join(words[:cut]).rstrip(","), " ".join(words[cut:])
        if is_byline(before, of_line=False) and read_date_line(after) is not None:
            return [before, after]
    return pieces
