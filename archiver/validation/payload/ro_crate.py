"""Compares ro-crate-metadata.json with the payload and the record (RO-Crate 1.2; docs/bag-format.md, section 3.6).

Whether it is an RO-Crate in every respect its own validators say; here, whether what it says of this bag is true.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from archiver.model import Finding
from archiver.validation.bagit.tagfiles import Info
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.provenance import COMPLAINTS, Record, parsed
from archiver.validation.rules.registry import finding

METADATA, PREVIEW = "data/ro-crate-metadata.json", "data/ro-crate-preview.html"
BYTES = 16 << 20
"""A longer crate is not read: that of a bag with a hundred files has 60 KB."""
_CREDITS = ("author", "contributor", "editor", "translator", "creator", "provider", "copyrightHolder")
"""The properties that tie people to a work; a Role stands between where it says what they did."""
Entity = dict[str, Any]
Graph = dict[str, Entity]


def check_crate(tree: Tree, record: Record, info: Info, digest: Callable[[str], str]) -> Iterator[Finding]:
    """Findings about the crate. `digest` gives the SHA-256 of a file, and raises KeyError or OSError."""
    if METADATA not in tree.files:
        yield finding("CRATE001", METADATA)
        return
    try:
        graph = _graph(tree)
    except ValueError as error:
        yield finding("CRATE002", METADATA, reason=error)
        return
    yield from islice(_files(tree, graph, digest), COMPLAINTS)
    yield from _statements(graph, record, info)


def _graph(tree: Tree) -> Graph:
    """The entities by their identifiers. Raises ValueError."""
    if tree.files[METADATA] > BYTES:
        raise ValueError(f"it has more than {BYTES} bytes")
    try:
        with tree.open(METADATA) as stream:
            entities = Record(parsed(stream.read(BYTES))).get(list, "@graph") or []
    except OSError as error:
        raise ValueError(error.strerror) from error
    graph: Graph = {}
    for each in entities:
        identifier = Record(each).get(str, "@id")
        if identifier is None:
            raise ValueError("an entity has no @id")
        if identifier in graph:
            raise ValueError(f"{identifier[:200]} is described twice")
        graph[identifier] = each
    if "./" not in graph or _refs(graph.get("ro-crate-metadata.json", {}), "about") != ["./"]:
        raise ValueError("it does not describe the root ./ as what it is about")
    return graph


def _values(entity: Entity, name: str) -> list[Any]:
    found = entity.get(name, [])
    return found if isinstance(found, list) else [found]


def _refs(entity: Entity, name: str) -> list[str]:
    """The identifiers that a property refers to."""
    return [
        each["@id"] for each in _values(entity, name) if isinstance(each, dict) and isinstance(each.get("@id"), str)
    ]


def _files(tree: Tree, graph: Graph, digest: Callable[[str], str]) -> Iterator[Finding]:
    """Every part is described, every file that is described is there and as described, every other file is a part."""
    parts = _refs(graph["./"], "hasPart")
    for part in parts:
        if part not in graph:
            yield finding("CRATE003", METADATA, found=part)
    for identifier, entity in graph.items():
        if "File" not in _values(entity, "@type"):
            continue
        path = f"data/{identifier}"
        if path not in tree.files:
            yield finding("CRATE004", METADATA, found=identifier)
            continue
        for name, found in (("contentSize", str(tree.files[path])), ("sha256", _digest(path, digest))):
            if found is not None and name in entity and str(entity[name]) != found:
                yield finding("CRATE006", path, field=name, expected=entity[name], found=found)
    named = {f"data/{part}" for part in parts} | {METADATA, PREVIEW}
    yield from (finding("CRATE005", path) for path in tree.payload if path not in named)


def _digest(path: str, digest: Callable[[str], str]) -> str | None:
    try:
        return digest(path)
    except (KeyError, OSError):
        return None  # FIX002 says so


def _statements(graph: Graph, record: Record, info: Info) -> Iterator[Finding]:
    """Compares what both the crate and the record (or bag-info.txt) state. What is absent contradicts nothing."""
    root = graph["./"]
    page = graph.get(next(iter(_refs(root, "mainEntity")), ""), {})
    capture = graph.get(next(iter(_refs(root, "mentions")), ""), {})
    licence = _refs(root, "license")
    known = [*licence, *(name for each in licence for name in _values(graph.get(each, {}), "name"))]
    identifiers = [v for each in _refs(root, "identifier") for v in _values(graph.get(each, {}), "value")]
    final = record.get(str, "capture", "final_url")
    if final not in _refs(root, "mainEntity"):
        final = _uri(final) if final else None
    for field, other, found, expected in (
        ("license", "rights.statement", known, record.get(str, "rights", "statement")),
        ("mainEntity", "capture.final_url", _refs(root, "mainEntity"), final),
        ("result", "capture.warc", _refs(capture, "result"), record.get(str, "capture", "warc")),
        ("object", "capture.final_url", _refs(capture, "object"), final),
        ("identifier", "bag-info.txt", identifiers, next(iter(info.values("External-Identifier")), None)),
    ):
        if found and expected is not None and expected not in found:
            yield _contradicts(field, other, expected, found[0])
    for name, key in (("startTime", "started"), ("endTime", "finished")):
        moment, stated = record.time("capture", key), Record(capture).time(name)
        if moment and stated and moment != stated:
            yield _contradicts(name, f"capture.{key}", moment, stated)
    sealed, finished = Record(root).time("datePublished"), record.time("capture", "finished")
    if sealed and finished and sealed < finished.replace(microsecond=0):
        yield _contradicts("datePublished of ./", "capture.finished", f"after {finished}", sealed)
    yield from _article(graph, page, record)


def _uri(address: str) -> str:
    """An address in the characters of a URI (RFC 3986, 2): the crate's identifiers are such (bag-format.md, 3.1)."""
    *host, path = address.split("/", 3)  # brackets round IPv6 stay
    octets = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", path)
    plain = re.sub(r"[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]", lambda found: quote(found[0], safe=""), octets)
    return "/".join((*host, plain))


