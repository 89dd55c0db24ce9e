"""Whether each seed ended in its one right state, as the ledger has it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soaking.kinds import Planned
from soaking.places import Collection

LEDGER = ".archiver/ledger.sqlite"


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger says of a seed."""

    url: str | None
    name: str
    outcome: str
    bag: str | None
    verdict: str | None
    reason: str | None
    detail: Mapping[str, Any]


def rows(collection: Collection) -> list[Row]:
    """All seeds of a collection."""
    with closing(sqlite3.connect(collection.bags / LEDGER)) as ledger:
        found = ledger.execute("SELECT url, name, outcome, bag, verdict, reason, detail FROM seeds").fetchall()
    return [Row(*each[:6], json.loads(each[6]) if each[6] else {}) for each in found]


def wrong(collection: Collection, plan: Sequence[Planned], forms: Mapping[int, tuple[str, bool]]) -> list[str]:
    """What is not as it must be with the seeds of this collection."""
    faults, known = [], rows(collection)
    by_url: dict[str, list[Row]] = {}
    for row in known:
        by_url.setdefault(row.url or row.name.rpartition("/")[2], []).append(row)
    expected = set()
    for each in plan:
        form, text = forms[each.number]
        key = f"report-{each.number:06}.{form}" if each.kind.name == "document" else each.url
        expected.add(key)
        found = by_url.get(key, [])
        what = f"{each.kind.name} {each.number} ({form})"
        if len(found) != 1:
            faults.append(f"{what}: {len(found)} rows in the ledger of {collection.name}")
        faults += [f"{what}: {problem}" for row in found[:1] for problem in _problems(each, row, text=text)]
    faults += [f"a row of a seed that was not made: {key}" for key in by_url if key not in expected]
    return faults


def _problems(planned: Planned, row: Row, *, text: bool) -> list[str]:
    kind, found = planned.kind, []
    if kind.name == "document":
        right = (row.outcome, row.detail.get("kind"), row.bag) == ("failed", "seed", None)
        return [] if right else [f"not refused as a document: {row.outcome}, {row.reason}"]
    if kind.outcome == "any":
        return (
            []
            if row.outcome in ("captured", "unread", "gone", "blocked") and row.bag
            else [f"{row.outcome}: {row.reason}"]
        )
    if row.outcome != kind.outcome:
        return [f"{row.outcome} ({row.reason}), not {kind.outcome}"]
    if (
        kind.detail != (row.detail.get("kind") if row.outcome in ("captured", "unread") else None)
        and kind.name != "bomb"
    ):
        found.append(f"of kind {row.detail.get('kind')}, not {kind.detail}")
    if kind.bag is not None and kind.bag != bool(row.bag):
        found.append(f"{'no' if kind.bag else 'a'} bag: {row.reason}")
    if kind.memento != bool(row.detail.get("memento")):
        found.append(f"memento {row.detail.get('memento')}")
    verdicts = kind.verdicts if text else frozenset({"no-text"})
    if kind.verdicts and row.verdict not in verdicts:
        found.append(f"verdict {row.verdict}, not {' or '.join(sorted(verdicts))}")
    return found


def counted(collections: Sequence[Collection]) -> dict[str, int]:
    """Outcome -> seeds, of all collections."""
    return dict(Counter(row.outcome for each in collections if (each.bags / LEDGER).exists() for row in rows(each)))


def integrity(collection: Collection) -> list[str]:
    """What is wrong with the ledger as a file, and between its tables."""
    faults = []
    with closing(sqlite3.connect(collection.bags / LEDGER)) as ledger:
        said = ledger.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            faults.append(f"integrity_check: {said[:3]}")
        bags = {name for (name,) in ledger.execute("SELECT name FROM bags")}
        named = {name for (name,) in ledger.execute("SELECT bag FROM seeds WHERE bag IS NOT NULL")}
        waiting = ledger.execute("SELECT count(*) FROM bag_identities").fetchone()[0]
        faults += [f"names that wait for a delivery: {waiting}"] if waiting else []
        uploads = ledger.execute("SELECT count(*) FROM uploads").fetchone()[0]
        faults += [f"uploads that were begun: {uploads}"] if uploads else []
    faults += [f"seeds name a bag that the ledger does not know: {name}" for name in sorted(named - bags)]
    if not collection.sends:
        here = {each.name for each in collection.bags.iterdir() if not each.name.startswith(".")} - {
            "receipts",
            "visits",
        }
        faults += [f"a bag that the ledger does not know: {name}" for name in sorted(here - bags)]
        faults += [f"a bag of the ledger that is not here: {name}" for name in sorted(bags - here)]
    return faults


def repeated(collection: Collection) -> list[str]:
    """Bags of one seed that have the same answer, where bags are kept here."""
    with closing(sqlite3.connect(collection.bags / LEDGER)) as ledger:
        several = ledger.execute("SELECT key, group_concat(name) FROM bags GROUP BY key HAVING count(*) > 1").fetchall()
    faults = []
    for key, names in several:
        last, answers = "", dict[str, list[str]]()
        for name in sorted(names.split(","), key=lambda each: each.rpartition("-")[0].rpartition("-")[2]):
            capture = json.loads((collection.bags / name / "data/provenance.json").read_bytes())["capture"]
            about = [capture[each] for each in ("outcome", "reason", "status", "payload_sha256", "memento")]
            if capture["outcome"] != "captured" or capture["truncated"]:
                said = json.dumps(about)
                if said != last:  # A state that comes back has a bag of its own.
                    answers[said] = []
                answers[said].append(name)
                last = said
        faults += [f"bags of one answer ({key}): {', '.join(same)}" for same in answers.values() if len(same) > 1]
    return faults


def left_over(collection: Collection, temporary: Path) -> list[str]:
    """What jobs left beside ledger, lock, index and receipts, and in the place of temporary files."""
    mine = (".gitignore", "ledger.sqlite", "lock", "search.sqlite")
    inner = [each.name for each in (collection.bags / ".archiver").iterdir() if not each.name.startswith(mine)]
    outer = [each.name for each in collection.bags.iterdir() if each.name not in (".archiver", "receipts")]
    faults = [f".archiver/{name}" for name in inner]
    faults += [name for name in outer if collection.sends or name.startswith(".")]
    return [f"left in {collection.name}: {name}" for name in faults] + [
        f"left among temporary files: {each.name}" for each in temporary.iterdir()
    ]
