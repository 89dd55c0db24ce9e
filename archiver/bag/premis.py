"""metadata/premis.xml: the payload's files, what happened to them until the bag was sealed, and who did it (PREMIS 3).

Events are those of the Library of Congress list; one agent an event. What happens after sealing belongs to the custody
log, not here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from archiver import __version__
from archiver.bag.bag_contents import NOT_STATED, BagContents
from archiver.bag.crate import File
from archiver.bag.formats import Format, format_of
from archiver.bag.rendering import FOLDER
from archiver.bag.sanitize import one_line
from archiver.model.check import Check, Flag, FormatFound

NS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType"
_IN = f"{{{NS}}}"
_PREFIXES: dict[Any, str] = {None: NS, "xsi": XSI}
BY_NAME = "by the file's name; not identified from its content"
SOFTWARE, ORGANISATION, OPERATOR = "archiver", "organisation", "operator"

Node: TypeAlias = etree._Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its type, what was done, how it ended, which agent, on which files."""

    kind: str
    moment: datetime
    detail: str
    outcome: str
    note: str | None
    agent: str
    files: tuple[str, ...]
    name: str | None = None
    """What distinguishes it from other events of its kind."""


def premis_of(contents: BagContents, files: Sequence[File]) -> bytes:
    """The document, UTF-8, valid under premis-v3-0.xsd. `files` are those written before it."""
    paths = [path for path, _, _ in files]
    events = _events(contents, paths)
    root = etree.Element(f"{_IN}premis", {"version": "3.0"}, _PREFIXES)
    if contents.identifiers:
        _entity(root, contents)
    for file in files:
        _object(root, contents, file, events)
    for event in events:
        _event(root, contents, event)
    _agents(root, contents)
    _rights(root, contents, paths)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _captured(contents: BagContents) -> str:
    """How the page was captured: by us, or by others, as their file says."""
    capture, imported = contents.capture, contents.capture.imported
    if imported is None:
        return f"GET {capture.requested_url}, recorded by {SOFTWARE} {__version__}"
    software = next((each.value for each in imported.stated if each.name in ("software", "creator")), "not stated")
    taken = f"{imported.file.name} at {imported.imported:%Y-%m-%dT%H:%M:%SZ} by {SOFTWARE} {__version__}"
    return f"captured by others (software: {software}), taken out of {taken}"


def _events(contents: BagContents, paths: list[str]) -> list[Event]:
    capture, comparison = contents.capture, contents.reading.comparison
    warcs = tuple(path for path in paths if path.endswith(".warc.gz"))
    responsible = ORGANISATION if contents.config.organisation else OPERATOR if contents.config.operator else SOFTWARE
    read = tuple(path for path in paths if path in ("text/article.txt", "provenance.json"))
    return [
        Event(kind="accession", moment=capture.started, agent=responsible, files=(contents.seed_file,), note=None,
              detail=contents.custody_line, outcome="success"),
        Event(kind="capture", moment=capture.started, agent=responsible, files=warcs, note=capture.reason,
              detail=_captured(contents), outcome=capture.outcome),
        *_rendering(contents, paths),
        Event(kind="validation", moment=capture.finished, agent=SOFTWARE, files=warcs, note=None,
              detail="WARC 1.1: members, lengths, digests and fields, before sealing", outcome="success"),
        Event(kind="metadata extraction", moment=capture.finished, agent=SOFTWARE, files=read,
              detail=f"text by {contents.reading.article.extractor} {contents.reading.article.extractor_version}; "
              "claims, credits and comparison with the seed", outcome="success", note=f"verdict: {comparison.verdict}"),
        Event(kind="message digest calculation", moment=contents.sealed, agent=SOFTWARE, files=tuple(paths), note=None,
              detail="SHA-256 and SHA-512, while each file was written", outcome="success"),
        *map(_checked, contents.checks),
        Event(kind="creation", moment=contents.sealed, agent=SOFTWARE, files=tuple(paths), note=None,
              detail=f"BagIt 1.0 bag {contents.name}", outcome="success"),
    ]  # fmt: skip


