"""The search index: SQLite with FTS5, built from the bags and nothing else (docs/show/serve.md).

It is a copy that may be lost at any time: a file that is damaged, or of another version, is made anew. One thread
writes (`sweep.py`); whoever asks has a connection of its own.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.rights.gate import Level
from archiver.serve.entry import Entry
from archiver.serve.words import folded, name_key

VERSION = 1
"""Of the schema and of how entries are made: another number has the index made anew."""
SCHEMA = """
CREATE TABLE bags (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, day TEXT, outcome TEXT, verdict TEXT, level TEXT NOT NULL,
    title TEXT NOT NULL, captured TEXT, url TEXT);
CREATE TABLE shown (id INTEGER PRIMARY KEY, stamp TEXT NOT NULL, identifier TEXT, facts TEXT NOT NULL,
    rights TEXT NOT NULL);
CREATE TABLE names (kind TEXT NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (kind, key, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (headline, agency, person, publisher, body, tokenize = 'unicode61', prefix = '4');
CREATE INDEX bags_by_day ON bags (day DESC, id DESC, level, outcome, verdict);
CREATE INDEX bags_by_level ON bags (level);
CREATE INDEX bags_by_title ON bags (title, id);
CREATE INDEX bags_by_captured ON bags (captured DESC, id DESC);
CREATE INDEX bags_by_url ON bags (url);
CREATE INDEX names_by_id ON names (id);
"""
_COLUMNS = "headline, agency, person, publisher, body"
FACTS = (
    *("headline", "url", "date", "captured", "publisher", "agencies", "agency_names", "people", "language", "cut"),
    "note",
)
"""What of an entry is kept to be shown."""


class Index:
    """The index in a file. Raises StorageError where it can be neither read nor written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with closing(self._connect()) as database:
                ours = database.execute("PRAGMA user_version").fetchone()[0] == VERSION
        except sqlite3.DatabaseError:
            ours = False
        if not ours:
            self.make_anew()

    def is_whole(self) -> bool:
        """Whether every page of the file can be read; takes seconds where there are many bags."""
        try:
            with closing(self._connect()) as database:
                return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False

    def make_anew(self) -> None:
        """An empty index in place of whatever was there. Raises StorageError."""
        try:
            for end in ("", "-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = {VERSION};COMMIT;")
        except sqlite3.Error as error:
            raise StorageError(f"cannot write the search index {self.path}: {error}") from error
        except OSError as error:
            raise StorageError.from_os(f"write the search index {self.path}", error) from error

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
        database.execute("PRAGMA synchronous = OFF")  # what a power cut takes is made again from the bags
        return database

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one answer."""
        with closing(self._connect()) as database:
            database.execute("PRAGMA temp_store = MEMORY")
            database.execute("PRAGMA mmap_size = 1073741824")
            database.execute("BEGIN")  # one state of the index for the whole answer
            yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction."""
        with closing(self._connect()) as database:
            database.execute("PRAGMA cache_size = -65536")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def put(database: sqlite3.Connection, entry: Entry, stamp: str, level: Level) -> None:
    """Write a bag, in place of what is there of it."""
    remove(database, [entry.name])
    title = name_key(entry.headline or entry.name)[:100]
    row = database.execute(
        "INSERT INTO bags (name, day, outcome, verdict, level, title, captured, url) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.name, entry.day, entry.outcome, entry.verdict, level, title, entry.captured, entry.url),
    ).lastrowid
    facts = {each: value for each in FACTS if (value := getattr(entry, each)) not in (None, (), False)}
    shown = (row, stamp, entry.identifier, json.dumps(facts), json.dumps(entry.rights))
    database.execute("INSERT INTO shown VALUES (?, ?, ?, ?, ?)", shown)
    kinds = {
        "agency": (*entry.agencies, *entry.agency_names),
        "person": entry.people,
        "publisher": entry.publishers,
    }
    database.executemany(
        "INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?)",
        [(kind, name_key(name), row, name) for kind, names in kinds.items() for name in names],
    )
    headline = "\n".join((entry.headline or "", *entry.other_headlines))
    columns = (headline, *("\n".join(names) for names in kinds.values()), entry.body)
    texts = [folded(each) for each in columns]
    database.execute(f"INSERT INTO words (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", (row, *texts))


def remove(database: sqlite3.Connection, names: Iterable[str]) -> None:
    """Forget bags."""
    for name in names:
        found = database.execute("SELECT id FROM bags WHERE name = ?", (name,)).fetchone()
        if found:
            database.execute("DELETE FROM words WHERE rowid = ?", found)
            database.execute("DELETE FROM names WHERE id = ?", found)
            database.execute("DELETE FROM shown WHERE id = ?", found)
            database.execute("DELETE FROM bags WHERE id = ?", found)


def stamps(database: sqlite3.Connection) -> dict[str, str]:
    """Name of each bag in the index -> how its record looked."""
    return dict(database.execute("SELECT name, stamp FROM bags JOIN shown USING (id)"))


def rights(database: sqlite3.Connection) -> Iterator[tuple[int, str, str | None, Mapping[str, Any], str]]:
    """Id, name, identifier, what its record says of rights, and the level of each bag."""
    query = "SELECT id, name, identifier, rights, level FROM bags JOIN shown USING (id)"
    for row, name, identifier, stated, level in database.execute(query):
        yield row, name, identifier, json.loads(stated), level
