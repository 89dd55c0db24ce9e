"""What was taken out of a bag: the names that are reported, and the values that must not be found again.

A value can be searched for where it cannot be taken for anything else: long enough, and no word of the language or of
the bag's own format. Others are judged by where they stand alone (`addresses.py`).
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, unquote_plus

from archiver.errors import Refused
from archiver.redaction.secrets import PUT, is_secret_parameter

SHORTEST = 5
"""Characters of a value that can be searched for."""
MOST = 20_000
"""Values of one bag."""
_PLAIN = re.compile(
    r"[A-Z]?[a-z]{1,20}|[0-9]{1,7}|(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T ][0-9:.Z+-]{0,20})?"
    r"|(?i:utf-?\d{1,2}|iso-?8859-\d{1,2}|windows-\d{4}|http/[0-9.]{1,3}|sha-?\d{1,3})"
)
"""What is said elsewhere too: a word, a small number, a date, the name of a standard."""
_NUMBERED = re.compile(r"[A-Za-z]?[a-z]{1,20}[-_.]?\d{1,4}|[vV]?\d{1,4}(?:\.\d{1,6}){1,4}")
"""What cookies say that are not there to let anybody in: `group12`, `2.15.3`."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}:/|/|\.{1,2}/|www\.", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}\.?", re.IGNORECASE)
_RANDOM = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9+/=_.~%-]{6,}")
_UNMISTAKABLE = 12
"""Characters from which on no other text holds a value by chance."""


@dataclass(slots=True)
class Removed:
    """Names of headers and parameters that went, and the values: text -> the kind of secret it is."""

    headers: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    """Values that are too short, or words, and are not searched for: text -> the kind of secret it is."""
    pairs: dict[str, str] = field(default_factory=dict)
    """`name=value` of such a value, which is searched for all the same -> its kind."""
    _sorted: list[str] = field(default_factory=list, repr=False)

    def of_one(self) -> "Removed":
        """The same values, known to one record whose names are distinguished."""
        return Removed(values=self.values, plain=self.plain, pairs=self.pairs, _sorted=self._sorted)

    def parameter(self, name: str, value: str) -> None:
        """The value of a parameter was taken out."""
        self.parameters.add(name)
        self.value(value, "parameter")
        bare = unquote(value).strip().strip("\"'")
        if bare and name.isascii() and not searchable(bare) and PUT not in bare and len(self.pairs) < MOST:
            self.pairs.setdefault(f"{name}={bare}".casefold(), "parameter")

    def header(self, name: str, value: str) -> None:
        """A header was taken out: its values are those of its pairs, and its words that look like no words."""
        self.headers.add(name)
        for part in re.split(r"[;,\s]+", value):
            label, equals, rest = part.partition("=")
            if equals and rest.strip("="):
                if is_secret_parameter(label):
                    self.value(rest, f"header {name}")
                elif label.lower() not in _ATTRIBUTES and is_random(rest):
                    self.value(rest, "cookie")
            elif is_random(part):
                self.value(part, f"header {name}")
        words = value.split()
        if len(words) == 1 and "=" not in value.strip("="):
            self.value(words[0], f"header {name}")
        elif len(words) == 2 and words[0].isalpha():  # RFC 9110, 11.4: a scheme and its token
            self.value(words[1], f"header {name}")
            if plain := decoded(words[1]):
                self.value(plain.partition(":")[2], "password")

    def value(self, value: str, kind: str) -> None:
        """Remember a value, and what it is without its encoding."""
        for each in {value, unquote(value), unquote_plus(value), unescape(value), unquote(unquote(unquote(value)))}:
            if searchable(each := each.strip().strip("\"'").rstrip(").,;:!]}")):
                self.values.setdefault(each.casefold(), kind)
            elif each and PUT not in each and len(self.plain) < MOST:
                self.plain.setdefault(each.casefold(), kind)
        if len(self.values) > MOST:
            raise Refused(f"more than {MOST:,} values would have to be taken out, and none of them found again")

    def masked(self, text: str) -> str:
        """A text in which none of the values stands any more, by the letter."""
        low = text.casefold()
        for value in self._by_length():
            if value in low:
                text = standing(value).sub(PUT, text)
                low = text.casefold()
        return text

    def not_searched(self) -> dict[str, Any]:
        """How many values were taken out of the fields that have them, and cannot be searched for elsewhere, and of
        which kinds they are."""
        kinds = {each.partition(" ")[0] if each.startswith("header ") else each for each in self.plain.values()}
        return {"values": len(self.plain), "kinds": sorted(kinds)}

    def _by_length(self) -> list[str]:
        if len(self._sorted) != len(self.values):
            self._sorted[:] = sorted(self.values, key=lambda each: (-len(each), each))
        return self._sorted


@lru_cache(1024)
def standing(value: str, *, alone: bool = False) -> re.Pattern[str]:
    """Finds a value in a text; a short one, and any with `alone`, only where it stands for itself, and is not a piece
    of a digest."""
    edge = alone or len(value) < _UNMISTAKABLE
    before, after = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if edge else ("", "")
    return re.compile(f"{before}{re.escape(value)}{after}", re.IGNORECASE)


_ATTRIBUTES = frozenset(("expires", "max-age", "domain", "path", "samesite", "priority", "version"))
"""Of cookies, which are not secrets."""


def is_random(value: str) -> bool:
    """Whether a value, as of a cookie, looks like something that lets somebody in."""
    plain = unquote(value.strip("\"'"))
    return bool(_RANDOM.fullmatch(plain)) and not _NUMBERED.fullmatch(plain)


_URL_SAFE = str.maketrans("-_", "+/")


def decoded(text: str) -> str | None:
    """What a text in base64 or base64url says, None where that is not text."""
    body = text.rstrip("=").translate(_URL_SAFE)
    if len(body) % 4 == 1:
        return None
    try:
        plain = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return plain if all(c.isprintable() or c.isspace() for c in plain) else None


def searchable(value: str) -> bool:
    """Whether a value that was taken out differs from what may stand in a bag anyway."""
    if len(value) < SHORTEST or value.casefold() in _vocabulary() or PUT in value:
        return False
    return not (_PLAIN.fullmatch(value) or _ADDRESS.match(value) or _HOST.fullmatch(value))


@lru_cache(1)
def _vocabulary() -> frozenset[str]:
    """The words of the bag's own formats."""
    schemas = files("archiver.schemas")
    texts = [each.read_text("utf-8") for each in schemas.iterdir() if each.name.endswith(".json")]
    return frozenset(word.casefold() for text in texts for word in re.findall(r"[A-Za-z0-9_.-]{4,}", text))
