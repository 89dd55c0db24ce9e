"""bag-info.txt: what a librarian reads first (RFC 8493, 2.2.2; DESIGN.md, section 3)."""

from datetime import datetime

from archiver import __version__
from archiver.bag.write import Info
from archiver.config import Config
from archiver.model import Capture, Reading, Seed

PROFILE = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"
NOT_STATED = "not stated"


def bag_info(
    seed: Seed, capture: Capture, reading: Reading, config: Config, *, identifier: str, group: str, sealed: datetime
) -> Info:
    """The labels in order; facts that are not there are left out, the source organisation alone says "not stated"."""
    headlines = reading.claims.get("headline", ())
    headline = seed.headline.text if seed.headline else headlines[0].value if headlines else ""
    published = reading.agreement.get("published")
    credited = dict.fromkeys(f"{each.name} ({each.role})" for each in reading.credits)
    pairs = [
        ("Source-Organization", config.organisation or NOT_STATED),
        ("Organization-Address", config.organisation_address),
        ("Contact-Name", config.contact_name),
        ("Contact-Email", config.contact_email),
        ("Contact-Phone", config.contact_phone),
        ("External-Description", headline),
        ("External-Identifier", identifier),
        ("Bagging-Date", f"{sealed:%Y-%m-%d}"),
        ("Bag-Group-Identifier", config.group or group),
        ("Bag-Software-Agent", f"archiver {__version__}"),
        ("BagIt-Profile-Identifier", PROFILE),
        ("Original-URL", seed.url),
        ("Capture-Date", f"{capture.started:%Y-%m-%dT%H:%M:%SZ}"),
        *(("Publication-Date", value) for value in (published.values if published else ())),
        *(("Credit", credit) for credit in credited),
        ("Comparison-Verdict", reading.comparison.verdict),
    ]
    return [(label, value) for label, value in pairs if value]
