"""Bytes of a page to text: which bytes are HTML at all, and in which encoding (WHATWG Encoding, 4.2; HTML, 13.2.3).

It asks, in this order, the byte order mark, the Content-Type header, the page's own `<meta>`, then UTF-8 if the bytes
are valid UTF-8, then windows-1252. It does not parse HTML.
"""

import codecs
import re
from functools import cache

import webencodings

_PASSED_OVER = {"replacement", "x-user-defined"}
"""Encodings of the standard that are no way to read a text: the bytes are asked instead."""
_CODECS = {
    "gbk": "gb18030",  # 10.1.1: its decoder is that of gb18030
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
}
"""Python's codecs where they bear another name than the standard's encoding, or where that name means less."""
_OWN = {"koi8-u": {0xAE: "\u045e", 0xBE: "\u040e"}, "windows-1255": {0xCA: "\u05ba"}}
"""Bytes that the standard's index reads otherwise than Python's codec."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_HEAD = 16_384  # the standard looks at 1,024 bytes; many real pages put scripts before their meta
_META = re.compile(rb"<meta\b[^>]{0,400}", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.+-]{1,40})", re.IGNORECASE | re.ASCII)
_REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_CONTROLS = bytes(n for n in (*range(32), 127) if n not in b"\t\n\r")
_LATER_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_NONCHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")

_HTML_TYPES = {"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""}
_VAGUE_TYPES = {"application/octet-stream", "application/unknown", "unknown/unknown", "binary/octet-stream", "*/*"}
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "a gzip file"),
)


def not_html(body: bytes, content_type: str | None) -> str | None:
    """A sentence that says what a body is when it is not HTML, by its first bytes or its Content-Type; else None."""
    if not body or body.isspace():
        return "the page is empty"
    for signature, what in _SIGNATURES:
        if body.startswith(signature):
            return f"not HTML but {what}"
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    media = (content_type or "").partition(";")[0].strip().lower()
    if media not in _HTML_TYPES | _VAGUE_TYPES:
        return f"not HTML but {printable(media)}"
    if start in (b"{", b"[") and b"<" not in body[:4096]:
        return "not HTML but JSON"
    if media in {"text/plain", *_VAGUE_TYPES} and b"<" not in body[:_HEAD]:
        return f"not HTML but {media}"
    return None


def decode(body: bytes, content_type: str | None) -> tuple[str, str]:
    """The text of an HTML page and the name of its encoding; bytes that do not fit it become U+FFFD, characters that no
    HTML may hold (controls, surrogates) are dropped. Never raises."""
    name, skip = _encoding(body, content_type)
    if name.startswith("windows-") or name in _OWN:
        text = codecs.charmap_decode(body, "replace", _index(name))[0]
    else:
        text = body[skip:].decode(_CODECS.get(name, name), errors="replace")
    return text if name == "utf-8" and _is_clean(body) else _REFUSED.sub("", text), name


def in_utf8(body: bytes, content_type: str | None) -> tuple[bytes, str]:
    """The text that `decode` gives, in UTF-8, and the name of the encoding: of most pages these are their own bytes."""
    if _encoding(body, content_type) == ("utf-8", 0) and _is_utf8(body) and _is_clean(body):
        return body, "utf-8"
    text, name = decode(body, content_type)
    return text.encode("utf-8"), name


@cache
def _index(name: str) -> str:
    """A character for each of the 256 bytes of a single-byte encoding, as its index in the standard has it.

    Python's codecs know nothing for bytes that the indexes of the windows encodings make C1 controls: 0x9D is U+009D.
    """
    read = [bytes([byte]).decode(_CODECS.get(name, name), errors="replace") for byte in range(256)]
    for byte in range(0x80, 0xA0):
        if read[byte] == "\ufffd":
            read[byte] = chr(byte)
    for byte, character in _OWN.get(name, {}).items():
        read[byte] = character
    return "".join(read)


def _is_clean(body: bytes) -> bool:
    """Whether UTF-8 holds no character to be dropped; bytes tell in a third of the time that characters take."""
    return not (
        any(map(body.__contains__, _CONTROLS))
        or _LATER_CONTROLS.search(body)
        or (b"\xef" in body and _NONCHARACTERS.search(body))
    )


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def printable(text: str) -> str:
    """At most 60 characters of a foreign word, fit for a note."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])


def _encoding(body: bytes, content_type: str | None) -> tuple[str, int]:
    """The encoding's name and the length of the byte order mark."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name, len(mark)
    if declared := _declared(_CHARSET.search((content_type or "")[:1000])):
        return declared, 0
    return _declared_in_page(body) or _guessed(body), 0


def _declared(found: re.Match[str] | None) -> str | None:
    """The encoding that a label found means (4.2, get an encoding); labels only Python has, as utf-7, mean nothing."""
    known = webencodings.lookup(found[1]) if found else None
    return known.name if known and known.name not in _PASSED_OVER else None


def _declared_in_page(body: bytes) -> str | None:
    for tag in _META.finditer(_without_comments(body[:_HEAD])):
        if name := _declared(_CHARSET.search(tag[0].decode("latin-1"))):
            # The tag could be read as ASCII, so it cannot be UTF-16 (HTML, 13.2.3.2). A page saved by a browser keeps
            # its old meta in new UTF-8 bytes; a text of several such characters in another encoding does not exist.
            return "utf-8" if name.startswith(("utf-8", "utf-16")) or _surely_utf8(body) else name
    return None


def _surely_utf8(body: bytes) -> bool:
    try:
        return len(body) - len(body.decode("utf-8")) >= 4
    except UnicodeDecodeError:
        return False


def _guessed(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A page cut short may end within a character.
        return "utf-8" if error.reason == "unexpected end of data" and error.start > 0 else "windows-1252"
    return "utf-8"


def _without_comments(head: bytes) -> bytes:
    kept, rest = [], head
    while True:
        before, opened, after = rest.partition(b"<!--")
        kept.append(before)
        if not opened:
            return b"".join(kept)
        rest = after.partition(b"-->")[2]
