"""A user's own list written again with what became of each row: `archiver_*` columns behind their own, every byte of
theirs as it was (docs/show/export.md).

The list is cut as `seeds/lists.py` cuts it, and nothing of it is written anew: what is added stands between two bytes
of a row. A list that cannot be added to without changing what it says is refused as a whole.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from archiver.errors import StorageError, UsageError
from archiver.exports.item import Item
from archiver.exports.references import escaped
from archiver.exports.spreadsheets import neutral
from archiver.ledger.entries import key_of
from archiver.ledger.ledger import PATH, Ledger
from archiver.model import Seed, SeedRefused
from archiver.seeds.formats import citations
from archiver.seeds.lists import LARGEST, RawRow, encoding_of, is_list, raw_rows, read_list
from archiver.seeds.refusal import Refusal

PREFIX = "archiver_"
ADDED = (
    *("outcome", "verdict", "source", "memento", "headline", "published", "bylines", "agencies", "bag", "seal"),
    *("access", "notices", "captured", "reason", "matched"),
)
"""What is appended, each name behind `archiver_`."""
_SPREADSHEETS = (".csv", ".tsv", ".tab")
_NAMED = re.compile(rf"\b{PREFIX}(?:{'|'.join(ADDED)})\b")

Answer = Mapping[str, str]
"""Name of an added column -> its value; "" where nothing is known."""
NONE: Answer = dict.fromkeys(ADDED, "")


class Answers:
    """Finds what is known of a row: by the row's bytes, else by its address, else in the ledger. Of several bags the
    one captured last counts."""

    def __init__(self, items: Iterable[Item], bags: Path | None = None) -> None:
        self._by_row: dict[str, Item] = {}
        self._by_url: dict[str, Item] = {}
        for item in items:
            for table, key in ((self._by_row, f"{item.seed_sha256} {item.url}"), (self._by_url, item.url)):
                before = table.get(key)
                if before is None or before.captured <= item.captured:
                    table[key] = item
        self._ledger = Ledger(bags, read_only=True) if bags and (bags / PATH).is_file() else None

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()

    def of(self, seed: Seed | SeedRefused) -> Answer:
        """What is known of a row that was read as this."""
        if isinstance(seed, SeedRefused):
            return {**NONE, "outcome": "refused", "reason": f"the row was not read: {seed.problem}"}
        keys = [f"{seed.sha256} {seed.url}", *(f"{each.sha256} {each.url}" for each in seed.former)]
        for key in keys:
            if item := self._by_row.get(key):
                return answer(item, "row")
        if item := self._by_url.get(seed.url):
            return answer(item, "address")
        found = self._ledger.find(key_of(seed)) if self._ledger else None
        if found is None or found.bag:  # a bag that is not among the items is not spoken of
            return NONE
        reason = " ".join((found.reason or "").split())
        return {**NONE, "outcome": found.outcome, "reason": reason, "matched": "ledger"}


def answer(item: Item, matched: str) -> Answer:
    """What is added to the row of an item; `matched` says by what the two were brought together."""
    if item.held:
        return {**NONE, "access": item.access, "reason": "held back", "matched": matched}
    return {name: matched if name == "matched" else item.cell(name) for name in ADDED}


def write_back(place: Path, answers: Answers) -> bytes:
    """A list with the answers added. Raises UsageError for one that cannot be added to, StorageError."""
    if not place.is_file():
        raise UsageError(f"--back {place}: there is no such file")
    if not is_list(place):
        raise UsageError(f"--back {place}: this is not a list that archiver reads; see seeds/README.md")
    try:
        if place.stat().st_size > LARGEST:
            raise UsageError(f"--back {place}: a list of more than {LARGEST >> 20} MiB; split it")
        data = place.read_bytes()
        encoding = encoding_of(place)
        rows = list(raw_rows(place, encoding))
        seeds = list(read_list(place, origin=str(place)))
    except OSError as error:
        raise StorageError.from_os(f"read the list {place}", error) from error
    except (Refusal, UnicodeError) as error:
        raise UsageError(f"--back {place}: {_words(error)}") from error
    codec = _codec(data, encoding)
    text = data.decode(codec, "surrogateescape")
    if _NAMED.search(text):
        raise UsageError(f"--back {place} has archiver_ columns already; give it as it was before, or take them out")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    answered = [(raw, answers.of(seed)) for raw, seed in zip(rows, seeds) if isinstance(raw, RawRow)]
    try:
        if _is_spreadsheet(place):
            parts = _spreadsheet(place, text[len(mark) :], answered)
        else:
            parts = _records(text, mark, answered)
        return (mark + "".join(parts)).encode(codec, "surrogateescape")
    except UnicodeEncodeError as error:
        raise UsageError(
            f"--back {place}: its encoding, {codec}, has no {error.object[error.start]!a}; save the list in UTF-8"
        ) from error
    except Refusal as refusal:
        raise UsageError(f"--back {place}:{refusal.line}: {refusal.problem}; {refusal.advice}") from refusal


def _words(error: Refusal | UnicodeError) -> str:
    if isinstance(error, Refusal):
        return f"{f'line {error.line}: ' if error.line else ''}{error.problem}; {error.advice}"
    return "not in the encoding that its first bytes say; save the list in UTF-8"


def _codec(data: bytes, encoding: str) -> str:
    """The encoding as a codec that keeps a byte order mark as a character, so that nothing is lost."""
    if data[:2] == b"\xff\xfe":
        return "utf-16-le"
    if data[:2] == b"\xfe\xff":
        return "utf-16-be"
    return encoding.removesuffix("-sig")


def _is_spreadsheet(place: Path) -> bool:
    return place.name.lower().endswith(_SPREADSHEETS)


# Spreadsheets


def _spreadsheet(place: Path, text: str, answered: Sequence[tuple[RawRow, Answer]]) -> Iterator[str]:
    """The rows of a CSV or TSV file with cells added. Raises Refusal."""
    delimiter, after = _delimiter(place, text)
    records = list(_cut(text, delimiter))
    width = max((len(cells) for _, _, cells in records), default=0)
    waiting = iter(answered)
    expected = next(waiting, None)
    for line, raw, cells in records:
        if line <= after or not any(map(str.strip, cells)):
            yield raw
        elif expected is not None and raw == expected[0].text:
            yield _extended(line, raw, cells, delimiter, width, [neutral(expected[1][name]) for name in ADDED])
            expected = next(waiting, None)
        else:
            yield _extended(line, raw, cells, delimiter, width, [f"{PREFIX}{name}" for name in ADDED])
    if expected is not None:
        raise Refusal(expected[0].line, "the row is not found again", "correct the quotation marks before it")


def _delimiter(place: Path, text: str) -> tuple[str, int]:
    """What parts the cells, and the number of lines before the first row: a line `sep=;` of a spreadsheet program."""
    lines = enumerate(io.StringIO(text, newline=""), start=1)
    number, line = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    if stated := re.match(r"sep=(.)\s*$", line):
        return stated[1], number
    tabs = place.name.lower().endswith((".tsv", ".tab"))
    return "\t" if tabs else max(",;\t", key=line.count), 0


def _cut(text: str, delimiter: str) -> Iterator[tuple[int, str, list[str]]]:
    """Line, bytes and cells of each row; joined in order the bytes are the text."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    number = 1
    for cells in csv.reader(lines(), delimiter=delimiter):
        yield number, "".join(taken), cells
        number += len(taken)
        taken.clear()


