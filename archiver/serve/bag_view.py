"""What the page of a bag in the room shows: a few facts of its record, and its text. The bag's own page has the rest.

Everything is as somebody else may have written it: what is of the wrong type is absent, and all of it is bounded.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.bag.sanitize import one_line
from archiver.errors import StorageError
from archiver.model.comparison_words import line_words, verdict_words
from archiver.schemas.fields import rows, table
from archiver.serve.bag_files import read_inside
from archiver.serve.entry import entry_of
from archiver.serve.search import Found
from archiver.view.open_bag import OpenBag

_RECORD = 32 << 20
_PARAGRAPHS = 400
_CHARACTERS = 4_000
_MOST = 40
_ORDER = ("same", "typographic", "moved", "edited", "missing", "page-only", "not-compared")
SCREENSHOT = "rendering/screenshot.png"
PREVIEW = "ro-crate-preview.html"
PAGES = "wacz/pages/pages.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A kind of line of the comparison: its key, its words, how many there are, and their share in percent."""

    kind: str
    words: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BagView:
    """What is shown of a bag."""

    paragraphs: tuple[str, ...]
    more: int
    """Paragraphs that are not shown."""
    lines: tuple[Line, ...]
    credits: tuple[tuple[str, str, str], ...]
    """Name, role, the words that say so."""
    notices: tuple[tuple[str, str], ...]
    reason: str | None
    memento: str | None
    rendering: bool
    files: frozenset[str]
    """Which of the files that pages link to are there, below `data/`."""


def view_of(bag: Path) -> BagView:
    """What is shown of a bag. Never raises for what is in it."""
    record = _record(bag)
    capture = table(record, "capture")
    body = entry_of(bag).body
    paragraphs = [
        text for each in body.split("\n") if (text := one_line(each[: 2 * _CHARACTERS])[:_CHARACTERS].strip())
    ]
    memento = table(capture, "memento")
    archive, when = _text(memento.get("archive")), _text(memento.get("datetime"))
    return BagView(
        paragraphs=tuple(paragraphs[:_PARAGRAPHS]),
        more=max(0, len(paragraphs) - _PARAGRAPHS),
        lines=tuple(_lines(record)),
        credits=tuple(dict.fromkeys(_credits(record))),
        notices=tuple(_notices(record)),
        reason=_text(capture.get("reason")),
        memento=f"{archive or 'a web archive'}, {when[:10]}" if when else archive,
        rendering=isinstance(record.get("rendering"), Mapping),
        files=frozenset(each for each in (SCREENSHOT, PREVIEW, PAGES, "provenance.json") if _is_there(bag, each)),
    )


def page_of(bag: Path) -> tuple[str, str] | None:
    """The address and time of the page that the WACZ of a bag begins with; None where it states none."""
    try:
        data, _ = read_inside(bag, f"data/{PAGES}", 4 << 20)
    except StorageError:
        return None
    for line in data.split(b"\n")[:20]:
        try:
            page = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(page, dict) and isinstance(page.get("url"), str):
            stamp = page.get("ts") if isinstance(page.get("ts"), str) else ""
            return page["url"][:8_000], str(stamp)[:40]
    return None


def verdict_of(found: Found) -> str | None:
    """A verdict in words."""
    return verdict_words(found.verdict) if found.verdict else None


def _record(bag: Path) -> Mapping[str, Any]:
    try:
        if bag.is_dir():
            record = json.loads(read_inside(bag, "data/provenance.json", _RECORD)[0])
        else:
            with OpenBag(bag) as opened:
                record = opened.record
    except (StorageError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, Mapping) else {}


def _lines(record: Mapping[str, Any]) -> Iterator[Line]:
    lines = table(record, "comparison").get("lines")
    kinds: Counter[tuple[str, str | None]] = Counter()
    for each in lines[:20_000] if isinstance(lines, list) else ():
        kind, where = (each.get("kind"), each.get("where")) if isinstance(each, Mapping) else (None, None)
        if isinstance(kind, str):
            kinds[kind[:40], where[:40] if isinstance(where, str) else None] += 1
    words: Counter[tuple[str, str]] = Counter()
    for (kind, where), count in kinds.items():
        words[kind, line_words(kind, None if where == "article" else where)] += count
    total = words.total()
    for (kind, label), count in sorted(words.items(), key=lambda each: _rank(each[0][0])):
        yield Line(kind=kind if kind in _ORDER else "not-compared", words=label, count=count, share=100 * count / total)


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _credits(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for each in rows(record, "credits", most=_MOST):
        if name := _text(each.get("name")):
            of = " (photo)" if each.get("of") == "image" and each.get("role") != "photo" else ""
            yield name, f"{_text(each.get('role')) or 'credited'}{of}", _text(each.get("text")) or ""


def _notices(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in rows(record, "notices", most=_MOST):
        if text := _text(each.get("text")):
            yield (_text(each.get("kind")) or "notice"), text


def _is_there(bag: Path, path: str) -> bool:
    try:
        read_inside(bag, f"data/{path}", 0)
    except StorageError:
        return False
    return True


def _text(value: Any) -> str | None:
    return one_line(value[:4_000])[:2_000].strip() or None if isinstance(value, str) else None
