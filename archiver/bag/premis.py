"""metadata/premis.xml: the payload's files, what happened to them until the bag was sealed, and who did it (PREMIS 3).

Events are those of the Library of Congress list; one agent an event. What happens after sealing belongs to the custody
log, not here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from uuid import NAMESPACE_URL, uuid5

from archiver import __version__
from archiver.bag.bag_contents import NOT_STATED, Dossier
from archiver.bag.crate import File
from archiver.bag.formats import Format, format_of
from archiver.bag.sanitize import one_line

NS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType"
SOFTWARE, ORGANISATION, OPERATOR = "archiver", "organisation", "operator"


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


def premis_of(dossier: Dossier, files: Sequence[File]) -> bytes:
    """The document, UTF-8, valid under premis-v3-0.xsd. `files` are those written before it."""
    paths = [path for path, _, _ in files]
    events = _events(dossier, paths)
    links = [_identified(2, "linkingEventIdentifier", "UUID", _event_id(dossier.identifier, e.kind)) for e in events]
    root = f'<premis xmlns="{NS}" xmlns:xsi="{XSI}" version="3.0">'
    parts = [
        f"<?xml version='1.0' encoding='UTF-8'?>\n{root}\n",
        *(_object(dossier, file, [link for link, e in zip(links, events) if file[0] in e.files]) for file in files),
        *(_event(dossier, event) for event in events),
        *_agents(dossier),
        _rights(dossier, paths),
        "</premis>\n",
    ]
    return "".join(parts).encode("utf-8")


def _events(dossier: Dossier, paths: list[str]) -> list[Event]:
    capture, comparison = dossier.capture, dossier.reading.comparison
    warcs = tuple(path for path in paths if path.endswith(".warc.gz"))
    responsible = ORGANISATION if dossier.config.organisation else OPERATOR if dossier.config.operator else SOFTWARE
    read = tuple(path for path in paths if path in ("text/article.txt", "provenance.json"))
    return [
        Event(kind="accession", moment=capture.started, agent=responsible, files=(dossier.seed_file,), note=None,
              detail=dossier.custody_line, outcome="success"),
        Event(kind="capture", moment=capture.started, agent=responsible, files=warcs, note=capture.reason,
              detail=f"GET {capture.requested_url}, recorded by {SOFTWARE} {__version__}", outcome=capture.outcome),
        Event(kind="validation", moment=capture.finished, agent=SOFTWARE, files=warcs, note=None,
              detail="WARC 1.1: members, lengths, digests and fields, before sealing", outcome="success"),
        Event(kind="metadata extraction", moment=capture.finished, agent=SOFTWARE, files=read,
              detail=f"text by {dossier.reading.article.extractor} {dossier.reading.article.extractor_version}; "
              "claims, credits and comparison with the seed", outcome="success", note=f"verdict: {comparison.verdict}"),
        Event(kind="message digest calculation", moment=dossier.sealed, agent=SOFTWARE, files=tuple(paths), note=None,
              detail="SHA-256 and SHA-512, while each file was written", outcome="success"),
        Event(kind="creation", moment=dossier.sealed, agent=SOFTWARE, files=tuple(paths), note=None,
              detail=f"BagIt 1.0 bag {dossier.name}", outcome="success"),
    ]  # fmt: skip


def _object(dossier: Dossier, file: File, links: Iterable[str]) -> str:
    path, size, sha256 = file
    known = format_of(path)
    return _node(
        1,
        "object",
        _file(2, "objectIdentifier", path),
        _node(
            2,
            "objectCharacteristics",
            _leaf(3, "compositionLevel", "1" if known.compressed else "0"),
            _node(3, "fixity", _leaf(4, "messageDigestAlgorithm", "SHA-256"), _leaf(4, "messageDigest", sha256)),
            _leaf(3, "size", str(size)),
            _format(known),
        ),
        _leaf(2, "originalName", dossier.seed.name) if path == dossier.seed_file else "",
        *links,
        attributes=' xsi:type="file"',
    )


@cache
def _format(known: Format) -> str:
    version = _leaf(5, "formatVersion", known.version) if known.version else ""
    designation = _node(4, "formatDesignation", _leaf(5, "formatName", known.name), version)
    if not known.puid:
        return _node(3, "format", designation)
    registry = _leaf(5, "formatRegistryName", "PRONOM"), _leaf(5, "formatRegistryKey", known.puid)
    return _node(3, "format", designation, _node(4, "formatRegistry", *registry))


def _event(dossier: Dossier, event: Event) -> str:
    note = _node(3, "eventOutcomeDetail", _leaf(4, "eventOutcomeDetailNote", event.note)) if event.note else ""
    return _node(
        1,
        "event",
        _identified(2, "eventIdentifier", "UUID", _event_id(dossier.identifier, event.kind)),
        _leaf(2, "eventType", event.kind, attributes=f' authority="eventType" authorityURI="{EVENT_TYPES}"'),
        _leaf(2, "eventDateTime", f"{event.moment:%Y-%m-%dT%H:%M:%S.%fZ}"),
        _node(2, "eventDetailInformation", _leaf(3, "eventDetail", event.detail)),
        _node(2, "eventOutcomeInformation", _leaf(3, "eventOutcome", event.outcome), note),
        _identified(2, "linkingAgentIdentifier", "local", event.agent),
        *(_file(2, "linkingObjectIdentifier", path) for path in event.files),
    )


def _agents(dossier: Dossier) -> Iterator[str]:
    config = dossier.config
    contact = f"contact: {dossier.contact}" if dossier.contact else None
    for identifier, name, kind, version, note in (
        (SOFTWARE, "archiver", "software", __version__, None),
        (ORGANISATION, config.organisation, "organization", None, contact),
        (OPERATOR, config.operator, "person", None, None if config.organisation else contact),
    ):
        if name:
            yield _node(
                1,
                "agent",
                _identified(2, "agentIdentifier", "local", identifier),
                _leaf(2, "agentName", name),
                _leaf(2, "agentType", kind),
                _leaf(2, "agentVersion", version) if version else "",
                _leaf(2, "agentNote", note) if note else "",
            )


def _rights(dossier: Dossier, paths: Iterable[str]) -> str:
    """One statement on all files: the basis as it was given, the rest as a note."""
    rights, identifier = dossier.rights, str(uuid5(NAMESPACE_URL, f"{dossier.identifier}/rights"))
    statement, embargo, documented = rights["statement"], rights["embargo"], "otherRightsDocumentationIdentifier"
    return _node(
        1,
        "rights",
        _node(
            2,
            "rightsStatement",
            _identified(3, "rightsStatementIdentifier", "UUID", identifier),
            _leaf(3, "rightsBasis", "other"),
            _node(
                3,
                "otherRightsInformation",
                _identified(4, documented, "rights statement", statement) if statement else "",
                _leaf(4, "otherRightsBasis", rights["basis"] or NOT_STATED),
                _leaf(4, "otherRightsNote", dossier.rights_line),
            ),
            _node(
                3,
                "rightsGranted",
                _leaf(4, "act", "disseminate"),
                _leaf(4, "restriction", rights["access"] or NOT_STATED),
                _leaf(4, "rightsGrantedNote", f"embargo: {embargo}") if embargo else "",
            ),
            *(_file(3, "linkingObjectIdentifier", path) for path in paths),
        ),
    )


@lru_cache(64)
def _event_id(bag: str, kind: str) -> str:
    """The same event has the same identifier wherever the bag is read."""
    return str(uuid5(NAMESPACE_URL, f"{bag}/{kind}"))


@lru_cache(256)
def _file(depth: int, name: str, path: str) -> str:
    """Most paths are the same in every bag."""
    return _identified(depth, name, "path in the bag", f"data/{path}")


def _identified(depth: int, name: str, kind: str, value: str) -> str:
    return _node(depth, name, _leaf(depth + 1, f"{name}Type", kind), _leaf(depth + 1, f"{name}Value", value))


def _node(depth: int, name: str, *inner: str, attributes: str = "") -> str:
    """An element of elements, which are indented already."""
    margin = "  " * depth
    return f"{margin}<{name}{attributes}>\n{''.join(inner)}{margin}</{name}>\n"


def _leaf(depth: int, name: str, text: str, *, attributes: str = "") -> str:
    """An element of text, which may come from anywhere: what `one_line` leaves of it is what XML can hold."""
    return f"{'  ' * depth}<{name}{attributes}>{escape(one_line(text), quote=False)}</{name}>\n"
