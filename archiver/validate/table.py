"""A table of paths that stays small in memory: in a dict while it is short, in a temporary SQLite file when it grows.

Bags of millions of files are judged in the memory of one of thirty thousand. It knows nothing of bags; keys are text
(lone surrogates included), values bytes, text or whole numbers, and it is read in the order of its keys.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

SPILL = 1 << 15
"""Rows a table keeps in memory."""
_BUFFER = 1 << 12
_V = TypeVar("_V", int, str, bytes)


class Table(Mapping[str, _V]):
    """A mapping that is filled and then read; rows are not taken away. Iteration is sorted. Not to be changed while it
    is iterated. The temporary file has no name, and goes with the table."""

    def __init__(self, rows: Mapping[str, _V] | None = None, *, spill: int = SPILL) -> None:
        self._rows: dict[str, _V] = {}
        self._spill = spill
        self._db: Any = None
        self._texts = False
        for key, value in (rows or {}).items():
            self[key] = value

    @property
    def quick(self) -> Mapping[str, _V]:
        """The same for a loop that only looks up: a dict, while all rows are in one."""
        return self._rows if self._db is None else self

    def update(self, rows: Mapping[str, _V]) -> None:
        """Take many rows at once."""
        self._rows.update(rows)
        if len(self._rows) > (self._spill if self._db is None else _BUFFER):
            self._flush()

    def __setitem__(self, key: str, value: _V) -> None:
        self._rows[key] = value
        if len(self._rows) > (self._spill if self._db is None else _BUFFER):
            self._flush()

    def __getitem__(self, key: str) -> _V:
        try:
            return self._rows[key]
        except KeyError:
            if self._db is None:
                raise
        row = self._db.execute("SELECT v FROM t WHERE k = ?", (_key(key),)).fetchone()
        if row is None:
            raise KeyError(key)
        found: _V = self._read(row[0])
        return found

    def __contains__(self, key: object) -> bool:
        if self._db is None or key in self._rows:
            return key in self._rows
        return (
            isinstance(key, str)
            and self._db.execute("SELECT 1 FROM t WHERE k = ?", (_key(key),)).fetchone() is not None
        )

    def __len__(self) -> int:
        if self._db is None:
            return len(self._rows)
        self._flush()
        count: int = self._db.execute("SELECT count(*) FROM t").fetchone()[0]
        return count

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.sorted())

    def sorted(self) -> Iterator[tuple[str, _V]]:
        """Keys and values, in the order of the keys."""
        if self._db is None:
            self._rows = dict(sorted(self._rows.items()))  # kept so: the next time there is nothing to move
            return iter(self._rows.items())
        self._flush()
        rows = self._db.execute("SELECT k, v FROM t ORDER BY k")
        return ((_text(key), self._read(value)) for key, value in rows)

    def minus(self, other: "Table[Any]") -> Iterator[str]:
        """The keys that `other` does not have, sorted."""
        if self._db is None and other._db is None:
            return iter(sorted(self._rows.keys() - other._rows.keys()))
        return _minus(iter(self), iter(other))

    def _flush(self) -> None:
        if self._db is None:
            import sqlite3

            self._db = sqlite3.connect("", isolation_level=None)
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("CREATE TABLE t (k BLOB PRIMARY KEY, v) WITHOUT ROWID")
        if self._rows:
            self._texts = isinstance(next(iter(self._rows.values())), str)
            rows = [(_key(key), _key(v) if isinstance(v, str) else v) for key, v in sorted(self._rows.items())]
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO t VALUES (?, ?)", rows)
            self._db.execute("COMMIT")
            self._rows.clear()

    def _read(self, stored: Any) -> Any:
        return _text(stored) if self._texts else stored


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")


def _key(text: str) -> bytes:
    """UTF-8 keeps the order of code points; file names that are not text come as lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def _minus(left: Iterator[str], right: Iterator[str]) -> Iterator[str]:
    there = next(right, None)
    for key in left:
        while there is not None and there < key:
            there = next(right, None)
        if there != key:
            yield key
