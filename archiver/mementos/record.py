"""What a WARC states of a memento beside its response: a metadata record of fields (WARC 1.1, section 6.6)."""

from archiver.mementos.client import Archived


def memento_record(archived: Archived, original: str) -> list[tuple[str, str]]:
    """The fields: the original's address, its Memento-Datetime (RFC 7089), as sent or rewritten by the archive."""
    return [
        ("original-uri", original),
        ("memento-datetime", f"{archived.moment:%Y-%m-%dT%H:%M:%SZ}"),
        ("form", "raw" if archived.raw else "rewritten"),
    ]
