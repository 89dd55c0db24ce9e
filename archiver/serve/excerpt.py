"""The piece of a text that a search found, with what was typed marked in it."""

import re
from itertools import islice
from pathlib import Path

from archiver.errors import StorageError
from archiver.serve.bag_files import read_inside
from archiver.serve.words import places_of

_EXCERPT = 200_000
"""Bytes of a text in which the words of a search are looked for, to be shown."""
_AROUND = 110
_PARAGRAPH = re.compile(r"[^\n]+")
_HEAD, _OPENING, _LONG = 4_000, 8, 60
"""Characters and paragraphs among which the text may begin, and characters of a paragraph that is certainly text."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔", '"', "”", "“", "»", "«", "」")


def excerpt(text: str, typed: str) -> list[tuple[str, bool]]:
    """A piece of a text with the first of the words that were typed, in runs, each with whether it is one of them."""
    places = places_of(typed) if typed else None
    match = places.search(text) if places else None
    begins = _first_sentence(text)
    at = match.start() if match else begins
    start = max(0, at - _AROUND) if match else begins
    start = text.find(" ", start, at) + 1 or start if start > begins else min(begins, at)
    piece = " ".join(text[start : at + 2 * _AROUND].split())
    cut = at + 2 * _AROUND < len(text)
    if cut and " " in piece[-20:]:
        piece = piece.rpartition(" ")[0]
    return marked(f"{'… ' if start > begins else ''}{piece}{' …' if cut else ''}", typed)


def _first_sentence(text: str) -> int:
    """Where the first paragraph begins that is long or ends as a sentence does: what stands before it is a headline, a
    byline or a date, which the entry names itself. 0 where none does."""
    for paragraph in islice(_PARAGRAPH.finditer(text, 0, _HEAD), _OPENING):
        words = paragraph[0].strip()
        if len(words) >= _LONG or words.endswith(_ENDS):
            return paragraph.start()
    return 0


def marked(text: str, typed: str) -> list[tuple[str, bool]]:
    """A text in runs, each with whether it was typed."""
    places = places_of(typed) if typed else None
    if places is None:
        return [(text, False)]
    runs, at = [], 0
    for match in places.finditer(text):
        runs += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [run for run in (*runs, (text[at:], False)) if run[0]]


def text_of(bag: Path) -> str:
    """The beginning of the text of a bag, in which words are looked for; "" where there is none."""
    try:
        data, _ = read_inside(bag, "data/text/article.txt", _EXCERPT)
    except StorageError:
        return ""
    return data.decode("utf-8", "replace")
