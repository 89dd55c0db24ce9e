"""E-ARK information packages for submission (CSIP and SIP 2.1): the sealed bag as it is in a representation, METS files
over it, Dublin Core, and the bag's own PREMIS (docs/keep/repositories.md).

What is in `representations/rep1/data/` validates as a bag; of its custody log only the sealing goes along, since
each delivery adds one.
"""

from pathlib import Path
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from archiver import __version__
from archiver.bag.formats import format_of
from archiver.digest import sha256
from archiver.exports.catalogues import oai_dc
from archiver.packaging.source import Source
from archiver.transfer.repositories.common import Content, made_source

METS, CSIP, XLINK = (
    "http://www.loc.gov/METS/",
    "https://DILCIS.eu/XML/METS/CSIPExtensionMETS",
    "http://www.w3.org/1999/xlink",
)
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PROFILE_SIP = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
PROFILE_CSIP = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
_PLACES = (
    f"{METS} http://www.loc.gov/standards/mets/mets.xsd {CSIP} "
    "https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd"
)
_CUSTODY = "signatures/custody/"
_SEALING = f"{_CUSTODY}0001-sealing."
_REP = "representations/rep1"
_ABOUT = "documentation/about.txt"
_DC, _PREMIS = "metadata/descriptive/dc.xml", "metadata/preservation/premis.xml"
_BAGS_PREMIS = "data/metadata/premis.xml"
Node = etree._Element


def eark(content: Content, home: Path) -> Source:
    """The package of a bag, its own files written below `home`. Raises Refused, OSError."""
    original, name = content.original, f"uuid-{uuid5(NAMESPACE_URL, f'{content.original.seal} eark')}"
    kept = [path for path in original.files if not path.startswith(_CUSTODY) or path.startswith(_SEALING)]
    digests = content.digests()
    files = [_File(f"data/{path}", format_of(path).mime, original.files[path], digests[path]) for path in sorted(kept)]
    representation = _representation(content, files)
    own = {f"{_REP}/METS.xml": representation, _DC: oai_dc(content.item)}
    taken = {f"{_REP}/data/{path}": path for path in kept}
    described = [_File(_DC, "application/xml", len(own[_DC]), sha256(own[_DC]))]
    premis = []
    if _BAGS_PREMIS in original.files:
        taken[_PREMIS] = _BAGS_PREMIS
        premis = [_File(_PREMIS, "application/xml", original.files[_BAGS_PREMIS], digests[_BAGS_PREMIS])]
    below = _File(f"{_REP}/METS.xml", "application/xml", len(representation), sha256(representation))
    own[_ABOUT] = _about(content)
    about = _File(_ABOUT, "text/plain", len(own[_ABOUT]), sha256(own[_ABOUT]))
    own["METS.xml"] = _package(content, name, described, premis, below, about)
    return made_source(content, home, name, own, taken)


def _about(content: Content) -> bytes:
    """What is where, for people."""
    original = content.original
    return (
        f"representations/rep1/data is the BagIt bag {original.name} as it was sealed (seal: SHA-256 "
        f"{original.seal} of its tagmanifest-sha256.txt). Any BagIt validator can check it.\n"
        "data/provenance.json in it is the record of the capture, data/wacz/archive the WARC.\n"
    ).encode()


class _File:
    """A file that a METS file names."""

    def __init__(self, path: str, mime: str, size: int, digest: str) -> None:
        self.path, self.mime, self.size, self.digest = path, mime, size, digest

    def identifier(self, prefix: str) -> str:
        """Its xml:id."""
        return f"{prefix}-{sha256(self.path.encode('utf-8', 'surrogateescape'))[:32]}"


