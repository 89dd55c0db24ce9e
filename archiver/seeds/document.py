"""The grammar of a seed document: what its lines are, with nothing lost.

In this order, each optional but the address: YAML front matter · headline (a first block of up to three short lines,
or the first line) · date line · byline · photo caption (`credit_lines.read_caption`) · paragraphs, the last of them
perhaps lines of credit and update · the address of the original, which may stand anywhere. Headline and date may
change places; the byline stands below the headline, before or after the date.
A document that is nothing but an address is a seed too.

Blocks end at blank lines and rules. Nothing is repaired and nothing fetched: a document without one sound address is
refused with the line and the way out. Every step costs time in proportion to the size of the document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from archiver.digest import sha256
from archiver.model import Headline, Paragraph, Part, PartKind, Seed, SeedCaption, SeedDate, SeedRefused
from archiver.seeds import addresses
from archiver.seeds.credit_lines import is_byline, is_end_line, read_caption
from archiver.seeds.dates import read_date_line
from archiver.seeds.decoding import decode
from archiver.seeds.front_matter import FrontMatter, read_front_matter
from archiver.seeds.lines import Line, split_lines
from archiver.seeds.markdown import read_inline
from archiver.seeds.refusal import Refusal, shown

MOST_BRACKETS = 1_000_000
"""Brackets and parentheses, each of which may belong to a link. More is refused: each costs memory."""
_HEADLINE_LINES = 3
_HEADLINE_CHARACTERS = 300
_MOST_CUTS = 16
"""Empty headings and images before the headline; each cut copies the rest of a block."""
_MOST_END_LINES = 20
_HEADING = re.compile(r"\s{0,3}#{1,6}(?=\s)")
_SPLIT_ADVICE = "a seed is one article: split the document"


@dataclass(slots=True)
class _Block:
    """Lines that belong together; as long as it is not known what they are, they are a paragraph."""

    kind: PartKind
    lines: Sequence[Line]

    @property
    def raw(self) -> str:
        return self.lines[0].raw if len(self.lines) == 1 else "".join([line.raw for line in self.lines])

    @property
    def line(self) -> int:
        return self.lines[0].number


@dataclass(slots=True)
class _Head:
    headline: Headline | None = None
    date: SeedDate | None = None
    byline: Paragraph | None = None


def read_document(data: bytes, *, origin: str, name: str) -> Seed | SeedRefused:
    """Read one seed document found at `origin` under the file name `name`; never raises for what is in it.

    The `raw` of the parts, joined, is the decoded document without its byte order mark. `lines` and line numbers count
    LF, CRLF and lone CR. A date line that can be read in two ways (`02/03/2022`) is a `date` part and gives no date.
    """
    try:
        return _read(data, origin, name)
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=refusal.line, problem=refusal.problem, advice=refusal.advice)


def _read(data: bytes, origin: str, name: str) -> Seed:
    text, encoding = decode(data)
    lines, count = split_lines(text)
    if all(line.blank for line in lines):
        raise Refusal(0, "the document is empty", addresses.ADVICE)
    if sum(map(text.count, "[]()")) > MOST_BRACKETS:
        raise Refusal(0, f"more than {MOST_BRACKETS:,} brackets and parentheses", _SPLIT_ADVICE)
    front = read_front_matter(lines)
    blocks, found, missing = _blocks(lines[front.size :], front)
    url, url_line = _one_address(found, missing or count)
    head = _read_head(blocks, front)
    paragraphs = _read_paragraphs(blocks)
    caption = _take_caption(paragraphs) if head.headline or head.date else None
    if front.size:
        blocks.insert(0, _Block("front-matter", lines[: front.size]))
    return Seed(
        origin=origin,
        name=name,
        data=data,
        sha256=sha256(data),
        encoding=encoding,
        lines=count,
        url=url,
        url_line=url_line,
        headline=head.headline,
        date=head.date,
        caption=caption,
        paragraphs=tuple(paragraph for _, paragraph in paragraphs),
        front_matter=front.values,
        parts=tuple(_parts(blocks)),
        byline=head.byline,
    )


def _blocks(lines: Sequence[Line], front: FrontMatter) -> tuple[list[_Block], list[tuple[str, int]], int]:
    """The lines in blocks (blank, address, paragraph), the addresses stated with their lines, and the line of a label
    that no address followed, or 0."""
    found = front.addresses()
    labels = [None if line.blank else addresses.read_label(line.text) for line in lines]
    outright = bool(found) or any(label is not None and label.strong for label in labels)
    blocks: list[_Block] = []
    text_from, index, missing = 0, 0, 0
    while index < len(lines):
        line, label, end = lines[index], labels[index], index + 1
        kind: PartKind = "blank" if line.blank else "paragraph"
        if label is not None and (label.strong or not outright):
            stated, end = _stated(lines, index, label)
            if stated is not None:
                found.append(stated)
            missing = missing or (line.number if label.strong and stated is None else 0)
            kind = "address" if label.strong or stated is not None else "paragraph"
        if kind != "paragraph":
            if text_from < index:
                blocks.append(_Block("paragraph", lines[text_from:index]))
            blocks.append(_Block(kind, lines[index:end]))
            text_from = end
        index = end
    if text_from < len(lines):
        blocks.append(_Block("paragraph", lines[text_from:]))
    if not found and not missing:
        found = _addresses_alone(blocks)
    return blocks, found, missing


def _stated(lines: Sequence[Line], index: int, label: addresses.Label) -> tuple[tuple[str, int] | None, int]:
    """The address that follows a label, on its line or the next that is not blank, and where the block ends."""
    if label.rest:
        plausible = label.strong or addresses.looks_like_address(label.rest)
        return ((addresses.unwrap(label.rest), lines[index].number) if plausible else None), index + 1
    following = next((i for i in range(index + 1, len(lines)) if not lines[i].blank), None)
    if following is None or not addresses.looks_like_address(lines[following].text):
        return None, index + 1
    return (addresses.unwrap(lines[following].text), lines[following].number), following + 1


def _addresses_alone(blocks: Sequence[_Block]) -> list[tuple[str, int]]:
    """The addresses of a document that holds nothing else."""
    texts = [block for block in blocks if block.kind == "paragraph"]
    lines = [line for block in texts for line in block.lines]
    if not all(addresses.looks_like_address(line.text) for line in lines):
        return []
    for block in texts:
        block.kind = "address"
    return [(addresses.unwrap(line.text), line.number) for line in lines]


def _one_address(found: Sequence[tuple[str, int]], blame: int) -> tuple[str, int]:
    """The address and its line. Raises Refusal when there is none, an unsound one, or two that differ."""
    if not found:
        raise Refusal(blame, "no address of the original", addresses.ADVICE)
    for url, line in found:
        addresses.check(url, line)
        if not addresses.same(url, found[0][0]):
            problem = f"a second address {shown(url)}, where line {found[0][1]} has {shown(found[0][0])}"
            raise Refusal(line, problem, "keep the one this document is to be archived from, or make two seeds")
    return found[0]


def _read_head(blocks: list[_Block], front: FrontMatter) -> _Head:
    """Headline, date line and the byline below the headline, cut off the first blocks of text; from the front matter
    what the body does not have."""
    head = _Head()
    title = front.headline()
    dated = False
    index = cuts = 0
    while index < len(blocks) and cuts < _MOST_CUTS and not (head.headline and dated and head.byline):
        block = blocks[index]
        if block.kind != "paragraph":
            index += 1
            continue
        first = block.lines[0]
        date_line = None if dated else read_date_line(first.text)
        if date_line is not None:
            dated = True
            if date_line.day is not None:
                head.date = SeedDate(raw=first.text, day=date_line.day, line=first.number)
            _cut(blocks, index, 1, "date")
        elif (head.headline or title) and not head.byline and (byline := _byline(first)):
            head.byline = byline
            _cut(blocks, index, 1, "byline")
        else:
            size, text = (0, "") if head.headline else _headline(block, title[0] if title else None)
            if not size:
                break
            if text:
                head.headline = Headline(text=text, line=first.number)
            _cut(blocks, index, size, "headline" if text else "blank")
        index += 1
        cuts += 1
    if head.headline is None and title is not None:
        head.headline = Headline(text=title[0], line=title[1])
    if not dated and (noted := front.date()) and (meant := read_date_line(noted[0])) and meant.day:
        head.date = SeedDate(raw=noted[0], day=meant.day, line=noted[1])
    return head


def _headline(block: _Block, title: str | None) -> tuple[int, str]:
    """How many lines of a block are the headline, and its words; (0, "") when it is none. With a title in the front
    matter only a Markdown heading or the same words are one; an image alone is a line that says nothing."""
    marked = _HEADING.match(block.lines[0].raw[:20])
    size = 1 if marked else _lines_before_date_or_byline(block.lines)
    if sum(len(line.raw) for line in block.lines[:size]) > _HEADLINE_CHARACTERS or size > _HEADLINE_LINES:
        size = 1
    raw = "".join(line.raw for line in block.lines[:size])
    if len(raw) > _HEADLINE_CHARACTERS and not raw.lstrip().startswith(("![", "[![")):
        return 0, ""
    text, _ = read_inline(raw[marked.end() :] if marked else raw, block.line)
    other = title is not None and text not in ("", title) and not marked
    return (0, "") if other or len(text) > _HEADLINE_CHARACTERS else (size, text)


def _lines_before_date_or_byline(lines: Sequence[Line]) -> int:
    head = lines[: _HEADLINE_LINES + 1]
    return next((i for i, line in enumerate(head) if i and (read_date_line(line.text) or _byline(line))), len(head))


def _byline(line: Line) -> Paragraph | None:
    if len(line.raw) > _HEADLINE_CHARACTERS:
        return None
    text, anchors = read_inline(line.raw, line.number)
    return Paragraph(text=text, line=line.number, anchors=anchors, agency=True) if is_byline(text) else None


def _cut(blocks: list[_Block], index: int, size: int, kind: PartKind) -> None:
    """Make the first lines of a block one of another kind."""
    block = blocks[index]
    blocks[index : index + 1] = [_Block(kind, block.lines[:size])]
    if size < len(block.lines):
        blocks.insert(index + 1, _Block(block.kind, block.lines[size:]))


def _read_paragraphs(blocks: Sequence[_Block]) -> list[tuple[_Block, Paragraph]]:
    """The remaining blocks as paragraphs, those at the end marked as lines of credit; images alone say nothing."""
    read: list[tuple[_Block, Paragraph]] = []
    for block in blocks:
        if block.kind != "paragraph":
            continue
        raw = block.raw
        marked = _HEADING.match(raw)
        text, anchors = read_inline(raw[marked.end() :] if marked else raw, block.line)
        if text:
            read.append((block, Paragraph(text=text, line=block.line, anchors=anchors)))
        else:
            block.kind = "blank"
    for index in reversed(range(max(0, len(read) - _MOST_END_LINES), len(read))):
        block, paragraph = read[index]
        if not is_end_line(paragraph.text):
            break
        block.kind = "agency"
        read[index] = (block, replace(paragraph, agency=True))
    return read


def _take_caption(paragraphs: list[tuple[_Block, Paragraph]]) -> SeedCaption | None:
    """The first paragraph, taken out, if it is a photo's caption."""
    if not paragraphs:
        return None
    block, first = paragraphs[0]
    follows = any(not paragraph.agency for _, paragraph in paragraphs[1:])
    read = read_caption(first.text, first.anchors, article_follows=follows)
    if read is None:
        return None
    del paragraphs[0]
    block.kind = "caption"
    return SeedCaption(text=read.text, line=first.line, credit=read.credit, credit_url=read.url)


def _parts(blocks: Sequence[_Block]) -> Iterator[Part]:
    """One part a block; blank blocks that touch are one."""
    for blank, run in groupby(blocks, key=lambda block: block.kind == "blank"):
        group = list(run)
        if blank and len(group) > 1:
            group = [_Block("blank", [line for block in group for line in block.lines])]
        for block in group:
            yield Part(kind=block.kind, raw=block.raw, line=block.line)
