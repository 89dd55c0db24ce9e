"""As what earlier versions knew a row of a list: by the document they made of it.

Until version 0.1.0 of November 2026 a row of a list became a document of headline, date, text and address, and the seed
was known by that document's digest and by its address, untrimmed. Ledgers of then know such seeds by these keys only.
"""

import re
from collections.abc import Iterable, Mapping

from archiver.digest import sha256
from archiver.model import FormerKey
from archiver.seeds.addresses.links import read_inline

_COLUMNS = {
    **dict.fromkeys(("url", "address", "link", "original_url"), "url"),
    **dict.fromkeys(("headline", "title"), "headline"),
    **dict.fromkeys(("date", "published"), "date"),
    **dict.fromkeys(("text", "body"), "text"),
}


def former_key(cells: Iterable[tuple[str, str]]) -> FormerKey | None:
    """The key of a row whose columns are named so; None where no column was read as an address."""
    row: dict[str, str] = {}
    for name, value in cells:
        if column := _COLUMNS.get(re.sub(r"[\s-]+", "_", name.strip().lower())):
            row.setdefault(column, value)
    return _key(row) if "url" in row else None


def _key(row: Mapping[str, str]) -> FormerKey | None:
    headline, date = (" ".join(row.get(name, "").split()) for name in ("headline", "date"))
    url = _unwrap(row.get("url", "").strip())
    parts = [headline, date, row.get("text", "").strip(), f"Original url: <{url}>"]
    try:
        document = ("\n\n".join(part for part in parts if part) + "\n").encode()
    except UnicodeEncodeError:
        return None
    return FormerKey(sha256=sha256(document), url=url)


def _unwrap(text: str) -> str:
    if text.startswith("<") and ">" in text:
        return text[1 : text.index(">")].strip()
    if text.startswith("["):
        _, anchors = read_inline(text, 1)
        if anchors and anchors[0].start == 0:
            return anchors[0].href
    return text
