"""Word documents (`.docx`, by python-docx) and PDF (by pypdf), where the extra `formats` is installed.

Hostile files are bounded before a library sees them: the unpacked size and number of a document's parts, the size of a
PDF, its pages, and the work on each page's content. Of both the text alone is read; the line of a block is the number
of the paragraph, or of the line of the PDF's text.
"""

import io
import zipfile
import zlib
from importlib.util import find_spec
from typing import Any

from archiver.errors import how_to_install
from archiver.model import Anchor
from archiver.seeds import layout
from archiver.seeds.blocks import Block, Document, Facts
from archiver.seeds.formats.text import alone, alone_at_top
from archiver.seeds.refusal import Refusal

INSTALL = f"install the extra for it: {how_to_install('formats')}"
MOST_PARTS = 5000
LARGEST_UNPACKED = 200 << 20
LARGEST_XML = 32 << 20
MOST_PAGES = 500
LARGEST_PDF = 64 << 20
LARGEST_PAGE = 2 << 20
LARGEST_CONTENT = 32 << 20
_TOP = 40
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, KeyError)
"""What zipfile raises for a document that is damaged, or of a kind it does not know."""


def is_installed(name: str) -> bool:
    """Whether what reads files of this name is installed."""
    return find_spec("docx" if name.lower().endswith(".docx") else "pypdf") is not None


def read_docx(data: bytes) -> Document:
    """A Word document. Raises Refusal for one that cannot be read, is too large, or where python-docx is missing."""
    if find_spec("docx") is None:
        raise Refusal(0, "a Word document: python-docx is not installed", INSTALL)
    _bound_zip(data)
    import docx
    from docx.oxml.ns import qn

    try:
        word = docx.Document(io.BytesIO(data))
        body = word.element.body
        relations = {key: each.target_ref for key, each in word.part.rels.items() if each.is_external}
    except Exception as error:  # noqa: BLE001 - a parser of others, given a hostile file
        return _plain_docx(data, error)
    blocks: list[Block] = []
    number = 0
    for paragraph in body.iter(qn("w:p")):
        number += 1
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name = (style.get(qn("w:val")) or "").lower() if style is not None else ""
        text, anchors = _words_of(paragraph, number, qn, relations)
        level = int(name[-1]) if name.startswith(("heading", "berschrift", "titre")) and name[-1].isdigit() else 0
        level = 1 if name == "title" else level
        kind = "heading" if level else "caption" if name == "caption" else "text"
        if text:
            blocks.append(Block(text=text, line=number, end=number, kind=kind, level=level, anchors=anchors))  # type: ignore[arg-type]
    return _document("docx", blocks, number)


def _words_of(paragraph: Any, number: int, qn: Any, relations: dict[str, str]) -> tuple[str, tuple[Anchor, ...]]:
    pieces: list[str] = []
    links: list[tuple[int, int, str]] = []
    length = 0

    def take(element: Any, depth: int) -> None:
        nonlocal length
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                pieces.append(child.text or "")
                length += len(child.text or "")
            elif tag in (qn("w:tab"), qn("w:br"), qn("w:cr")):
                pieces.append(" ")
                length += 1
            elif tag == qn("w:hyperlink"):
                start = length
                take(child, depth + 1)
                if href := relations.get(child.get(qn("r:id")) or ""):
                    links.append((start, length, href))
            elif tag in (qn("w:p"), qn("w:del"), qn("w:pPr"), qn("w:rPr")) or depth > 50:
                continue
            else:
                take(child, depth + 1)

    take(paragraph, 0)
    raw = "".join(pieces)
    text = " ".join(raw.split())
    anchors = []
    for start, end, href in links:
        before = " ".join(raw[:start].split())
        words = " ".join(raw[start:end].split())
        at = text.find(words, max(0, len(before) - 1)) if words else -1
        if at >= 0:
            anchors.append(Anchor(text=words, href=href, line=number, start=at))
    return text, tuple(anchors)


