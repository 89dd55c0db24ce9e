"""archiver for Python programs: what the commands do, as functions on values (docs/python.md).

    import archiver

    seed = archiver.read_seed("seeds/ferry-strike.txt")
    for result in archiver.archive([seed], bags="bags", contact_email="archive@example.org"):
        print(result.outcome, result.bag, result.verdict)

Everything here is named in `archiver` too. Settings are the keys of `archiver.toml`, as keyword arguments; `config` is
a `Config` that they go over, as from `archiver.config.load`. Every function may raise UsageError for wrong arguments
or settings and StorageError for what cannot be read or written. What is wrong with a page or bag is in the result.
"""

from archiver.api.articles import compare, extract, read_seed, trace
from archiver.api.bags import audit, certify, diff, history, open_bag, related, sign, validate
from archiver.api.jobs import archive, report
from archiver.api.sharing import bundle, export, handoff, publish, receive, restrict
from archiver.errors import ArchiverError, Refused, StorageError, UsageError
from archiver.job.seed_result import SeedResult
from archiver.model import Article, Finding, Reading, Report, Seed

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
