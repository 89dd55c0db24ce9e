"""A paragraph of either side of a comparison, and its cutting: what of a block a line has, and what is left of it."""

from dataclasses import dataclass, replace

from archiver.article.compare.align import Key
from archiver.model import BlockKind, PageBlock, Where
from archiver.words import has_words, keys


@dataclass(slots=True, kw_only=True, eq=False)
class Text:
    """A paragraph of either side, folded; of the page also its block, the number of that, its layer, and the same with
    its struck words. The key of a paragraph is made when it is first asked for: few blocks of a page are."""

    text: str
    number: int = 0
    start: int = 0
    block: PageBlock | None = None
    where: Where = "article"
    struck: str | None = None
    whole: bool = True
    """Whether it is all of its block."""
    known: Key | None = None

    @property
    def at(self) -> str | None:
        """Where its block stands."""
        return self.block.at if self.block is not None else None

    @property
    def kind(self) -> BlockKind:
        """What its block is."""
        return self.block.kind if self.block is not None else "paragraph"

    @property
    def key(self) -> Key:
        """Its comparison key: of a whole paragraph empty where it has no word."""
        if self.known is None:
            key = keys(self.text)
            self.known = key if has_words(key) else ()
        return self.known

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands on the page."""
        return self.number, self.start


def with_marks(text: str, end: int) -> int:
    """The end of a line with the marks that follow its last letter."""
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return end


def before_marks(text: str, least: int, start: int) -> int:
    """The beginning of a line with the quotation mark or bracket before its first letter."""
    while start > least and not text[start - 1].isspace() and not text[start - 1].isalnum():
        start -= 1
    return start


def rest_of(whole: Text, start: int, end: int) -> list[Text]:
    """What is left of a block between lines, where it has words."""
    start = max(start, 0)
    piece = part_of(whole, start, before_marks(whole.text, start, end) if end < len(whole.text) else end)
    return [piece] if has_words(piece.key) else []


def part_of(whole: Text, start: int, end: int) -> Text:
    """These characters of a block, as a text of their own."""
    text = whole.text[start:end].strip()
    return replace(
        whole,
        text=text,
        known=keys(text),
        start=whole.start + start,
        whole=len(text) == len(whole.text) and whole.whole,
    )
