"""Which lines of running text belong to one paragraph: a line each, wrapped at a width, indented, or parted by blanks.

A break is the end of a paragraph where the next word would still have fitted on the line, or where the document is not
wrapped at all; a line that begins with a small letter, or follows one without an end of a sentence, goes on.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST_WRAPPED = 120
"""Characters. No program wraps text wider; a longer line is a paragraph by itself."""
_ENDS = re.compile(r"[.!?…:;。！？：؟۔।॥፡።\u0964][\"'”’»“)\]*_）」』>]{0,6}$")
_OPENS = re.compile(r"^[\s>\"'“‘«„(\[*_¿¡—–-]*")
_BULLET = re.compile(r"^\s*(?:[•‣◦▪▫●○■□◆◇►▶➤➢✓✔·∙*+-])\s+\S")
_NUMBER = re.compile(r"^\s*\(?\d{1,3}[.)]\s+\S")
_MANY = 6


@dataclass(frozen=True, slots=True)
class Width:
    """What is known of the whole document: its longest line, and whether its lines are wrapped."""

    longest: int
    wrapped: bool
    ragged: bool = False
    """Whether most lines end where the next word would still have fitted: then each is a paragraph."""


def measure(lines: Sequence[str]) -> Width:
    """How the lines of a document are set. It is wrapped if a line goes on in the next one with a small letter."""
    longest = max((len(line.strip()) for line in lines), default=0)
    wrapped = False
    if longest <= LONGEST_WRAPPED:
        wrapped = any(_goes_on(below.strip()) for above, below in pairwise(lines) if above.strip() and below.strip())
    pairs = [
        (above.strip(), below.split(maxsplit=1)[0])
        for above, below in pairwise(lines)
        if above.strip() and below.strip()
    ]
    room = sum(len(above) + 1 + len(word) <= longest for above, word in pairs)
    return Width(longest, wrapped, len(pairs) >= _MANY and not wrapped and 4 * room >= 3 * len(pairs))


def paragraphs(lines: Sequence[str], width: Width, alone: Callable[[str], bool]) -> Iterator[range]:
    """Ranges of lines that are one paragraph each; the lines stand without a blank one between. `alone` says whether a
    line is a block of its own whatever stands around it: a label, a date."""
    if len(lines) < 2:  # as in most documents: nothing to part, and to ask of a line whether it is a date takes time
        yield from (range(1) for _ in lines)
        return
    indents = [len(line) - len(line.lstrip()) for line in lines]
    least = min(indents)
    single = [alone(line.strip()) for line in lines]
    indented = sum(1 for indent in indents if indent > least)
    start = 0
    for at in range(1, len(lines)):
        above, below = lines[at - 1].strip(), lines[at].strip()
        if single[at - 1] or single[at]:
            ends = True
        elif _is_open(above):
            ends = False
        elif indents[at] > indents[at - 1] and indents[at] > least and 0 < indented < len(lines) and _can_end(above):
            ends = True
        else:
            flowed = lines[at - 1].rstrip("\r\n").endswith(" ") and not lines[at - 1].rstrip("\r\n").endswith("  ")
            ends = _parts(above, below, width, flowed)
        if ends:
            yield range(start, at)
            start = at
    yield range(start, len(lines))


def _parts(above: str, below: str, width: Width, flowed: bool) -> bool:
    """Whether a paragraph ends between two lines. `flowed`: the first ends in a space, as mail programs mark a line
    that goes on (RFC 3676)."""
    if (_BULLET.match(below) or (_NUMBER.match(below) and (_can_end(above) or _NUMBER.match(above)))) and not _goes_on(
        below
    ):
        return True
    if _goes_on(below):
        return False
    if not _can_end(above):
        return (width.longest > LONGEST_WRAPPED and not flowed) or width.ragged
    if width.longest > LONGEST_WRAPPED or not width.wrapped:
        return True
    following = below.split(maxsplit=1)[0] if below else ""
    return len(above) + 1 + len(following) <= width.longest


def _goes_on(below: str) -> bool:
    """Whether a line begins with a small letter, as the second half of a sentence does."""
    first = _OPENS.sub("", below, count=1)[:1]
    return first.islower() and not below.startswith(("http://", "https://", "www."))


def _can_end(line: str) -> bool:
    return bool(_ENDS.search(line[-12:]))


def _is_open(line: str) -> bool:
    """Whether a link of Markdown is begun and not closed on this line."""
    at = line.rfind("](")
    return at >= 0 and line.count("(", at) > line.count(")", at)
