"""Checks a group: a bag whose payload is sealed bags, each in a folder of its own, and a list of them
(docs/bag-format.md, 9).

The list is held against the members' seals and their bag-info.txt; the members are judged as bags by whoever calls.
A bag is a group by the first line of its list, whatever else is in it.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from archiver.digest import digest_stream
from archiver.model import Finding
from archiver.validation.bagit.manifests import MEMBERS
from archiver.validation.bagit.path_table import Table
from archiver.validation.bagit.tagfiles import Declaration, read_info
from archiver.validation.bagit.tree import Tree, scan
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding

FAILURES = "data/not-captured.jsonl"
COLUMNS = ("folder", "identifier", "headline", "address", "capture_date", "tagmanifest_sha256")
_HEADER = (",".join(COLUMNS) + "\n").encode("ascii")
_SEAL = "tagmanifest-sha256.txt"
_LABELS = {
    "identifier": "External-Identifier",
    "headline": "External-Description",
    "address": "Original-URL",
    "capture_date": "Capture-Date",
}
_LINE = 1 << 20
"""Characters of a line of either list."""
_FORMULA = ("=", "+", "-", "@", "'")
Judge = Callable[[Tree], tuple[set[str], list[Finding]]]
"""(the checks that were made, what was found) for a bag in a bag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def is_group(tree: Tree) -> bool:
    """Whether a bag declares itself a group."""
    try:
        return MEMBERS in tree.files and tree.read(MEMBERS, len(_HEADER)) == _HEADER
    except OSError:
        return False


def check_group(tree: Tree, judge: Judge) -> tuple[set[str], list[Finding]]:
    """(the checks that were made of every member, the findings); findings about members have their paths in the
    group."""
    findings = Findings()
    rows = dict[str, _Row]()
    try:
        rows = _rows(tree)
    except (OSError, ValueError, csv.Error) as error:
        findings.append(finding("GRP001", MEMBERS, reason=error))
    findings += _failures(tree)
    made: set[str] | None = None
    seen = set[str]()
    for name, member in _members(tree):
        seen.add(name)
        if rows and name not in rows:
            findings.append(finding("GRP003", f"data/{name}"))
        elif rows:
            findings += _as_listed(name, member, rows[name])
        checked, more = judge(member)
        made = checked if made is None else made & checked
        findings += [replace(each, path=f"data/{name}/{each.path}".rstrip("/")) for each in more]
    missing = [row for name, row in rows.items() if name not in seen]
    findings += [finding("GRP002", MEMBERS, line=row.line, found=row.cells["folder"]) for row in missing]
    return (made or set()) | {"members"}, findings


def members_of(group: Path) -> tuple[tuple[str, str], ...]:
    """Folder and seal of each member of a group that is valid; none for another bag. Raises OSError."""
    return members_in(scan(group)[0])


def members_in(tree: Tree) -> tuple[tuple[str, str], ...]:
    """The same for a group as a tree. Raises OSError, ValueError and csv.Error for a list that is not valid."""
    rows = _rows(tree).values() if is_group(tree) else ()
    return tuple((row.cells["folder"], row.cells["tagmanifest_sha256"]) for row in rows)


def _rows(tree: Tree) -> dict[str, _Row]:
    """Folder -> its line in the list. Raises OSError, ValueError, csv.Error."""
    found: dict[str, _Row] = {}
    reader = csv.reader(_lines(tree, MEMBERS), strict=True)
    next(reader)
    for cells in reader:
        if len(cells) != len(COLUMNS):
            raise ValueError(f"line {reader.line_num} has {len(cells)} cells, not {len(COLUMNS)}")
        row = _Row(line=reader.line_num, cells=dict(zip(COLUMNS, map(_unguarded, cells), strict=True)))
        if found.setdefault(row.cells["folder"], row) is not row:
            raise ValueError(f"line {row.line} names a folder that an earlier line names")
    if not found:
        raise ValueError("it names no member")
    return found


def _unguarded(cell: str) -> str:
    """A cell's value without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _lines(tree: Tree, path: str) -> Iterator[str]:
    """The lines of a list, with their ends. Raises OSError, ValueError."""
    with tree.open(path) as stream:
        while line := stream.readline(_LINE + 1):
            if len(line) > _LINE:
                raise ValueError(f"it has a line of more than {_LINE} bytes")
            yield line.decode("utf-8")


def _failures(tree: Tree) -> Iterator[Finding]:
    if FAILURES not in tree.files:
        return
    number = 0
    try:
        for line in _lines(tree, FAILURES):
            number += 1
            row = json.loads(line)
            if not (isinstance(row, dict) and isinstance(row.get("outcome"), str) and row.keys() >= {"seed", "url"}):
                raise ValueError
    except (OSError, ValueError, RecursionError):
        yield finding("GRP006", FAILURES, line=max(1, number))


def _members(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """The folders right below data/, each as the tree of a bag, sorted. What lies in none is of the group itself."""
    places = {path: place for place, path in tree.order.sorted()} if tree.order is not None else None
    inside = ((path, size) for path, size in tree.files.sorted() if path.startswith("data/") and path.count("/") > 1)
    for name, files in groupby(inside, key=lambda each: each[0].split("/", 2)[1]):
        base = f"data/{name}/"
        sizes = {path.removeprefix(base): size for path, size in files}
        order = {places[base + path]: path for path in sizes} if places is not None else None
        yield (
            name,
            Tree(
                root=tree.root / "data" / name,
                files=Table(sizes),
                folders=frozenset(path.partition("/")[0] for path in sizes if "/" in path),
                odd=tree.odd,
                opener=partial(_open, tree, base),
                media_type=tree.media_type,
                order=None if order is None else Table(order),
            ),
        )


def _open(tree: Tree, base: str, path: str) -> BinaryIO:
    return tree.opener(base + path)


def _as_listed(name: str, member: Tree, row: _Row) -> Iterator[Finding]:
    """Findings where a member is not the bag that its line in the list describes."""
    stated, path = row.cells["tagmanifest_sha256"], f"data/{name}/{_SEAL}"
    try:
        with member.open(_SEAL) as stream:
            seal = digest_stream(stream, ("sha256",))[1]["sha256"]
    except (KeyError, OSError):
        seal = "none that can be read"
    if seal != stated:
        yield finding("GRP004", path, expected=stated, found=seal)
    info = read_info(member, Declaration())[0]
    for field, label in _LABELS.items():
        found = next(iter(info.values(label)), "")
        if found != row.cells[field]:
            yield finding(
                "GRP005", MEMBERS, line=row.line, field=field, label=label, expected=found, found=row.cells[field]
            )
