"""The texts inside the documents of a bag - CSV, XML, HTML, seeds - changed by a function, each as its format holds
them. What no change concerns comes back to the byte.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any

from lxml import etree

from archiver.redaction.removed import Removed
from archiver.redaction.secrets import PUT, is_secret_header, is_secret_parameter
from archiver.seeds.decoding import decode
from archiver.seeds.private.labels import private_fact
from archiver.seeds.refusal import Refusal

Change = Callable[[str], str]
_TAG = re.compile(r"(<[^>]*+>?)")
_ATTRIBUTE = re.compile(r"(=\")([^\"]*+)(?=\")")
_FRONT = re.compile(r"\A---[ \t]*\r?\n(?:(?!---|\.\.\.)[^\r\n]*+\r?\n){1,500}+")
_KEY = re.compile(r"(?m)^([ \t]{0,20}[\"']?([\w.'’°º№/ -]{1,80}?)[\"']?[ \t]{0,8}:[ \t]++)([^\r\n]++)$")
_HEADER = re.compile(r"(?m)^([ \t>*-]{0,12}([A-Za-z][A-Za-z0-9-]{2,60}+)[ \t]{0,4}:[ \t]*+)([^\r\n]++)$")


def csv_rows(data: bytes, change: Change, *, keep: Callable[[list[str]], bool] | None = None) -> bytes:
    """A CSV file of ours, cell by cell; rows that are not kept go."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    changed = [[change(cell) for cell in row] for row in rows if keep is None or keep(row)]
    if changed == rows:
        return data
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(changed)
    return out.getvalue().encode("utf-8")


def xml_texts(root: Any, change: Change) -> None:
    """All texts and attributes of a tree, comments and processing instructions included."""
    for node in root.iter():
        for name in ("text", "tail"):
            if (text := getattr(node, name)) and (changed := change(text)) != text:
                setattr(node, name, changed)
        if isinstance(node.tag, str):
            for name, value in node.attrib.items():
                if (changed := change(value)) != value:
                    node.set(name, changed)


def xml_tree(data: bytes) -> Any:
    """The tree of an XML document. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=True)
    return etree.fromstring(data, parser)


def html_texts(page: str, change: Change) -> str:
    """An HTML page of ours, which escapes all it shows: its texts and the values of attributes."""

    def plain(text: str) -> str:
        said = unescape(text)
        changed = change(said)
        return text if changed == said else escape(changed)

    pieces = _TAG.split(page)
    for at, piece in enumerate(pieces):
        if at % 2:
            pieces[at] = _ATTRIBUTE.sub(lambda match: match[1] + plain(match[2]), piece)
        elif piece.strip():
            pieces[at] = plain(piece)
    return "".join(pieces)


def seed_document(data: bytes, change: Change, removed: Removed) -> bytes:
    """A seed in whatever encoding it is written; its byte order mark stays."""
    try:
        text, encoding = decode(data)
    except Refusal:
        text, encoding = data.decode("latin-1"), "latin-1"
    mark = data[: len(data) - len(text.encode(encoding))] if encoding.startswith("utf") else b""
    mark = mark if mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else b""
    changed = _headers(change(_front_matter(text, removed)), removed)
    return data if changed == text else mark + changed.encode(encoding, "replace")


def _front_matter(text: str, removed: Removed) -> str:
    """The text without the values of secret keys in its front matter."""
    front = _FRONT.match(text)
    if front is None:
        return text

    def changed(match: re.Match[str]) -> str:
        if private_fact(match[2]) and match[3].strip() not in (PUT, "kept apart"):
            removed.value(match[3].strip(), "private fact")
            return match[1] + PUT
        if not is_secret_parameter(match[2]) or "@" in match[3] or match[3].strip() == PUT:
            return match[0]
        removed.parameter(match[2], match[3].strip())
        return match[1] + PUT

    return _KEY.sub(changed, front[0]) + text[front.end() :]


def _headers(text: str, removed: Removed) -> str:
    """The text without header lines that somebody copied into it: `Cookie: a=b`, `Authorization: Bearer …`."""

    def changed(match: re.Match[str]) -> str:
        value = match[3].strip()
        shaped = "=" in value or len(value.split()) == 1 or value[:6].lower() in ("bearer", "basic ", "digest")
        if value == PUT or not shaped or not is_secret_header(match[2]):
            return match[0]
        removed.header(match[2].lower(), value)
        return match[1] + PUT

    return _HEADER.sub(changed, text)


def any_text(data: bytes, change: Change, removed: Removed) -> bytes:
    """A file of which only its bytes are known: changed where it is text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return seed_document(data, change, removed)
