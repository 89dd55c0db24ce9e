"""What a page says, who is credited, and how it relates to the seed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from archiver.model.page_block import PageBlock

ClaimSource = Literal[
    "seed",
    "json-ld",
    "open-graph",
    "meta",
    "microdata",
    "http",
    "url",
    "visible",
    "image-iptc",
    "image-xmp",
    "image-exif",
]
ClaimName = Literal[
    "headline",
    "published",
    "modified",
    "author",
    "publisher",
    "canonical_url",
    "language",
    "licence",
    "identifier",
    "dateline",
    "keywords",
    "access",
    "image_caption",
    "image_date",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says so: `value` normalised (dates ISO 8601, day or moment), `raw` as it stood, `at` where in the source
    (an XPath, a JSON path, a header name, `line 3`)."""

    value: str
    raw: str
    source: ClaimSource
    at: str
    document: "SourceDocument | None" = None
    """The document it stands in, where that is not the recorded answer of the original."""


CreditKind = Literal["person", "organisation", "site"]
CreditRole = Literal["author", "contributor", "editor", "translator", "source", "photo", "rights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who is credited: `name` is the agency table's short name or what stands there; `agency` the full name of an
    agency; `text` the words that say it."""

    name: str
    kind: CreditKind
    agency: str | None
    url: str | None
    role: CreditRole
    of: Literal["article", "image"]
    text: str
    lang: str | None
    source: ClaimSource
    at: str
    document: "SourceDocument | None" = None
    """As of a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnchor:
    """A link of the page: its words, where it leads (absolute), and its XPath."""

    text: str
    href: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCaption:
    """The caption of a figure of the page and its XPath."""

    text: str
    at: str


NoticeKind = Literal["correction", "clarification", "editors-note", "retraction", "withdrawal", "kill", "advisory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a page says about its own article: `text` as it stands there, `date` as claims keep dates where one is
    stated with it, `at` the XPath of the element, or of a script and a JSONPath in it."""

    kind: NoticeKind
    text: str
    date: str | None
    at: str | None


Where = Literal["article", "page", "hidden", "struck", "data"]
"""Where a line of the seed was found: in the article's text, elsewhere in the page's markup, in what the source marks
as hidden, in struck words, or in embedded data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What of a page was read: `whole` only where nothing was cut; `cut` names each cut or bound in words. The counts
    are of blocks: all, those marked hidden (or for screen readers), struck ones, and those of embedded data."""

    whole: bool
    cut: tuple[str, ...] = ()
    blocks: int = 0
    hidden: int = 0
    struck: int = 0
    data: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModel:
    """All blocks of a page in reading order, whatever they are, embedded data last, and how much of it was read.

    The tree of a page that was just read stays in memory with its model, until that is settled.
    """

    blocks: tuple[PageBlock, ...]
    read: PageRead

    def settle(self) -> None:
        """Find out each kind and place now, and let the tree go."""
        for block in self.blocks:
            block.settle()


DocumentKind = Literal["wire", "rendering", "memento", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """Which document was read: a WARC record (`record_id`) or a file of the payload (`file`, relative to `data/`), its
    address, and when that state was captured (for a memento its Memento-Datetime, RFC 7089)."""

    kind: DocumentKind
    record_id: str | None = None
    file: str | None = None
    url: str | None = None
    captured: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCandidate:
    """A text that could have been the article's: who found it, how long it is, and the share of the seed's words that
    it has (None: there was no seed with a body to judge by)."""

    extractor: str
    version: str
    characters: int
    seed_coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page, read: `paragraphs` are the body in reading order (NFC, white space folded), empty where no text was
    found; `note` says why, or what is wrong with the source (not HTML, cut short). `blocks` are the same paragraphs
    with their kinds and places; `candidates` the texts there were to choose from: the chosen, then the runner-up.
    `model` is the whole page, None where there is no tree; `parser` names what made the tree, with its version;
    `normalisation` the version of the rules for white space and letters; `source` the document that was read."""

    paragraphs: tuple[str, ...]
    language: str | None
    charset: str | None
    extractor: str
    extractor_version: str
    note: str | None
    claims: Mapping[ClaimName, tuple[Claim, ...]]
    credits: tuple[Credit, ...]
    captions: tuple[PageCaption, ...]
    blocks: tuple[PageBlock, ...] = ()
    candidates: tuple[TextCandidate, ...] = ()
    model: PageModel | None = None
    parser: str | None = None
    normalisation: str | None = None
    source: SourceDocument | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def text(self) -> str:
        """The text as kept in `text/article.txt`: one paragraph a block, LF, one newline at the end."""
        return kept_text(self.paragraphs)


def kept_text(paragraphs: Iterable[str]) -> str:
    """Paragraphs as `text/article.txt` keeps them: a blank line between them, one newline at the end."""
    text = "\n\n".join(paragraphs)
    return f"{text}\n" if text else ""


LineKind = Literal["same", "typographic", "edited", "moved", "missing", "page-only", "not-compared"]
Verdict = Literal["same", "typographic", "edited", "different", "no-text", "partial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One run of words that differs: `seed` words replaced by `page` words; either may be empty."""

    seed: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """One paragraph of the comparison: the seed's words and line (None: page-only), the page's (None: missing or not
    compared), the element they stand in (an XPath, as in `PageBlock`), and in which part of the page that is."""

    kind: LineKind
    seed: str | None
    seed_line: int | None
    page: str | None
    changes: tuple[Change, ...] = ()
    page_at: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the page relates to the seed. Coverages are the share of words found on the other side, 0 to 1:
    `seed_coverage` counts what stands in the article or elsewhere in the page's markup, `marked_coverage` also what is
    marked hidden, struck, or embedded data. `source` is the document that was compared, `read` how much of it was
    read."""

    verdict: Verdict
    seed_coverage: float
    page_coverage: float
    lines: tuple[ComparedLine, ...]
    captions: tuple[ComparedLine, ...] = ()
    """The seed's captions beside the page's; they decide no verdict."""
    marked_coverage: float = 0.0
    source: SourceDocument | None = None
    read: PageRead | None = None


Accord = Literal["agree", "conflict", "single"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether the sources of one claim agree, and the normalised values they gave."""

    accord: Accord
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredLink:
    """A link of the seed beside the page's: `page_href` None when the page has no such link; `occurrence` counts from 1
    among the page's links of these words."""

    text: str
    seed_href: str
    page_href: str | None
    occurrence: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that article/ says about one seed and one page: `claims` and `credits` of seed and page together."""

    article: Article
    claims: Mapping[ClaimName, tuple[Claim, ...]]
    agreement: Mapping[ClaimName, Agreement]
    credits: tuple[Credit, ...]
    comparison: Comparison
    links: tuple[RecoveredLink, ...]

    def settled(self) -> "Reading":
        """The same for those who keep many: the tree of the page is let go, what its model says of it is found out."""
        if self.article.model is not None:
            self.article.model.settle()
        return self

    def without_model(self) -> "Reading":
        """The same for those who ask for no block of the page again: model and tree are let go."""
        return replace(self, article=replace(self.article, model=None))
