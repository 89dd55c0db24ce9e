"""What a setting of text may be: one line, and not too long."""

import re

_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
"""What has no place in a header, a tag file, an XML element or a path, or turns the direction of what follows."""
_LONGEST = 2_000
"""Characters of a setting: it stands in a line of bag-info.txt and in every bag."""


def why_not(text: str) -> str | None:
    """Why this is not text for a setting; None where it is."""
    if not text.strip() or _NOT_ONE_LINE.search(text):
        return "is not one line of text; leave the line out for the default"
    if len(text) > _LONGEST:
        return f"has {len(text):,} characters; say it in at most {_LONGEST:,}"
    return None
