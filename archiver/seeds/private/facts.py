"""Sets apart what a seed and the settings say of people and cases, before anything of it is written
(docs/keep/private.md).

What is left is a seed and settings without these facts, of which the rest of a bag is made, and the facts as one
document with a salt: its digest can stand in the record without anybody finding the facts by trying.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from archiver.config import CASE_FILE, Config
from archiver.digest import sha256
from archiver.model import Seed
from archiver.model.private import PrivatePart
from archiver.seeds.decoding import decode
from archiver.seeds.private.labels import LABEL, private_fact
from archiver.seeds.refusal import Refusal

if TYPE_CHECKING:
    from archiver.seeds.formats.rows import Cell

APART = "kept apart"
"""What stands in a seed document in place of a private fact."""
_PEOPLE = ("operator", "contact_name", "contact_email", "contact_phone")
_CUSTODY = ("supplied_by", "obtained_how")
_LABELLED = re.compile(rf"^[ \t>*#_-]{{0,12}}[\"']?({LABEL})[\"'*_]{{0,3}}[ \t]*[:：=][*_]{{0,3}}")

_LINES = re.compile(r"[^\r\n]*+(?:\r\n|[\r\n])|[^\r\n]++")
"""Lines as seeds count them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetApart:
    """The seed and the settings that a bag is made of, and the facts that were taken out of them, if any."""

    seed: Seed
    config: Config
    part: PrivatePart | None


def set_apart(seed: Seed, config: Config, identifier: str, salt: str) -> SetApart:
    """Take private facts out of a seed and the settings, as `config.private` says. `identifier` is the bag's, `salt`
    random text."""
    if config.private == "stated":
        facts: dict[str, Any] = {name: said for name in CASE_FILE if (said := _of(seed, config, name))}
        return SetApart(seed=seed, config=config, part=_part(facts, "ledger", identifier, salt))
    facts = {name: said for name in (*_CUSTODY, *CASE_FILE) if (said := _of(seed, config, name))}
    facts |= {name: said for name in _PEOPLE if (said := getattr(config, name))}
    if contact := _stated(seed).get("contact"):
        facts["contact"] = contact
    notes = list(dict.fromkeys([*seed.notes, *_stated(seed).get("notes", "").split("\n")]))
    if notes := [note for note in notes if note.strip()]:
        facts["notes"] = notes
    data = without(seed)
    if data != seed.data:
        facts["seed"] = {"sha256": seed.sha256, "document": base64.b64encode(seed.data).decode("ascii")}
    front = {key: value for key, value in seed.front_matter.items() if private_fact(key) is None}
    header = tuple(line for line in seed.header if _labelled(line.text) is None)
    public = replace(seed, data=data, sha256=sha256(data), front_matter=front, notes=(), header=header)
    blank: dict[str, Any] = dict.fromkeys((*_PEOPLE, *_CUSTODY, *CASE_FILE))
    plain = replace(config, **blank)
    if config.private == "none":
        return SetApart(seed=public, config=plain, part=None)
    kept = "bag" if config.private == "bag" else "ledger"
    return SetApart(seed=public, config=plain, part=_part(facts, kept, identifier, salt))


