"""Names of other bags in what a bag states. A sealed bag names earlier bags of its page and those that it has records
of; their names are made of seeds' names, and name bags that may be closed (docs/adr/0267).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_TAIL = re.compile(r"-\d{8}T\d{6}Z-[0-9a-f]{8}(?![0-9A-Za-z])", re.ASCII)
"""The end of the name of a bag made by archiver: the moment of its capture, the start of its UUID."""
_BEFORE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
PUT = "another bag"
_LONGEST = 300
_DEEPEST = 12


def tail_of(name: str) -> str | None:
    """Moment and UUID at the end of a bag's name, which no other bag has; None where it has none."""
    found = next((each for each in _TAIL.finditer(name) if each.end() == len(name)), None)
    return found[0] if found else None


def named_in_record(record: Any) -> tuple[str, ...]:
    """The names of other bags in a record: earlier ones of its address, and those that its page resources and
    robots.txt were copied from, wherever a field `bag` says so."""
    if not isinstance(record, Mapping):
        return ()
    found = dict.fromkeys(name for part in ("previous", "capture") for name in _bags(record.get(part), _DEEPEST))
    return tuple(found)


def _bags(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, Mapping):
        named = value.get("bag")
        if isinstance(named, str) and 0 < len(named) <= _LONGEST:
            yield named
        for each in value.values():
            yield from _bags(each, depth - 1)
    elif isinstance(value, list):
        for each in value:
            yield from _bags(each, depth - 1)


def named_in_text(text: str, own: Collection[str]) -> set[str]:
    """The names of bags in a text, but for those that end as one of `own` does."""
    return {text[start:end] for start, end in _found(text, own)}


def without_names(text: str, own: Collection[str], names: Collection[str] = ()) -> str:
    """A text in which "another bag" stands in place of these names, and of whatever else looks like the name of a bag
    but is none of `own`."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, PUT)
    parts, at = list[str](), 0
    for start, end in _found(text, own):
        parts += [text[at:start], PUT]
        at = end
    return "".join([*parts, text[at:]])


def _found(text: str, own: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where names of other bags stand, in order."""
    tails, last = {tail for each in own if (tail := tail_of(each))}, 0
    for match in _TAIL.finditer(text):
        if match[0] not in tails:
            start, first = match.start(), max(last, match.start() - _LONGEST)
            while start > first and text[start - 1] in _BEFORE:
                start -= 1
            yield start, match.end()
        last = match.end()
