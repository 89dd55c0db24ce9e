"""What a captured photo says of itself: IPTC-IIM, XMP and EXIF of JPEG, PNG and WebP, read by Pillow.

Bytes in, claims and credits out; nothing is decoded to pixels, everything is bounded, and a damaged or hostile file
gives what could be read before the damage. A C2PA manifest is noted as present, never verified.

Fields: IPTC-IIM 4.2 (2:80 By-line, 2:110 Credit, 2:115 Source, 2:116 Copyright Notice, 2:120 Caption, 2:55 Date
Created), XMP (dc:creator, photoshop:Credit, photoshop:Source, dc:rights, dc:description, photoshop:DateCreated), EXIF
(0x013B Artist, 0x8298 Copyright, 0x010E ImageDescription, 0x9003 DateTimeOriginal).
"""

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from archiver.model import ClaimSource, CreditRole

LARGEST = 64 << 20
_LONGEST = 2000
_XMP = 1 << 20
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
    """One thing a photo says: which field, in which words, from which kind of metadata, and its name there."""

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
    problem = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
                for read in (_iptc, _xmp, _exif):
                    found += read(image)
    except UnidentifiedImageError:
        problem = "not a JPEG, PNG or WebP file"
    except Exception as error:  # noqa: BLE001 - the adapter of Pillow, whose readers raise anything for a damaged file
        problem = f"damaged: {type(error).__name__}"
    return PhotoFacts(statements=tuple(dict.fromkeys(found)), c2pa=has_c2pa(data), problem=problem)


def has_c2pa(data: bytes) -> bool:
    """Whether a C2PA manifest store is there: a JUMBF box of that name, in the place its format gives it."""
    if data.startswith(b"\xff\xd8"):
        return re.search(rb"\xff\xeb..JP.{2,40}jumb.{0,40}c2pa", data[: 1 << 20], re.DOTALL) is not None
    if data.startswith(b"\x89PNG"):
        return b"caBX" in data[: 1 << 20]
    return data.startswith(b"RIFF") and b"C2PA" in data


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
    """IPTC-IIM says its character set in 1:90; without it, UTF-8 where it is valid and Latin-1 otherwise."""
    try:
        return _clean(value[: _LONGEST * 4].decode("utf-8", "replace" if utf8 else "strict"))
    except UnicodeDecodeError:
        return _clean(value.decode("cp1252", "replace"))


def _xmp(image: Any) -> Iterator[Statement]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    data = packet.encode("utf-8", "replace") if isinstance(packet, str) else bytes(packet)
    if not data or len(data) > _XMP:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    root = etree.fromstring(data.strip(b"\0 \n\r\t"), parser)
    if root is None:
        return
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if name in _XMP_FIELDS and _clean(str(value)):
                yield _of_xmp(str(name), str(value))
        if element.tag in _XMP_FIELDS:
            items = [item.text or "" for item in element.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")]
            for text in (items or [element.text or ""])[:20]:
                if _clean(text):
                    yield _of_xmp(element.tag, text)


def _of_xmp(tag: str, text: str) -> Statement:
    prefix = "dc" if tag.startswith(_DC) else "photoshop"
    return Statement(
        field=_XMP_FIELDS[tag], text=_clean(text), source="image-xmp", at=f"XMP {prefix}:{tag.rpartition('}')[2]}"
    )


def _exif(image: Any) -> Iterator[Statement]:
    exif = image.getexif()
    values = [(tag, field, exif.get(tag)) for tag, field in _EXIF.items()]
    values.append((0x9003, "date", exif.get_ifd(0x8769).get(0x9003)))
    for tag, field, value in values:
        if isinstance(value, str) and _clean(value):
            text = _clean(value)
            if field == "date":
                text = re.sub(r"^(\d{4}):(\d\d):(\d\d)", r"\1-\2-\3", text)
            yield Statement(field=field, text=text, source="image-exif", at=f"EXIF 0x{tag:04X}")


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:_LONGEST]