def _rendering(contents: BagContents, paths: list[str]) -> list[Event]:
    """That a browser showed the page: its requests are in the WARC, what it showed is apart."""
    rendering = contents.rendering
    if rendering is None:
        return []
    program = rendering.about.get("browser") or {}
    who = f"{program.get('name') or 'a browser'} {program.get('version') or ''}".strip()
    answered = (rendering.about.get("consent") or {}).get("answered") is True
    consent = "; a consent wall was answered" if answered else ""
    return [
        Event(kind="capture", name="rendering", moment=rendering.started, agent=SOFTWARE, note=rendering.failed,
              files=tuple(path for path in paths if path.startswith(FOLDER)),
              detail=f"{contents.capture.requested_url} shown by {who} through the recorder of {SOFTWARE} {__version__}"
              f"{consent}", outcome="failed" if rendering.failed else "success"),
    ]  # fmt: skip


def _checked(check: Check) -> Event:
    """A check before sealing: what was flagged, or why it was not made."""
    notes = [check.reason] if check.reason else [_flag(each) for each in check.flags[:50]]
    notes += [f"not looked at: {each}" for each in check.left_out[:20]]
    found = f"; {len(check.formats)} formats identified" if check.kind == "format identification" else ""
    of = [each.of for each in check.formats] + [each.of for each in check.flags if each.of]
    return Event(kind=check.kind, name=f"check {check.name}", moment=check.started, agent=SOFTWARE,
                 detail=f"{check.name} by {check.tool}: {check.looked_at} files and contents of WARC records{found}",
                 outcome="success" if check.outcome == "passed" else check.outcome, note="; ".join(notes) or None,
                 files=tuple(dict.fromkeys(each.path for each in of)))  # fmt: skip


def _flag(flag: Flag) -> str:
    where = f" in {flag.of.path}" if flag.of else ""
    return f"{flag.message}{where}{f', record {flag.of.record_id}' if flag.of and flag.of.record_id else ''}"


def _entity(root: Node, contents: BagContents) -> None:
    """The bag as a whole, with its identifiers."""
    node = _add(root, "object")
    node.set(f"{{{XSI}}}type", "intellectualEntity")
    for kind, value in (("UUID", contents.identifier.rpartition(":")[2]), *contents.identifiers):
        _identified(node, "objectIdentifier", kind, value)


