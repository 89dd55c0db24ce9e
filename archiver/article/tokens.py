"""Words of any script, and what counts as a typographic difference only.

A text is cut into words, numbers (`340,000` is one) and single punctuation marks; scripts written without spaces are
cut into characters. Each token has a key in which quotes, dashes, ellipses, ligatures, soft hyphens and Unicode's
compatibility forms are made equal, so that two texts with the same keys differ in typography (or spaces) alone. It
knows nothing of seeds or pages.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

_CUT = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
    r"\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f"
)
_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)+"
    rf"|[{_CUT}][{_MARKS}{_INVISIBLE}]*"
    rf"|(?:(?![{_CUT}])[\w{_MARKS}{_INVISIBLE}])+"
    r"|\.{3}|…|-{2,3}|''|``|[^\s]"
)
_DROPPED = re.compile(f"[{_INVISIBLE}]")
_WHITE = re.compile(r"\s+")

_PUNCTUATION = {
    **dict.fromkeys("'‘’‚‛′`´ʼʹ＇‹›", "'"),
    **dict.fromkeys(("“", "”", "„", "‟", "″", "«", "»", '"', "＂", "〝", "〞", "''", "``"), '"'),
    **dict.fromkeys(("-", "‐", "‑", "‒", "–", "—", "―", "−", "﹘", "－", "--", "---"), "-"),
    **dict.fromkeys(("…", "..."), "..."),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a punctuation mark: its comparison key, and where it stands."""

    key: str
    start: int
    end: int


def fold(text: str) -> str:
    """NFC, every run of white space one space, none at the ends."""
    return _WHITE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def bare(text: str) -> str:
    """The text without invisible characters (soft hyphens, zero-width spaces, marks of direction)."""
    return _DROPPED.sub("", text)


def tokenise(text: str) -> tuple[Token, ...]:
    """The words and marks of `text` in order; invisible characters alone make no token."""
    return tuple([Token(key, match.start(), match.end()) for match in _TOKEN.finditer(text) if (key := _key(match[0]))])


def keys(text: str) -> tuple[str, ...]:
    """The comparison keys of a text: equal for texts that differ in typography alone."""
    return tuple([key for raw in _TOKEN.findall(text) if (key := _key(raw))])


def words(of: tuple[str, ...]) -> Counter[str]:
    """How often each word stands among comparison keys, without case and punctuation."""
    return Counter([key.casefold() for key in of if key[0].isalnum()])


def _key(raw: str) -> str:
    if known := _PUNCTUATION.get(raw):
        return known
    if raw.isascii():
        return raw
    key = unicodedata.normalize("NFKC", _DROPPED.sub("", raw))
    return _PUNCTUATION.get(key) or key
