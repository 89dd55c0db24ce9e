"""Markdown links in running text: words out, links beside them. Nothing else of Markdown is read: emphasis, lists and
quotation marks stand in the text as they stand in the document.

A link is `[words](target)`, the target in `<…>` or bare with balanced parentheses, a title after it allowed (CommonMark
0.31, sections 6.3 and 6.4). `[announced](#)` and `[text]()` are links which lost their target; `[Zelenskiy's]` is just
brackets. An image `![alt](src)` leaves nothing: its words describe a picture and are not the article's, and it is not a
link of the text. One pass over the text, no backtracking: the cost is linear whatever the document holds.
"""

import re
from dataclasses import dataclass

from archiver.model import Anchor
from archiver.seeds.lines import line_ends

_TOKEN = re.compile(
    r"""\\[\[\]()\\!]                    # an escaped bracket is text
    | (?<=\]\()[ \t]*+<[^<>\r\n]*+>      # a target in angle brackets: parentheses in it do not count
    | (?<=\s)"[^"\r\n]*+"(?=[ \t]*+\))   # nor do those in a title
    | !\[ | [\[\]()]""",
    re.VERBOSE,
)
_TARGET = re.compile(r"""\s*+(?:<([^<>\r\n]*+)>|([^\s<>]*+))(?:\s++(?:"[^"]*+"|'[^']*+'|\([^()]*+\)))?+\s*+""")
_DEEPEST = 4
"""Parentheses nested deeper make no target. Each character is so looked at a bounded number of times."""


@dataclass(frozen=True, slots=True)
class _Link:
    words: str
    href: str
    at: int


@dataclass(frozen=True, slots=True)
class _Opener:
    piece: int
    at: int
    image: bool


def read_inline(raw: str, line: int) -> tuple[str, tuple[Anchor, ...]]:
    """The words of a block that begins on `line`, links replaced by their words and white space folded, and its links
    in order. A link without words leaves nothing."""
    if "](" not in raw:
        return " ".join(raw.split()), ()
    return _fold(_pieces(raw), raw, line)


def _pieces(raw: str) -> list[str | _Link]:
    tokens = list(_TOKEN.finditer(raw))
    closing = _parentheses(tokens)
    pieces: list[str | _Link] = []
    openers: list[_Opener] = []
    active = 0  # Openers before this one already hold a link, and links do not nest.
    done = 0
    for token in tokens:
        mark, start, end = token[0], token.start(), token.end()
        if start < done or mark not in ("[", "![", "]"):
            continue
        pieces.append(raw[done:start])
        done = end
        if mark != "]":
            openers.append(_Opener(piece=len(pieces), at=start, image=mark == "!["))
            pieces.append(mark)
            continue
        opener = openers.pop() if openers else None
        href = _target(raw, end, closing) if opener else None
        if opener is None or href is None or (not opener.image and len(openers) < active):
            pieces.append("]")
            active = min(active, len(openers))
            continue
        words = " ".join("".join(piece for piece in pieces[opener.piece + 1 :] if isinstance(piece, str)).split())
        del pieces[opener.piece :]
        if not opener.image:
            pieces.append(_Link(words, href, opener.at))
            active = len(openers)
        active = min(active, len(openers))
        done = closing[end] + 1
    pieces.append(raw[done:])
    return pieces


def _parentheses(tokens: list[re.Match[str]]) -> dict[int, int]:
    """Where each parenthesis closes that has no more than _DEEPEST levels of others."""
    closing: dict[int, int] = {}
    stack: list[tuple[int, int]] = []
    for token in tokens:
        if token[0] == "(":
            stack.append((token.start(), 0))
        elif token[0] == ")" and stack:
            opened, height = stack.pop()
            if height <= _DEEPEST:
                closing[opened] = token.start()
            if stack:
                stack[-1] = (stack[-1][0], max(stack[-1][1], height + 1))
    return closing


def _target(raw: str, at: int, closing: dict[int, int]) -> str | None:
    if at not in closing:
        return None
    match = _TARGET.fullmatch(raw, at + 1, closing[at])
    return None if match is None else match[1] if match[1] is not None else match[2]


def _fold(pieces: list[str | _Link], raw: str, line: int) -> tuple[str, tuple[Anchor, ...]]:
    folded: list[str] = []
    anchors: list[Anchor] = []
    length, gap, counted = 0, False, 0
    for piece in pieces:
        words = piece.words if isinstance(piece, _Link) else " ".join(piece.split())
        if isinstance(piece, str):
            gap = gap or piece[:1].isspace()
        if words:
            if gap and length:
                folded.append(" ")
                length += 1
            if isinstance(piece, _Link):
                line += line_ends(raw, counted, piece.at)
                counted = piece.at
                anchors.append(Anchor(text=words, href=piece.href, line=line, start=length))
            folded.append(words)
            length += len(words)
            gap = isinstance(piece, str) and piece[-1].isspace()
    return "".join(folded), tuple(anchors)
