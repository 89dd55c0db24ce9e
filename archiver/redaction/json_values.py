"""Values of JSON taken out by the names they have, and changed by what they say."""

from collections.abc import Callable, Mapping
from typing import Any

from archiver.redaction.removed import Removed
from archiver.redaction.secrets import PUT, is_secret_header, is_secret_parameter
from archiver.schemas.texts import change_texts


def over(value: Any, change: Callable[[str], str], removed: Removed | None = None) -> Any:
    """JSON with every text changed. Where `removed` is given, the document is somebody else's: what it names as a
    secret is taken out whole."""

    def field(key: Any, each: Any) -> Any:
        if removed is None or not isinstance(key, str) or not (is_secret_parameter(key) or is_secret_header(key)):
            return each
        return _taken(key, each, removed)

    return change_texts(value, change, field)


def _taken(name: str, value: Any, removed: Removed) -> Any:
    """What stands in place of a secret, of the same shape."""
    if isinstance(value, list):
        return [_taken(name, each, removed) for each in value]
    if isinstance(value, Mapping):
        return {key: _taken(name, each, removed) for key, each in value.items()}
    if value is None or isinstance(value, bool) or value in ("", PUT):
        return value
    removed.parameter(name, str(value))
    if isinstance(value, str) and is_secret_header(name):
        removed.header(name.lower(), value)
    return PUT
