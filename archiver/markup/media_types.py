"""What a body is, by its Content-Type and its first bytes (Fetch, 3.5 "extract a MIME type"; MIME Sniffing, 4.4 and 7).

A type that is absent, cannot be parsed or says nothing (`*/*`, `unknown/unknown`) is sniffed. It parses no markup.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ESSENCE = re.compile(rf"[ \t\r\n]*+({_TOKEN}+/{_TOKEN}+)[ \t\r\n]*+(?:;|$)", re.ASCII)
_CHARSET = re.compile(
    r';[ \t\r\n]*+charset=(?:"((?:[^"\\]++|\\.)*+)"?|([^;]*+))|;[^;"]*+(?:"(?:[^"\\]++|\\.)*+"?[^;]*+)?',
    re.I | re.DOTALL,
)
_HTML = ("text/html", "application/xhtml+xml")
_VAGUE = frozenset(("unknown/unknown", "application/unknown", "*/*"))
_DOWNLOADS = frozenset(("application/octet-stream", "binary/octet-stream"))
"""Types a browser would save; a page sent so is a page all the same, and is read."""
_MARKUP = re.compile(
    rb"<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|META|LINK|ARTICLE|MAIN"
    rb"|SECTION)[ >\t\n\f\r/]|<!--",
    re.IGNORECASE,
)
_XML_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]{1,40}:)?([\w.-]{1,60})")
_XML_SKIPPED = re.compile(
    rb"<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+(?:\]|\Z)[^>]*+)?(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"Rar!\x1a\x07", "a RAR file"),
    (b"%!PS-Adobe-", "a PostScript document"),
)
_HEAD = 16_384
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type that could be parsed: the essence in lower case, and its charset parameter."""

    essence: str
    charset: str | None


def content_type(value: str | None) -> ContentType | None:
    """A Content-Type header (several lines joined by commas) as Fetch extracts it: the last value that can be parsed
    and says something; None where none does."""
    found: ContentType | None = None
    for each in _split(value or "")[:50]:
        match = _ESSENCE.match(each)
        if match is None or (essence := match[1].lower()) == "*/*":
            continue
        charset = _charset(each[match.end(1) :])
        if found is not None and charset is None and found.essence == essence:
            charset = found.charset
        found = ContentType(essence, charset)
    return found


def content_type_of(headers: Iterable[tuple[str, str]]) -> str | None:
    """The values of all Content-Type headers, joined by commas (Fetch, "get"); None where there is none."""
    values = [value for name, value in headers if name.lower() == "content-type"]
    return ", ".join(values) if values else None


def _split(value: str) -> list[str]:
    """A header value at its commas, but for those in quoted strings."""
    if "," not in value:
        return [value]
    return re.findall(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?)++', value[:8_000], re.DOTALL)


def _charset(parameters: str) -> str | None:
    for match in _CHARSET.finditer(parameters[:8_000]):
        if (label := match[1] or match[2]) is not None:
            return label.strip() or None
    return None


def not_html(body: bytes, stated: str | None) -> str | None:
    """A sentence that says what a body is when it is not HTML, by its first bytes or its Content-Type; else None."""
    if not body or body.isspace():
        return "the page is empty"
    for signature, what in _SIGNATURES:
        if body.startswith(signature):
            return f"not HTML but {what}"
    kind = content_type(stated)
    essence = kind.essence if kind else ""
    if essence.endswith("/xml") or (essence.endswith("+xml") and essence not in _HTML):
        root = _xml_root(body)
        return None if root in ("html", "") else f"not HTML but an XML document ({root})"
    if essence and essence not in _HTML and essence != "text/plain" and essence not in _VAGUE | _DOWNLOADS:
        return f"not HTML but {printable(essence)}"
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"[") and b"<" not in body[:4096]:
        return "not HTML but JSON"
    if essence not in _HTML and not body.startswith(_MARKS):
        if essence in ("text/plain", *_DOWNLOADS, *_VAGUE) and b"<" not in body[:_HEAD]:
            return f"not HTML but {essence}"
        if _BINARY.search(body[:1445]) and not _MARKUP.search(body[:_HEAD]):
            return "not HTML but binary data"
    return None


def is_html(body: bytes, stated: str | None) -> bool:
    """Whether a browser shows a body as a page, which may need others. Plain text and downloads, though their words are
    read where they hold markup, need none."""
    kind = content_type(stated)
    shown = kind is None or not (kind.essence == "text/plain" or kind.essence in _DOWNLOADS)
    return shown and not_html(body, stated) is None


def printable(text: str) -> str:
    """At most 60 characters of a foreign word, fit for a note."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])


def _xml_root(body: bytes) -> str:
    """The local name of the first element of an XML document, in lower case; "" where none is seen."""
    head = body[:_HEAD].replace(b"\x00", b"")
    at = 0
    while found := _XML_SKIPPED.search(head, at):
        if _XML_ROOT.search(head[at : found.start()]):
            break
        at = found.end()
    root = _XML_ROOT.search(head, at)
    return root[1].decode("latin-1").lower() if root else ""
