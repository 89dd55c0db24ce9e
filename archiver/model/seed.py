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
    """The date line: `raw` as printed, `day` what it means; None where that is not certain, and `edtf` says what it may
    mean (ISO 8601-2:2019: `[2022-03-04,2022-04-03]`, `XXXX-05-03`)."""

    raw: str
    day: date | None
    line: int
    edtf: str = ""

    @property
    def value(self) -> str:
        """The date in EDTF; of a certain day this is ISO 8601."""
        return self.day.isoformat() if self.day else self.edtf


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """A line of the opening block which belongs to no paragraph and was not understood: a section, a deck, a time to
    read, a name."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """Where a seed stands in a list: the list's file name and SHA-256, the number of the row (from 1, without the names
    of the columns), the columns that were read and those left alone, and all columns in order, so that the row can be
    read without its list."""

    name: str
    row: int
    sha256: str
    used: tuple[str, ...]
    dropped: tuple[str, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerKey:
    """What an earlier version took for the digest and the address of the same seed."""

    sha256: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    text: str
    line: int


PartKind = Literal[
    "blank", "front-matter", "headline", "date", "byline", "caption", "paragraph", "agency", "address", "header"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of whole lines of a text seed: joined in order, the `raw` of all parts is the decoded document. Documents
    that are not lines of text (Word, PDF, mail, saved pages) have none."""

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
    captions: tuple[SeedCaption, ...] = ()
    """All captions in order; `caption` is the first."""
    header: tuple[HeaderLine, ...] = ()
    format: str = "text"
    """The format it was read as, a name of `archiver.seeds.formats`."""
    url_guessed: bool = False
    """No line said which address is the original; the only plausible one was taken, as asked for."""
    list: ListRow | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What was done to read it that its keeper may want to know, such as a full stop left off the address."""
    former: tuple[FormerKey, ...] = ()
    """As what earlier versions knew this seed, where that differs."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A file that is not read as a seed, and why."""

    origin: str
    reason: str
