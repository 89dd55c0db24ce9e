"""The JSON schemas of archiver as tables: each field with its type, whether it is always there, and its meaning.

Meanings are those of the schema, or else of the row in docs/bag-format.md that names the field.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "archiver/schemas"
SHOWN = {"provenance-2.0": "4", "provenance-1.0": "4", "receipt": "7", "report": None}
"""Each schema with the section of docs/bag-format.md that has the meanings of its fields."""
BELOW = {"4.4": "capture.exchanges[].", "4.6": "claims[].", "4.7": "credits[]."}
"""Sections whose tables name the fields of one part without its path."""
PARTS = {
    "claim": "claims[]",
    "credit": "credits[]",
    "exchange": "capture.exchanges[]",
    "comparison": "comparison",
    "compared_line": "comparison.lines[]",
}
"""Definitions with the place in the record where docs/bag-format.md describes their fields."""
Schema = dict[str, Any]


def anchor(file: str) -> str:
    """The anchor of a schema file's section."""
    return re.sub(r"[^a-z0-9]+", "-", file.removesuffix(".json").removesuffix(".schema").lower())


def page() -> str:
    """The page of all schemas."""
    parts = [
        "# Schemas",
        "Made from `archiver/schemas/` and the tables of [the bag format](../bag-format.md).",
        "A field that is not *always* there may be missing in older bags. Unknown fields are allowed, and kept.",
    ]
    bag_format = (ROOT / "docs/bag-format.md").read_text("utf-8")
    for name, section in SHOWN.items():
        whole = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
        meanings = _meanings(bag_format, section) if section else {}
        parts.append(f'<a id="{anchor(name)}"></a>\n\n## {whole["title"]}')
        parts.append(f"`archiver/schemas/{name}.schema.json`. {_sentence(whole.get('description', ''))}".strip())
        parts.append(_table(whole, whole, name, meanings, ""))
        for part in sorted(_shared(whole)):
            place = PARTS.get(part, "")
            parts.append(f'<a id="{_part_anchor(name, part)}"></a>\n\n### {part.replace("_", " ")}')
            parts.append(_table(whole["$defs"][part], whole, name, meanings, place))
    return "\n\n".join(parts) + "\n"


def _table(schema: Schema, whole: Schema, name: str, meanings: dict[str, str], place: str) -> str:
    rows = (
        f"| `{path}` | {kind} | {'always' if always else ''} | "
        f"{meaning or meanings.get(f'{place}.{path}' if place else path, '')} |"
        for path, kind, always, meaning in _fields(schema, whole, name, "")
    )
    return "| field | type | | meaning |\n| --- | --- | --- | --- |\n" + "\n".join(rows)


def _shared(whole: Schema) -> set[str]:
    """The definitions with fields that have a table of their own: those of PARTS, and those used more than once."""
    used = re.findall(r'"#/\$defs/(\w+)"', json.dumps(whole))
    return {name for name in used if (used.count(name) > 1 or name in PARTS) and "properties" in whole["$defs"][name]}


def _part_anchor(name: str, part: str) -> str:
    return f"{anchor(name)}-{part.replace('_', '-')}"


def _fields(schema: Schema, whole: Schema, name: str, path: str) -> Iterator[tuple[str, str, bool, str]]:
    """Path, type, whether required, and meaning of each field below `schema`, in the schema's order."""
    required = schema.get("required", ())
    for key, field in schema.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        target, inside = _inside(field, whole, here)
        meaning = _sentence(field.get("description") or target.get("description", ""))
        yield here, _type(field, whole, name), key in required, meaning
        yield from _fields(target, whole, name, inside)


def _inside(field: Schema, whole: Schema, path: str) -> tuple[Schema, str]:
    """The object whose fields lie below a field, and its path; empty where it has a table of its own."""
    if "$ref" in field:
        part = field["$ref"].rpartition("/")[2]
        return ({}, path) if part in _shared(whole) else _inside(whole["$defs"][part], whole, path)
    if "properties" in field:
        return field, path
    if isinstance(field.get("items"), dict):
        return _inside(field["items"], whole, f"{path}[]")
    for each in _choices(field):
        found, inside = _inside(each, whole, path)
        if found:
            return found, inside
    return {}, path


def _choices(schema: Schema) -> list[Schema]:
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def _type(field: Schema, whole: Schema, name: str) -> str:
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{'null' if each is None else each}`" for each in field["enum"])
    if choices := _choices(field):
        return " or ".join(dict.fromkeys(_type(each, whole, name) for each in choices))
    if "$ref" in field:
        part = field["$ref"].rpartition("/")[2]
        if part in _shared(whole):
            return f"[{part.replace('_', ' ')}](#{_part_anchor(name, part)})"
        return _type(whole["$defs"][part], whole, name)
    kinds = field.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds and isinstance(field.get("items"), dict):
        kinds = [f"array of {_type(field['items'], whole, name)}" if each == "array" else each for each in kinds]
    return " or ".join([each for each in kinds if each != "null"] + ["null"] * ("null" in kinds))


def _sentence(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _meanings(markdown: str, section: str) -> dict[str, str]:
    """What the tables of a section say of each field: `| `a.b`, `.c` | meaning |`. The first that names it counts."""
    found: dict[str, str] = {}
    whole = re.search(rf"^## {section} .*?(?=^## |\Z)", markdown, re.DOTALL | re.MULTILINE)
    for part in re.split(r"^(?=### )", whole[0] if whole else "", flags=re.MULTILINE):
        below = BELOW.get(part.removeprefix("### ").partition(" ")[0], "")
        for names, meaning in re.findall(r"^\| (`[^|]+?) \| ([^|]+) \|$", part, re.MULTILINE):
            parent = below
            for name in re.findall(r"`([\w.\[\]]+)`", names):
                full = parent + name.removeprefix(".") if name.startswith(".") or below else name
                parent = full.rpartition(".")[0] + "." if "." in full else ""
                found.setdefault(
                    full, re.sub(r"\]\((?!http|#)", "](../", meaning.strip()).replace("](#", "](../bag-format.md#")
                )
    return found
