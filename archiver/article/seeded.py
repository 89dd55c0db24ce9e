"""The body of a page by the words of the seed alone: the cheap way, for jobs that are in a hurry.

A block that says what the seed says is of the article, and so is what stands among such blocks in their own containers:
paragraphs that only the page has. No model is asked. Where this covers too little of the seed, the caller asks the full
extractor. Without a seed it finds nothing.
"""

from collections.abc import Sequence

from archiver.article.blocks import Block
from archiver.article.tokens import keys

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
        self._windows: set[tuple[str, ...]] = set()
        self._lines: set[tuple[str, ...]] = set()
        for line in body.splitlines():
            said = _words(line)
            self._lines.add(said)
            self._windows.update(_windows(said))

    def has(self, block: Block) -> bool:
        """Whether the seed says what the block says, or at least half of it."""
        said = _words(block.text)
        if len(said) < WINDOW:
            return bool(said) and said in self._lines
        windows = _windows(said)
        return sum(map(self._windows.__contains__, windows)) >= SHARED * len(windows)


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


def _words(text: str) -> tuple[str, ...]:
    return tuple([key for key in keys(text) if key[0].isalnum()])


def _windows(said: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(zip(*[said[n:] for n in range(WINDOW)]))
