"""Reads data/provenance.json as hostile JSON, and validates it against its schema (docs/bag-format.md, section 4).

Only this module uses jsonschema. Whether what the record says is true, `payload.py` checks.
"""

import json
import reprlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, TypeVar

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.quick_schema import Keeps, compiled
from archiver.validation.rules.registry import finding

RECORD = "data/provenance.json"
BYTES = 128 << 20
"""A larger record is not read: it is twice what the largest seed needs that is read by default."""
MARKS = 8_000_000
"""Nor one with more commas and brackets than that: each may be a value, and takes memory."""
VERSIONS = ("1.0", "2.0")
"""Of the record, the oldest first; each has its schema."""
COMPLAINTS = 200
"""Maximum number of schema errors reported."""
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 120
_T = TypeVar("_T")


class Record:
    """A record whose parts may be absent or of the wrong kind: those read as None (the schema reports them)."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def get(self, kind: type[_T], *keys: str | int) -> _T | None:
        """The part at `keys`, if it is of this kind."""
        here = self._data
        for key in keys:
            if isinstance(here, dict) and isinstance(key, str):
                here = here.get(key)
            elif isinstance(here, list) and isinstance(key, int) and key < len(here):
                here = here[key]
            else:
                return None
        return here if isinstance(here, kind) and not (kind is int and isinstance(here, bool)) else None

    def time(self, *keys: str | int) -> datetime | None:
        """The time at `keys`, if it is one."""
        text = self.get(str, *keys)
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        return moment if moment and moment.tzinfo else None


def read_record(tree: Tree) -> tuple[Record | None, list[Finding]]:
    """The record of a bag, or None where it is not JSON that every reader reads alike; and the findings about its
    schema."""
    if tree.files[RECORD] > BYTES:
        return None, [finding("REC001", RECORD, reason=f"it has more than {BYTES} bytes")]
    try:
        with tree.open(RECORD) as stream:
            text = stream.read(BYTES + 1)
        if sum(map(text.count, (b",", b"[", b"{"))) > MARKS:
            return None, [finding("REC001", RECORD, reason=f"it has more than {MARKS:,} commas and brackets")]
        data = parsed(text)
        return Record(data), list(islice(_breaches(data), COMPLAINTS))
    except RecursionError:
        return None, [finding("REC001", RECORD, reason="it is nested too deeply")]
    except (OSError, ValueError) as error:
        return None, [finding("REC001", RECORD, reason=error)]


def parsed(data: bytes) -> Any:
    """The value of a JSON document in UTF-8, of which every reader has the same. Raises ValueError saying why not."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has the key {twice[:60]!r} twice")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


@cache
def _schema(version: str) -> Any:
    return json.loads((files("archiver.schemas") / f"provenance-{version}.schema.json").read_text("utf-8"))


@cache
def _keeps(version: str) -> Keeps:
    return compiled(_schema(version))


@cache
def _validator(version: str) -> Any:
    from jsonschema import Draft202012Validator  # which few records need

    return Draft202012Validator(_schema(version))


def version_of(data: Any) -> str:
    """The version of the schema that a record is held against: its own where we know it, else the newest."""
    stated = data.get("version") if isinstance(data, dict) else None
    return stated if isinstance(stated, str) and stated in VERSIONS else VERSIONS[-1]


def _breaches(data: Any) -> Iterator[Finding]:
    version = version_of(data)
    if _keeps(version)(data):
        return
    for error in _validator(version).iter_errors(data):
        yield finding(
            "REC002",
            RECORD,
            field=error.json_path.removeprefix("$.") if error.path else "the record",
            expected=f"{error.validator} {_short.repr(error.validator_value)}",
            found=_short.repr(error.instance),
        )
