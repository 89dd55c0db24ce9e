"""Makes text and values from outside fit for the files of a bag."""

import json
from json.encoder import encode_basestring as quoted
from math import isfinite
from typing import Any


def well_formed(text: str) -> str:
    """`text` with lone surrogates, which JSON-LD may smuggle in, as `?`: the same in every file of the bag."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Line ends, control and other invisible characters become spaces, and spaces are folded."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in well_formed(text))
    return " ".join(shown.split())


def json_bytes(value: Any, *, indent: int | None = None) -> bytes:
    """UTF-8 JSON, LF at the end, lone surrogates as `?`. The keys of objects are strings."""
    text = json.dumps(value, ensure_ascii=False) if indent is None else _indented(value, "\n", " " * indent)
    return f"{text}\n".encode("utf-8", "replace")


def _indented(value: Any, line: str, step: str) -> str:
    """As `json.dumps` with `indent`, which takes twice as long: the library indents in Python, a generator a depth.
    `line` begins a line at the depth of the value."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    inner = line + step
    if isinstance(value, dict):
        items = [
            f"{quoted(key)}: {quoted(each) if type(each) is str else _indented(each, inner, step)}"
            for key, each in value.items()
        ]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}" if items else "{}"
    if isinstance(value, list | tuple):
        items = [_indented(each, inner, step) for each in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]" if items else "[]"
    if type(value) is int or (type(value) is float and isfinite(value)):
        return repr(value)
    return json.dumps(value)
