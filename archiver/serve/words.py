"""Words as the search index has them, and what people type as a query of SQLite's FTS5.

Text and query go through the same function: without case and marks, scripts that put no spaces between words cut into
letters, so that a run of letters is found as a phrase, Arabic words without their article. Whatever was typed is a list
of words and phrases; no character of it is an operator of FTS5.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 2_000
"""Characters of a query that are read."""
MOST = 16
"""Words and phrases of a query that are searched for."""
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u200b-\u200f\u2060\ufeff\u00ad]"
)
"""Marks above and below letters, Arabic's line filler, and what is not seen."""
_UNSPACED = re.compile(
    "([\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u104f\u1780-\u17d3\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff])"
)
"""Han, kana, Thai, Lao, Burmese and Khmer."""
_ARTICLE = re.compile("(?<!\\w)(?:[\u0648\u0641\u0628\u0643]?\u0627\u0644|\u0644\u0644)(?=\\w{3})")
_ARABIC = str.maketrans({"\u0649": "\u064a", "\u0629": "\u0647"})
_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')


def folded(text: str) -> str:
    """Text as it is indexed."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())))
    return _ARTICLE.sub("", _UNSPACED.sub(r" \1 ", text).translate(_ARABIC))


def name_key(name: str) -> str:
    """A name for comparison: without case and marks, spaces folded."""
    return " ".join(folded(name).split())


def query_of(typed: str) -> tuple[str | None, bool]:
    """The FTS5 query for what was typed: all words, those of four letters and more also as the beginning of longer
    ones, and phrases in quotation marks as they stand. None where it holds no word. With it, whether all that was typed
    is searched for."""
    pieces = list(_pieces(typed[:LONGEST]))
    query = " AND ".join(pieces[:MOST])
    return query or None, len(typed) <= LONGEST and len(pieces) <= MOST


def _pieces(typed: str) -> Iterator[str]:
    for match in _PIECE.finditer(typed):
        words = _words(match[1] if match[1] is not None else match[2])
        if words:
            longer = " *" if match[2] is not None and len(words[-1]) > 3 else ""
            yield f'"{" ".join(words)}"{longer}'


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def places_of(typed: str) -> re.Pattern[str] | None:
    """What finds the words of a query in a text as it is written, for marking; letters with marks are found only as
    they were typed. None where there is nothing to find."""
    typed = typed[:LONGEST]
    words = [each for match in _PIECE.finditer(typed) for each in re.findall(r"[^\W_]+", match[0])]
    if not words:
        return None
    unspaced = "|".join(re.escape(each) for each in words[:MOST] if _UNSPACED.search(each))
    spaced = "|".join(re.escape(each) for each in words[:MOST] if not _UNSPACED.search(each))
    parts = [unspaced] if unspaced else []
    parts += [rf"(?<![^\W_])(?:\u0627\u0644)?(?:{spaced})"] if spaced else []
    return re.compile("|".join(parts), re.IGNORECASE)
