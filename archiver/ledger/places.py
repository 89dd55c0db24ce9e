"""Where the documents of seeds were read, and what becomes of a seed whose document is not there any more."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from archiver.ledger.ledger import Entry, Ledger
from archiver.model.outcome_words import witness_words

NEEDS_DOCUMENT = ("failed", "waiting", "refused")
"""Outcomes without a bag: without its document, nothing more can come of such a seed."""
_ROW = re.compile(r"(?P<list>.*\.(?:csv|tsv|jsonl|ndjson)):(?P<line>\d+)\Z", re.IGNORECASE | re.DOTALL)


def label(entry: Entry) -> str:
    """A seed by the name of its document; one of a list by the list and its line."""
    match = _ROW.match(entry.place or "")
    return f"{match['list'].rpartition('/')[2]}, line {match['line']}" if match else entry.name


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
        bag = f" [{each.bag}]" if each.bag else ""
        lost = document_is_gone(each)
        gone += lost
        yield f"  {label(each)}: {each.reason or each.url}{bag}{' (its document is gone)' if lost else ''}"
        yield from (f"    {witness_words(witness)}" for witness in _witnesses(each))
    if gone:
        yield "  where the document is gone: put it back, or 'archiver status --forget' lets such seeds go"
