"""A row of a list, read: from its own bytes, so that it can be read again without the list it stood in.

Which columns are what stands in `columns.toml`. No document is made of a row: its bytes are the seed.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archiver.model import ListRow
from archiver.seeds.addresses import labelled
from archiver.seeds.blocks import Block, Document, Facts
from archiver.seeds.decoding import decode
from archiver.seeds.formats import citations, text
from archiver.seeds.formats.bookmarks import read_bookmark
from archiver.seeds.formats.html import read_fragment
from archiver.seeds.lines import line_at
from archiver.seeds.refusal import Refusal

_HTML = re.compile(r"<(?:p|div|h[1-6]|article|br|span|a|ul)[\s>/]", re.IGNORECASE)
_SPLIT_TAGS = re.compile(r"[;,|]")
ADVICE = "name the columns url, headline, date, text in the first row; only url is needed"


@dataclass(frozen=True, slots=True)
class Cell:
    """A column's or field's name, and what the row has there."""

    name: str
    value: str


def read_row(data: bytes, row: ListRow) -> Document:
    """The document a row is. Raises Refusal for one that cannot be read or has no address."""
    try:
        raw, encoding = decode(data)
    except Refusal as refusal:
        raise Refusal(refusal.line, f"the row is not UTF-8: {refusal.problem}", "write the list in UTF-8") from refusal
    cells = cells_of(raw, row.columns)
    return _document(raw, encoding, cells)


def cells_of(raw: str, columns: Sequence[str]) -> list[Cell]:
    """The cells of a row with their names, whichever kind of list it stood in."""
    start = raw.lstrip("\ufeff \t\r\n")
    if columns:
        return [Cell(name, value) for name, value in zip(columns, split_cells(raw, len(columns)))]
    if start.startswith("{"):
        return json_cells(raw)
    if citations.is_record(start):
        return [Cell(*pair) for pair in citations.read_record(start)]
    if start.startswith("<"):
        return [Cell(*pair) for pair in read_bookmark(start)]
    return [Cell("url", start.strip())]


def split_cells(raw: str, count: int) -> list[str]:
    """The cells of a row of a spreadsheet, parted by what gives as many as there are columns (RFC 4180)."""
    best: list[str] = []
    for delimiter in (",", ";", "\t", "|"):
        try:
            cells = next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [])
        except csv.Error as error:
            raise Refusal(0, f"no row of CSV: {error}", "mend its quotation marks") from error
        if len(cells) == count:
            return cells
        best = max(best, cells, key=len)
    return best


def json_cells(raw: str) -> list[Cell]:
    """The fields of a JSON object. Raises Refusal for what is not an object."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refusal(0, f"not JSON: {str(error)[:100]}", "a line is one JSON object") from error
    if not isinstance(found, dict):
        raise Refusal(0, "no JSON object with a text `url`", '{"url": "https://…", "headline": "…"}')
    return [Cell(key, _plain(key, value)) for key, value in found.items()]


def role_of(name: str) -> str:
    """What a column of this name holds, "" where it is not read."""
    return _roles().get(_folded(name), "")


@cache
def _roles() -> Mapping[str, str]:
    table = tomllib.loads(files("archiver.seeds.formats").joinpath("columns.toml").read_text("utf-8"))
    return {_folded(name): role for role, names in table.items() for name in names.split(";")}


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[\s_\-.:/]+", " ", name.casefold()).split())


