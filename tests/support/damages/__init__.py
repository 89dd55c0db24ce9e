"""Good bags, each broken in one way, with all findings that must follow: `DAMAGES` has those of every module here."""

from damages import bag, package, record, warc
from damages.table import DAMAGES, Damage

__all__ = ["DAMAGES", "Damage", "bag", "package", "record", "warc"]