def _object(root: Node, contents: BagContents, file: File, events: Iterable[Event]) -> None:
    path, size, sha256 = file
    known = format_of(path)
    node = _add(root, "object")
    node.set(f"{{{XSI}}}type", "file")
    _file(node, "objectIdentifier", path)
    characteristics = _add(node, "objectCharacteristics")
    _add(characteristics, "compositionLevel", "1" if known.compressed else "0")
    fixity = _add(characteristics, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", sha256)
    _add(characteristics, "size", str(size))
    for each in _identified_formats(contents, path):
        _format_found(_add(characteristics, "format"), each)
    if not _identified_formats(contents, path):
        _format(_add(characteristics, "format"), known)
    if path == contents.seed_file:
        _add(node, "originalName", contents.seed.name)
    for event in events:
        if path in event.files:
            _identified(
                node, "linkingEventIdentifier", "UUID", _event_id(contents.identifier, event.name or event.kind)
            )


def _identified_formats(contents: BagContents, path: str) -> list[FormatFound]:
    """What a program identified the file itself as."""
    return [
        found
        for check in contents.checks
        for found in check.formats
        if found.of.path == path and found.of.record_id is None
    ]


def _format_found(node: Node, found: FormatFound) -> None:
    known = Format(found.name, found.version, found.mime or "", found.puid)
    _format(node, known, note=f"identified from the content: {found.basis or 'basis not stated'}")


def _format(node: Node, known: Format, note: str = BY_NAME) -> None:
    designation = _add(node, "formatDesignation")
    _add(designation, "formatName", known.name)
    if known.version:
        _add(designation, "formatVersion", known.version)
    if known.puid:
        registry = _add(node, "formatRegistry")
        _add(registry, "formatRegistryName", "PRONOM")
        _add(registry, "formatRegistryKey", known.puid)
    _add(node, "formatNote", note)


def _event(root: Node, contents: BagContents, event: Event) -> None:
    node = _add(root, "event")
    _identified(node, "eventIdentifier", "UUID", _event_id(contents.identifier, event.name or event.kind))
    kind = _add(node, "eventType", event.kind)
    kind.set("authority", "eventType")
    kind.set("authorityURI", EVENT_TYPES)
    _add(node, "eventDateTime", f"{event.moment:%Y-%m-%dT%H:%M:%S.%fZ}")
    _add(_add(node, "eventDetailInformation"), "eventDetail", event.detail)
    outcome = _add(node, "eventOutcomeInformation")
    _add(outcome, "eventOutcome", event.outcome)
    if event.note:
        _add(_add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", event.note)
    _identified(node, "linkingAgentIdentifier", "local", event.agent)
    for path in event.files:
        _file(node, "linkingObjectIdentifier", path)


def _agents(root: Node, contents: BagContents) -> None:
    config = contents.config
    contact = f"contact: {contents.contact}" if contents.contact else None
    for identifier, name, kind, version, note in (
        (SOFTWARE, "archiver", "software", __version__, None),
        (ORGANISATION, config.organisation, "organization", None, contact),
        (OPERATOR, config.operator, "person", None, None if config.organisation else contact),
    ):
        if name:
            node = _add(root, "agent")
            _identified(node, "agentIdentifier", "local", identifier)
            _add(node, "agentName", name)
            _add(node, "agentType", kind)
            if version:
                _add(node, "agentVersion", version)
            if note:
                _add(node, "agentNote", note)


def _rights(root: Node, contents: BagContents, paths: Iterable[str]) -> None:
    """One statement on all files: the basis as it was given, the rest as a note."""
    rights, identifier = contents.rights, str(uuid5(NAMESPACE_URL, f"{contents.identifier}/rights"))
    node = _add(_add(root, "rights"), "rightsStatement")
    _identified(node, "rightsStatementIdentifier", "UUID", identifier)
    _add(node, "rightsBasis", "other")
    other = _add(node, "otherRightsInformation")
    if statement := rights["statement"]:
        _identified(other, "otherRightsDocumentationIdentifier", "rights statement", statement)
    _add(other, "otherRightsBasis", rights["basis"] or NOT_STATED)
    _add(other, "otherRightsNote", contents.rights_line)
    granted = _add(node, "rightsGranted")
    _add(granted, "act", "disseminate")
    _add(granted, "restriction", rights["access"] or NOT_STATED)
    if embargo := rights["embargo"]:
        _add(granted, "rightsGrantedNote", f"embargo: {embargo}")
    for path in paths:
        _file(node, "linkingObjectIdentifier", path)


@lru_cache(64)
def _event_id(bag: str, kind: str) -> str:
    """The same event has the same identifier wherever the bag is read."""
    return str(uuid5(NAMESPACE_URL, f"{bag}/{kind}"))


def _file(parent: Node, name: str, path: str) -> None:
    _identified(parent, name, "path in the bag", f"data/{path}")


def _identified(parent: Node, name: str, kind: str, value: str) -> None:
    node = _add(parent, name)
    _add(node, f"{name}Type", kind)
    _add(node, f"{name}Value", value)


def _add(parent: Node, name: str, text: str | None = None) -> Node:
    """A new last child. Its text may come from anywhere: what `one_line` leaves of it is what XML can hold."""
    node = etree.SubElement(parent, _IN + name)
    if text is not None:
        node.text = one_line(text)
    return node
