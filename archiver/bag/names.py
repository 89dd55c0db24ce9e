"""Names of bags and their files: plain ASCII without `%`, spaces or control characters (docs/bag-format.md, 1.1)."""

import re
import unicodedata
from datetime import datetime

_LONGEST = 60


def slug(text: str, fallback: str) -> str:
    """`text` with everything but ASCII letters, digits, `_` and `-` folded to `-`; never empty, never hidden."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-_")[:_LONGEST].rstrip("-_") or fallback


def bag_name(seed_name: str, moment: datetime, uuid: str) -> str:
    """`<slug of the seed's file name>-<YYYYMMDDThhmmssZ>-<first 8 hex of the uuid>`."""
    return f"{slug(_stem(seed_name), 'seed')}-{moment:%Y%m%dT%H%M%SZ}-{uuid.replace('-', '')[:8]}"


def seed_file_name(seed_name: str) -> str:
    """The seed's own name made safe, with an ending a reader can open."""
    ending = seed_name.rpartition(".")[2].lower() if "." in seed_name else ""
    return f"{slug(_stem(seed_name), 'seed')}.{'md' if ending in ('md', 'markdown') else 'txt'}"


_QUERY = re.compile(r"[?#;=]|%(?:25){0,4}(?:3[FfBbDd]|23)")
_QUERY_IN_WORDS = re.compile(r"(?:[?#;]|%(?:25){0,4}(?:3[FfBb]|23))[^\s=]{1,200}=")
"""Where an address that was made a file's name goes on with what may let somebody in: a name with spaces in it is a
title, which may ask a question."""


def without_query(name: str) -> str:
    """The name as far as it is a path: names of bags are passed on to everybody, tokens in a query are not."""
    found = (_QUERY_IN_WORDS if " " in name.strip() else _QUERY).search(name)
    return name[: found.start()] if found else name


def _stem(name: str) -> str:
    name = without_query(name)
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and ending.lower() in ("txt", "md", "markdown") else name
