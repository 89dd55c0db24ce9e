"""Questions to the index: what is asked, as numbers and days that are checked, and what is found."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.rights.gate import LEVELS, day_of
from archiver.serve.words import name_key, query_of

PAGE = 25
"""Bags of a page."""
LAST_PAGE = 4_000
SORTS = ("relevance", "newest", "oldest", "headline", "captured")
NAMES = ("agency", "person", "publisher")
_RANKED = 5_000
"""Bags found up to which they are sorted by relevance; of more, the newest come first."""
_FEW = 2_000
"""Bags found up to which they are sorted; of more, the bags are gone through in order."""
_WEIGHTS = "8.0, 4.0, 4.0, 3.0, 1.0"
_ORDERS = {
    "newest": "day DESC, b.id DESC",
    "oldest": "day IS NULL, day, b.id",
    "headline": "title, b.id",
    "captured": "captured DESC, b.id DESC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the collection; None and "" where nothing is."""

    q: str = ""
    agency: str = ""
    person: str = ""
    publisher: str = ""
    verdict: str = ""
    outcome: str = ""
    first: str | None = None
    last: str | None = None
    sort: str = ""
    page: int = 1
    notes: tuple[str, ...] = ()
    """What of the parameters was not understood, a sentence each."""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Question":
        """The question that parameters ask. What is not understood is left out, and said."""
        notes = []
        days: dict[str, str | None] = {}
        for name in ("from", "to"):
            stated = parameters.get(name, "").strip()
            day = day_of(stated) if re.fullmatch(r"\d{4}-\d\d-\d\d", stated, re.ASCII) else None
            days[name] = day.isoformat() if day else None
            if stated and not day:
                notes.append(f"“{stated[:40]}” is not a day, as in 2024-03-12: “{name}” was left out.")
        sort = parameters.get("sort", "").strip()
        if sort and sort not in SORTS:
            notes.append(f"“{sort[:40]}” is not an order; there are {', '.join(SORTS)}.")
            sort = ""
        number = parameters.get("page", "").strip()
        page = int(number) if re.fullmatch(r"[1-9]\d{0,6}", number, re.ASCII) else 1
        if page > LAST_PAGE:
            page = LAST_PAGE
            notes.append(f"No more than {LAST_PAGE:,} pages are shown: narrow the search.")
        names = {name: parameters.get(name, "").strip()[:300] for name in (*NAMES, "verdict", "outcome")}
        return cls(
            q=parameters.get("q", "").strip(),
            first=days["from"],
            last=days["to"],
            sort=sort,
            page=page,
            notes=tuple(notes),
            **names,
        )

    @property
    def asks(self) -> bool:
        """Whether anything narrows the collection down."""
        return any(
            (self.q, *(getattr(self, name) for name in NAMES), self.verdict, self.outcome, self.first, self.last)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bag that was found, as the index has it."""

    name: str
    outcome: str | None
    verdict: str | None
    level: str
    facts: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.facts.get(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found: how many bags there are, and those of the page that was asked for."""

    total: int
    bags: tuple[Found, ...]
    notes: tuple[str, ...] = ()
    sort: str = "newest"
    cut: int = 0
    """Bags of which not all words are in the index."""


@dataclass(slots=True)
class _Where:
    """Conditions on `bags b`, with their values."""

    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self.conditions) or "1"


