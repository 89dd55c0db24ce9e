"""Items for reference managers: CSL-JSON (schema 1.0.2), RIS, BibTeX. A newspaper article each, with what is known of
its capture in the note, as Zotero's field Extra has it: a line `name: value` each."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from archiver.exports.item import Item

FACTS = ("outcome", "verdict", "source", "memento", "memento_datetime", "bag", "seal", "access", "reason")
"""What the note says, in this order."""
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_BIBTEX = {
    **{sign: f"\\{sign}" for sign in "%&#$_"},
    "{": "\\{",
    "}": "\\}",
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
_NOT_IN_URL = re.compile(r"[\s{}\\]")


def facts_of(item: Item) -> list[str]:
    """The lines of the note: `archiver_outcome: captured` and so on."""
    return [f"archiver_{name}: {value}" for name in FACTS if (value := item.cell(name))]


def csl_json_of(items: Iterable[Item]) -> Iterator[bytes]:
    """A JSON array of CSL items, one a line."""
    separator = "[\n"
    for number, item in enumerate(items, start=1):
        yield f"{separator}{json.dumps(_csl(item, number), ensure_ascii=False)}".encode("utf-8", "replace")
        separator = ",\n"
    yield b"[]\n" if separator == "[\n" else b"\n]\n"


def _csl(item: Item, number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": item.identifier or item.bag or str(number),
        "type": "article-newspaper",
        "title": item.headline,
        "author": [{"literal": name} for name in item.bylines or item.agencies],
        "container-title": item.publisher,
        "issued": _csl_date(item.published),
        "accessed": _csl_date(item.captured),
        "URL": item.url,
        "language": item.language,
        "archive": "archiver" if item.bag else "",
        "archive_location": item.bag,
        "note": "\n".join(facts_of(item)),
    }
    return {name: value for name, value in fields.items() if value}


def _csl_date(text: str) -> dict[str, Any] | None:
    numbers = _numbers(text)
    return {"date-parts": [numbers]} if numbers else None


def _numbers(text: str) -> list[int]:
    """Year, month and day, as far as a text begins with them."""
    found = _DAY.match(text)
    return [int(part) for part in found.groups() if part] if found else []


def ris_of(items: Iterable[Item]) -> Iterator[bytes]:
    """Records of RIS, a line a tag, CRLF as the format's readers expect."""
    for item in items:
        date = _numbers(item.published)
        lines = [
            ("TY", "NEWS"),
            ("ID", item.identifier or item.bag),
            ("TI", item.headline),
            *(("AU", name) for name in item.bylines or item.agencies),
            ("T2", item.publisher),
            ("PY", f"{date[0]:04}" if date else ""),
            ("DA", f"{'/'.join(f'{part:02}' for part in date)}/" if len(date) == 3 else ""),
            ("Y2", item.captured[:10].replace("-", "/")),
            ("UR", item.url),
            ("LA", item.language),
            *(("N1", fact) for fact in facts_of(item)),
            ("ER", ""),
        ]
        rows = [f"{tag}  - {value}\r\n" for tag, value in lines if value or tag == "ER"]
        yield "".join(rows).encode("utf-8", "replace") + b"\r\n"


def bibtex_of(items: Iterable[Item]) -> Iterator[bytes]:
    """Entries of BibTeX, UTF-8, the signs of LaTeX escaped."""
    for number, item in enumerate(items, start=1):
        date = _numbers(item.published)
        fields = [
            ("title", f"{{{escaped(item.headline)}}}" if item.headline else ""),
            ("author", " and ".join(f"{{{escaped(name)}}}" for name in item.bylines or item.agencies)),
            ("journal", escaped(item.publisher)),
            ("date", "-".join(f"{part:02}" for part in date)),
            ("year", f"{date[0]:04}" if date else ""),
            ("urldate", escaped(item.captured[:10])),
            ("url", _NOT_IN_URL.sub(_percent, item.url)),
            ("langid", escaped(item.language)),
            ("note", escaped("; ".join(facts_of(item)))),
        ]
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields if value)
        key = re.sub(r"[^A-Za-z0-9-]", "-", item.bag)[:200].strip("-") or "item"
        yield f"@article{{{key}-{number},\n{body}\n}}\n\n".encode("utf-8", "replace")


def escaped(text: str) -> str:
    """A text whose signs mean nothing to LaTeX; its braces are in balance."""
    return "".join(_BIBTEX.get(sign, sign) for sign in text)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in found[0].encode("utf-8", "replace"))
