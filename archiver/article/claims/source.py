"""What a source of claims is: a function over an opened page (docs/extending.md)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from archiver.article.html.element_index import Outline
from archiver.article.html.jsonld import Graph
from archiver.model import ClaimName, ClaimSource, Page

MAX_VALUES = 50
"""Values of one property, and claims of one name."""
MAX_TAGS = 1_000
"""Elements of a kind that are looked at."""
MAX_LENGTH = 1_000
"""Characters of a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A page that is HTML: its elements by kind, and its JSON-LD."""

    outline: Outline
    graph: Graph


Found: TypeAlias = tuple[ClaimName, str, ClaimSource, str]
"""(name, the words as they stand, which source, where in it): not yet normalised."""
Source: TypeAlias = Callable[[Page, Tree | None], Iterable[Found]]
"""Everything that one source of a page says. The tree is None where the page is not HTML: headers and address are there
all the same. It chooses nothing, never raises for what a page holds, and every walk in it is bounded."""
