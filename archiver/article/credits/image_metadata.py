"""What a captured photo says of itself: IPTC-IIM, XMP and EXIF of JPEG, PNG and WebP, read by Pillow.

Bytes in, claims and credits out; nothing is decoded to pixels, everything is bounded, and a damaged or hostile file
gives what could be read before the damage. A C2PA manifest is noted as present, never verified.

Fields: IPTC-IIM 4.2 (2:80 By-line, 2:110 Credit, 2:115 Source, 2:116 Copyright Notice, 2:120 Caption, 2:55 Date
Created), XMP (dc:creator, photoshop:Credit, photoshop:Source, dc:rights, dc:description, photoshop:DateCreated), EXIF
(0x013B Artist, 0x8298 Copyright, 0x010E ImageDescription, 0x9003 DateTimeOriginal).
"""

import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Literal

from lxml import etree

from archiver.model import ClaimSource, CreditRole

LARGEST = 64 << 20
_LONGEST = 2000
_XMP = 1 << 20
_STATEMENTS = 60
_PARTS = 2000
_STUB = b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0"
"""A frame of one pixel and the start of its data: the end of a JPEG whose own is lost, for Pillow to stop at."""
Field = Literal["creator", "credit", "source", "copyright", "caption", "date"]

_IPTC: dict[tuple[int, int], Field] = {
    (2, 80): "creator",
    (2, 110): "credit",
    (2, 115): "source",
    (2, 116): "copyright",
    (2, 120): "caption",
    (2, 55): "date",
}
_DC, _PS = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/photoshop/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP_FIELDS: dict[str, Field] = {
    f"{_DC}creator": "creator",
    f"{_PS}Credit": "credit",
    f"{_PS}Source": "source",
    f"{_DC}rights": "copyright",
    f"{_DC}description": "caption",
    f"{_PS}DateCreated": "date",
}
_EXIF: dict[int, Field] = {0x013B: "creator", 0x8298: "copyright", 0x010E: "caption"}
ROLES: dict[Field, CreditRole] = {"creator": "photo", "credit": "photo", "source": "source", "copyright": "rights"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing a photo says: which field, in which words, from which kind of metadata, and its name there. Dates stand
    as written."""

    field: Field
    text: str
    source: ClaimSource
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """All a photo says; `c2pa` whether a C2PA manifest is present (it is not verified)."""

    statements: tuple[Statement, ...]
    c2pa: bool
    problem: str | None = None


def read_photo(data: bytes) -> PhotoFacts:
    """The metadata of an image file. Never raises for what is in it."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > LARGEST:
        return PhotoFacts(statements=(), c2pa=False, problem=f"larger than {LARGEST} bytes: not read")
    found: list[Statement] = []
    problems: list[str] = []
    try:
        bounded, problems = _bounded(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(bounded), formats=("JPEG", "PNG", "WEBP")) as image:
                for read in (_iptc, _xmp, _exif):
                    problems += _try(read, image, found)
    except Unreadable as error:
        problems.append(str(error))
    except UnidentifiedImageError:
        problems.append("not a JPEG, PNG or WebP file")
    except Exception as error:  # noqa: BLE001 - the adapter of Pillow, whose readers raise anything for a damaged file
        problems.append(f"damaged: {type(error).__name__}")
    return PhotoFacts(
        statements=tuple(dict.fromkeys(found))[:_STATEMENTS], c2pa=has_c2pa(data), problem="; ".join(problems) or None
    )


def _try(read: Callable[[Any], Iterator[Statement]], image: Any, found: list[Statement]) -> list[str]:
    """What one kind of metadata says, as far as it can be read; what is wrong with it."""
    try:
        found += islice(read(image), _STATEMENTS)
    except Unreadable as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - as above: one damaged kind does not hide the others
        return [f"damaged {read.__name__.strip('_').upper()}: {type(error).__name__}"]
    return []


class Unreadable(Exception):
    """Metadata that is not read, and why."""


def has_c2pa(data: bytes) -> bool:
    """Whether a C2PA manifest store is there, in the place its format gives it (C2PA 2.1, A.3): a JUMBF box in APP11
    of a JPEG, a `caBX` chunk of a PNG, a `C2PA` chunk of a WebP."""
    if data.startswith(b"\xff\xd8"):
        parts = islice(_segments(data), _PARTS)
        return any(kind == 0xEB and body[:2] == b"JP" and b"c2pa" in body[:100] for kind, body in parts)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return b"caBX" in islice(_png_chunks(data), _PARTS)
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and b"C2PA" in islice(_webp_chunks(data), _PARTS)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments of a JPEG before its image data (ITU T.81, B.1.1.4), up to where it is damaged."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0x00, 0xFF):
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):
            return
        yield data[at + 1], data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xDA:
            return
        at += 2 + length


