"""Facts about people and cases that are kept apart from what travels."""

from dataclasses import dataclass, field
from typing import Literal

PRIVATE_FILE = "private/facts.json"
"""Where they lie below `data/` of a bag that has them."""
KEPT_BESIDE = "private"
"""The folder of `.archiver/` that has them otherwise, a file a bag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePart:
    """The facts of one bag as a JSON document, and where it is kept; the record has its SHA-256."""

    kept: Literal["bag", "ledger"]
    data: bytes = field(repr=False)
    sha256: str
