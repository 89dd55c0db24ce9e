"""Checks the metadata records that keep interim 1xx answers (docs/bag-format.md, section 3.1): lines
`interim-response: …`, each with the octets of one in base64."""

import re
from base64 import b64decode
from binascii import Error

BYTES = 8 << 20
"""Of a longer block none is read: no recorder keeps that much of interim answers."""
_LINE = re.compile(rb"(?i:interim-response):[ \t]*([^\r\n]*)")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1\d\d[ \r\n]")


def interim_problem(block: bytes) -> str | None:
    """What is wrong with the first invalid interim answer, in words; None where all are valid."""
    for line in block.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        try:
            octets = b64decode(match[1].strip(), validate=True)
        except Error:
            return "it is not base64"
        if not _INTERIM.match(octets) or not octets.endswith((b"\r\n\r\n", b"\n\n", b"\n\r\n")):
            return "it is not the head of a 1xx answer"
    return None
