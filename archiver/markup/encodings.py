"""Bytes of a page or style sheet to text (WHATWG Encoding; HTML, 13.2.3).

A page's encoding is asked for in this order: the byte order mark, the Content-Type header, the page's own `<meta>` or
XML declaration, then UTF-8 if the bytes are valid UTF-8 but for a few, then the encoding of the page's language
(13.2.3.2) if all bytes are mapped in it, then windows-1252. Bytes that an encoding does not map become U+FFFD and never
end the text. It does not parse markup.
"""

import codecs
import re
from collections.abc import Callable
from functools import cache

import webencodings

from archiver.markup.media_types import content_type

_REPLACED = "replacement"
"""What the standard gives for encodings it thinks unsafe: one U+FFFD. The bytes are asked instead, which reads more."""
_CODECS = {
    "gbk": "gb18030",  # 10.1.1: its decoder is that of gb18030
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp_ext",
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
_XML = re.compile(rb"""\s*+<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")
_LANGUAGE = re.compile(rb"<html\b[^>]{0,400}?\slang\s{0,9}=\s{0,9}[\"']?([A-Za-z][A-Za-z_-]{1,20})", re.IGNORECASE)
_BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["be", "bg", "kk", "ky", "mk", "ru", "sr", "tg", "tt", "uk"], ("windows-1251",)),
    **dict.fromkeys(["cs", "hr", "sk"], ("windows-1250",)),
    **dict.fromkeys(["hu", "pl", "sl"], ("iso-8859-2",)),
    **dict.fromkeys(["et", "lt", "lv"], ("windows-1257",)),
    **dict.fromkeys(["az", "ku", "tr"], ("windows-1254",)),
    **dict.fromkeys(["ar", "fa"], ("windows-1256",)),
    "el": ("iso-8859-7",),
    "he": ("windows-1255",),
    "ja": ("euc-jp", "shift_jis"),  # much of Shift_JIS is no EUC-JP, but all of EUC-JP may be Shift_JIS
    "ko": ("euc-kr",),
    "th": ("windows-874",),
    "vi": ("windows-1258",),
}
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))
_RIGHT = 20
"""For each byte that is not UTF-8 so many that continue a character: the page is UTF-8, and a part of it is not."""
_FALLBACK = "windows-1252"
_SHEET = re.compile(rb'@charset "([\x20-\x21\x23-\x7e]{1,100})";')
_REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_CONTROLS = bytes(n for n in (*range(32), 127) if n not in b"\t\n\r")
_NONCHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
_EUC_JP = re.compile(rb"[\x00-\x7f]++|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|(?:[\xa1-\xfe]{2})++|.", re.DOTALL)


def decode(body: bytes, stated: str | None) -> tuple[str, str]:
    """The text of an HTML page with the Content-Type `stated`, and the standard's name of its encoding; bytes that do
    not fit it become U+FFFD, characters that no tree can hold (C0 controls, surrogates, noncharacters) are dropped.
    Never raises."""
    name, skip = _encoding(body, stated)
    text = decoded_as(name, body[skip:])
    return text if name == "utf-8" and _is_clean(body) else _REFUSED.sub("", text), name


def in_utf8(body: bytes, stated: str | None) -> tuple[bytes, str]:
    """The text that `decode` gives, in UTF-8, and the name of the encoding: of most pages these are their own bytes."""
    if _encoding(body, stated) == ("utf-8", 0) and _is_utf8(body) and _is_clean(body):
        return body, "utf-8"
    text, name = decode(body, stated)
    return text.encode("utf-8"), name


def decode_sheet(body: bytes, stated: str | None, around: str | None = None) -> tuple[str, str]:
    """The text of a style sheet and its encoding: byte order mark, Content-Type, `@charset`, the encoding of the
    document or sheet `around` it, UTF-8 (CSS Syntax 3, 3.2)."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return decoded_as(name, body[len(mark) :]), name
    kind, declared = content_type(stated), _SHEET.match(body)
    for label in (kind.charset if kind else None, declared[1].decode("ascii") if declared else None, around):
        if label and (found := encoding_of(label)):
            # The rule could be read as ASCII, so it is not UTF-16.
            own = label is not around and declared is not None and label == declared[1].decode("ascii")
            name = "utf-8" if own and found.startswith("utf-16") else found
            return decoded_as(name, body), name
    return decoded_as("utf-8", body), "utf-8"


def encoding_of(label: str) -> str | None:
    """The standard's name of the encoding that a label means (4.2); None for labels that no browser knows, as utf-7."""
    known = webencodings.lookup(label)
    return known.name if known and known.name != _REPLACED else None


def decoded_as(name: str, body: bytes) -> str:
    """The bytes read in an encoding of the standard, given by name. Never raises."""
    if name == "x-user-defined":
        return "".join([chr(byte if byte < 0x80 else 0xF700 + byte) for byte in body])
    if name.startswith("windows-") or name in _OWN:
        return codecs.charmap_decode(body, "replace", _index(name))[0]
    if name == "euc-jp":
        return "".join([_from_euc_jp(match[0]) for match in _EUC_JP.finditer(body)])
    if name in ("gbk", "gb18030"):
        return body.decode("gb18030", errors="archiver.gb18030")
    return body.decode(_CODECS.get(name, name), errors="replace")


def encoder_of(name: str) -> Callable[[str], bytes]:
    """What encodes characters for the query of an address (URL, 4.4): raises UnicodeEncodeError for what the encoding
    lacks. UTF-16 has no query; its pages' queries are UTF-8."""
    codec = "utf-8" if name.startswith("utf-16") or name in (_REPLACED, "x-user-defined") else _CODECS.get(name, name)
    index = {char: byte for byte, char in enumerate(_index(name))} if name.startswith("windows-") else {}

    def encode(text: str) -> bytes:
        if index and all(char in index for char in text):
            return bytes(index[char] for char in text)
        return text.encode(codec)

    return encode


def _euro(error: UnicodeError) -> tuple[str, int]:
    """10.2.1: the byte 0x80 alone is the euro sign; what else cannot be read is U+FFFD."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    return codecs.replace_errors(error)  # type: ignore[return-value]


codecs.register_error("archiver.gb18030", _euro)


def _from_euc_jp(piece: bytes) -> str:
    """12.1.1: two bytes are of the index that Shift_JIS has too, which Python's codec for EUC-JP has only in part."""
    if len(piece) == 1 or piece[0] < 0x80:
        return piece.decode("ascii", errors="replace")
    if piece[0] in (0x8E, 0x8F):
        return piece.decode("euc_jp", errors="replace")
    return "".join([_jis(piece[n], piece[n + 1]) for n in range(0, len(piece), 2)])


@cache
def _jis(lead: int, trail: int) -> str:
    row, cell = lead - 0xA1, trail - 0xA1
    first = row // 2 + (0x81 if row < 62 else 0xC1)
    second = (0x40 + cell + (cell >= 63)) if row % 2 == 0 else 0x9F + cell
    return bytes((first, second)).decode("cp932", errors="replace")[:1]


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
    """Whether UTF-8 holds no character to be dropped; looking at bytes takes a third of the time."""
    return not (any(map(body.__contains__, _CONTROLS)) or (b"\xef" in body and _NONCHARACTERS.search(body)))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(body: bytes, stated: str | None) -> tuple[str, int]:
    """The encoding's name and the length of the byte order mark."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name, len(mark)
    kind = content_type(stated)
    if kind and kind.charset and (declared := encoding_of(kind.charset)):
        return declared, 0
    return _declared_in_page(body) or _guessed(body), 0


def _declared_in_page(body: bytes) -> str | None:
    if (xml := _XML.match(body[:1024])) and (name := encoding_of(xml[1].decode("ascii"))):
        return _as_declared(name, body)
    for tag in _META.finditer(_without_comments(body[:_HEAD])):
        found = _CHARSET.search(tag[0].decode("latin-1"))
        if found and (name := encoding_of(found[1])):
            return _as_declared(name, body)
    return None


def _as_declared(name: str, body: bytes) -> str:
    """The declaration could be read as ASCII, so it cannot be UTF-16 (HTML, 13.2.3.2). A page saved by a browser keeps
    its old meta in new UTF-8 bytes; a text of several such characters in another encoding does not exist."""
    if name.startswith(("utf-8", "utf-16")) or _surely_utf8(body):
        return "utf-8"
    return "windows-1252" if name == "x-user-defined" else name


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
        if error.reason == "unexpected end of data" and error.start > 0:
            return "utf-8"
        text = body.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        if len(text.encode()) - len(text) - 2 * wrong >= _RIGHT * wrong:
            return "utf-8"
        return next((name for name in _of_language(body[:_HEAD]) if "\ufffd" not in decoded_as(name, body)), _FALLBACK)
    return "utf-8"


def _of_language(head: bytes) -> tuple[str, ...]:
    """The encodings that pages in the language of `<html lang>` were written in before UTF-8."""
    stated = _LANGUAGE.search(head)
    if stated is None:
        return ()
    language = stated[1].decode("ascii").lower().replace("_", "-")
    if language.startswith("zh"):
        traditional = any(part in _TRADITIONAL for part in language.split("-"))
        return ("big5", "gb18030") if traditional else ("gb18030", "big5")
    return _BY_LANGUAGE.get(language.partition("-")[0], ())


def _without_comments(head: bytes) -> bytes:
    kept, rest = [], head
    while True:
        before, opened, after = rest.partition(b"<!--")
        kept.append(before)
        if not opened:
            return b"".join(kept)
        rest = after.partition(b"-->")[2]
