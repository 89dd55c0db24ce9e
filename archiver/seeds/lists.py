"""Lists of seeds: CSV and JSON Lines, read as a stream, a row at a time, however long the list is.

A row gives an address and, where the list has them, headline, date and text. From these the seed document is made that
somebody would have written by hand; its bytes are the seed. Columns of other names are not read. A row that cannot be
used is refused with its line, and the rest goes on.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from archiver.model import Seed, SeedRefused
from archiver.seeds.addresses import looks_like_address, unwrap
from archiver.seeds.document import read_document
from archiver.seeds.refusal import Refusal

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_COLUMNS = {
    **dict.fromkeys(("url", "address", "link", "original_url"), "url"),
    **dict.fromkeys(("headline", "title"), "headline"),
    **dict.fromkeys(("date", "published"), "date"),
    **dict.fromkeys(("text", "body"), "text"),
}
_LONGEST_ROW = 16 << 20
"""Characters."""
_ADVICE = "name the columns url, headline, date, text in the first row; only url is needed"
_Row = tuple[int, Mapping[str, str]]


def is_list(path: Path) -> bool:
    """Whether a file is a list by its name."""
    return path.name.lower().endswith(SUFFIXES)


def read_list(path: Path, *, origin: str) -> Iterator[Seed | SeedRefused]:
    """The seeds of a list in their order, each named `origin:line`. Raises OSError when the file cannot be read."""
    with path.open("rb") as raw:
        encoding = "utf-16" if raw.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        rows = _objects(file) if path.name.lower().endswith(("jsonl", "ndjson")) else _records(file, path.name)
        try:
            for line, row in rows:
                if isinstance(row, Refusal):
                    yield SeedRefused(origin=f"{origin}:{line}", line=line, problem=row.problem, advice=row.advice)
                else:
                    yield _seed(row, origin, line)
        except (Refusal, UnicodeError) as error:
            refusal = error if isinstance(error, Refusal) else Refusal(0, "not UTF-16", "write the list in UTF-8")
            yield SeedRefused(origin=origin, line=refusal.line, problem=refusal.problem, advice=refusal.advice)


def _seed(row: Mapping[str, str], origin: str, line: int) -> Seed | SeedRefused:
    headline, date = (" ".join(row.get(name, "").split()) for name in ("headline", "date"))
    url = unwrap(row.get("url", "").strip())
    parts = [headline, date, row.get("text", "").strip(), f"Original url: <{url}>"]
    data = "\n\n".join(part for part in parts if part) + "\n"
    try:
        document = data.encode()
    except UnicodeEncodeError:
        problem, advice = "the row is not UTF-8", "write the list in UTF-8"
        return SeedRefused(origin=f"{origin}:{line}", line=line, problem=problem, advice=advice)
    path = re.split(r"[?#;]", url.partition("://")[2], maxsplit=1)[0]
    name = f"{re.sub(r'[^A-Za-z0-9._]+', '-', path)[:100].strip('-.') or 'row'}.txt"  # no query: it may let somebody in
    seed = read_document(document, origin=f"{origin}:{line}", name=name)
    if isinstance(seed, SeedRefused):
        return SeedRefused(origin=seed.origin, line=line, problem=seed.problem, advice=seed.advice)
    return seed


class _Lines:
    """The lines of a file, whose number is `number`, bounded in what a row may hold. Raises Refusal."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0
        self._of_row = 0

    def row_is_done(self) -> None:
        self._of_row = 0

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
            raise Refusal(self.number, problem, "a quotation mark before it may not be closed; mend the list")
        return line


def _records(file: TextIO, name: str) -> Iterator[tuple[int, Mapping[str, str] | Refusal]]:
    """The rows of a CSV file (RFC 4180; `;` and tab too), by the names in the first. A first row that has an address in
    it is a row like the others."""
    first = file.readline(_LONGEST_ROW)
    file.seek(0)
    delimiter = "\t" if name.lower().endswith(".tsv") else max(",;\t", key=first.count)
    lines = _Lines(file)
    rows = csv.reader(lines, delimiter=delimiter)
    columns: list[str] = []
    named = False
    while True:
        begins = lines.number + 1
        try:
            cells = next(rows, None)
        except csv.Error as error:
            problem = f"no CSV from here on: {error}"
            raise Refusal(begins, problem, "a quotation mark may not be closed; mend the list") from error
        if cells is None:
            return
        lines.row_is_done()
        if not any(map(str.strip, cells)):
            continue
        if not columns:
            named = not any(looks_like_address(cell.strip()) for cell in cells)
            columns = _header(cells, begins) if named else ["url"]
            if named:
                continue
        if not named:
            cells = [next((cell for cell in cells if looks_like_address(cell.strip())), cells[0])]
        yield begins, {column: cell for column, cell in zip(columns, cells) if column}


def _header(cells: list[str], line: int) -> list[str]:
    """What the columns are, "" where one is not read. Raises Refusal where none is an address."""
    names = [_column(cell) for cell in cells]
    if "url" not in names:
        raise Refusal(line, "no column of addresses", _ADVICE)
    # Of two columns that say the same the first counts.
    return [name if name not in names[:at] else "" for at, name in enumerate(names)]


def _column(name: str) -> str:
    return _COLUMNS.get(re.sub(r"[\s-]+", "_", name.strip().lower()), "")


def _objects(file: TextIO) -> Iterator[tuple[int, Mapping[str, str] | Refusal]]:
    """The objects of a JSON Lines file."""
    lines = _Lines(file)
    for line in lines:
        lines.row_is_done()
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield lines.number, Refusal(0, f"not JSON: {str(error)[:100]}", "a line is one JSON object")
            continue
        named = found.items() if isinstance(found, dict) else ()
        row: dict[str, str] = {}
        for key, value in named:
            if (column := _column(key)) and isinstance(value, str):
                row.setdefault(column, value)
        if "url" in row:
            yield lines.number, row
        else:
            yield lines.number, Refusal(0, "no JSON object with a text `url`", '{"url": "https://…", "headline": "…"}')
