"""Exports bags: the items of all that can be read, in a form or in the user's own list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from archiver.errors import StorageError, UsageError
from archiver.exports.catalogues import dc_of, marcxml_of
from archiver.exports.item import Item, item_of
from archiver.exports.references import bibtex_of, csl_json_of, ris_of
from archiver.exports.round_trip import Answers, write_back
from archiver.exports.spreadsheets import csv_of, xlsx_of
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


def items_of(bags: Iterable[Path], left_out: Callable[[Path, str], None]) -> Iterator[Item]:
    """The item of each bag in order. A bag that is not exported is told to `left_out`, with the reason."""
    for path in bags:
        try:
            with OpenBag(path) as bag:
                item = item_of(bag)
        except StorageError as error:
            left_out(path, str(error))
            continue
        yield item


def export_places(
    places: Sequence[Path],
    form: str,
    back: Path | None,
    folder: Path | None,
    left_out: Callable[[Path, str], None],
) -> Iterator[bytes]:
    """The bytes of an export of bags and folders of bags, in a form or in the list `back`. `folder` is the one whose
    ledger is asked (default: the only place). Raises UsageError, StorageError."""
    found = find_bags(places, serialised=True)
    if back is None:
        return export_bags(found, form, left_out)
    asked = folder if folder is not None or len(places) != 1 else places[0]
    return iter([export_back(found, back, asked, left_out)])


def export_bags(bags: Iterable[Path], form: str, left_out: Callable[[Path, str], None]) -> Iterator[bytes]:
    """The bytes of an export in a form of `WRITERS`. Raises UsageError for another, and where what writes it is not
    installed."""
    if form not in WRITERS:
        raise UsageError(f"form {form!r} is not one of {', '.join(WRITERS)}")
    return WRITERS[form](items_of(bags, left_out))


def export_back(bags: Iterable[Path], place: Path, folder: Path | None, left_out: Callable[[Path, str], None]) -> bytes:
    """A list with what became of its rows, by these bags and the ledger of their folder. Raises UsageError,
    StorageError."""
    answers = Answers(items_of(bags, left_out), folder)
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
