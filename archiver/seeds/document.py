"""A seed document, read: by its format into blocks, then its address, its opening, its captions and paragraphs.

Nothing is repaired and nothing fetched: a document without one sound address is refused with the line and the way out.
Every step costs time in proportion to the size of the document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from archiver.digest import sha256
from archiver.model import (
    FormerKey,
    HeaderLine,
    ListRow,
    Paragraph,
    Part,
    PartKind,
    Seed,
    SeedCaption,
    SeedRefused,
)
from archiver.seeds.addresses import labelled
from archiver.seeds.addresses.find import find_address
from archiver.seeds.blocks import Block, Document
from archiver.seeds.captions import read_body_caption, read_caption
from archiver.seeds.credit_lines import is_credit_before_end_matter, is_end_line
from archiver.seeds.formats.table import read_bytes
from archiver.seeds.joined_lines import with_captions_joined
from archiver.seeds.opening import Opening, read_opening
from archiver.seeds.refusal import Refusal

_MOST_END_LINES = 20
_SAMPLE = 400
_ENGLISH_NAMES = """
the of and to in that is was for on with said he by at from as it his her are be has had not
"""
_ENGLISH = frozenset(_ENGLISH_NAMES.split())
_SCRIPTS_DAY_FIRST = re.compile(r"[\u0370-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff]")
_FAR_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def read_document(
    data: bytes, *, origin: str, name: str, guess_url: bool = False, row: ListRow | None = None
) -> Seed | SeedRefused:
    """Read one seed document found at `origin` under the file name `name`; never raises for what is in it.

    `guess_url` takes the only plausible address where no line states one. `row` says that these bytes are a row of a
    list. `lines` and line numbers count LF, CRLF and lone CR. Of text, the `raw` of the parts, joined, is the decoded
    document without its byte order mark.
    """
    try:
        return _seed(read_bytes(data, name, row), data, origin, name, guess_url, row)
    except Refusal as refusal:
        return SeedRefused(origin=origin, line=refusal.line, problem=refusal.problem, advice=refusal.advice)


def _seed(document: Document, data: bytes, origin: str, name: str, guess_url: bool, row: ListRow | None) -> Seed:
    document.blocks = blocks = with_captions_joined(document.blocks)
    stated, guessed = find_address(document, guess_url)
    taken = set(stated.blocks)
    free = [at not in taken for at in range(len(blocks))]
    url = labelled.check(stated.url, stated.line)
    host = urlsplit(url).hostname or ""
    opening = read_opening(blocks, free, document.facts, host, _day_first(blocks))
    for at in taken:
        opening.kinds[at] = "address"
    captions, paragraphs = _body(blocks, opening)
    digest = sha256(data)
    remarks = [*document.remarks, *([f"line {stated.line}: {stated.remark}"] if stated.remark else [])]
    spelt = dict.fromkeys((stated.url, stated.former or document.former_url))
    former = [FormerKey(sha256=digest, url=each) for each in spelt if each not in ("", url)]
    return Seed(
        origin=origin,
        name=name,
        data=data,
        sha256=digest,
        encoding=document.encoding,
        lines=document.lines,
        url=url,
        url_line=stated.line,
        headline=opening.headline,
        date=opening.date,
        caption=captions[0] if captions else None,
        paragraphs=tuple(paragraphs),
        front_matter=document.front_matter,
        parts=tuple(_parts(document, opening)),
        byline=opening.byline,
        captions=tuple(captions),
        header=(*opening.header, *(HeaderLine(line=line, text=text) for text, line in document.facts.header)),
        format=document.format,
        url_guessed=guessed,
        list=row,
        tags=tuple(dict.fromkeys([*document.facts.tags, *opening.tags])),
        notes=(*document.facts.notes, *opening.notes),
        remarks=tuple(remarks),
        former=tuple(former),
    )


def _day_first(blocks: Sequence[Block]) -> bool | None:
    """Whether the language of the text writes the day before the month: all do but English, which does both, and those
    that begin with the year. None: not known."""
    words: list[str] = []
    for block in blocks:
        words += re.findall(r"[^\W\d_]+", block.text[:2000].casefold())
        if len(words) >= _SAMPLE:
            break
    text = " ".join(words)
    if _FAR_EAST.search(text) or len(words) < 12:
        return None
    if len(_SCRIPTS_DAY_FIRST.findall(text)) * 2 > len(text):
        return True
    return True if sum(word in _ENGLISH for word in words) / len(words) < 0.12 else None


def _body(blocks: Sequence[Block], opening: Opening) -> tuple[list[SeedCaption], list[Paragraph]]:
    """Captions and paragraphs, in order; the last paragraphs may be lines of credit."""
    kinds = opening.kinds
    text_left = [at for at, block in enumerate(blocks) if block.text and at not in kinds]
    unread, final = set(text_left), text_left[-1] if text_left else -1
    captions: list[SeedCaption] = []
    paragraphs: list[tuple[int, Paragraph]] = []
    picture = False
    for at, block in enumerate(blocks):
        if at in opening.captions:
            captions.append(_caption(block, True))
        elif not block.text:
            kinds.setdefault(at, "blank")
        elif at in unread:
            follows = at != final
            caption = None
            if block.kind == "caption":
                caption = _caption(block, True)
            elif (
                (opening.headline or opening.date)
                and (picture or len(text_left) > 1)
                and block.kind in ("text", "quote")
            ):
                caption = _body_caption(block, picture, follows)
            if caption is not None:
                captions.append(caption)
                kinds[at] = "caption"
            else:
                paragraphs.append((at, Paragraph(text=block.text, line=block.line, anchors=block.anchors)))
        picture = (not block.text and block.kind == "image") or (picture and kinds.get(at) == "blank")
    last = True
    for index in reversed(range(max(0, len(paragraphs) - _MOST_END_LINES), len(paragraphs))):
        at, paragraph = paragraphs[index]
        last = last and is_end_line(paragraph.text)
        if last or (index and is_credit_before_end_matter(paragraph.text)):
            kinds[at] = "agency"
            paragraphs[index] = (at, replace(paragraph, agency=True))
    return captions, [paragraph for _, paragraph in paragraphs]


def _caption(block: Block, follows: bool) -> SeedCaption:
    read = read_caption(block.text, block.anchors, article_follows=follows)
    if read is None:
        return SeedCaption(text=block.text, line=block.line, credit=None, credit_url=None)
    return SeedCaption(text=read.text, line=block.line, credit=read.credit, credit_url=read.url)


def _body_caption(block: Block, picture: bool, follows: bool) -> SeedCaption | None:
    read = (
        read_caption(block.text, block.anchors, article_follows=follows)
        if picture
        else read_body_caption(block.text, block.anchors)
        if follows
        else None
    )
    return SeedCaption(text=read.text, line=block.line, credit=read.credit, credit_url=read.url) if read else None


def _addresses_with_labels(blocks: Sequence[Block], opening: Opening) -> dict[int, int]:
    """The lines of labels and their addresses, those between them too, each with the block it belongs to."""
    lines: dict[int, int] = {}
    stated = [at for at in range(len(blocks)) if opening.kinds.get(at) == "address"]
    first = -1
    for at, following in zip(stated, [*stated[1:], -1]):
        first = at if first < 0 else first
        label = labelled.read_label(blocks[at].text)
        alone = label is not None and not blocks[at].text[label.end :].strip(" :：-–*_")
        end = blocks[following].end if alone and following == at + 1 else blocks[at].end
        lines.update(dict.fromkeys(range(blocks[first].line, end + 1), first))
        first = first if alone and following == at + 1 else -1
    return lines


def _parts(document: Document, opening: Opening) -> Iterator[Part]:
    """The lines of a text document in runs: front matter, what its blocks are, and what is between them."""
    if not document.source:
        return
    owner: dict[int, int] = {}
    for at, block in enumerate(document.blocks):
        for number in range(block.line, block.end + 1):
            owner.setdefault(number, at)
    joined = _addresses_with_labels(document.blocks, opening)
    run: list[str] = []
    start, mark = 0, (-2, "")
    for index, line in enumerate(document.source):
        kind: PartKind = "blank"
        at = -1
        if index < document.skipped:
            kind, at = "front-matter", -3
        elif line.number in joined:
            kind, at = "address", joined[line.number]
        elif not line.blank and (at := owner.get(line.number, -1)) >= 0:
            kind = opening.kinds.get(at, "paragraph")
            at = -1 if kind == "blank" else at
        if run and mark != (at, kind):
            yield Part(kind=mark[1], raw="".join(run), line=start)  # type: ignore[arg-type]
            run = []
        if not run:
            start, mark = line.number, (at, kind)
        run.append(line.raw)
    if run:
        yield Part(kind=mark[1], raw="".join(run), line=start)  # type: ignore[arg-type]
