"""Lines of a document: they end in LF, CRLF or a lone CR, and in nothing else, so that the numbers are those an editor
shows (`str.splitlines` also breaks at form feeds and U+2028)."""

import re
from typing import NamedTuple

from archiver.seeds.refusal import Refusal

MOST_LINES = 500_000
"""More is refused: each line costs memory, and no article has so many."""
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
_RULES = ("-", "*", "_", "=")
_LONGEST_RULE = 200


class Line(NamedTuple):
    """One line with its end, or a run of lines of nothing but white space. A rule (`---`, `* * *`, `=====` under a
    headline) is `blank` too: it separates and says nothing."""

    number: int
    raw: str
    blank: bool

    @property
    def text(self) -> str:
        """The line without white space around it."""
        return self.raw.strip()


def split_lines(text: str) -> tuple[list[Line], int]:
    """The lines in order, their `raw` together the text, and how many there are. Raises Refusal over MOST_LINES."""
    if line_at(text, len(text)) > MOST_LINES:
        raise Refusal(MOST_LINES, f"more than {MOST_LINES:,} lines", "a seed is one article: split the document")
    lines: list[Line] = []
    at, number, blank_from, blank_number = 0, 0, -1, 0
    for number, raw in enumerate(_LINE.findall(text), start=1):
        if not raw.isspace():
            if blank_from >= 0:
                lines.append(Line(number=blank_number, raw=text[blank_from:at], blank=True))
                blank_from = -1
            lines.append(Line(number=number, raw=raw, blank=_is_rule(raw)))
        elif blank_from < 0:
            blank_from, blank_number = at, number
        at += len(raw)
    if blank_from >= 0:
        lines.append(Line(number=blank_number, raw=text[blank_from:], blank=True))
    return lines, number


def line_at(text: str, index: int) -> int:
    """The number of the line in which the character at `index` stands (the middle of a CRLF aside)."""
    return 1 + line_ends(text, 0, index)


def line_ends(text: str, start: int, end: int) -> int:
    """How many lines end between two places that do not split a CRLF."""
    return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)


def _is_rule(raw: str) -> bool:
    if len(raw) > _LONGEST_RULE or not raw.lstrip().startswith(_RULES):
        return False
    marks = "".join(raw.split())
    return len(marks) >= 3 and len(set(marks)) == 1