def _bounded(data: bytes) -> tuple[bytes, list[str]]:
    """What Pillow is given, and what is wrong: it walks through segments, fill bytes and junk in Python, however many.
    Raises Unreadable."""
    if data.startswith(b"\xff\xd8"):
        segments = list(islice(_segments(data), _PARTS))
        whole = bool(segments) and segments[-1][0] == 0xDA
        kept = b"".join(bytes([0xFF, kind]) + (len(body) + 2).to_bytes(2, "big") + body for kind, body in segments)
        return b"\xff\xd8" + kept + (b"" if whole else _STUB), [] if whole else ["damaged: its segments break off"]
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        names = list(islice(takewhile(lambda name: name != b"IDAT", _png_chunks(data)), _PARTS))
        if len(names) == _PARTS:
            raise Unreadable(f"more than {_PARTS} chunks: not read")
    return data, []


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Names of chunks: length, name, data, checksum (PNG, 5.3)."""
    at = 8
    while at + 8 <= len(data):
        yield data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    """Names of chunks: name, length, data padded to an even number of bytes (WebP, "RIFF file format")."""
    at = 12
    while at + 8 <= len(data):
        yield data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2


def _iptc(image: Any) -> Iterator[Statement]:
    from PIL import IptcImagePlugin

    info = IptcImagePlugin.getiptcinfo(image) or {}
    utf8 = info.get((1, 90)) == b"\x1b%G"
    for key, field in _IPTC.items():
        values = info.get(key) or []
        for value in (values if isinstance(values, list) else [values])[:20]:
            text = _decoded(value, utf8)
            if text:
                yield Statement(field=field, text=text, source="image-iptc", at=f"IPTC {key[0]}:{key[1]}")


def _decoded(value: bytes, utf8: bool) -> str:
    """IPTC-IIM says its character set in 1:90; without it, UTF-8 where it is valid and windows-1252 otherwise."""
    try:
        return _clean(value.decode("utf-8", "replace" if utf8 else "strict"))
    except UnicodeDecodeError:
        return _clean(value.decode("cp1252", "replace"))


def _xmp(image: Any) -> Iterator[Statement]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    data = packet.encode("utf-8", "replace") if isinstance(packet, str) else bytes(packet)
    if not data:
        return
    if len(data) > _XMP:
        raise Unreadable(f"XMP larger than {_XMP} bytes: not read")
    if b"<!DOCTYPE" in data or b"<\0!\0D\0" in data:  # never in XMP, and the way to make a little text a lot
        raise Unreadable("XMP with a document type: not read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data.strip(b"\0 \n\r\t"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise Unreadable("XMP that is not XML: not read")
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if name in _XMP_FIELDS:
                yield from _of_xmp(str(name), str(value))
        if element.tag in _XMP_FIELDS:
            items = [item.text or "" for item in islice(element.iter(f"{_RDF}li"), 20)]
            for text in items or [element.text or ""]:
                yield from _of_xmp(element.tag, text)


def _of_xmp(tag: str, text: str) -> Iterator[Statement]:
    if cleaned := _clean(text):
        at = f"XMP {'dc' if tag.startswith(_DC) else 'photoshop'}:{tag.rpartition('}')[2]}"
        yield Statement(field=_XMP_FIELDS[tag], text=cleaned, source="image-xmp", at=at)


def _exif(image: Any) -> Iterator[Statement]:
    from PIL import Image

    if not image.info.get("exif"):
        return
    exif = Image.Exif()  # not image.getexif(): for a PNG that decodes the picture
    exif.load(image.info["exif"])
    values = [(tag, field, exif.get(tag)) for tag, field in _EXIF.items()]
    values.append((0x9003, "date", exif.get_ifd(0x8769).get(0x9003)))
    for tag, field, value in values:
        if isinstance(value, str | bytes) and (text := _clean(_ascii_or_utf8(value))):
            yield Statement(field=field, text=text, source="image-exif", at=f"EXIF 0x{tag:04X}")


def _ascii_or_utf8(value: str | bytes) -> str:
    """EXIF text is ASCII by its standard and UTF-8 in practice; Pillow reads it as Latin-1."""
    octets = value if isinstance(value, bytes) else value.encode("latin-1", "replace")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:_LONGEST]
