"""Exports bags: the items of all that can be read and may be shown, in a form or in the user's own list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from archiver.errors import StorageError, UsageError, not_one_of
from archiver.exports.access_list import aclj_of
from archiver.exports.catalogues import dc_of, marcxml_of
from archiver.exports.item import Item, item_of
from archiver.exports.references import bibtex_of, csl_json_of, ris_of
from archiver.exports.round_trip import Answers, write_back
from archiver.exports.spreadsheets import csv_of, xlsx_of
from archiver.ledger.restrictions import Gate
from archiver.rights.gate import Access
from archiver.validation.discover import find_bags
from archiver.view.open_bag import OpenBag

WRITERS: dict[str, Callable[[Iterable[Item]], Iterator[bytes]]] = {
    "csv": csv_of,
    "xlsx": xlsx_of,
    "csl-json": csl_json_of,
    "ris": ris_of,
    "bibtex": bibtex_of,
    "dc": dc_of,
    "marcxml": marcxml_of,
}
"""The name of a form -> what writes it; all are UTF-8, but for xlsx."""


class LeftOut(NamedTuple):
    """A bag that is not exported: because the gate holds it back, or because it cannot be read."""

    bag: Path
    reason: str
    held_back: bool


OnLeftOut = Callable[[LeftOut], None]


def items_of(bags: Iterable[Path], today: date, on_left_out: OnLeftOut, *, for_rows: bool = False) -> Iterator[Item]:
    """The item of each bag in order. A bag that is left out is reported, with the reason; of one that the gate holds
    back `for_rows` get an item that says no more than that. Raises StorageError where restrictions cannot be read."""
    for access, item in _opened(bags, today, on_left_out):
        if access.allows("metadata"):
            yield item
        elif for_rows:
            row = Item(url=item.url, seed_sha256=item.seed_sha256, captured=item.captured, held=True)
            yield replace(row, access=access.level)


def _opened(bags: Iterable[Path], today: date, on_left_out: OnLeftOut) -> Iterator[tuple[Access, Item]]:
    gate = Gate(today)
    for path, record, item in _read(bags, on_left_out):
        access = gate.access(path, record, item.identifier or None)
        if not access.allows("metadata"):
            on_left_out(LeftOut(path, access.sentence, True))
        yield access, replace(item, access=access.level)


def _read(bags: Iterable[Path], on_left_out: OnLeftOut) -> Iterator[tuple[Path, dict[str, Any], Item]]:
    for path in bags:
        try:
            with OpenBag(path) as bag:
                item, record = item_of(bag), bag.record
        except StorageError as error:
            on_left_out(LeftOut(path, str(error), False))
            continue
        yield path, record, item


def export_places(
    places: Sequence[Path], form: str, back: Path | None, folder: Path | None, today: date, on_left_out: OnLeftOut
) -> Iterator[bytes]:
    """The bytes of an export of bags and folders of bags, in a form or in the list `back`. `folder` is the one whose
    ledger is asked (default: the only place). Raises UsageError, StorageError."""
    found = find_bags(places, serialised=True)
    if back is not None:
        asked = folder if folder is not None or len(places) != 1 else places[0]
        return iter([export_back(found, back, asked, today, on_left_out)])
    if form == "aclj":
        gate = Gate(today)
        read = _read(found, on_left_out)
        return aclj_of((record, gate.access(path, record, item.identifier or None)) for path, record, item in read)
    if form not in WRITERS:
        raise UsageError(f"form {not_one_of(form, (*WRITERS, 'aclj'))}")
    return WRITERS[form](items_of(found, today, on_left_out))


def export_back(bags: Iterable[Path], place: Path, folder: Path | None, today: date, on_left_out: OnLeftOut) -> bytes:
    """A list with what became of its rows, by these bags and the ledger of their folder. Raises UsageError,
    StorageError."""
    answers = Answers(items_of(bags, today, on_left_out, for_rows=True), folder)
    try:
        return write_back(place, answers)
    finally:
        answers.close()


def write_stream(path: Path, chunks: Iterable[bytes]) -> None:
    """A file that was not there, from chunks; it is gone again where they end in an error. Raises StorageError."""
    try:
        with path.open("xb") as file:
            try:
                for chunk in chunks:
                    file.write(chunk)
            except BaseException:
                path.unlink()
                raise
    except OSError as error:
        raise StorageError.from_os(f"write {path}", error) from error
