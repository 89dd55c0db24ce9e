"""Small JPEG, PNG and WebP files with metadata, written segment by segment with the standard library."""

import struct
import zlib
from collections.abc import Sequence
from html import escape

_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def xmp(
    *, creators: Sequence[str] = (), rights: str = "", caption: str = "", credit: str = "", source: str = "", date=""
) -> bytes:
    """An XMP packet as picture agencies write it: arrays for dc, attributes for photoshop."""
    items = "".join(f"<rdf:li>{escape(each)}</rdf:li>" for each in creators)
    arrays = f"<dc:creator><rdf:Seq>{items}</rdf:Seq></dc:creator>" if items else ""
    for name, text in (("rights", rights), ("description", caption)):
        if text:
            alternative = f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
            arrays += f"<dc:{name}>{alternative}</dc:{name}>"
    named = {"Credit": credit, "Source": source, "DateCreated": date}
    attributes = "".join(f' photoshop:{name}="{escape(text)}"' for name, text in named.items() if text)
    return packet(f'<rdf:Description rdf:about="" {_DC}{attributes}>{arrays}</rdf:Description>')


def packet(description: str, before: str = "") -> bytes:
    """RDF in its wrapper."""
    rdf = f"<rdf:RDF {_RDF}>{description}</rdf:RDF>"
    meta = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{before}{meta}<?xpacket end="w"?>'.encode()


def iptc(fields: Sequence[tuple[int, bytes]], *, utf8: bool = False) -> bytes:
    """IPTC-IIM data sets of record 2, as a Photoshop image resource (8BIM 0x0404)."""
    sets = b"\x1c\x01\x5a\x00\x03\x1b%G" if utf8 else b""
    sets += b"".join(b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text for number, text in fields)
    return b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(sets)) + sets + b"\0" * (len(sets) % 2)


def exif(*, artist: bytes = b"", rights: bytes = b"", caption: bytes = b"", taken: bytes = b"") -> bytes:
    """A little-endian TIFF block with IFD0 and, for the date, an Exif IFD."""
    entries = [(0x010E, caption), (0x013B, artist), (0x8298, rights)]
    present = [(tag, text + b"\0") for tag, text in entries if text]
    count = len(present) + bool(taken)
    at = 8 + 2 + 12 * count + 4
    table, heap = b"", b""
    for tag, text in present:
        inline = len(text) <= 4
        value = text.ljust(4, b"\0") if inline else struct.pack("<I", at + len(heap))
        table += struct.pack("<HHI", tag, 2, len(text)) + value
        heap += b"" if inline else text
    if taken:
        text = taken + b"\0"
        start = at + len(heap)
        table += struct.pack("<HHII", 0x8769, 4, 1, start)
        heap += struct.pack("<HHHII", 1, 0x9003, 2, len(text), start + 2 + 12 + 4) + b"\0" * 4 + text
    return b"II*\0\x08\0\0\0" + struct.pack("<H", count) + table + b"\0" * 4 + heap


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(
    *, xmp: bytes = b"", iptc: bytes = b"", exif: bytes = b"", c2pa: bool = False, width: int = 8, height: int = 8
) -> bytes:
    """A baseline JPEG of one grey block."""
    parts = [b"\xff\xd8", _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")]
    if exif:
        parts.append(_segment(0xE1, b"Exif\0\0" + exif))
    if xmp:
        parts.append(_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    if iptc:
        parts.append(_segment(0xED, b"Photoshop 3.0\0" + iptc))
    if c2pa:
        store = (
            b"\x00\x00\x00\x2ejumb\x00\x00\x00\x26jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\0"
        )
        parts.append(_segment(0xEB, b"JP\x00\x01\x00\x00\x00\x01" + store))
    parts.append(_segment(0xDB, b"\0" + b"\x10" * 64))
    parts.append(_segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"))
    parts.append(_segment(0xC4, b"\x00" + b"\0\x01" + b"\0" * 14 + b"\0"))
    parts.append(_segment(0xC4, b"\x10" + b"\0\x01" + b"\0" * 14 + b"\0"))
    parts.append(_segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x00\xff\xd9")
    return b"".join(parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*, xmp: bytes = b"", exif: bytes = b"", c2pa: bool = False, width: int = 1, height: int = 1) -> bytes:
    """A grey PNG; wide and high ones have no more data than small ones."""
    parts = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    if exif:
        parts.append(_chunk(b"eXIf", exif))
    if xmp:
        parts.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    if c2pa:
        parts.append(_chunk(b"caBX", b"\0\0\0\x10jumb"))
    return b"".join([*parts, _chunk(b"IDAT", zlib.compress(b"\0\0")), _chunk(b"IEND", b"")])


_PIXEL = b"\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"


def webp(*, xmp: bytes = b"", exif: bytes = b"", c2pa: bool = False) -> bytes:
    """A WebP of one pixel in its extended form."""
    flags = 0x04 * bool(xmp) | 0x08 * bool(exif)
    chunks = [(b"VP8X", bytes([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0])), (b"VP8L", _PIXEL)]
    chunks += [(name, body) for name, body in ((b"EXIF", exif), (b"XMP ", xmp)) if body]
    chunks += [(b"C2PA", b"\0\0\0\x10jumb")] if c2pa else []
    body = b"".join(name + struct.pack("<I", len(each)) + each + b"\0" * (len(each) % 2) for name, each in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
