"""Moments as records, ledgers and receipts have them."""

from datetime import UTC, datetime


def moment_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond: `2024-07-01T10:00:00.000000Z` (W3C NOTE-datetime; WARC 1.1, section 5.4)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