def used_columns(cells: Iterable[Cell]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the cells that are read, and of those that hold something and are not."""
    cells = list(cells)
    chosen = _chosen(cells)
    used = {id(cell) for each in chosen.values() for cell in each}
    return (
        tuple(dict.fromkeys(cell.name for cell in cells if id(cell) in used)),
        tuple(dict.fromkeys(cell.name for cell in cells if id(cell) not in used and cell.value.strip())),
    )


def _chosen(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """Which cells are read for each role: of an address, a headline and a text the first that is not empty."""
    chosen: dict[str, list[Cell]] = {}
    for cell in cells:
        role = role_of(cell.name)
        if not role or not cell.value.strip():
            continue
        if role == "url" and not labelled.looks_like_address(_bare(cell.value)) and role in chosen:
            continue
        if role in ("tags", "notes", "byline", "said") or role not in chosen:
            chosen.setdefault(role, []).append(cell)
    if "date" in chosen:
        chosen.pop("year", None)
    if not any(role_of(cell.name) for cell in cells):
        # A list without names: the first address of a row is its own.
        named = [cell for cell in cells if labelled.looks_like_address(_bare(cell.value))] or list(cells)
        if named:
            chosen["url"] = named[:1]
    return chosen


def _bare(value: str) -> str:
    return value.strip().lstrip("<[(")


def _document(raw: str, encoding: str, cells: Sequence[Cell]) -> Document:
    chosen = _chosen(cells)
    at = _places(raw, cells)
    if "url" not in chosen:
        raise Refusal(0, "no address in the row", ADVICE)
    facts = Facts()
    url = chosen["url"][0]
    value = url.value.strip().split()[0] if _folded(url.name) in ("urls", "related urls", "ur") else url.value.strip()
    link = re.fullmatch(r"\[[^\[\]]*\]\(\s*(\S+?)\s*\)", value)
    stated = labelled.read_stated(f"<{link[1]}>" if link else value)
    facts.addresses.append((stated.url if stated else value, at[id(url)], labelled.OUTRIGHT))
    if "headline" in chosen and " ".join(chosen["headline"][0].value.split()) != value:
        cell = chosen["headline"][0]
        facts.headline = (" ".join(cell.value.split()), at[id(cell)])
    for role in ("date", "year"):
        for cell in chosen.get(role, []):
            facts.dates.append((" ".join(cell.value.split()), at[id(cell)]))
    if authors := chosen.get("byline"):
        facts.bylines.append(("; ".join(" ".join(cell.value.split()) for cell in authors), at[id(authors[0])]))
    marks = " []\"'#"
    facts.tags = [
        tag for cell in chosen.get("tags", []) for each in _SPLIT_TAGS.split(cell.value) if (tag := each.strip(marks))
    ]
    facts.notes = [cell.value.strip() for cell in chosen.get("notes", [])]
    blocks = _text_blocks(chosen["text"][0].value, at[id(chosen["text"][0])]) if "text" in chosen else []
    count = line_at(raw, len(raw)) - (1 if raw.endswith(("\n", "\r")) else 0)
    document = Document(
        format="row",
        encoding=encoding,
        lines=max(1, count),
        blocks=[_within(block, max(1, count)) for block in blocks],
        facts=facts,
        front_matter={_folded(cell.name).replace(" ", "_"): cell.value for cell in chosen.get("said", [])},
    )
    document.remarks += [f"the address: {stated.remark}"] if stated and stated.remark else []
    document.former_url = stated.former if stated else ""
    return document


def _text_blocks(value: str, line: int) -> list[Block]:
    """The paragraphs of a cell, plain, Markdown or HTML, counted from the line it begins on."""
    if _HTML.search(value[:5000]):
        return list(read_fragment(value, line))
    if not value.strip():
        return []
    read = text.read(value, "utf-8", "cell.txt")
    shift = line - 1
    for block in read.blocks:
        block.line, block.end = block.line + shift, block.end + shift
    return read.blocks


def _within(block: Block, last: int) -> Block:
    """A block whose lines are lines of the row: escapes (`\\n` in JSON) are not line ends."""
    block.line, block.end = min(block.line, last), min(block.end, last)
    return block


def _places(raw: str, cells: Sequence[Cell]) -> dict[int, int]:
    """The line each cell begins on, found in order."""
    at, places = 0, {}
    for cell in cells:
        value = cell.value.strip()[:80].split("\n")[0].split("\r")[0].replace('"', '""')
        found = raw.find(value, at) if value else -1
        if found < 0 and value:
            found = raw.find(cell.value.strip()[:20])
        else:
            at = max(at, found)
        places[id(cell)] = line_at(raw, max(found, 0))
    return places


def _plain(key: str, value: Any) -> str:
    """A JSON value in words: CSL's names and dates, lists of words or of objects with a name, numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        if parts := value.get("date-parts"):
            numbers = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
            return "-".join(f"{number:02}" if isinstance(number, int) else str(number) for number in numbers[:3])
        for name in ("raw", "literal", "name", "label", "title"):
            if isinstance(value.get(name), str):
                return str(value[name])
        return " ".join(str(value.get(part)) for part in ("given", "family") if isinstance(value.get(part), str))
    if isinstance(value, list):
        separator = "; " if role_of(key) == "byline" else ", "
        return separator.join(words for each in value[:1000] if (words := _plain("", each)))
    return ""
