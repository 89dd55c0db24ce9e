"""The words, numbers and signs of a date line, and the names of months and weekdays (`calendar.json`)."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters, of digits, or one sign: as it stands, in the form it is compared in, and where it stands."""

    text: str
    key: str
    start: int
    end: int

    @property
    def number(self) -> int | None:
        """What a run of at most four digits says."""
        return int(self.key) if self.key.isdecimal() and len(self.key) <= 4 else None


_ASCII = re.compile(r"[A-Za-z]+|[0-9]+|[^\sA-Za-z0-9]")


def split_tokens(text: str) -> Iterator[Token]:
    """Numbers, words (with their combining marks) and single signs."""
    if text.isascii():
        for match in _ASCII.finditer(text):
            yield Token(match[0], match[0].lower(), match.start(), match.end())
        return
    start, kind = 0, ""
    for at in range(len(text) + 1):
        now = _kind(text[at]) if at < len(text) else ""
        if now == kind == "L" or now == kind == "N" or (now == "M" and kind in ("L", "M", "N")):
            continue
        if kind not in ("", " "):
            raw = text[start:at]
            key = unicodedata.normalize("NFKC", raw).casefold().replace("\u0307", "").replace("ي", "ي")
            if kind == "N":
                key = "".join(str(unicodedata.digit(character, 0)) for character in key)
            yield Token(raw, key, start, at)
        start, kind = at, now


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category in ("Cf", "Zs"):
        return " "
    if category == "Nd":
        return "N"
    if category[0] == "M":
        return "L"
    if category[0] == "L":
        # Han and kana are written without spaces: 月 and 日 stand by themselves.
        return "H" if "\u3040" <= character <= "\u9fff" else "L"
    return "S"


@cache
def first_words() -> frozenset[str]:
    """The words that names of months begin with."""
    return frozenset(words[0] for words in names()[0] if words)


@cache
def names() -> tuple[dict[tuple[str, ...], frozenset[int]], frozenset[str], dict[str, int]]:
    """Month names in words, all words of weekdays, and the months of the Persian calendar."""
    months: dict[tuple[str, ...], set[int]] = {}
    weekdays: set[str] = set()
    persian: dict[str, int] = {}
    for entry in json.loads(files("archiver.dates").joinpath("calendar.json").read_text("utf-8")):
        for number, names in enumerate(entry["months"].split(" ; "), start=1):
            for name in filter(None, names.split("|")):
                if entry.get("calendar") == "persian":
                    persian[name.strip()] = number
                else:
                    words = tuple(token.key for token in split_tokens(name) if token.key not in (".", "’", "׳"))
                    for each in {words, ("ב" + words[0], *words[1:])} if entry["language"] == "he" else {words}:
                        months.setdefault(each, set()).add(number)
        for name in entry["weekdays"].split(" ; "):
            weekdays |= {token.key for token in split_tokens(name)}
    return {words: frozenset(numbers) for words, numbers in months.items()}, frozenset(weekdays), persian