def _package(
    content: Content, name: str, described: list[_File], premis: list[_File], below: _File, about: _File
) -> bytes:
    root = _root(name, PROFILE_SIP, content.item.headline or content.item.url)
    _header(root, content, submission=True)
    for file in described:
        section = _add(root, "dmdSec", ID=file.identifier("dmd"), CREATED=_time(content), STATUS="CURRENT")
        _reference(_add(section, "mdRef"), content, file, "DC")
    if premis:
        amd = _add(root, "amdSec", ID="amd-preservation")
        for file in premis:
            section = _add(amd, "digiprovMD", ID=file.identifier("digiprov"), CREATED=_time(content), STATUS="CURRENT")
            _reference(_add(section, "mdRef"), content, file, "PREMIS")
    section = _add(root, "fileSec", ID="file-sec")
    documentation = _files(section, content, "Documentation", [about])
    group = _files(section, content, "Representations/rep1", [below])
    struct = _add(root, "structMap", ID="struct-map", TYPE="PHYSICAL", LABEL="CSIP")
    top = _add(struct, "div", ID="div-package", LABEL=name)
    dmd = " ".join(file.identifier("dmd") for file in described)
    adm = " ".join(file.identifier("digiprov") for file in premis)
    _add(top, "div", ID="div-metadata", LABEL="Metadata", DMDID=dmd, **({"ADMID": adm} if adm else {}))
    _add(_add(top, "div", ID="div-documentation", LABEL="Documentation"), "fptr", FILEID=documentation)
    div = _add(top, "div", ID="div-rep1", LABEL="Representations/rep1")
    pointer = _add(div, "mptr", LOCTYPE="URL")
    _link(pointer, below.path)
    pointer.set(f"{{{XLINK}}}title", group)
    return _bytes(root)


def _representation(content: Content, files: list[_File]) -> bytes:
    root = _root("rep1", PROFILE_CSIP, "The sealed bag")
    _header(root, content, submission=False)
    group = _files(_add(root, "fileSec", ID="file-sec"), content, "Data", files)
    struct = _add(root, "structMap", ID="struct-map", TYPE="PHYSICAL", LABEL="CSIP")
    top = _add(struct, "div", ID="div-representation", LABEL="rep1")
    _add(top, "div", ID="div-metadata", LABEL="Metadata")
    div = _add(top, "div", ID="div-data", LABEL="Data")
    _add(div, "fptr", FILEID=group)
    return _bytes(root)


def _root(name: str, profile: str, label: str) -> Node:
    root = etree.Element(f"{{{METS}}}mets", nsmap={"mets": METS, "csip": CSIP, "sip": SIP, "xlink": XLINK, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", _PLACES)
    for key, value in (("OBJID", name), ("TYPE", "Websites"), ("PROFILE", profile), ("LABEL", label[:500])):
        root.set(key, value)
    root.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "MIXED")
    return root


def _header(root: Node, content: Content, *, submission: bool) -> None:
    header = _add(root, "metsHdr", CREATEDATE=_time(content), RECORDSTATUS="NEW")
    header.set(f"{{{CSIP}}}OAISPACKAGETYPE", "SIP")
    agent = _add(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    _add(agent, "name").text = "archiver"
    note = _add(agent, "note")
    note.set(f"{{{CSIP}}}NOTETYPE", "SOFTWARE VERSION")
    note.text = __version__
    who = content.config.organisation or content.config.operator
    if submission and who:
        kind = "ORGANIZATION" if content.config.organisation else "INDIVIDUAL"
        _add(_add(header, "agent", ROLE="OTHER", OTHERROLE="SUBMITTER", TYPE=kind), "name").text = who


def _files(section: Node, content: Content, use: str, files: list[_File]) -> str:
    """A group of files; its xml:id."""
    identifier = f"group-{use.lower().replace('/', '-')}"
    group = _add(section, "fileGrp", ID=identifier, USE=use)
    group.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "MIXED")
    for file in files:
        node = _add(
            group,
            "file",
            ID=file.identifier("file"),
            MIMETYPE=file.mime,
            SIZE=str(file.size),
            CREATED=_time(content),
            CHECKSUM=file.digest,
            CHECKSUMTYPE="SHA-256",
        )
        _link(_add(node, "FLocat", LOCTYPE="URL"), file.path)
    return identifier


def _reference(node: Node, content: Content, file: _File, kind: str) -> None:
    for key, value in (
        ("LOCTYPE", "URL"),
        ("MDTYPE", kind),
        ("MIMETYPE", file.mime),
        ("SIZE", str(file.size)),
        ("CREATED", _time(content)),
        ("CHECKSUM", file.digest),
        ("CHECKSUMTYPE", "SHA-256"),
    ):
        node.set(key, value)
    _link(node, file.path)


def _link(node: Node, path: str) -> None:
    node.set(f"{{{XLINK}}}type", "simple")
    node.set(f"{{{XLINK}}}href", quote(path, errors="surrogateescape"))


def _time(content: Content) -> str:
    return f"{content.moment:%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: Node, name: str, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{METS}}}{name}", attributes)


def _bytes(root: Node) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
