"""Items for library catalogues: Dublin Core (oai_dc, Simple Dublin Core 1.1) and MARC 21 as MARCXML."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from lxml import etree

from archiver.exports.item import Item
from archiver.exports.references import facts_of

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
MARC = "http://www.loc.gov/MARC21/slim"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Field = tuple[str, str, list[tuple[str, str]]]
"""Tag, both indicators, subfields (code, value)."""


def dc_of(items: Iterable[Item]) -> Iterator[bytes]:
    """A `collection` of `oai_dc:dc` elements, one an item."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<collection>\n'
    for item in items:
        yield etree.tostring(_oai_dc(item), encoding="UTF-8", pretty_print=True)
    yield b"</collection>\n"


def oai_dc(item: Item) -> bytes:
    """A document of one `oai_dc:dc` element."""
    return etree.tostring(_oai_dc(item), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _oai_dc(item: Item) -> "etree._Element":
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
    for name, value in _dublin_core(item):
        if value:
            etree.SubElement(root, f"{{{DC}}}{name}").text = _xml(value)
    return root


def _dublin_core(item: Item) -> list[tuple[str, str]]:
    return [
        ("title", item.headline or item.url),
        *(("creator", name) for name in item.bylines),
        *(("contributor", name) for name in item.agencies),
        ("publisher", item.publisher),
        ("date", item.published),
        ("type", "Text"),
        ("format", "application/warc" if item.bag else ""),
        ("identifier", item.url),
        ("identifier", item.identifier),
        ("source", item.memento),
        ("language", item.language),
        ("rights", item.rights),
        ("rights", f"access: {item.access}" if item.access else ""),
        *(("description", fact) for fact in facts_of(item)),
    ]


def marcxml_of(items: Iterable[Item]) -> Iterator[bytes]:
    """A MARCXML `collection`, a bibliographic record an item. Names are in 720, as they stand: no authority file was
    asked."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="{MARC}">\n'.encode()
    for item in items:
        record = etree.Element(f"{{{MARC}}}record", nsmap={None: MARC})  # type: ignore[dict-item]  # None is the default namespace
        etree.SubElement(record, f"{{{MARC}}}leader").text = "00000nab a2200000uu 4500"
        _control(record, "001", item.identifier or item.bag)
        _control(record, "008", _fixed(item))
        for tag, indicators, subfields in _marc(item):
            stated = [(code, value) for code, value in subfields if value]
            if not stated or stated[0][0] != subfields[0][0]:
                continue
            field = etree.SubElement(record, f"{{{MARC}}}datafield", tag=tag, ind1=indicators[0], ind2=indicators[1])
            for code, value in stated:
                etree.SubElement(field, f"{{{MARC}}}subfield", code=code).text = _xml(value)
        # Within the collection the namespace is declared already.
        yield etree.tostring(record, encoding="UTF-8", pretty_print=True)
    yield b"</collection>\n"


def _control(record: "etree._Element", tag: str, value: str) -> None:
    if value:
        etree.SubElement(record, f"{{{MARC}}}controlfield", tag=tag).text = _xml(value)


def _fixed(item: Item) -> str:
    """The forty positions of 008: entered, type and year of date, place and language unknown, electronic."""
    try:
        entered = datetime.fromisoformat(item.captured).astimezone(UTC).strftime("%y%m%d")
    except ValueError:
        entered = "000000"
    year = item.published[:4] if re.match(r"\d{4}(?!\d)", item.published, re.ASCII) else ""
    dates = f"s{year}    " if year else "nuuuuuuuu"
    return f"{entered}{dates}xx ||||||o||||||||||und|d"


def _marc(item: Item) -> list[_Field]:
    return [
        ("024", "7 ", [("a", item.identifier), ("2", "uri")]),
        ("245", "00", [("a", item.headline or item.url)]),
        ("264", " 1", [("b", item.publisher), ("c", item.published)]),
        *(("500", "  ", [("a", fact)]) for fact in facts_of(item)),
        ("506", " " * 2, [("a", f"access: {item.access}" if item.access else ""), ("g", item.embargo)]),
        ("540", "  ", [("a", item.rights)]),
        ("546", "  ", [("a", item.language)]),
        *(("720", "1 ", [("a", name), ("e", "author")]) for name in item.bylines),
        *(("720", "  ", [("a", name), ("e", "contributor")]) for name in item.agencies),
        ("773", "0 ", [("t", item.publisher)]),
        ("856", "40", [("u", item.url)]),
        ("856", "41", [("u", item.memento), ("z", "archived copy")]),
    ]


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