def _plain_docx(data: bytes, error: Exception) -> Document:
    """A document that lacks the parts python-docx asks for, from its main part alone."""
    from lxml import etree

    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            root = etree.fromstring(package.read("word/document.xml"), parser)
    except (*_BROKEN, etree.LxmlError) as again:
        problem = f"a Word document that cannot be read ({type(error).__name__})"
        raise Refusal(0, problem, "open it in Word and save it again, or save it as plain text") from again
    blocks: list[Block] = []
    number = 0
    for paragraph in root.iter(f"{name}p"):
        number += 1
        text = " ".join("".join(each.text or "" for each in paragraph.iter(f"{name}t")).split())
        if text:
            blocks.append(Block(text=text, line=number, end=number))
    document = _document("docx", blocks, number)
    document.remarks.append("parts of the Word document are missing: its text alone was read")
    return document


def _bound_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except _BROKEN as error:
        raise Refusal(0, "a Word document that is damaged", "open it in Word and save it again") from error
    xml = max((part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels"))), default=0)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED or xml > LARGEST_XML:
        raise Refusal(0, "a Word document that unpacks to too much", "save its text as .txt")
    # What a part says of its size may be a lie.
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for part in parts:
            try:
                with package.open(part) as file:
                    while piece := file.read(1 << 20):
                        unpacked += len(piece)
                        if unpacked > LARGEST_UNPACKED:
                            raise Refusal(0, "a Word document that unpacks to too much", "save its text as .txt")
            except _BROKEN as error:
                raise Refusal(0, "a Word document that is damaged", "open it in Word and save it again") from error


def read_pdf(data: bytes) -> Document:
    """The text of a PDF. Raises Refusal for one that cannot be read or has none, or where pypdf is missing."""
    if find_spec("pypdf") is None:
        raise Refusal(0, "a PDF: pypdf is not installed", INSTALL)
    if len(data) > LARGEST_PDF:
        raise Refusal(0, f"a PDF of more than {LARGEST_PDF >> 20} MiB", "save its text as .txt")
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    rows: list[str] = []
    content = 0
    title = ""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refusal(0, "a PDF that is locked with a password", "save it without one")
        pages = len(reader.pages)
        for page in reader.pages[:MOST_PAGES]:
            contents = page.get_contents()
            size = len(contents.get_data()) if contents is not None else 0
            content += size
            if size > LARGEST_PAGE or content > LARGEST_CONTENT:
                raise Refusal(0, "a PDF whose page unpacks to too much", "save its text as .txt")
            rows += [*page.extract_text().split("\n"), ""]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(0, f"a PDF that cannot be read ({type(error).__name__})", "save its text as .txt") from error
    if not any(map(str.strip, rows)):
        raise Refusal(
            0, "a PDF without text: it may hold pictures of pages only", "write the address into a .txt beside it"
        )
    document = _document("pdf", _pdf_blocks(rows), len(rows))
    document.remarks.append("of the PDF the text alone was read; lines are lines of that text")
    if pages > MOST_PAGES:
        document.remarks.append(f"only the first {MOST_PAGES} of {pages} pages were read")
    if title.strip() and any(title.strip() == block.text for block in document.blocks[:5]):
        document.facts = Facts(headline=(title.strip(), 1))
    return document


def _pdf_blocks(rows: list[str]) -> list[Block]:
    width = layout.measure(rows)
    blocks: list[Block] = []
    run: list[tuple[int, str]] = []
    for number, row in enumerate([*rows, ""], start=1):
        if row.strip():
            run.append((number, row))
            continue
        test = alone_at_top if run and run[0][0] <= _TOP else alone
        for part in layout.paragraphs([words for _, words in run], width, test):
            text = " ".join(" ".join(run[at][1] for at in part).split())
            blocks.append(Block(text=text, line=run[part.start][0], end=run[part[-1]][0]))
        run = []
    return blocks


def _document(name: str, blocks: list[Block], lines: int) -> Document:
    if not blocks:
        raise Refusal(0, "a document without text", "write the address into a .txt: Original url: <https://…>")
    return Document(format=name, encoding="utf-8", lines=max(1, lines), blocks=blocks)
