"""The settings `[identifiers]`: identifiers of a bag beside its UUID, made from it (docs/adr/0287)."""

import re
from dataclasses import dataclass
from typing import Any

from archiver.errors import UsageError

_ARK = re.compile(r"[0-9bcdfghjkmnpqrstvwxz]{5,16}/[0-9bcdfghjkmnpqrstvwxz]{0,40}\Z")
_NBN = re.compile(r"[a-z]{2}(?::[a-z0-9-]{1,40}){0,6}[:-]\Z")
_HANDLE = re.compile(r"[0-9]{1,10}(?:\.[0-9A-Za-z-]{1,40}){0,6}\Z")
_FORMS = {
    "ark": (_ARK, "NAAN/SHOULDER of the letters of ARK, as in '12345/x5'"),
    "urn_nbn": (_NBN, "a namespace that ends in : or -, as in 'de:gbv:7-'"),
    "handle": (_HANDLE, "a prefix, as in '20.500.12345'"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What identifiers are made of: name assigning authority and shoulder of an ARK; the namespace below `urn:nbn:`;
    the prefix of a handle."""

    ark: str | None = None
    urn_nbn: str | None = None
    handle: str | None = None


def identifiers_of(table: Any) -> Identifiers:
    """The settings of a table. Raises UsageError naming the key."""
    if isinstance(table, Identifiers):
        return table
    for key, value in table.items():
        if key not in _FORMS:
            raise UsageError(f"[identifiers]: unknown key {str(key)[:80]}; it has {', '.join(_FORMS)}")
        pattern, wanted = _FORMS[key]
        if not isinstance(value, str) or not pattern.match(value):
            raise UsageError(f"[identifiers]: {key} = {str(value)[:80]!r} is not {wanted}")
    return Identifiers(**table)
