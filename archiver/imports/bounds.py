"""Bounds on files that others made."""

RECORDS = 20_000_000
"""Records of all files together that are indexed."""
ENTRIES = 10_000
"""WARC files inside one WACZ."""
JSON_BYTES = 256 << 20
"""The largest HAR file that is read."""
MHTML_BYTES = 256 << 20
PARTS = 20_000
"""Entries of a HAR file, parts of an MHTML file."""
DEPTH = 12
"""Multiparts within one another."""
READS = 24
"""Captures of one seed that are read and compared."""
LISTED = 50
"""Captures of one seed that its record lists."""
REDIRECTS = 10
COPIED_BYTES = 1 << 30
"""Packed bytes of records that one bag takes."""
RECORD_BYTES = 2 << 30
"""A longer record is not copied."""
HEAD_BYTES = 1 << 16
"""Of an HTML page, in which its canonical link is looked for."""
TEXT = 2_000
"""Characters of anything that a file states of itself."""
EXPANDED = 64
"""Times its size that a file may expand to, beside FLOOR bytes."""
FLOOR = 4 << 30
