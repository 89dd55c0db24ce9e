"""A table of paths that stays small in memory: a dict while it is short, a temporary SQLite file when it grows.

Bags of millions of files are judged in the memory of one of thirty thousand: `slices` cuts several tables at the same
keys, and what is small enough for one slice is never copied. It knows nothing of bags; keys are text (lone surrogates
included), values bytes, text or whole numbers, and it is read in the order of its keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

SPILL = 1 << 15
"""Rows a table keeps in memory."""
SLICE = 1 << 14
"""Rows that a slice of a longer table has at most."""
_BUFFER = 1 << 12
_PAST = b"\xff"
"""A key that UTF-8 does not have, after all that it has."""
_V = TypeVar("_V", int, str, bytes)


class Table(Mapping[str, _V]):
    """A mapping that is filled and then read; rows are not taken away. Iteration is sorted. Not to be changed while it
    is iterated. The temporary file has no name, and goes with the table."""

    def __init__(self, rows: Mapping[str, _V] | None = None, *, spill: int = SPILL) -> None:
        self._db: Any = None
        self._rows: dict[str, _V] = {}
        self._spill = spill
        self._texts = False
        for key, value in (rows or {}).items():
            self[key] = value

    def __del__(self) -> None:
        if self._db is not None:
            self._db.close()

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

    def _cut(self, low: bytes, rows: int) -> bytes:
        """The key so many rows after `low`; `_PAST` where there are fewer."""
        row = self._db.execute("SELECT k FROM t WHERE k >= ? ORDER BY k LIMIT 1 OFFSET ?", (low, rows)).fetchone()
        return bytes(row[0]) if row else _PAST

    def _between(self, low: bytes, high: bytes) -> dict[str, _V]:
        """The rows from `low` to before `high`."""
        rows = self._db.execute("SELECT k, v FROM t WHERE k >= ? AND k < ? ORDER BY k", (low, high))
        if self._texts:
            return {_text(key): self._read(value) for key, value in rows}
        return {str(key, "utf-8", "surrogatepass"): value for key, value in rows}

    def _flush(self) -> None:
        if self._db is None:
            import sqlite3

            self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
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


def slices(tables: Sequence[Table[Any]], rows: int = SLICE) -> Iterator[list[dict[str, Any]]]:
    """The tables, cut at the same keys: for each range of keys a dict of every table, in their order. One slice of
    all rows where all are in memory. The dicts are to be read only, the tables not to be changed meanwhile."""
    if not any(table._db for table in tables):
        yield [table._rows for table in tables]
        return
    for table in tables:
        table._flush()
    low = b""
    while low != _PAST:
        high = min(table._cut(low, rows) for table in tables)
        yield [table._between(low, high) for table in tables]
        low = high
