"""The nouns that travel between the rooms: frozen values, no behaviour beyond reading themselves.

Times are aware datetimes in UTC; digests are lower-case hexadecimal SHA-256 unless a name says otherwise; bytes stay
bytes until `article/` decodes them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.model.article import (
        Accord,
        Agreement,
        Article,
        Change,
        Claim,
        ClaimName,
        ClaimSource,
        ComparedLine,
        Comparison,
        Credit,
        CreditKind,
        CreditRole,
        DocumentKind,
        LineKind,
        Notice,
        NoticeKind,
        PageAnchor,
        PageCaption,
        PageModel,
        PageRead,
        Reading,
        RecoveredLink,
        SourceDocument,
        TextCandidate,
        Verdict,
        Where,
        kept_text,
    )
    from archiver.model.bag import Bag, Finding, Judgement, PreviousBag, Receipt, Report, Severity
    from archiver.model.capture import (
        Capture,
        Copied,
        Exchange,
        Failure,
        IndexEntry,
        Initiator,
        LeadImage,
        Outcome,
        Page,
        Photo,
        Recorded,
        RecordIds,
        Requisites,
        Tls,
        Truncation,
        Unfetched,
        Unread,
        UnreadKind,
    )
    from archiver.model.memento import (
        ArchiveAnswer,
        ArchiveFinding,
        HeldCapture,
        Memento,
        NoAnswer,
        WebArchive,
        Witness,
    )
    from archiver.model.page_block import BlockKind, Marked, PageBlock
    from archiver.model.rendering import Rendering
    from archiver.model.seed import (
        Anchor,
        FormerKey,
        HeaderLine,
        Headline,
        LeftAlone,
        ListRow,
        Paragraph,
        Part,
        PartKind,
        Seed,
        SeedCaption,
        SeedDate,
        SeedRefused,
    )

__all__ = [
    "Accord",
    "Agreement",
    "Anchor",
    "ArchiveAnswer",
    "ArchiveFinding",
    "Article",
    "Bag",
    "BlockKind",
    "Capture",
    "Change",
    "Claim",
    "ClaimName",
    "ClaimSource",
    "ComparedLine",
    "Comparison",
    "Copied",
    "Credit",
    "CreditKind",
    "CreditRole",
    "DocumentKind",
    "Exchange",
    "Failure",
    "Finding",
    "FormerKey",
    "HeaderLine",
    "Headline",
    "HeldCapture",
    "IndexEntry",
    "Initiator",
    "Judgement",
    "LeadImage",
    "LeftAlone",
    "LineKind",
    "ListRow",
    "Marked",
    "Memento",
    "NoAnswer",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Page",
    "PageAnchor",
    "PageBlock",
    "PageCaption",
    "PageModel",
    "PageRead",
    "Paragraph",
    "Part",
    "PartKind",
    "Photo",
    "PreviousBag",
    "Reading",
    "Receipt",
    "RecordIds",
    "Recorded",
    "RecoveredLink",
    "Rendering",
    "Report",
    "Requisites",
    "Seed",
    "SeedCaption",
    "SeedDate",
    "SeedRefused",
    "Severity",
    "SourceDocument",
    "TextCandidate",
    "Tls",
    "Truncation",
    "Unfetched",
    "Unread",
    "UnreadKind",
    "Verdict",
    "WebArchive",
    "Where",
    "Witness",
    "kept_text",
]


def __getattr__(name: str) -> object:
    """A noun, from the module that has it, which is imported only now: validation needs four of fifty, and would spend
    as much on the others as on a bag of two thousand files."""
    if name in __all__:
        for module in ("bag", "seed", "capture", "article", "page_block", "memento", "rendering"):
            if noun := vars(import_module(f"{__name__}.{module}")).get(name):
                globals()[name] = noun
                return noun
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
