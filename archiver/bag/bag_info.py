"""bag-info.txt: what a librarian reads first (RFC 8493, 2.2.2; docs/bag-format.md, section 2.2)."""

from archiver import __version__
from archiver.bag.bag_contents import NOT_STATED, Dossier
from archiver.bag.staging import Info
from archiver.config import Config

PROFILE = "https://github.com/dpscollaborative/btr_bagit_profile/releases/download/1.0/btr-bagit-profile.json"


def bag_info(dossier: Dossier) -> Info:
    """The labels in order; facts that are not there are left out, the source organisation alone says "not stated"."""
    config, reading, rights = dossier.config, dossier.reading, dossier.rights
    published = reading.agreement.get("published")
    credited = dict.fromkeys(f"{each.name} ({each.role})" for each in reading.credits)
    pairs = [
        *operation(config),
        ("External-Description", dossier.headline),
        ("External-Identifier", dossier.identifier),
        ("Bagging-Date", f"{dossier.sealed:%Y-%m-%d}"),
        ("Bag-Group-Identifier", config.group or dossier.group),
        ("Bag-Producing-Organization", config.organisation),
        ("Bag-Software-Agent", f"archiver {__version__}"),
        ("BagIt-Profile-Identifier", PROFILE),
        ("Operator", config.operator),
        ("Original-URL", dossier.seed.url),
        ("Capture-Date", f"{dossier.capture.started:%Y-%m-%dT%H:%M:%SZ}"),
        *(("Publication-Date", value) for value in (published.values if published else ())),
        *(("Credit", credit) for credit in credited),
        ("Comparison-Verdict", reading.comparison.verdict),
        ("Seed-Supplied-By", dossier.custody["supplied_by"]),
        ("Seed-Obtained-How", dossier.custody["obtained_how"]),
        *((f"Rights-{name.title()}", rights[name]) for name in ("statement", "holder", "basis", "access", "embargo")),
    ]
    return [(label, value) for label, value in pairs if value]


def operation(config: Config) -> Info:
    """Who archives, and whom to ask."""
    pairs = [
        ("Source-Organization", config.organisation or NOT_STATED),
        ("Organization-Address", config.organisation_address),
        ("Contact-Name", config.contact_name),
        ("Contact-Email", config.contact_email),
        ("Contact-Phone", config.contact_phone),
    ]
    return [(label, value) for label, value in pairs if value]
