"""Builds bag-info.txt, what a librarian reads first (RFC 8493, 2.2.2; docs/bag-format.md, section 2.2)."""

from collections.abc import Sequence
from dataclasses import replace

from archiver import __version__
from archiver.bag.bag_contents import CUSTODY_LOG, NOT_STATED, BagContents
from archiver.bag.staging import Info
from archiver.config import Config
from archiver.model import Claim, Credit

PROFILE = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"


def bag_info(contents: BagContents) -> Info:
    """The labels in order. Labels without a value are left out; only the source organisation then says "not stated"."""
    config, reading, rights = contents.config, contents.reading, contents.rights
    pairs = [
        *operation(config),
        ("External-Description", contents.headline),
        ("External-Identifier", contents.identifier),
        *(("External-Identifier", each) for _, each in contents.identifiers),
        ("Bagging-Date", f"{contents.sealed:%Y-%m-%d}"),
        ("Bag-Group-Identifier", config.group or contents.group),
        ("Bag-Producing-Organization", config.organisation),
        ("Bag-Software-Agent", f"archiver {__version__}"),
        ("BagIt-Profile-Identifier", PROFILE),
        ("Operator", config.operator),
        ("Original-URL", contents.seed.url),
        ("Capture-Date", f"{contents.capture.started:%Y-%m-%dT%H:%M:%SZ}"),
        ("Publication-Date", _published(reading.claims.get("published", ()))),
        *(("Credit", credit) for credit in _credited(reading.credits)),
        ("Comparison-Verdict", reading.comparison.verdict),
        ("Comparison-Source", reading.comparison.source.kind if reading.comparison.source else None),
        ("Seed-Supplied-By", contents.custody["supplied_by"]),
        ("Seed-Obtained-How", contents.custody["obtained_how"]),
        *((f"Rights-{name.title()}", rights[name]) for name in ("statement", "holder", "basis", "access", "embargo")),
        *(("Previous-Bag", f"{p.bag} sha256:{p.seal}" if p.seal else p.bag) for p in contents.previous),
        ("Custody-Log", CUSTODY_LOG),
    ]
    return [(label, value) for label, value in pairs if value]


def _published(claims: Sequence[Claim]) -> str | None:
    """The day of publication with those who state it: the page's sources where they agree, else the seed where it alone
    states one. None where the page's sources disagree: the record has them all."""
    page = [claim for claim in claims if claim.source != "seed"]
    stating = page or list(claims)
    days = {claim.value[:10] for claim in stating}
    if len(days) != 1:
        return None
    return f"{days.pop()} ({', '.join(dict.fromkeys(claim.source for claim in stating))})"


def _credited(found_in: Sequence[Credit]) -> list[str]:
    """Who is credited in which role; `(seed)` behind those whom the seed alone credits."""
    sources: dict[str, set[str]] = {}
    for each in found_in:
        sources.setdefault(f"{each.name} ({each.role})", set()).add(each.source)
    return [name if found != {"seed"} else f"{name} (seed)" for name, found in sources.items()]


def operation(config: Config) -> Info:
    """Who archives, and whom to contact where people are stated."""
    if config.private != "stated":
        config = replace(config, contact_name=None, contact_email=None, contact_phone=None)
    pairs = [
        ("Source-Organization", config.organisation or NOT_STATED),
        ("Organization-Address", config.organisation_address),
        ("Contact-Name", config.contact_name),
        ("Contact-Email", config.contact_email),
        ("Contact-Phone", config.contact_phone),
    ]
    return [(label, value) for label, value in pairs if value]
