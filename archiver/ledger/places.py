"""Where the documents of seeds were read, and what becomes of a seed whose document is not there any more."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from archiver.ledger.entries import Entry, storable
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.sqlite import reader, usable
from archiver.model.outcome_words import witness_words

LAST_BAG = "last_bag"
"""Where the detail of a failure has the row of the seed's last bag (docs/adr/0315)."""
NEEDS_DOCUMENT = ("failed", "waiting", "refused")
"""Outcomes without a bag: without its document, nothing more can come of such a seed."""
_ROW = re.compile(r"(?P<list>.*\.(?:csv|tsv|jsonl|ndjson)):(?P<line>\d+)\Z", re.IGNORECASE | re.DOTALL)


def label(entry: Entry) -> str:
    """A seed by the path of its document, of a list with the line; by its name where it came from an address, or
    where the path is not known. What is below the current folder is named from there."""
    place = entry.place or ""
    if not place.startswith("/"):
        return entry.name
    match = _ROW.match(place)
    path = Path(match["list"] if match else place)
    with suppress(ValueError, OSError):  # elsewhere, or the current folder is gone
        path = path.relative_to(Path.cwd())
    return f"{path}, line {match['line']}" if match else str(path)


def last_bag(entry: Entry) -> str | None:
    """The bag of a seed that had one before it failed without a response; None where the row names its bag itself."""
    before = (entry.detail or {}).get(LAST_BAG) if entry.bag is None else None
    name = before.get("bag") if isinstance(before, dict) else None
    return name if isinstance(name, str) else None


def failure_since(bags: Path, bag: str) -> Entry | None:
    """The later attempt that failed without a response, where `bag` is the last one of its seed; None where there is
    none, or no ledger beside the bag knows of one. Raises StorageError."""
    path = bags / PATH
    if not path.is_file():
        return None
    with usable(path), closing(reader(path)) as database:
        row = database.execute("SELECT key FROM bags WHERE name = ?", (storable(bag),)).fetchone()
    if row is None:
        return None
    with closing(Ledger(bags, read_only=True)) as ledger:
        entry = ledger.find(row[0])
    return entry if entry is not None and last_bag(entry) == bag else None


def document_is_gone(entry: Entry) -> bool:
    """Whether a seed that has no bag came from a file that is not there any more. False where that is not known: for an
    address, and for a name that may not be UTF-8, whose bytes the ledger has escaped."""
    place = entry.place
    if entry.outcome not in NEEDS_DOCUMENT or not place or not place.startswith("/") or "\\" in place:
        return False
    match = _ROW.match(place)
    try:
        Path(match["list"] if match else place).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # it may be there
        return False
    return False


def forget_gone(ledger: Ledger) -> int:
    """Let go of the seeds whose documents are gone; how many. Raises StorageError."""
    keys = [(each.key,) for each in ledger.entries(*NEEDS_DOCUMENT) if document_is_gone(each)]

    def forget(database: sqlite3.Connection) -> None:
        database.executemany("DELETE FROM seeds WHERE key = ?", keys)

    ledger.within(forget)
    return len(keys)


def _witnesses(entry: Entry) -> list[dict[str, object]]:
    found = (entry.detail or {}).get("witnesses")
    return [each for each in found if isinstance(each, dict)][:5] if isinstance(found, list) else []


def lines(entries: Iterator[Entry]) -> Iterator[str]:
    """A line for each seed: what it is, why it stands there, its bag, and whether its document is gone."""
    gone = 0
    for each in entries:
        before = last_bag(each)
        bag = f" [{each.bag}]" if each.bag else f" [last bag: {before}]" if before else ""
        lost = document_is_gone(each)
        gone += lost
        line = _ROW.match(each.place or "")
        reason = (each.reason or each.url or "").removeprefix(f"line {line['line']}: " if line else "")
        yield f"  {label(each)}: {reason}{bag}{' (its document is gone)' if lost else ''}"
        yield from (f"    {witness_words(witness)}" for witness in _witnesses(each))
    if gone:
        yield "  where the document is gone: put it back, or 'archiver status --forget' lets such seeds go"
