"""Fields of JSON documents as somebody else may have written them: what is missing or of another type is empty."""

from collections.abc import Iterable, Mapping
from typing import Any

Table = Mapping[str, Any]
MOST = 2_000
"""Rows of a kind (compared lines, credits, claims) that are read; the document has them all."""


def field(record: Any, *names: str) -> Any:
    """The value at the end of this path of names; None where there is none."""
    for name in names:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def table(record: Any, *names: str) -> Table:
    """The object at the end of this path of names; an empty one where there is none."""
    found = field(record, *names)
    return found if isinstance(found, Mapping) else {}


def rows(record: Any, *names: str, most: int = MOST) -> list[Table]:
    """The objects of the list at the end of this path of names, among its first `most`."""
    found = field(record, *names)
    return [each for each in found[:most] if isinstance(each, Mapping)] if isinstance(found, list) else []


def unique(names: Iterable[str | None], most: int) -> tuple[str, ...]:
    """The first `most` names, each once and in their order."""
    return tuple(dict.fromkeys(name for name in names if name))[:most]
