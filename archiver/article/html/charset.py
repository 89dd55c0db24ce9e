"""Bytes of a page to text: which bytes are HTML at all, and in which encoding (WHATWG Encoding, 4.2; HTML, 13.2.3).

It asks, in this order, the byte order mark, the Content-Type header, the page's own `<meta>`, then UTF-8 if the bytes
are valid UTF-8, then windows-1252. It does not parse HTML.
"""

import codecs
import re

_TABLE = """
utf-8           utf-8        utf8 unicode-1-1-utf-8 x-unicode20utf8
windows-1252    cp1252       iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 l1 ascii us-ascii cp819 x-cp1252
ibm866          cp866        866 csibm866
iso-8859-2      iso8859-2    iso8859-2 iso88592 iso_8859-2 latin2 l2
iso-8859-3      iso8859-3    iso8859-3 iso88593 iso_8859-3 latin3 l3
iso-8859-4      iso8859-4    iso8859-4 iso88594 iso_8859-4 latin4 l4
iso-8859-5      iso8859-5    iso8859-5 iso88595 iso_8859-5 cyrillic
iso-8859-6      iso8859-6    iso8859-6 iso88596 iso_8859-6 arabic asmo-708 ecma-114 iso-8859-6-e iso-8859-6-i
iso-8859-7      iso8859-7    iso8859-7 iso88597 iso_8859-7 greek greek8 ecma-118 elot_928
iso-8859-8      iso8859-8    iso8859-8 iso88598 iso_8859-8 hebrew visual iso-8859-8-e iso-8859-8-i logical
iso-8859-10     iso8859-10   iso8859-10 iso885910 latin6 l6
iso-8859-13     iso8859-13   iso8859-13 iso885913
iso-8859-14     iso8859-14   iso8859-14 iso885914
iso-8859-15     iso8859-15   iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16     iso8859-16
koi8-r          koi8-r       koi koi8 koi8_r
koi8-u          koi8-u       koi8-ru
macintosh       mac-roman    mac x-mac-roman
windows-874     cp874        dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250    cp1250       x-cp1250
windows-1251    cp1251       x-cp1251
windows-1253    cp1253       x-cp1253
windows-1254    cp1254       x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 latin5 l5
windows-1255    cp1255       x-cp1255
windows-1256    cp1256       x-cp1256
windows-1257    cp1257       x-cp1257
windows-1258    cp1258       x-cp1258
x-mac-cyrillic  mac-cyrillic x-mac-ukrainian
gb18030         gb18030      gb2312 gbk gb_2312 gb_2312-80 x-gbk chinese csgb2312
big5            big5hkscs    big5-hkscs cn-big5 x-x-big5 csbig5
euc-jp          euc_jp       x-euc-jp cseucpkdfmtjapanese
iso-2022-jp     iso2022_jp   csiso2022jp
shift_jis       cp932        shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis
euc-kr          cp949        ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cseuckr
utf-16le        utf-16-le    utf-16 unicode ucs-2 csunicode iso-10646-ucs-2 unicodefeff
utf-16be        utf-16-be    unicodefffe
"""
"""Name, Python's codec, other labels. Python knows more codecs; a page may not ask for `unicode_escape` or `utf-7`."""

_ROWS = [line.split() for line in _TABLE.strip().splitlines()]
_CODECS = {name: codec for name, codec, *_ in _ROWS}
_NAMES = {label: name for name, codec, *labels in _ROWS for label in (name, codec, *labels)}

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
    text = body[skip:].decode(_CODECS[name], errors="replace")
    return text if name == "utf-8" and _is_clean(body) else _REFUSED.sub("", text), name


def in_utf8(body: bytes, content_type: str | None) -> tuple[bytes, str]:
    """The text that `decode` gives, in UTF-8, and the name of the encoding: of most pages these are their own bytes."""
    if _encoding(body, content_type) == ("utf-8", 0) and _is_utf8(body) and _is_clean(body):
        return body, "utf-8"
    text, name = decode(body, content_type)
    return text.encode("utf-8"), name


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
    found = _CHARSET.search((content_type or "")[:1000])
    if found and (declared := _NAMES.get(found[1].lower())):
        return declared, 0
    return _declared_in_page(body) or _guessed(body), 0


def _declared_in_page(body: bytes) -> str | None:
    for tag in _META.finditer(_without_comments(body[:_HEAD])):
        found = _CHARSET.search(tag[0].decode("latin-1"))
        if found and (name := _NAMES.get(found[1].lower())):
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
