"""The file of the ledger, an SQLite database: how it is opened to be read, and what it may raise."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import StorageError


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Errors of the ledger at `path` inside are StorageErrors outside, which say what helps."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(
            f"cannot use the ledger {path}: {error}; if it is damaged, 'archiver status --rebuild --bags "
            f"{path.parent.parent}' writes a new one from the bags"
        ) from error


def reader(path: Path) -> sqlite3.Connection:
    """The database, to be read. Where the folder cannot be written, SQLite must be told that nobody writes. Raises
    sqlite3.Error, StorageError."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    database = sqlite3.connect(address, uri=True)
    try:
        database.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except sqlite3.Error as error:
        database.close()
        if not isinstance(error, sqlite3.OperationalError) or os.access(path.parent, os.W_OK):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:  # without it the file is not the whole truth
            raise StorageError(
                f"{log} was left by a job that was killed; read it on a disk that can be written"
            ) from None
        database = sqlite3.connect(f"{address}&immutable=1", uri=True)
    return database