def _extended(line: int, raw: str, cells: list[str], delimiter: str, width: int, added: list[str]) -> str:
    """A row with cells behind its own, all rows being as wide. Raises Refusal where its own would not stay."""
    body = raw.rstrip("\r\n")
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(added)
    made = f"{body}{delimiter * (width - len(cells))}{delimiter}{out.getvalue()}"
    again = next(csv.reader(io.StringIO(made, newline=""), delimiter=delimiter), [])
    if again != [*cells, *[""] * (width - len(cells)), *added]:
        raise Refusal(
            line, "a cell cannot be added to the row", "a quotation mark of it is not closed; correct the list"
        )
    return made + raw[len(body) :]


# Everything else


def _records(text: str, mark: str, answered: Sequence[tuple[RawRow, Answer]]) -> Iterator[str]:
    """A list of records with fields added to each. Raises Refusal for a form that has no place for any."""
    done = len(mark)
    for raw, known in answered:
        start = text.find(raw.text, done)
        if start < 0:
            raise Refusal(raw.line, "the row is not found again", "export the list anew")
        yield text[done:start]
        yield _form(raw)(raw, known)
        done = start + len(raw.text)
    yield text[done:]


def _form(raw: RawRow) -> Callable[[RawRow, Answer], str]:
    start = raw.text.lstrip()
    if start.startswith("{"):
        return _with_keys
    if start.startswith("TY "):
        return _with_ris_notes
    if start.startswith("%0 "):
        return _with_endnote_notes
    if citations.is_record(start) and start.startswith("@"):
        return _with_bibtex_fields
    raise Refusal(raw.line, "rows of this form have no place for columns", "use --form csv without --back")


