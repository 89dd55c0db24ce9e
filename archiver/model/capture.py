"""What was fetched: exchanges, the page they gave, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archiver.model.imported import Imported
from archiver.model.memento import ArchiveAnswer, Memento, NoAnswer, Witness
from archiver.model.second_view import SecondView

Outcome = Literal["captured", "unread", "gone", "blocked", "refused", "failed"]
UnreadKind = Literal["coding", "type", "empty", "cut", "shell", "frameset", "other-page", "notice", "time"]
Initiator = Literal[
    "seed", "redirect", "refresh", "retry", "robots", "requisite", "browser", "memento", "import", "second-view"
]
Truncation = Literal["length", "time", "disconnect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a connection said of itself. `chain` holds DER certificates, the site's own first; `verified` is whether
    they were checked against the trusted roots and the name."""

    protocol: str | None
    cipher: str | None
    certificate_sha256: str | None
    issuer: str | None
    not_after: datetime | None
    chain: tuple[bytes, ...] = field(repr=False)
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordIds:
    """`<urn:uuid:…>` of the WARC records that hold one exchange; `metadata` holds interim 1xx answers."""

    request: str | None
    response: str
    metadata: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as recorded. `bytes` counts the response as it came over the connection;
    `outcome` is "complete" or says in words what ended it early."""

    seq: int
    started: datetime
    ended: datetime
    url: str
    initiator: Initiator
    record_ids: RecordIds
    ip: str | None
    status: int
    bytes: int
    truncated: Truncation | None
    outcome: str
    tls: Tls | None
    method: str = "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Why an answer is not, or could not be read as, the article; `needs` is what would help: `browser`, `retry`, the
    name of a setting or of an extra, or None."""

    kind: UnreadKind
    needs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a URL answered, ready to be read: `body` de-chunked and content-decoded, bounded; `headers` in the order
    received, names as sent. `problem` says in words what is wrong with the body (cut short, broken gzip), or None;
    `unread` is set where the body, or the rest of it, could not be read at all (an unknown or broken coding)."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    problem: str | None = None
    unread: Unread | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Where a response record lies in a WARC file of the capture, for an index of captures (CDX): `offset` and `length`
    in bytes are those of its gzip member; `mime` without parameters."""

    url: str
    moment: datetime
    status: int
    mime: str
    payload_sha256: str | None
    file: str
    offset: int
    length: int
    method: str = "GET"
    request_body: str = ""
    """Of a POST or PUT, in the words by which replay tools look for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A requisite that is not in the bag, and why."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What is known from another capture of the job: from which bag (None where that capture made none in the end),
    captured when (WARC-Date)."""

    url: str
    bag: str | None
    captured: str
    record_id: str
    payload_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A captured image of a figure of the page: its caption, and its bytes for reading."""

    url: str
    caption: str
    record_id: str
    payload_sha256: str | None
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImage:
    """The photo under the credited caption: where it is, what the page says of it, whether a C2PA manifest is in it
    (which is not verified), and what is wrong with its file, if anything."""

    url: str
    record_id: str
    sha256: str | None
    caption: str | None
    credit: str | None
    c2pa: bool
    problem: str | None
    memento_datetime: datetime | None = None
    """When a web archive captured it, where it is an archive's copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisites:
    """What became of everything the page needs."""

    fetched: int
    shared: tuple[Copied, ...]
    failed: tuple[Unfetched, ...]
    skipped: tuple[Unfetched, ...]
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """An original as it was fetched: at least one HTTP response was recorded. Where only a web archive answered,
    `final_url`, `status`, `record_id` and `page` are None, and `error` says what kept the original from answering."""

    outcome: Outcome
    reason: str | None
    started: datetime
    finished: datetime
    requested_url: str
    final_url: str | None
    status: int | None
    redirects: tuple[str, ...]
    record_id: str | None
    payload_sha256: str | None
    exchanges: tuple[Exchange, ...]
    page: Page | None
    user_agent: str
    proxy: str | None = None
    robots: str = "not-asked"
    robots_rule: str | None = None
    robots_from: tuple[Copied, ...] = ()
    """robots.txt files that other captures of the job asked for; their records are copied, unless HTML or personal."""
    crawl_delay: float | None = None
    """Seconds the host's robots.txt asks for between pages."""
    requisites: Requisites | None = None
    """None where none were asked for."""
    unread: Unread | None = None
    """Set where the outcome is `unread`."""
    index: tuple[IndexEntry, ...] = ()
    """Of every response record, those copied from other captures included."""
    memento: Memento | None = None
    """The web archive's copy that was read in place of the original."""
    archives: tuple[ArchiveAnswer, ...] = ()
    """What the web archives answered that were asked."""
    error: NoAnswer | None = None
    imported: Imported | None = None
    """Set where others captured the page."""
    logged_in: tuple[str, ...] = ()
    """Hosts that got cookies of a subscription (`--cookies`): what they answered may not be what others see."""
    witnesses: tuple[Witness, ...] = ()
    """Of an original that is gone: who else says so, or had it last."""
    second_view: SecondView | None = None
    """The page asked for once more, from another place."""

    @property
    def final(self) -> Exchange | None:
        """The exchange that gave the page; None where the original did not answer."""
        return next((e for e in self.exchanges if e.record_ids.response == self.record_id), None)

    @property
    def truncated(self) -> Truncation | None:
        """What ended the page's response early."""
        return self.final.truncated if self.final else None

    @property
    def address(self) -> str:
        """The address that answered, else the one that was asked for."""
        return self.final_url or self.requested_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No HTTP response at all: `kind` is one word (dns, guard, connect, tls, timeout, protocol, …), `reason` a
    sentence, `seen` what was observed (names resolved, addresses tried, alerts)."""

    url: str
    outcome: Outcome
    kind: str
    reason: str
    started: datetime
    finished: datetime
    attempts: int
    seen: Mapping[str, object] = field(default_factory=dict)
    crawl_delay: float | None = None
    outage: bool = False
    """Name service itself gave no answer: this says nothing about the original."""
    recorded: "Recorded | None" = None
    """What was recorded all the same: robots.txt files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The exchanges that a capture without a page has in its WARC, and what they said of robots."""

    exchanges: tuple[Exchange, ...]
    index: tuple[IndexEntry, ...]
    robots: str
    robots_rule: str | None
    robots_from: tuple[Copied, ...]
