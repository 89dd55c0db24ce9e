"""Items as a spreadsheet: CSV (RFC 4180, UTF-8) and XLSX (ECMA-376), in which no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from archiver.errors import UsageError, how_to_install
from archiver.exports.item import COLUMNS, Item

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def neutral(value: str) -> str:
    """A value behind an apostrophe where its first sign would make a formula of it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def csv_of(items: Iterable[Item]) -> Iterator[bytes]:
    """A header of `COLUMNS`, then a row an item."""
    yield _row(COLUMNS)
    for item in items:
        yield _row([neutral(item.cell(name)) for name in COLUMNS])


def _row(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def xlsx_of(items: Iterable[Item]) -> Iterator[bytes]:
    """A workbook of one sheet, all cells text. Raises UsageError where openpyxl is not installed."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError as error:
        raise UsageError(f"--form xlsx needs openpyxl: {how_to_install('spreadsheet')}, or use --form csv") from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("archiver")
    sheet.freeze_panes = "A2"

    def cell(value: str) -> "WriteOnlyCell":
        made = WriteOnlyCell(sheet, value=_NOT_IN_XML.sub("\ufffd", neutral(value)))
        made.data_type = "s"
        return made

    sheet.append([cell(name) for name in COLUMNS])
    for item in items:
        sheet.append([cell(item.cell(name)) for name in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    yield out.getvalue()
