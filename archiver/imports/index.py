"""An index of the files' records, in SQLite on disk: however many there are, memory stays as it is.

It is made once a job, in the folder of staged bags, and read by every worker.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from pathlib import Path

from archiver.bag.surt import surt
from archiver.errors import StorageError
from archiver.markup.addresses import web_address

_SCHEMA = """
CREATE TABLE files (
    number INTEGER PRIMARY KEY, path TEXT, name TEXT, kind TEXT, bytes INTEGER, sha256 TEXT, facts TEXT
);
CREATE TABLE records (
    id INTEGER PRIMARY KEY, file INTEGER, entry TEXT, type TEXT, key TEXT, url TEXT, date TEXT, status INTEGER,
    mime TEXT, record_id TEXT, about TEXT, info TEXT, location TEXT, payload TEXT, truncated TEXT, ip TEXT,
    length INTEGER, member INTEGER, at INTEGER, ends INTEGER, problem TEXT, method TEXT
);
CREATE TABLE canonicals (key TEXT, record INTEGER);
CREATE TABLE bodies (record INTEGER PRIMARY KEY, headers TEXT, body BLOB);
"""
_INDEXES = """
CREATE INDEX by_key ON records (key, type);
CREATE INDEX by_id ON records (record_id);
CREATE INDEX by_about ON records (about) WHERE about IS NOT NULL;
CREATE INDEX by_canonical ON canonicals (key);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record of a file: what its header says, and where it lies. `member` is the offset of its gzip member, or of the
    record in a plain file; `at` the bytes of the member before it; `ends` where member or record ends."""

    id: int = 0
    file: int
    entry: str | None
    type: str
    key: str | None
    url: str | None
    date: str | None
    status: int | None
    mime: str | None
    record_id: str | None
    about: str | None
    info: str | None
    location: str | None
    payload: str | None
    truncated: str | None
    ip: str | None
    length: int
    member: int
    at: int
    ends: int
    problem: str | None
    method: str | None = None
    """Of a request."""


_PARTS = ", 'har-part', 'mhtml-part'"
_COLUMNS = tuple(each.name for each in fields(Place))
_INSERT = f"INSERT INTO records ({', '.join(_COLUMNS[1:])}) VALUES ({', '.join('?' * (len(_COLUMNS) - 1))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file as it was indexed: `facts` is JSON of what it states of itself and of the checks that were made."""

    number: int
    path: str
    name: str
    kind: str
    bytes: int
    sha256: str
    facts: str


def key_of_address(url: str | None) -> str | None:
    """The key under which an address is found (SURT); None for what is not a web address."""
    if not url:
        return None
    with suppress(ValueError):
        return surt(url) if url.lower().startswith(("http://", "https://")) else None
    return None


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same but for their fragments and how they are written."""
    plain = [_spelt(each).partition("#")[0] for each in (one, other)]
    return plain[0] == plain[1]


class Index:
    """An index of records. Methods raise StorageError."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        try:
            if new:
                path.unlink(missing_ok=True)
                self._database = sqlite3.connect(path, check_same_thread=False)
                self._database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
            else:
                self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"cannot use the index of the files of --from, {path}: {error}") from error

    def add_file(self, row: FileRow) -> None:
        """Take a file."""
        self._do(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.number, row.path, row.name, row.kind, row.bytes, row.sha256, row.facts),
        )

    def add(self, place: Place) -> int:
        """Take a record; its number."""
        values = tuple(getattr(place, name) for name in _COLUMNS[1:])
        return self._do(_INSERT, tuple(_storable(each) for each in values)).lastrowid or 0

    def add_canonical(self, key: str, record: int) -> None:
        """A record is a page that calls this its address."""
        self._do("INSERT INTO canonicals VALUES (?, ?)", (key, record))

    def add_body(self, record: int, headers: str, body: bytes) -> None:
        """What a record holds that lies in no WARC file."""
        self._do("INSERT INTO bodies VALUES (?, ?, ?)", (record, _storable(headers), body))

    def finish(self) -> None:
        """All records are there."""
        with self._errors():
            self._database.executescript(_INDEXES)
            self._database.commit()

    def files(self) -> list[FileRow]:
        """Every file."""
        return [
            FileRow(number=n, path=p, name=m, kind=k, bytes=b, sha256=s, facts=f)
            for n, p, m, k, b, s, f in self._do("SELECT * FROM files ORDER BY number")
        ]

    def count(self, kind: str | None = None) -> int:
        """How many records there are, of one type."""
        where, values = ("", ()) if kind is None else (" WHERE type = ?", (kind,))
        return int(self._do(f"SELECT COUNT(*) FROM records{where}", values).fetchone()[0])

    def under(self, key: str, most: int, *, parts: bool = False) -> Iterator[Place]:
        """Answers for an address, by its key; with `parts`, what belongs to pages in HAR and MHTML files too."""
        kinds = f"'response', 'resource', 'har', 'mhtml'{_PARTS if parts else ''}"
        yield from self._places(f"key = ? AND type IN ({kinds})", (key,), most)

    def canonical(self, key: str, most: int) -> Iterator[Place]:
        """Pages that say that this is their address."""
        yield from self._places("id IN (SELECT record FROM canonicals WHERE key = ? LIMIT 1000)", (key,), most)

    def with_id(self, record_id: str, file: int, entry: str | None) -> Place | None:
        """The record of this id, in the same file."""
        return next(self._places("record_id = ? AND file = ? AND entry IS ?", (record_id, file, entry), 1), None)

    def about(self, record_id: str, file: int, entry: str | None, most: int) -> list[Place]:
        """Records that refer to this one: its request, metadata, revisits."""
        return list(self._places("about = ? AND file = ? AND entry IS ?", (record_id, file, entry), most))

    def requests(self, answer: Place, most: int) -> list[Place]:
        """The requests of an answer: those that name it, and the one that it names, as wget's do (WARC 1.1, 5.7)."""
        if answer.record_id is None:
            return []
        found = self.about(answer.record_id, answer.file, answer.entry, most)
        named = self.with_id(answer.about, answer.file, answer.entry) if answer.about else None
        found += [named] if named else []
        return [each for each in {each.id: each for each in found}.values() if each.type == "request"]

    def revisits(self, key: str, most: int) -> list[Place]:
        """Records that say that an address gave the same answer again."""
        return list(self._places("key = ? AND type = 'revisit'", (key,), most))

    def body(self, record: int) -> tuple[str, bytes]:
        """Headers and body of a record that lies in no WARC file."""
        row = self._do("SELECT headers, body FROM bodies WHERE record = ?", (record,)).fetchone()
        return (row[0], row[1]) if row else ("[]", b"")

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _places(self, where: str, values: tuple[object, ...], most: int) -> Iterator[Place]:
        found = self._do(
            f"SELECT {', '.join(_COLUMNS)} FROM records WHERE {where} ORDER BY id LIMIT ?",
            (*(_storable(each) for each in values), most),
        )
        with closing(found):
            for row in found:
                yield Place(**dict(zip(_COLUMNS, row, strict=True)))

    def _do(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        with self._errors():
            return self._database.execute(statement, values)

    def _errors(self) -> "_Errors":
        return _Errors(self.path)


class _Errors:
    """Turns errors of SQLite into StorageErrors."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise StorageError(f"cannot use the index of the files of --from, {self._path}: {error}") from error


def _storable(value: object) -> object:
    """Text that SQLite takes: what is not Unicode is replaced."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _spelt(url: str) -> str:
    """An address as browsers spell it. Raises ValueError for what is not a web address."""
    return web_address(url).href
