"""The nouns that travel between the rooms: frozen values, no behaviour beyond reading themselves.

Times are aware datetimes in UTC; digests are lower-case hexadecimal SHA-256 unless a name says otherwise; bytes stay
bytes until `article/` decodes them.
"""

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
    LineKind,
    PageAnchor,
    PageCaption,
    Reading,
    RecoveredLink,
    Verdict,
)
from archiver.model.bag import Bag, Finding, Judgement, Report, Severity
from archiver.model.capture import Capture, Exchange, Failure, Initiator, Outcome, Page, RecordIds, Tls, Truncation
from archiver.model.seed import Anchor, Headline, Paragraph, Part, PartKind, Seed, SeedCaption, SeedDate, SeedRefused

__all__ = [
    "Accord",
    "Agreement",
    "Anchor",
    "Article",
    "Bag",
    "Capture",
    "Change",
    "Claim",
    "ClaimName",
    "ClaimSource",
    "ComparedLine",
    "Comparison",
    "Credit",
    "CreditKind",
    "CreditRole",
    "Exchange",
    "Failure",
    "Finding",
    "Headline",
    "Initiator",
    "Judgement",
    "LineKind",
    "Outcome",
    "Page",
    "PageAnchor",
    "PageCaption",
    "Paragraph",
    "Part",
    "PartKind",
    "Reading",
    "RecordIds",
    "RecoveredLink",
    "Report",
    "Seed",
    "SeedCaption",
    "SeedDate",
    "SeedRefused",
    "Severity",
    "Tls",
    "Truncation",
    "Verdict",
]
