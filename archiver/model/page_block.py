"""A block of a page, its kinds and its marks."""

from collections.abc import Callable
from functools import partial
from typing import Literal

BlockKind = Literal[
    "paragraph",
    "heading",
    "list",
    "quotation",
    "table",
    "caption",
    "credit",
    "byline",
    "aside",
    "navigation",
    "embed",
    "data",
]
Marked = Literal["hidden", "screen-reader", "struck"]


class PageBlock:
    """A block of the page: what it is, its text, and where it stands (the XPath of its element, or of a script and a
    JSONPath in it); None where that is not known. It is a value: nothing changes it.

    `text` is what the markup says now: NFC, white space folded, no struck words. `struck` is the same block with
    its struck words in their places, None where it has none. `marked` is what the source says of the whole block:
    of one that is struck as a whole, `text` are the struck words. `in_article` says whether it belongs to the
    article's text (data does where nothing else of the page is its text).

    `kind` and `at` may be given as functions that find them out: of most blocks of a page nobody asks, and then they
    are never called.
    """

    __slots__ = ("_at", "_kind", "in_article", "marked", "struck", "text")

    def __init__(
        self,
        *,
        kind: BlockKind | Callable[[], BlockKind],
        text: str,
        at: str | Callable[[], str] | None,
        marked: Marked | None = None,
        in_article: bool = True,
        struck: str | None = None,
    ) -> None:
        self._kind, self._at = kind, at
        self.text, self.marked, self.in_article, self.struck = text, marked, in_article, struck

    @property
    def kind(self) -> BlockKind:
        """What the block is to a reader."""
        if not isinstance(self._kind, str):
            self._kind = self._kind()
        return self._kind

    @property
    def at(self) -> str | None:
        """Where it stands."""
        if callable(self._at):
            self._at = self._at()
        return self._at

    def settle(self) -> None:
        """Find out kind and place now."""
        self._kind, self._at = self.kind, self.at

    @property
    def is_data(self) -> bool:
        """Whether it is of the page's data; what is data is known from the first."""
        return self._kind == "data"

    def _values(self) -> dict[str, object]:
        named = ("kind", "text", "at", "marked", "in_article", "struck")
        return {name: getattr(self, name) for name in named}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PageBlock) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"PageBlock({', '.join(f'{name}={value!r}' for name, value in self._values().items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return partial(PageBlock, **self._values()), ()  # type: ignore[arg-type]
