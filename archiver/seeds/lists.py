"""Lists of seeds, cut into their rows: spreadsheets, JSON, records of reference managers, bookmarks, bare addresses.

CSV and JSON Lines are read as a stream, a row at a time, however long the list is; other lists up to `LARGEST`. A row's
seed is that row, byte for byte; `ListRow` says where it stood and what of it was read. A row that cannot be used is
refused with its line, and the rest goes on.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TextIO

from archiver.model import FormerKey, ListRow, Seed, SeedRefused
from archiver.seeds.addresses.former import former_key
from archiver.seeds.addresses.labelled import looks_like_address
from archiver.seeds.decoding import decode
from archiver.seeds.document import read_document
from archiver.seeds.formats import citations
from archiver.seeds.formats.bookmarks import is_bookmarks, split_bookmarks
from archiver.seeds.formats.rows import ADVICE, Cell, cells_of, role_of, used_columns
from archiver.seeds.lines import line_at
from archiver.seeds.refusal import Refusal

STREAMED = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
LARGEST = 256 << 20
"""Bytes of a list that is not read as a stream."""
_LONGEST_ROW = 16 << 20
"""Characters."""
_SAMPLE = 64 << 10
_HIGH_IN_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{0,500}[\x80-\xff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON = re.compile(r"(?:\[\s*|\{\s*\"[^\"]{1,60}\"\s*:\s*\[\s*)?\{")
_URL_KEY = re.compile(r"\"(?:[a-z_]{0,20}url|link|href|uri)\"\s*:", re.IGNORECASE)
_COMMENT = "#"


class RawRow(NamedTuple):
    """A row as it stands in the list: its line, its text, and, of a spreadsheet, its columns."""

    line: int
    text: str
    columns: tuple[str, ...] = ()
    former: FormerKey | None = None


def is_list(path: Path) -> bool:
    """Whether a file is a list: by its name, or by how it begins. Files that cannot be read are none."""
    name = path.name.lower()
    if name.endswith(STREAMED):
        return True
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
            more = bool(file.read(1))
    except OSError:
        return False
    return list_kind(name, head, more=more) is not None


def list_kind(name: str, head: bytes, *, more: bool = False) -> str | None:
    """What kind of list a file of this name is that begins so; None: it is a document. `more`: it goes on."""
    if head[:5] in (b"%PDF-", b"PK\x03\x04\x14") or head.startswith((b"PK\x03\x04", b"bplist")):
        return None
    try:
        text, _ = decode(head)
    except Refusal:
        text = head.decode("utf-8", "replace")
    start = text.lstrip("\ufeff \t\r\n")
    if citations.is_citations(start):
        return "citations"
    if is_bookmarks(text):
        return "bookmarks"
    if name.endswith(".json") and _JSON.match(start) and (_URL_KEY.search(text) or more):
        return "json"
    if name.endswith((".txt", ".urls", ".list")) and _is_addresses(text, more):
        return "addresses"
    return None


def _is_addresses(text: str, more: bool) -> bool:
    """Whether each line that is not blank nor a comment is an address, and there are several."""
    lines = [line.strip() for line in re.split(r"\r\n?|\n", text)]
    lines = lines[:-1] if more else lines
    stated = [line.strip("<>") for line in lines if line and not line.startswith(_COMMENT)]
    if len(set(stated)) < 2 and not (stated and any(line.startswith(_COMMENT) for line in lines)):
        return False
    return all(len(line.split()) == 1 and line.lower().startswith(("http://", "https://", "www.")) for line in stated)


def read_list(path: Path, *, origin: str) -> Iterator[Seed | SeedRefused]:
    """The seeds of a list in their order, each named `origin:line`. Raises OSError when the file cannot be read."""
    digest = _digest(path)
    encoding = encoding_of(path)
    number = 0
    try:
        for number, each in enumerate(raw_rows(path, encoding), start=1):
            yield _seed(each, path.name, origin, number, digest, encoding)
        if not number and not path.name.lower().endswith(STREAMED):
            raise Refusal(0, "a list without rows", "export it again, or remove it")
    except (Refusal, UnicodeError) as error:
        refusal = error if isinstance(error, Refusal) else Refusal(0, "not UTF-16", "write the list in UTF-8")
        yield SeedRefused(origin=origin, line=refusal.line, problem=refusal.problem, advice=refusal.advice)


def raw_rows(path: Path, encoding: str) -> Iterator[RawRow | SeedRefused]:
    """The rows of a list as they stand in it, in order. Raises Refusal, UnicodeError, OSError."""
    name = path.name.lower()
    if name.endswith(STREAMED):
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            yield from _objects(file) if name.endswith(("jsonl", "ndjson")) else _records(file, name)
        return
    if path.stat().st_size > LARGEST:
        raise Refusal(0, f"a list of more than {LARGEST >> 20} MiB", "split it")
    with path.open("rb") as raw:
        head = raw.read(_SAMPLE)
    text = path.read_bytes().decode(encoding, "surrogateescape")
    yield from _cut(text, list_kind(name, head, more=path.stat().st_size > len(head)))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encoding_of(path: Path) -> str:
    """The encoding of a list, as Python names it; a byte order mark is not part of the text. Raises OSError."""
    with path.open("rb") as raw:
        head = raw.read(_SAMPLE)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        # Spreadsheets of Windows write their own code page; an address in it is not certain.
        _, found = decode(head[: head.rfind(b"\n") + 1] or head)
    except Refusal:
        return "utf-8-sig"
    return found if found == "windows-1252" and not _HIGH_IN_ADDRESS.search(head) else "utf-8-sig"


def _seed(
    raw: RawRow | SeedRefused, name: str, origin: str, number: int, digest: str, encoding: str
) -> Seed | SeedRefused:
    if isinstance(raw, SeedRefused):
        return SeedRefused(origin=f"{origin}:{raw.line}", line=raw.line, problem=raw.problem, advice=raw.advice)
    place = f"{origin}:{raw.line}"
    try:
        if encoding.startswith("utf-8") and _SURROGATE.search(raw.text):
            raise Refusal(0, "the row is not UTF-8", "write the list in UTF-8")
        data = raw.text.encode(
            "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig"), "surrogateescape"
        )
        cells = cells_of(raw.text, raw.columns)
    except Refusal as refusal:
        return SeedRefused(origin=place, line=raw.line, problem=refusal.problem, advice=refusal.advice)
    used, dropped = used_columns(cells)
    row = ListRow(name=name, row=number, sha256=digest, used=used, dropped=dropped, columns=raw.columns)
    seed = read_document(data, origin=place, name=_name(cells), row=row)
    if isinstance(seed, SeedRefused):
        return SeedRefused(origin=place, line=raw.line, problem=seed.problem, advice=seed.advice)
    if raw.former is None:
        return seed
    return replace(seed, former=(raw.former, *seed.former))


def _name(cells: list[Cell]) -> str:
    url = next((cell.value for cell in cells if role_of(cell.name) == "url"), cells[0].value if cells else "")
    path = re.split(r"[?#;]", url.partition("://")[2], maxsplit=1)[0]  # no query: it may let somebody in
    return f"{re.sub(r'[^A-Za-z0-9._]+', '-', path)[:100].strip('-.') or 'row'}.txt"


# Cutting


def _cut(text: str, kind: str | None) -> Iterator[RawRow | SeedRefused]:
    text = text.removeprefix("\ufeff")
    if kind == "addresses":
        for line, raw in enumerate(re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text), start=1):
            if raw.strip() and not raw.lstrip().startswith(_COMMENT):
                yield RawRow(line, raw)
        return
    if kind == "json":
        yield from _elements(text)
        return
    pieces = split_bookmarks(text) if kind == "bookmarks" else citations.split_records(text)
    line, done = 1, 0
    for start, raw in pieces:
        line += line_at(text[done:start], start - done) - 1
        done = start
        yield RawRow(line, raw)


def _elements(text: str) -> Iterator[RawRow | SeedRefused]:
    """The objects of a JSON array, each as it stands, or of the first array within an object."""
    decoder = json.JSONDecoder()
    start = text.find("[")
    opened = text.find("{")
    if start < 0 or (0 <= opened < start and not re.match(r'\s*\{\s*"[^"]{1,60}"\s*:\s*\[', text)):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refusal(0, f"not JSON: {str(error)[:100]}", "export the list again") from error
        if not isinstance(found, dict):
            raise Refusal(0, "no JSON list of objects", "export the list again")
        yield RawRow(1, text)
        return
    at, line, counted = start + 1, 1, 0
    space = re.compile(r"[\s,]*")
    while True:
        at = space.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] in ("]", ""):
            return
        line += line_at(text[counted:at], at - counted) - 1
        counted = at
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise Refusal(line, f"not JSON from here on: {str(error)[:100]}", "export the list again") from error
        if isinstance(found, dict):
            yield RawRow(line, text[at:end])
        else:
            yield SeedRefused(origin="", line=line, problem="no JSON object", advice="export the list again")
        at = end


class _Lines:
    """The lines of a file, whose number is `number`, bounded in what a row may hold; `taken` are those of the row.
    Raises Refusal."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self._of_row = 0
        self.taken: list[str] = []

    def row_is_done(self) -> str:
        raw = "".join(self.taken)
        self._of_row, self.taken = 0, []
        return raw

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(_LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._of_row += len(line)
        if self._of_row > _LONGEST_ROW:
            problem = f"a row of more than {_LONGEST_ROW:,} characters: nothing is read from here on"
            raise Refusal(self.number, problem, "a quotation mark before it may not be closed; correct the list")
        self.taken.append(line)
        return line


def _records(file: TextIO, name: str) -> Iterator[RawRow | SeedRefused]:
    """The rows of a CSV file (RFC 4180; `;` and tab too), by the names in the first. A first row that has an address in
    it is a row like the others."""
    first = file.readline(_LONGEST_ROW)
    while first and not first.strip():
        first = file.readline(_LONGEST_ROW)
    stated = re.match(r"\ufeff?sep=(.)\s*$", first)
    file.seek(0)
    delimiter = stated[1] if stated else "\t" if name.endswith((".tsv", ".tab")) else max(",;\t", key=first.count)
    lines = _Lines(file)
    rows = csv.reader(lines, delimiter=delimiter)
    columns: tuple[str, ...] = ()
    named = False
    while True:
        begins = lines.number + 1
        try:
            cells = next(rows, None)
        except csv.Error as error:
            problem = f"no CSV from here on: {error}"
            raise Refusal(begins, problem, "a quotation mark may not be closed; correct the list") from error
        if cells is None:
            return
        raw = lines.row_is_done()
        if not any(map(str.strip, cells)) or (begins == 1 and stated):
            continue
        if not columns:
            named = not any(looks_like_address(cell.strip().lstrip("<[(")) for cell in cells)
            columns = _header(cells, begins) if named else tuple(f"column {at}" for at in range(1, len(cells) + 1))
            if named:
                continue
        if named:
            former = former_key(zip(columns, cells))
            yield RawRow(begins, raw, columns, former)
        else:
            address = next((cell for cell in cells if looks_like_address(cell.strip())), cells[0])
            yield RawRow(
                begins, raw, tuple(f"column {at}" for at in range(1, len(cells) + 1)), former_key([("url", address)])
            )


def _header(cells: list[str], line: int) -> tuple[str, ...]:
    """The names of the columns. Raises Refusal where none is an address."""
    names = tuple(cell.strip() or f"column {at}" for at, cell in enumerate(cells, start=1))
    if not any(role_of(name) == "url" for name in names):
        raise Refusal(line, "no column of addresses", ADVICE)
    return names


def _objects(file: TextIO) -> Iterator[RawRow | SeedRefused]:
    """The objects of a JSON Lines file."""
    lines = _Lines(file)
    for line in lines:
        lines.row_is_done()
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            problem, advice = f"not JSON: {str(error)[:100]}", "a line is one JSON object"
            yield SeedRefused(origin="", line=lines.number, problem=problem, advice=advice)
            continue
        named = found.items() if isinstance(found, dict) else ()
        former = former_key((key, value) for key, value in named if isinstance(value, str))
        if any(isinstance(value, str) and role_of(key) == "url" for key, value in named):
            yield RawRow(lines.number, line, (), former)
        else:
            problem, advice = "no JSON object with a text `url`", '{"url": "https://…", "headline": "…"}'
            yield SeedRefused(origin="", line=lines.number, problem=problem, advice=advice)
