"""Facts about people and cases that are kept apart from what travels."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

PRIVATE_FILE = "private/facts.json"
"""Where they lie below `data/` of a bag that has them."""
KEPT_BESIDE = "private"
"""The folder of `.archiver/` that has them otherwise, a file a bag."""
LARGEST = 64 << 20
"""Bytes of the private facts of a bag that are read."""
_SERIALISED = re.compile(r"\.(?:tar\.gz|tgz|tar|zip)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePart:
    """The facts of one bag as a JSON document, and where it is kept; the record has its SHA-256."""

    kept: Literal["bag", "ledger"]
    data: bytes = field(repr=False)
    sha256: str


def file_beside(bag: Path) -> Path:
    """Where the private facts of a bag, a folder or serialised, lie beside it, if they do."""
    return bag.resolve().parent / ".archiver" / KEPT_BESIDE / f"{name_beside(bag)}.json"


def name_beside(bag: Path) -> str:
    """The name of a bag, a folder or serialised, by which it is known to what is kept beside it."""
    return _SERIALISED.sub("", bag.resolve().name)
