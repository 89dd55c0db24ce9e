"""From the bytes of a seed to its text: byte order marks, UTF-16 with and without them, UTF-8, Windows-1252.

An archive must not guess a text into something else: what is none of these for certain is refused, with the advice to
save it as UTF-8. Other encodings (Windows-1251, ISO 8859-7, GBK, …) cannot be distinguished by looking at one document,
but from Windows-1252 by their share of bytes above 127.
"""

import codecs

from archiver.seeds.lines import line_at
from archiver.seeds.refusal import Refusal

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image or sound"),
    (b"PK\x03\x04", "a zip, or a word processor's document"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"\xd0\xcf\x11\xe0", "an old word processor's document"),
    (b"{\\rtf", "rich text"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r"))
_HIGH = bytes(range(128, 256))
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAVE_AS_TEXT = "save it as plain text in UTF-8, with a line 'Original url: <https://…>'"
_SAVE_AS_UTF8 = "open it in the program that made it and save it as UTF-8"


def decode(data: bytes) -> tuple[str, str]:
    """The text without its byte order mark, and the encoding: utf-8, utf-16-le, utf-16-be or windows-1252.

    Raises Refusal for what is not text (by its first bytes, NUL characters, or one control character in ten) and for
    text whose encoding is damaged or not certain.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise Refusal(0, f"not a text document ({what})", _SAVE_AS_TEXT)
    text, encoding = _decode(data)
    if "\0" in text or 10 * _count(text.encode("utf-8", "surrogatepass"), _CONTROLS) > len(text):
        raise Refusal(0, "not a text document (control characters)", _SAVE_AS_TEXT)
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                line = line_at(data[len(bom) : len(bom) + error.start].decode(encoding, "ignore"), error.start)
                raise Refusal(line, f"damaged {encoding.upper()}: {error.reason}", _SAVE_AS_UTF8) from error
    if b"\0" in data:
        return _utf_16(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _windows_1252(data, error), "windows-1252"


def _utf_16(data: bytes) -> tuple[str, str]:
    """UTF-16 without a mark: the zero bytes of its spaces, line ends and address nearly all stand on one side."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) >= 8 * min(even, odd):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            pass  # Neither side decodes: then these are just bytes, and refused as such.
    raise Refusal(0, "not a text document (zero bytes)", _SAVE_AS_TEXT)


def _windows_1252(data: bytes, error: UnicodeDecodeError) -> str:
    line = line_at(data[: error.start].decode("utf-8"), error.start)
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    # A byte above 127 gives a non-ASCII character; the characters of Windows-1252 rarely form valid UTF-8 by chance.
    if len(lenient) - _ascii_count(lenient) > 2 * broken:
        raise Refusal(line, "damaged UTF-8", _SAVE_AS_UTF8)
    if 2 * _count(data, _HIGH) > _count(data, _LETTERS):
        raise Refusal(line, "in an encoding that is not certain", _SAVE_AS_UTF8)
    try:
        return data.decode("windows-1252")
    except UnicodeDecodeError as undefined:
        raise Refusal(line, "neither UTF-8 nor UTF-16 nor Windows-1252", _SAVE_AS_UTF8) from undefined


def _count(data: bytes, of: bytes) -> int:
    return len(data) - len(data.translate(None, of))


def _ascii_count(text: str) -> int:
    return len(text.encode("ascii", "ignore"))