def _part(facts: Mapping[str, Any], kept: Any, identifier: str, salt: str) -> PrivatePart | None:
    if not facts:
        return None
    document = {"version": 1, "bag": identifier, "salt": salt, **facts}
    data = (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii")
    return PrivatePart(kept=kept, data=data, sha256=sha256(data))


def _labelled(line: str, *, field: bool = False) -> str | None:
    """The fact that a line of the document states, or with `field` one of its front matter."""
    match = _LABELLED.match(line)
    return private_fact(match[1], in_line=not field) if match else None


def _of(seed: Seed, config: Config, name: str) -> str | None:
    """What the seed says, else the setting."""
    return _stated(seed).get(name) or getattr(config, name)


def _stated(seed: Seed) -> dict[str, str]:
    """Fact -> what front matter, the lines above the body, or the columns of the row say; several joined by lines."""
    found: dict[str, list[str]] = {}
    pairs = [(key, value) for key, value in seed.front_matter.items() if isinstance(value, str)]
    header = ((line.text, _LABELLED.match(line.text)) for line in seed.header)
    pairs += [(match[1], text[match.end() :]) for text, match in header if match and _labelled(text)]
    pairs += [(cell.name, cell.value) for cell in _cells(seed)]
    for label, value in pairs:
        if (fact := private_fact(label)) and value.strip():
            found.setdefault(fact, []).append(value.strip())
    return {fact: "\n".join(dict.fromkeys(values)) for fact, values in found.items()}


def _cells(seed: Seed) -> "list[Cell]":
    """The cells of a seed that is a row of a list."""
    if seed.list is None:
        return []
    from archiver.seeds.formats.rows import cells_of  # which imports all formats; a worker needs none

    try:
        return cells_of(decode(seed.data)[0], seed.list.columns)
    except Refusal:
        return []


def _private_cells(seed: Seed) -> "list[Cell]":
    cells = [cell for cell in _cells(seed) if cell.value.strip()]
    if not cells:
        return []
    from archiver.seeds.formats.rows import role_of

    return [cell for cell in cells if private_fact(cell.name) or role_of(cell.name) == "notes"]


def without(seed: Seed) -> bytes:
    """The seed document without private facts: as many lines as before, what it says otherwise to the letter."""
    try:
        text, encoding = decode(seed.data)
    except Refusal:  # a document of another kind, in which no line is masked
        return APART.encode() if any(_labelled(line.text) for line in seed.header) else seed.data
    if private := _private_cells(seed):
        plain = _row(seed, text, private)
    else:
        header = {line.line: line.text for line in seed.header if _labelled(line.text)}
        masked = _masked(text, header)
        if masked is None:  # of which line the fact is part, nobody knows
            return _nothing(text).encode(encoding, "replace")
        plain = "".join(_lines(masked, _front(text) if seed.front_matter else 0))
    if plain == text:
        return seed.data
    mark = seed.data[: len(seed.data) - len(text.encode(encoding))]
    return mark + plain.encode(encoding, "replace")


def _front(text: str) -> int:
    """The number of the line that ends the front matter."""
    lines = text.splitlines()
    first = 1 if lines and not lines[0].strip() else 0
    return next((number for number in range(first + 2, len(lines) + 1) if lines[number - 1] in ("---", "...")), 0)


def _masked(text: str, header: Mapping[int, str]) -> str | None:
    """The text without the values of private labels in its opening (line -> the words of the block that begins there);
    None where one of them is not found in its lines, as in a document that is not text."""
    lines = _LINES.findall(text)
    for number, words in header.items():
        left = words[_LABELLED.match(words).end() :].strip()  # type: ignore[union-attr]
        at = number - 1
        while left:
            if at >= min(len(lines), number + 20):
                return None
            said = lines[at].strip()
            place = next((each for each in (left, escape(left), escape(left, quote=False)) if each in said), None)
            if place:
                lines[at], left = lines[at].replace(place, APART), ""
            elif at == number - 1 and (match := _LABELLED.match(lines[at])) and _labelled(said) == _labelled(words):
                value = _plain(lines[at][match.end() :])
                whole = number == len(lines) or not lines[number].strip() or _labelled(lines[number])
                if not whole and not left.startswith(value):
                    return None
                left = left.removeprefix(value).strip() if left.startswith(value) else ""
                lines[at] = f"{lines[at][: match.end()]} {APART}{lines[at][len(lines[at].rstrip()) :]}"
            elif said and left.startswith(_plain(said)):
                left = left.removeprefix(_plain(said)).strip()
                lines[at] = lines[at].replace(said, APART)
            else:
                return None
            at += 1
    return "".join(lines)


def _plain(line: str) -> str:
    return " ".join(line.split()).strip("*_ ")


def _nothing(text: str) -> str:
    return "".join(f"{APART}{line[len(line.rstrip()) :]}" for line in text.splitlines(keepends=True))


def _lines(text: str, front: int) -> Iterator[str]:
    """The lines, those of private keys in the front matter masked."""
    inside = False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.rstrip("\r\n")
        end = line[len(bare) :]
        if number <= front:
            begins = bool(bare) and not bare[0].isspace() and not bare.startswith(("-", "#", "]", "}"))
            if begins or bare in ("---", "..."):
                inside = begins and _labelled(bare, field=True) is not None
                yield f"{bare[: _LABELLED.match(bare).end()]} {APART}{end}" if inside else line  # type: ignore[union-attr]
            else:
                yield f"# {APART}{end}" if inside and bare.strip() else line
        else:
            yield line


def _row(seed: Seed, text: str, private: "list[Cell]") -> str:
    """A row of a list with the private cells masked. Of a kind that cannot be written again, nothing is left."""
    columns = seed.list.columns if seed.list else ()
    names = {cell.name for cell in private}
    end = text[len(text.rstrip("\r\n")) :]
    if columns:
        for delimiter in (",", ";", "\t", "|"):
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
            if len(cells) == len(columns):
                out = io.StringIO()
                masked = [APART if name in names and cell.strip() else cell for name, cell in zip(columns, cells)]
                csv.writer(out, delimiter=delimiter, lineterminator="").writerow(masked)
                if (missing := text.count("\n") - len(end and "\n") - out.getvalue().count("\n")) <= 0:
                    return out.getvalue() + end
                return out.getvalue() + end + "\n" * missing
    elif text.lstrip("\ufeff \t\r\n").startswith("{"):
        found = json.loads(text)
        return json.dumps({k: APART if k in names else v for k, v in found.items()}, ensure_ascii=False) + end
    return _nothing(text)
