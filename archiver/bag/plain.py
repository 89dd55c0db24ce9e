"""Text and values from outside as the files of a bag can hold them."""

import json
from typing import Any


def well_formed(text: str) -> str:
    """`text` with lone surrogates, which JSON-LD may smuggle in, as `?`: the same in every file of the bag."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Line ends, control and other invisible characters become spaces, and spaces are folded."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in well_formed(text))
    return " ".join(shown.split())


def json_bytes(value: Any, *, indent: int | None = None) -> bytes:
    """UTF-8 JSON, LF at the end, lone surrogates as `?`."""
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode("utf-8", "replace")
