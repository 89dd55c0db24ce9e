"""Plain text and Markdown: blocks of lines, their marks read, each with the line it stands on.

CommonMark 0.31 with GFM's tables, strikethrough and footnotes, by markdown-it-py, but for what in running text is no
mark: four spaces of indentation are not code, a line of dashes under a paragraph makes no heading, one numbered line
alone is not a list (`3. Mai 2024`). Lines in no block, such as a definition nothing refers to, are blocks of their
own: no line is lost.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from archiver.dates.date_line import read_date_line
from archiver.seeds import layout
from archiver.seeds.addresses.labelled import looks_like_address, read_label
from archiver.seeds.addresses.links import read_inline as read_links
from archiver.seeds.blocks import Block, BlockKind, Document
from archiver.seeds.credit_lines import is_byline
from archiver.seeds.formats.html import read_fragment
from archiver.seeds.formats.markdown_parser import parser, single_lists
from archiver.seeds.front_matter import read_front_matter
from archiver.seeds.inline import SOFT_HYPHEN, holds_image, read_inline
from archiver.seeds.lines import Line, split_lines
from archiver.seeds.private.labels import private_line
from archiver.seeds.properties import read_property
from archiver.seeds.refusal import Refusal

MOST_BRACKETS = 1_000_000
"""Brackets and parentheses, each of which may belong to a link. More is refused: each costs memory."""
LARGEST = 4 << 20
MOST_MARKS = 200_000
"""Characters of a document whose marks are read; above, links alone are, since marks cost hundreds of times more."""
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx")
_TOP = 40
"""Lines at the head of a document among which a date or a byline stands on a line of its own."""
_SIGNS = re.compile(
    r"""^\s{0,3}\#{1,6}\s\S | \*\*\S | (?<![\w])__\S | \]\( | ^\s{0,3}(?:[-*+•]\s+\S) | ^\s{0,3}>\s?\S
      | ^\s{0,3}\|.*\|\s*$ | ^\s{0,3}```
      | \\[*_\[\]#`>~|] | (?<!\w)[*_][^\s*_][^*_\n]{0,400}[*_](?!\w)
      | &(?:[a-zA-Z][a-zA-Z0-9]{1,30}|\#\d{1,7}|\#x[0-9a-fA-F]{1,6});
      | </?(?:a|b|i|p|em|strong|br|h[1-6]|ul|li|div|span|blockquote)[\s>/] | ^\s{0,3}\d{1,3}[.)]\s\S | \[\^""",
    re.VERBOSE | re.MULTILINE,
)
_PERHAPS, _LISTED = re.compile(r"[*_\[\]<>&|`\\#]"), re.compile(r"\s{0,3}[-+•\d]")
"""What each of these signs has, which most lines have not."""
_BULLET = re.compile(r"^\s*(?:[•‣◦▪▫●○■□►▶➤➢∙]|\[[ xX]\](?=\s))\s+")
_NUMBER = re.compile(r"^\s{0,3}(\d{1,9})[.)]\s")
_LINK_LINE = re.compile(r"\[[^\[\]]{1,300}\]\([^()\s]{1,2000}\)")
_UNDERLINE = re.compile(r"\s{0,3}={2,200}\s{0,3}")
_NO_WORDS = re.compile(r"[\s|:`~=>*_+#-]*")


def read(text: str, encoding: str, name: str) -> Document:
    """A text document. Raises Refusal for one that is empty or too large to be an article."""
    lines, count = split_lines(text)
    if all(line.blank for line in lines):
        raise Refusal(0, "the document is empty", "write the page's full address into it: Original url: <https://…>")
    if sum(map(text.count, "[]()")) > MOST_BRACKETS:
        raise Refusal(
            0, f"more than {MOST_BRACKETS:,} brackets and parentheses", "a seed is one article: split the document"
        )
    front = read_front_matter(lines)
    body = lines[front.size :]
    markdown = name.lower().endswith(MARKDOWN)
    document = Document(
        format="markdown" if markdown else "text",
        encoding=encoding,
        lines=count,
        blocks=[],
        facts=front.facts(),
        front_matter=front.values,
        source=lines,
        skipped=front.size,
    )
    if not markdown and not any(map(_has_sign, body)):
        document.blocks = list(_plain(body))
    elif len(text) > LARGEST or sum(map(text.count, "[]*_`~<&\\")) > MOST_MARKS:
        document.blocks = list(_plain(body, links=True))
        document.remarks.append("the document is so large that of its marks only links were read")
    else:
        document.blocks = list(_marked(body, strict=not markdown))
    return document


def _has_sign(line: Line) -> bool:
    raw = line.raw
    if len(raw) >= LARGEST or not (_PERHAPS.search(raw) or _LISTED.match(raw)):
        return False
    return _SIGNS.search(raw) is not None


def alone(line: str) -> bool:
    """Whether a line is a block of its own wherever it stands: it announces an address, or is nothing but one."""
    if len(line) > 400:
        return False
    if _LINK_LINE.fullmatch(line) or (looks_like_address(line) and len(line.split()) == 1):
        return True
    label = read_label(line)
    return label is not None and (label.colon or label.tier == 3)


def alone_at_top(line: str) -> bool:
    """The same for the head of a document, where dates and bylines are lines too."""
    if alone(line):
        return True
    if len(line) > 200:
        return False
    text, _ = read_inline(line, 1, strict=True)
    stated = read_property(text)
    if stated is not None and stated.role != "notes":
        return True
    private = private_line(text)
    return read_date_line(text) is not None or is_byline(text) or (private is not None and private.fact != "notes")


def _plain(lines: Sequence[Line], *, links: bool = False) -> Iterator[Block]:
    """Blocks of text without marks (or with links as the only ones)."""
    width = layout.measure([line.raw for line in lines if not line.blank])
    run: list[Line] = []
    for line in [*lines, Line(number=0, raw="", blank=True)]:
        if not line.blank:
            run.append(line)
            continue
        top = bool(run) and run[0].number <= _TOP
        for part in layout.paragraphs([each.raw for each in run], width, alone_at_top if top else alone):
            raw = run[part.start].raw if len(part) == 1 else "".join(run[at].raw for at in part)
            text, anchors = (
                read_links(raw, run[part.start].number)
                if links
                else (" ".join(raw.replace(SOFT_HYPHEN, "").split()), ())
            )
            kind: BlockKind = "text" if text else "image"
            yield Block(text=text, line=run[part.start].number, end=run[part[-1]].number, kind=kind, anchors=anchors)
        run = []


def _marked(lines: Sequence[Line], *, strict: bool) -> Iterator[Block]:
    """Blocks of Markdown, with the lines that none of them holds."""
    if not lines:
        return
    first = lines[0].number
    source = "".join(line.raw for line in lines).replace("\r\n", "\n").replace("\r", "\n")
    rows = source.split("\n")
    width = layout.measure(rows)
    walk = _Walk(rows, first, width, strict)
    blocks = list(walk.blocks(source))
    held = walk.definitions(blocks)
    for block in blocks:
        held.update(range(block.line, block.end + 1))
    missing = [
        Block(text=text, line=at, end=at, anchors=anchors)
        for at, row in enumerate(rows, start=first)
        if at not in held and not _NO_WORDS.fullmatch(row) and not row.lstrip().startswith(("```", "~~~"))
        for text, anchors in [read_inline(row, at, strict=strict)]
        if text
    ]
    if missing:
        starts = [block.line for block in blocks]
        for block in reversed(missing):
            blocks.insert(bisect_right(starts, block.line), block)
    yield from blocks


class _Walk:
    """Turns the block tokens of markdown-it into blocks."""

    def __init__(self, rows: Sequence[str], first: int, width: layout.Width, strict: bool) -> None:
        self._rows, self._first, self._width, self._strict = rows, first, width, strict
        self._environment: dict[str, Any] = {}

    def definitions(self, blocks: Sequence[Block]) -> set[int]:
        """The lines of link reference definitions that a link of these blocks uses."""
        used = {anchor.href for block in blocks for anchor in block.anchors}
        found = self._environment.get("references", {}).values()
        return {
            self._first + line
            for each in found
            if each["href"] in used
            for line in range(each["map"][0], each["map"][1])
        }

    def blocks(self, source: str) -> Iterator[Block]:
        tokens = parser().parse(source, self._environment)
        kinds: list[BlockKind] = []
        singles: list[int | None] = []
        row: list[tuple[str, tuple[Any, ...]]] = []
        lists = single_lists(tokens)
        item_number, level = "", 0
        for at, token in enumerate(tokens):
            match token.type:
                case "heading_open":
                    kinds.append("heading")
                    level = int(token.tag[1:])
                case "blockquote_open":
                    kinds.append("quote")
                case "list_item_open":
                    kinds.append("item")
                    item_number = f"{token.info}{token.markup} " if singles and singles[-1] else ""
                    if item_number == f"1{token.markup} " and not self._strict and not _is_date(tokens[at + 2]):
                        item_number = ""
                case "ordered_list_open" | "bullet_list_open":
                    singles.append(1 if at in lists else None)
                case "ordered_list_close" | "bullet_list_close":
                    singles.pop()
                case "footnote_open":
                    kinds.append("note")
                case "heading_close" | "blockquote_close" | "list_item_close" | "footnote_close":
                    kinds.pop()
                case "tr_open":
                    row = []
                    kinds.append("row")
                case "tr_close":
                    kinds.pop()
                    if row:
                        yield self._row(row)
                case "inline" if kinds and kinds[-1] == "row":
                    line = self._first + (token.map or [0])[0]
                    row.append((line, self._words(token.content, line)))  # type: ignore[arg-type]
                case "inline":
                    yield from self._inline(token, kinds[-1] if kinds else "text", item_number, level)
                    item_number = ""
                case "html_block":
                    start = self._first + (token.map or [0])[0]
                    yield from read_fragment(token.content, start)
                case "fence":
                    yield from self._fence(token)
                case _:
                    pass

    def _inline(self, token: Any, kind: BlockKind, number: str, level: int) -> Iterator[Block]:
        start = self._first + token.map[0]
        content = token.content.split("\n")
        if under := next((at for at, row in enumerate(content) if at and _UNDERLINE.fullmatch(row)), 0):
            text, anchors = self._words("\n".join(content[:under]), start)
            yield Block(text=text, line=start, end=start + under, kind="heading", level=1, anchors=anchors)
            content, start, number = content[under + 1 :], start + under + 1, ""
            if not content:
                return
        content[0] = number + _BULLET.sub("", content[0])
        if kind == "text" and _BULLET.match(token.content):
            kind = "item"
        test = alone_at_top if start <= _TOP else alone
        for part in layout.paragraphs(content, self._width, test) if kind != "heading" else [range(len(content))]:
            raw = "\n".join(_BULLET.sub("", content[at]) if at == part.start else content[at] for at in part)
            line = start + part.start
            text, anchors = self._words(raw, line)
            if text or holds_image(raw):
                last = start + part[-1]
                yield Block(
                    text=text,
                    line=line,
                    end=last,
                    kind=kind if text else "image",
                    level=level if kind == "heading" else 0,
                    anchors=anchors,
                )

    def _words(self, raw: str, line: int) -> tuple[str, tuple[Any, ...]]:
        return read_inline(raw, line, strict=self._strict, environment=self._environment)

    def _row(self, cells: Sequence[Any]) -> Block:
        words: list[str] = []
        anchors: list[Any] = []
        length = 0
        for _, (text, links) in cells:
            start = length + (1 if words and text else 0)
            anchors += [replace(each, start=each.start + start) for each in links]
            if text:
                words.append(text)
                length = start + len(text)
        line = cells[0][0]
        return Block(text=" ".join(words), line=line, end=line, kind="row", anchors=tuple(anchors))

    def _fence(self, token: Any) -> Iterator[Block]:
        start, end = self._first + token.map[0], self._first + token.map[1] - 1
        for offset, raw in enumerate(token.content.split("\n"), start=1):
            if raw.strip():
                yield Block(text=" ".join(raw.split()), line=min(start + offset, end), end=min(start + offset, end))


def _is_date(token: Any) -> bool:
    """Whether a list of one item is a date that begins with a number and a full stop."""
    return token.type == "inline" and read_date_line(f"1. {token.content[:100]}") is not None
