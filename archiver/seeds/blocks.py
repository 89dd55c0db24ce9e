"""What every format becomes: a document in blocks, each with its words, its links and the place it stands in.

`line` is the line of the file the block begins on, counted as an editor does; in a Word document the number of the
paragraph, in a PDF the number of the line of its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from archiver.model import Anchor
from archiver.seeds.lines import Line

BlockKind = Literal["text", "heading", "item", "quote", "row", "caption", "image", "note", "property"]
"""`image`: nothing but a picture; `note`: a footnote; `property`: a fact about the document that its program wrote."""


@dataclass(slots=True, kw_only=True)
class Block:
    """A run of words that belong together, without marks and white space folded. `end` is its last line."""

    text: str
    line: int
    end: int
    kind: BlockKind = "text"
    level: int = 0
    """Of a heading, 1 to 6."""
    anchors: tuple[Anchor, ...] = ()


Noted = tuple[str, int]
"""Words, and the line they stand on."""


@dataclass(slots=True, kw_only=True)
class Facts:
    """What the container says about its document, apart from the text: front matter, the head of a page, the row of a
    list. `addresses` have how surely they are the original's (see `addresses`)."""

    addresses: list[tuple[str, int, int]] = field(default_factory=list)
    headline: Noted | None = None
    dates: list[Noted] = field(default_factory=list)
    bylines: list[Noted] = field(default_factory=list)
    header: list[Noted] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Document:
    """A document as its format's reader gives it. `source` has the lines of a text document, `skipped` how many of them
    are front matter."""

    format: str
    encoding: str
    lines: int
    blocks: list[Block]
    facts: Facts = field(default_factory=Facts)
    front_matter: Mapping[str, object] = field(default_factory=dict)
    source: Sequence[Line] = ()
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)
    former_url: str = ""
    """The address as an earlier version read it, where punctuation behind it was left off."""
