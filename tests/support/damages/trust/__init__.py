"""Bags that are signed and timestamped, each broken in one way: `DAMAGES` has those of every module here."""

from damages.trust import custody, revocation, signatures, timestamps
from damages.trust.table import DAMAGES

__all__ = ["DAMAGES", "custody", "revocation", "signatures", "timestamps"]
