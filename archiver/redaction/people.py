"""Facts about people and cases that a bag states openly, as those made with `private = "stated"` or before that setting
do: they go from access copies like secrets. Where the bag keeps them apart, its facts are searched for as well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archiver.ledger.private import private_facts
from archiver.redaction.removed import Removed

LABELS = ("contact-name", "contact-email", "contact-phone", "operator", "seed-supplied-by", "seed-obtained-how")
"""Labels of bag-info.txt that name people, in lower case."""
_OF_SEED = ("supplied_by", "obtained_how")
_OF_OPERATOR = ("person", "contact")
_OF_SETTINGS = ("operator", "contact_name", "contact_email", "contact_phone", *_OF_SEED)
_KIND = "private fact"


def without_people(record: dict[str, Any], bag: Path, removed: Removed) -> dict[str, Any]:
    """The record without what it states of people; what that was goes everywhere. Raises StorageError."""
    copy = {**record}
    for part, names in (("seed", _OF_SEED), ("operator", _OF_OPERATOR), ("configuration", _OF_SETTINGS)):
        stated = record.get(part)
        if isinstance(stated, dict):
            for name in names:
                _take(stated.get(name), removed)
            copy[part] = {**stated, **{name: None for name in names if name in stated}}
    seed = copy.get("seed")
    if isinstance(seed, dict) and seed.get("notes"):
        for note in seed["notes"]:
            _take(note, removed)
        copy["seed"] = {**seed, "notes": []}
    for value in _values(private_facts(bag, record)):
        _take(value, removed)
    return copy


def _values(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if name not in ("version", "salt", "bag", "seed"):
            yield from value if isinstance(value, list) else (value,)


def _take(value: Any, removed: Removed) -> None:
    """A value goes wherever it stands; one that is a contact of several parts, each of them."""
    for each in {value, *value.split(", ")} if isinstance(value, str) else ():
        removed.value(each, _KIND)
