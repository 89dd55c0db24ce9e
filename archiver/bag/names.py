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


def _stem(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and ending.lower() in ("txt", "md", "markdown") else name
