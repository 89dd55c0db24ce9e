"""A block of a page, and how many words a text has."""

from dataclasses import dataclass

from archiver.article.text.block_place import Place
from archiver.model import Marked


@dataclass(slots=True, eq=False)
class Block:
    """A run of text, white space folded, the place it stands in and the container of that; `words` is an estimate where
    none are parted.

    `aside` marks what is not running text. `struck` is the text with its struck words where it has some;
    a block that is struck as a whole is `marked` so. `attribute` is the attribute of the element that it was read from.
    """

    text: str
    place: Place
    home: Place
    words: float
    linked: float
    links: int
    strong: float
    aside: bool = False
    marked: Marked | None = None
    struck: str | None = None
    attribute: str | None = None


def words_in(text: str) -> float:
    """How many words a folded text has; in scripts without spaces, half its characters."""
    count = text.count(" ") + 1
    return len(text) / 2 if len(text) > 12 * count and not text.isascii() else float(count)
