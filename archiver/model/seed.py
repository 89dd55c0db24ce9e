"""A document somebody kept, read line by line, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A Markdown link in a seed: `href` as written ("" and "#" have lost their target); `start` counts characters
    into the text of the paragraph it stands in."""

    text: str
    href: str
    line: int
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A block of a seed's body: `text` has links replaced by their words and white space folded."""

    text: str
    line: int
    anchors: tuple[Anchor, ...] = ()
    agency: bool = False
    """Whether it stands at the end of the body as a line of credit or update, such as `AFP contributed reporting.`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCaption:
    """A photo caption: `text` without its credit; the credit as printed, with its address if it was a link."""

    text: str
    line: int
    credit: str | None
    credit_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDate:
    """The date line: `raw` as printed, `day` what it means."""

    raw: str
    day: date
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    text: str
    line: int


PartKind = Literal["blank", "front-matter", "headline", "date", "byline", "caption", "paragraph", "agency", "address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of whole lines of the seed: joined in order, the `raw` of all parts is the decoded document."""

    kind: PartKind
    raw: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A document somebody kept, read. `data` is the document byte for byte; `origin` says where it was found (a path
    or an address), for messages; `name` is its file name, as found."""

    origin: str
    name: str
    data: bytes = field(repr=False)
    sha256: str
    encoding: str
    lines: int
    url: str
    url_line: int
    headline: Headline | None
    date: SeedDate | None
    caption: SeedCaption | None
    paragraphs: tuple[Paragraph, ...]
    front_matter: Mapping[str, object]
    parts: tuple[Part, ...] = field(repr=False)
    byline: Paragraph | None = None
    """The line of credit between the headline and the caption or body, such as `By Jo Finch`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRefused:
    """A seed that cannot be archived: where (file and line, 0 when no line is to blame), what is wrong, what to do."""

    origin: str
    line: int
    problem: str
    advice: str

    @property
    def reason(self) -> str:
        """What is wrong and what to do, for a line that names the document already."""
        return f"{f'line {self.line}: ' if self.line else ''}{self.problem}; {self.advice}"

    def __str__(self) -> str:
        where = f"{self.origin}:{self.line}" if self.line else self.origin
        return f"{where}: {self.problem}; {self.advice}"