def search(database: sqlite3.Connection, question: Question, levels: Sequence[str]) -> Answer:
    """The answer to a question among bags of these levels of access. Raises sqlite3.Error."""
    notes = list(question.notes)
    query, whole = query_of(question.q)
    if not whole:
        notes.append("The search is long: only its first words were searched for.")
    if question.q and query is None:
        notes.append("There is no word in the search: every bag is shown.")
    where = _conditions(database, question, levels)
    if query is None:
        total = database.execute(f"SELECT count(*) FROM bags b WHERE {where}", where.values).fetchone()[0]
    else:
        # Once: the words of a language are in nearly all bags, and FTS5 reads the places of each.
        database.execute("CREATE TEMP TABLE found (id INTEGER PRIMARY KEY)")
        insert = "INSERT INTO found SELECT rowid FROM words WHERE words MATCH ?"
        total = database.execute(insert, (query,)).rowcount
        if where.conditions:
            count = f"SELECT count(*) FROM found f CROSS JOIN bags b ON b.id = f.id WHERE {where}"
            total = database.execute(count, where.values).fetchone()[0]
    sort = question.sort or ("relevance" if query else "newest")
    if sort == "relevance" and (query is None or total > _RANKED):
        sort = "newest"
        if query is not None:
            notes.append(f"More than {_RANKED:,} bags were found: the newest come first.")
    limit = (PAGE, (question.page - 1) * PAGE)
    if sort == "relevance":
        ranked = f"SELECT rowid AS id, bm25(words, {_WEIGHTS}) AS rank FROM words WHERE words MATCH ?"
        wanted = f"SELECT b.id FROM ({ranked}) r CROSS JOIN bags b ON b.id = r.id WHERE {where} ORDER BY rank, day DESC"
        rows = database.execute(f"{wanted} LIMIT ? OFFSET ?", (query, *where.values, *limit)).fetchall()
    else:
        if query is not None and total > _FEW:  # in order, until the page is full
            where.add("EXISTS (SELECT 1 FROM found f WHERE f.id = b.id)")
        few = query is not None and total <= _FEW
        tables = "found f CROSS JOIN bags b ON b.id = f.id" if few else "bags b"
        wanted = f"SELECT b.id FROM {tables} WHERE {where} ORDER BY {_ORDERS[sort]}"
        rows = database.execute(f"{wanted} LIMIT ? OFFSET ?", (*where.values, *limit)).fetchall()
    return Answer(total=total, bags=tuple(_found(database, row) for (row,) in rows), notes=tuple(notes), sort=sort)


def _conditions(database: sqlite3.Connection, question: Question, levels: Sequence[str]) -> _Where:
    where = _Where()
    hidden = [each for each in LEVELS if each not in levels]
    if hidden and database.execute(f"SELECT 1 FROM bags WHERE level IN ({_marks(hidden)}) LIMIT 1", hidden).fetchone():
        where.add(f"b.level IN ({_marks(levels)})", *levels)
    for name in NAMES:
        if stated := getattr(question, name):
            where.add("b.id IN (SELECT id FROM names WHERE kind = ? AND key = ?)", name, name_key(stated))
    for name in ("verdict", "outcome"):
        if stated := getattr(question, name):
            where.add(f"b.{name} = ?", stated)
    if question.first:
        where.add("b.day >= ?", question.first)
    if question.last:
        where.add("b.day <= ?", question.last)
    return where


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def bag_named(database: sqlite3.Connection, name: str, levels: Sequence[str]) -> Found | None:
    """A bag by its name; None where there is none of these levels of access."""
    row = database.execute(
        f"SELECT id FROM bags WHERE name = ? AND level IN ({_marks(levels)})", (name, *levels)
    ).fetchone()
    return _found(database, row[0]) if row else None


def others_of(database: sqlite3.Connection, url: str, levels: Sequence[str], most: int = 1_000) -> list[Found]:
    """The bags of an address, the oldest first."""
    rows = database.execute(
        f"SELECT id FROM bags WHERE url = ? AND level IN ({_marks(levels)}) ORDER BY captured LIMIT ?",
        (url, *levels, most),
    ).fetchall()
    return [_found(database, row) for (row,) in rows]


def names_of(database: sqlite3.Connection, kind: str, levels: Sequence[str], most: int = 200) -> list[str]:
    """The most frequent names of a kind."""
    query = (
        "SELECT min(names.name), count(*) AS many FROM names JOIN bags b USING (id) WHERE kind = ? AND "
        f"b.level IN ({_marks(levels)}) GROUP BY key ORDER BY many DESC, key LIMIT ?"
    )
    return [name for name, _ in database.execute(query, (kind, *levels, most))]


def _found(database: sqlite3.Connection, row: int) -> Found:
    query = "SELECT name, outcome, verdict, level, facts FROM bags JOIN shown USING (id) WHERE id = ?"
    name, outcome, verdict, level, facts = database.execute(query, (row,)).fetchone()
    return Found(name=name, outcome=outcome, verdict=verdict, level=level, facts=json.loads(facts))
