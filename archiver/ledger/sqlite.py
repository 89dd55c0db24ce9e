"""The file of the ledger, an SQLite database: how it is opened, and what its errors mean."""

import os
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import StorageError
from archiver.ledger.schema import EmptyLedger, complete_for_reading, migrate

_LITTLE = 1 << 20
"""Bytes that are too few for the ledger to be written: SQLite calls that an I/O error now and then."""


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Errors of the ledger at `path` inside are StorageErrors outside, which say what helps."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(explained(path, error)) from error


def explained(path: Path, error: sqlite3.Error) -> str:
    """One line about an error: a full disk, a read-only one, a busy file and a damaged one want different things."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = code & 0xFF if isinstance(code, int) else None
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and _is_full(path)):
        return f"the disk is full: cannot write the ledger {path}; make room there, then run the same command again"
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return (
            f"cannot write the ledger {path}: the file or its folder is read-only, or belongs to somebody else "
            f"({error}); make both writable for this user"
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another process is writing the ledger {path} ({error}); wait for it, then run the same command again"
    if kind == sqlite3.SQLITE_IOERR:
        return (
            f"cannot read or write the ledger {path}: {error}; look at the disk; if it is sound, {rebuild_advice(path)}"
        )
    return f"the ledger {path} is damaged ({error}); {rebuild_advice(path)}"


def rebuild_advice(path: Path) -> str:
    """What makes a new ledger in place of the one at `path`; the command can be pasted into a shell."""
    bags = shlex.quote(str(path.parent.parent))
    return f"'archiver status --rebuild --bags {bags}' sets it aside and writes a new one from the bags"


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE
    except OSError:
        return False


def writer(path: Path, *, synchronous: str = "FULL", timeout: float = 30.0) -> sqlite3.Connection:
    """The database, to be written: made where there is none, its schema brought up to date.

    Every commit is on the disk where `synchronous` is FULL. Raises StorageError."""
    with usable(path):
        database = sqlite3.connect(path, isolation_level=None, timeout=timeout)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {synchronous}")
            migrate(database, path)
        except BaseException:
            database.close()
            raise
    return database


def reader(path: Path) -> sqlite3.Connection:
    """The database, to be read. Where the folder cannot be written, SQLite must know that nobody writes. Raises
    StorageError."""
    with usable(path):
        database = _opened_to_read(path)
        try:
            complete_for_reading(database, path)
        except EmptyLedger:
            database.close()
            raise StorageError(f"the ledger {path} is empty; {rebuild_advice(path)}") from None
        except BaseException:
            database.close()
            raise
    return database


def _opened_to_read(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    database = sqlite3.connect(address, uri=True, isolation_level=None)
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
        database = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
    return database
