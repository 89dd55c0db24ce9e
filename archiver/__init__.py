"""archiver: seed documents in, BagIt bags with provenance out.

The functions for Python programs are those of `archiver.api` (docs/python.md); they are imported when first asked for.
"""

from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:
    from archiver.api import (
        ArchiverError,
        Article,
        Finding,
        Reading,
        Refused,
        Report,
        Seed,
        SeedResult,
        StorageError,
        UsageError,
        archive,
        audit,
        bundle,
        certify,
        compare,
        diff,
        export,
        extract,
        handoff,
        history,
        open_bag,
        publish,
        read_seed,
        receive,
        related,
        report,
        restrict,
        sign,
        trace,
        validate,
    )

__all__ = [
    "ArchiverError",
    "Article",
    "Finding",
    "Reading",
    "Refused",
    "Report",
    "Seed",
    "SeedResult",
    "StorageError",
    "UsageError",
    "archive",
    "audit",
    "bundle",
    "certify",
    "compare",
    "diff",
    "export",
    "extract",
    "handoff",
    "history",
    "open_bag",
    "publish",
    "read_seed",
    "receive",
    "related",
    "report",
    "restrict",
    "sign",
    "trace",
    "validate",
]


def __getattr__(name: str) -> object:
    """A function or type of `archiver.api`, which is imported only now: commands start without it (PEP 562)."""
    if name in __all__:
        from archiver import api

        globals()[name] = found = getattr(api, name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
