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
from functools import lru_cache

_CUT = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
    r"\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f"
)
"""Vowel signs, accents and other marks of letters, for a class of characters: `\\w` has not all of them."""
_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_TOKEN = re.compile(
    r"[A-Za-zÀ-ÖØ-öø-ɏ\u0400-\u0481\u048a-\u052f]++(?=[ ,.])"  # most words by far, in a third less time
    r"|\d+(?:[.,:]\d+)+"
    rf"|[{_CUT}][{MARKS}{_INVISIBLE}]*"
    rf"|(?:[^\W{_CUT}]+|[{MARKS}{_INVISIBLE}]+)+"
    r"|\.{3}|…|-{2,3}|''|``|[^\s]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MAX_KEYS = 200_000
"""How many words are kept in mind."""
MAX_REMEMBERED = 2_000
"""Characters of the longest paragraph that is kept in mind."""
_DROPPED = re.compile(f"[{_INVISIBLE}\u0640]")
"""With the kashida, which only stretches an Arabic word."""
_RAISED = re.compile("([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215e])")

_PUNCTUATION = {
    **dict.fromkeys("'‘’‚‛′`´ʼʹ＇‹›", "'"),
    **dict.fromkeys(("“", "”", "„", "‟", "″", "«", "»", '"', "＂", "〝", "〞", "''", "``"), '"'),
    **dict.fromkeys("「」『』｢｣﹁﹂﹃﹄", '"'),
    **dict.fromkeys("。｡।۔", "."),
    "،": ",",
    "؛": ";",
    "؟": "?",
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
    """NFC, every run of white space one space, none at the ends, no controls."""
    if text.isprintable() and "  " not in text:  # the space is the one white space that is printable
        text = text.strip(" ")
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    return normalised(" ".join(text.split()))


def normalised(folded: str) -> str:
    """A text whose white space is folded, in NFC and without controls."""
    if folded.isascii() and folded.isprintable():
        return folded
    if not folded.isprintable():
        folded = _CONTROL.sub("", folded)
    return unicodedata.normalize("NFC", folded)


def bare(text: str) -> str:
    """The text without invisible characters (soft hyphens, zero-width spaces, marks of direction) and kashidas."""
    return _DROPPED.sub("", text)


def tokenise(text: str) -> tuple[Token, ...]:
    """The words and marks of `text` in order; invisible characters alone make no token."""
    return tuple(
        [Token(key, match.start(), match.end()) for match in _TOKEN.finditer(text) if (key := _KEYS[match[0]])]
    )


def keys(text: str) -> tuple[str, ...]:
    """The comparison keys of a text: equal for texts that differ in typography alone."""
    return _keys(text) if len(text) > MAX_REMEMBERED else _remembered(text)


def _keys(text: str) -> tuple[str, ...]:
    found = _TOKEN.findall(text)
    if text.isascii() and not ("`" in text or "''" in text or "--" in text):
        return tuple(found)  # each is its own key
    return tuple(filter(None, map(_KEYS.__getitem__, found)))


def said(text: str) -> tuple[str, ...]:
    """The words of a text in order, without case and punctuation."""
    return _said(text) if len(text) > MAX_REMEMBERED else _said_before(text)


def _said(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_WORDS.__getitem__, keys(text))))


# A paragraph is asked for by the extractor, its rivals, the claims and the comparison.
_remembered = lru_cache(maxsize=2_000)(_keys)
_said_before = lru_cache(maxsize=2_000)(_said)


def words(of: tuple[str, ...]) -> Counter[str]:
    """How often each word stands among comparison keys, without case and punctuation."""
    return Counter(filter(None, map(_WORDS.__getitem__, of)))


def has_words(of: tuple[str, ...]) -> bool:
    """Whether any of these comparison keys is a word."""
    return any(map(_WORDS.__getitem__, of))


def shared(one: Counter[str], other: Counter[str]) -> int:
    """How many words two texts have in common: `(one & other).total()`, in less than half the time."""
    return sum([here if here < there else there for word, here in one.items() if (there := other.get(word))])


class _Keys(dict[str, str]):
    """What stands in a text -> its key ("" for none), worked out once: most words come again."""

    def __missing__(self, raw: str) -> str:
        key = _PUNCTUATION.get(raw) or (raw if raw.isascii() else _key(raw))
        if len(self) < MAX_KEYS and len(raw) <= 40:
            self[raw] = key
        return key


class _Words(dict[str, str]):
    """Comparison key -> the word it is, without case, "" for punctuation."""

    def __missing__(self, key: str) -> str:
        word = key.casefold() if key[0].isalnum() else ""
        if len(self) < MAX_KEYS and len(key) <= 40:
            self[key] = word
        return word


def _key(raw: str) -> str:
    key = compatible(raw)
    return _PUNCTUATION.get(key) or key


def compatible(text: str) -> str:
    """A text in Unicode's compatible forms (ligatures, full-width letters) without invisible characters. Raised and
    lowered digits and fractions stay as they are: `10²` is not `102`."""
    if text.isascii():
        return text
    text = _DROPPED.sub("", text)
    if not _RAISED.search(text):
        return unicodedata.normalize("NFKC", text)
    return "".join(part if _RAISED.match(part) else unicodedata.normalize("NFKC", part) for part in _RAISED.split(text))


_KEYS = _Keys()
_WORDS = _Words()
