"""The body of a page by the words of the seed alone: the cheap way, for jobs that are in a hurry.

A block that says what the seed says is of the article, and so is what stands among such blocks in their own containers:
paragraphs that only the page has. No model is asked. Where this covers too little of the seed, the caller asks the full
extractor. Without a seed it finds nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from archiver.article.text.blocks import Block
from archiver.article.words import keys, worded

NAME, VERSION = "archiver-seeded", "1"
WINDOW = 4
"""Words that must stand in a row in both."""
SHARED = 0.5
"""The share of a block's windows that the seed must have."""
LINKED = 0.4
"""A block with more of its words in links is none of the article unless the seed has it."""
_PROSE = frozenset(("p", "h2", "h3", "h4", "li", "blockquote", "div", "section", "span"))


class Wanted:
    """The words of a seed's body, as rows of words to be found again."""

    def __init__(self, body: str) -> None:
        self._lines = {worded(keys(line)) for line in body.splitlines()}
        self._windows = set(chain.from_iterable(map(_windows, self._lines)))

    def has(self, block: Block) -> bool:
        """Whether the seed says what the block says, or at least half of it."""
        said = worded(keys(block.text))
        if len(said) < WINDOW:
            return bool(said) and said in self._lines
        return sum(map(self._windows.__contains__, _windows(said))) >= SHARED * (len(said) - WINDOW + 1)


def choose(blocks: Sequence[Block], wanted: Wanted) -> list[Block]:
    """The blocks of the article, in page order: what the seed has, and the prose in its places, between and after."""
    found = [n for n, block in enumerate(blocks) if wanted.has(block)]
    if not found:
        return []
    homes = {id(blocks[n].home) for n in found}
    styles = {(blocks[n].place.tag, blocks[n].place.name) for n in found}
    here, last = set(found), found[-1]
    for n in range(found[0], len(blocks)):
        block = blocks[n]
        alike = id(block.home) in homes and block.linked < LINKED and block.place.tag in _PROSE
        if n in here or (alike and (n < last or (block.place.tag, block.place.name) in styles)):
            here.add(n)
        elif n > last:
            break
    return [blocks[n] for n in sorted(here)]


def _windows(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return zip(*[said[n:] for n in range(WINDOW)])
