"""An item in DSpace's Simple Archive Format: Dublin Core, further metadata, the bitstreams that the gate lets be shown
(docs/keep/repositories.md; DSpace documentation, "Importing and Exporting Items via Simple Archive Format").

`open`: WARC and text go to everybody; `restricted`: only the group Administrator may read them; `metadata-only` and
under embargo: an item without bitstreams. What is closed is refused.
"""

from dataclasses import replace
from pathlib import Path

from lxml import etree

from archiver.bag.sanitize import one_line
from archiver.errors import Refused
from archiver.packaging.source import Source
from archiver.rights.gate import has_cookies
from archiver.transfer.repositories.common import Content, made_source
from archiver.validation.payload.provenance import Record

_COOKIES = "the WARC is held back: cookies of a subscription are in it; --redact makes a copy without"
_UNNAMED = "another bag is named there which may not be shown; --redact makes a copy that names none"
_RESTRICTED = "\tpermissions:-r 'Administrator'"


def dspace(content: Content, home: Path) -> Source:
    """The item of a bag, its own files written below `home`. Raises Refused, OSError."""
    if not content.access.allows("metadata"):
        raise Refused(f"no item is made of it: {content.access.sentence}; see docs/keep/access.md")
    bitstreams = _bitstreams(content) if content.access.allows("copy") else {}
    rights = "" if content.access.allows("public") else _RESTRICTED
    contents = "".join(
        f"{name}\tbundle:ORIGINAL{rights}\tdescription:{what}\n" for name, (_, what) in bitstreams.items()
    )
    own = {
        "dublin_core.xml": _values("dc", _dublin_core(content)),
        "metadata_archiver.xml": _values("archiver", _facts(content)),
    }
    if content.item.rights:
        own["license.txt"] = f"{one_line(content.item.rights)}\n".encode()
        contents += "license.txt\tbundle:LICENSE\n"
    own["contents"] = contents.encode("utf-8")
    taken = {name: path for name, (path, _) in bitstreams.items()}
    made = made_source(content, home, f"item_{content.number:06}", own, taken)
    if content.access.allows("copy"):
        notes = [_COOKIES] if has_cookies(content.record) else []
        whole = _bitstreams(replace(content, unnamed=frozenset()))
        held = sorted({path for path, _ in whole.values()} - {*taken.values()})
        return replace(made, notes=(*made.notes, *notes, *(f"{path} is held back: {_UNNAMED}" for path in held)))
    return replace(made, notes=(*made.notes, f"WARC and text are held back: {content.access.sentence}"))


def _bitstreams(content: Content) -> dict[str, tuple[str, str]]:
    """Name in the item -> (path in the bag, description)."""
    stated, found = Record(content.record), {}
    files = content.original.files
    for path in sorted(files):
        if path.startswith("data/wacz/archive/") and path.endswith(".warc.gz") and not has_cookies(content.record):
            found[path.rpartition("/")[2]] = (path, "WARC: the exchanges as recorded")
    text = f"data/{stated.get(str, 'text', 'file')}"
    if text in files:
        found["article.txt"] = (text, "Text extracted from the page")
    if "data/provenance.json" in files:
        found["provenance.json"] = ("data/provenance.json", "The record of the capture")
    return {name: told for name, told in found.items() if told[0] not in content.unnamed}


def _dublin_core(content: Content) -> list[tuple[str, str | None, str]]:
    item = content.item
    return [
        ("title", None, item.headline or item.url),
        *(("contributor", "author", name) for name in item.bylines),
        *(("contributor", "other", name) for name in item.agencies),
        ("publisher", None, item.publisher),
        ("date", "issued", item.published[:10]),
        ("date", "created", item.captured[:10]),
        ("type", None, "Text"),
        ("identifier", "uri", item.url),
        ("identifier", "other", item.identifier),
        ("language", "iso", item.language),
        ("rights", None, item.rights),
        # `rights.holder` is in no registry that DSpace comes with, and its importer refuses what is not.
        ("rights", None, f"Rights holder: {item.holder}" if item.holder else ""),
        ("description", "provenance", f"bag {item.bag}, seal sha256:{item.seal}"),
    ]


def _facts(content: Content) -> list[tuple[str, str | None, str]]:
    item = content.item
    return [
        ("outcome", None, item.outcome),
        ("verdict", None, item.verdict),
        ("source", None, item.source),
        ("memento", None, item.memento),
        ("access", None, content.access.level),
        ("embargo", None, item.embargo),
        ("bag", None, item.bag),
        ("seal", None, item.seal),
        *(("notice", None, notice) for notice in item.notices),
    ]


def _values(schema: str, values: list[tuple[str, str | None, str]]) -> bytes:
    root = etree.Element("dublin_core", schema=schema)
    for element, qualifier, value in values:
        if value:
            node = etree.SubElement(root, "dcvalue", element=element, qualifier=qualifier or "none")
            node.text = one_line(value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
