"""markdown-it-py as seeds need it: which blocks it finds, and which of its lists are none.

CommonMark 0.31 with GFM's tables and with footnotes, without indented code and underlined headings. Text within a block
is not parsed: `archiver.seeds.inline` does.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,80}\]:[ \t]*")


def single_lists(tokens: Sequence[Any]) -> set[int]:
    """The ordered lists of one item, or whose numbers do not begin at 0 or 1: numbers that are words of the text."""
    found: set[int] = set()
    stack: list[tuple[int, int, str]] = []
    for at, token in enumerate(tokens):
        if token.type == "ordered_list_open":
            stack.append((at, 0, str(token.attrGet("start") or 1)))
        elif token.type == "bullet_list_open":
            stack.append((-1, 0, ""))
        elif token.type == "list_item_open" and stack:
            opened, count, start = stack[-1]
            stack[-1] = (opened, count + 1, start)
        elif token.type in ("ordered_list_close", "bullet_list_close") and stack:
            opened, count, start = stack.pop()
            if opened >= 0 and (count < 2 or start not in ("0", "1")):
                found.add(opened)
    return found


@cache
def parser() -> MarkdownIt:
    """The blocks of CommonMark, tables and footnotes; what is inline is read elsewhere."""
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable("table")
    reader.disable(["code", "lheading"])
    reader.core.ruler.disable(["inline", "text_join"])
    reader.validateLink = _any_target  # type: ignore[method-assign]
    reader.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    return reader


def _any_target(url: str) -> bool:
    """No target is refused here: what an address may be is decided where one is taken."""
    return isinstance(url, str)


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^1]: words`, to the next blank line or note."""
    begin = state.bMarks[start] + state.tShift[start]
    found = _FOOTNOTE.match(state.src, begin, state.eMarks[start])
    if found is None:
        return False
    if silent:
        return True
    line = start + 1
    while line < end and not state.isEmpty(line):
        at = state.bMarks[line] + state.tShift[line]
        if _FOOTNOTE.match(state.src, at, state.eMarks[line]):
            break
        line += 1
    content = state.getLines(start, line, state.blkIndent, False)
    content = _FOOTNOTE.sub("", content.lstrip(), count=1)
    state.line = line
    state.push("footnote_open", "", 1).map = [start, line]
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = content, [start, line], []
    state.push("footnote_close", "", -1)
    return True