def _article(graph: Graph, page: Entity, record: Record) -> Iterator[Finding]:
    """Dates, publisher and credits of the page are among those of the record."""
    publishers = [name for each in _refs(page, "publisher") for name in _values(graph.get(each, {}), "name")]
    for field, claim, stated in (
        ("datePublished", "published", _values(page, "datePublished")),
        ("dateModified", "modified", _values(page, "dateModified")),
        ("inLanguage", "language", _values(page, "inLanguage")),
        ("publisher", "publisher", publishers),
    ):
        claims = [each.get("value") for each in record.get(list, "claims", claim) or [] if isinstance(each, dict)]
        for value in stated:
            if value not in claims:
                yield _contradicts(field, f"claims.{claim}", " | ".join(map(str, claims)), value)
    works = [("article", page)] if page else []
    works += [("image", graph[each]) for each in _refs(page, "image") if each in graph]
    credited = [each for each in record.get(list, "credits") or [] if isinstance(each, dict)]
    for of, work in works:
        expected = {str(each.get("name")) for each in credited if each.get("of") == of}
        found = set(_people(graph, work))
        if expected != found:
            sides = {"expected": " | ".join(sorted(expected)), "found": " | ".join(sorted(found))}
            yield finding("CRATE007", METADATA, field=f"credits of the {of}", other="credits", **sides)


def _people(graph: Graph, work: Entity) -> Iterator[str]:
    for name in _CREDITS:
        for each in _refs(work, name):
            who = graph.get(each, {})
            behind = [graph.get(ref, {}) for ref in _refs(who, "contributor")] if "roleName" in who else [who]
            yield from (str(value) for person in behind for value in _values(person, "name"))


def _contradicts(field: str, other: str, expected: object, found: object) -> Finding:
    return finding("CRATE007", METADATA, field=field, other=other, expected=expected, found=found)
