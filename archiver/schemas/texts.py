"""The texts in a JSON document, changed one by one."""

from collections.abc import Callable, Mapping
from typing import Any


def change_texts(value: Any, change: Callable[[str], str], field: Callable[[Any, Any], Any] | None = None) -> Any:
    """JSON with every text changed. `field` is asked about each field: what it gives for name and value stands there
    as it is, unless that is the value itself."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [change_texts(each, change, field) for each in value]
    if not isinstance(value, Mapping):
        return value
    changed = {}
    for key, each in value.items():
        put = field(key, each) if field else each
        changed[key] = change_texts(each, change, field) if put is each else put
    return changed