def _with_keys(raw: RawRow, known: Answer) -> str:
    """A JSON object with keys behind its own; an item of CSL, whose schema takes no others, has them in `custom`."""
    found = json.loads(raw.text)
    named = {f"{PREFIX}{name}": known[name] for name in ADDED}
    if "type" in found and "URL" in found and "custom" not in found:
        named = {"custom": named}  # type: ignore[dict-item]  # of CSL-JSON 1.0.2
    end = raw.text.rindex("}")
    added = json.dumps(named, ensure_ascii=True)[1:-1]
    body = raw.text[:end].rstrip()
    made = f"{body}{', ' if found else ''}{added}{raw.text[len(body) :]}"
    if json.loads(made) != {**found, **named}:
        raise Refusal(raw.line, "a key cannot be added to the object", "mend its braces")
    return made


def _notes(known: Answer) -> list[str]:
    return [f"{PREFIX}{name}: {known[name]}" for name in ADDED if known[name]]


def _with_ris_notes(raw: RawRow, known: Answer) -> str:
    """A record of RIS with notes (N1) before its end."""
    end = re.search(r"^ER {1,3}-", raw.text, re.MULTILINE)
    line = "\r\n" if "\r\n" in raw.text else "\n"
    at = end.start() if end else len(raw.text)
    before = raw.text[:at]
    gap = "" if before.endswith(("\n", "\r")) else line
    return before + gap + "".join(f"N1  - {note}{line}" for note in _notes(known)) + raw.text[at:]


def _with_endnote_notes(raw: RawRow, known: Answer) -> str:
    """A tagged EndNote record with notes (%Z) behind its last line."""
    line = "\r\n" if "\r\n" in raw.text else "\n"
    body = raw.text.rstrip("\r\n")
    return body + "".join(f"{line}%Z {note}" for note in _notes(known)) + raw.text[len(body) :]


def _with_bibtex_fields(raw: RawRow, known: Answer) -> str:
    """An entry of BibTeX with fields before its closing brace."""
    line = "\r\n" if "\r\n" in raw.text else "\n"
    end = _closing(raw)
    fields = [f"  {PREFIX}{name} = {{{escaped(known[name])}}}" for name in ADDED if known[name]]
    if not fields:
        return raw.text
    body = raw.text[:end].rstrip()
    comma = "" if body.endswith(",") else ","
    return f"{body}{comma}{line}{f',{line}'.join(fields)}{line}{raw.text[end:]}"


def _closing(raw: RawRow) -> int:
    """Where the entry closes. Raises Refusal where it does not."""
    depth, escaping = 0, False
    opening = re.search(r"[{(]", raw.text)
    closes = ")" if opening and opening[0] == "(" else "}"
    for at, sign in enumerate(raw.text[opening.start() :] if opening else "", start=opening.start() if opening else 0):
        if escaping:
            escaping = False
        elif sign == "\\":
            escaping = True
        elif sign == "{" or (sign == "(" and not depth):
            depth += 1
        elif sign == "}" or (sign == closes and depth == 1):
            depth -= 1
            if not depth:
                return at
    raise Refusal(raw.line, "the entry is not closed", "mend its braces")
