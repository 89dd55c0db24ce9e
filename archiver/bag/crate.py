"""Builds ro-crate-metadata.json: the payload as an RO-Crate 1.2, for readers of linked data.

Written as plain JSON-LD: the crate is a small flat graph, and its profile validator is the judge in the tests.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from archiver import __version__
from archiver.bag.bag_contents import NOT_STATED, BagContents
from archiver.bag.formats import format_of
from archiver.bag.rendering import ABOUT, DESCRIPTIONS, FOLDER
from archiver.bag.roles import term_of
from archiver.bag.sanitize import json_bytes, one_line
from archiver.markup.addresses import as_uri
from archiver.model import Credit
from archiver.model.bracket import FOLDER as OF_BRACKET
from archiver.model.private import PRIVATE_FILE

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
CONFORMS_TO = "https://w3id.org/ro/crate/1.2"
METADATA, PREVIEW = "ro-crate-metadata.json", "ro-crate-preview.html"
LICENCES = {
    "http://rightsstatements.org/vocab/CNE/1.0/": "Copyright Not Evaluated",
    "http://rightsstatements.org/vocab/InC/1.0/": "In Copyright",
    "http://rightsstatements.org/vocab/UND/1.0/": "Copyright Undetermined",
}
_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.:-]*(?:[/?#][!#$%&'()*+,./:;=?@A-Za-z0-9_~-]*)?")
_NOT_PARTS = {METADATA, PREVIEW}
Entity = dict[str, Any]
File = tuple[str, int, str]
"""Path below `data/`, size in bytes, SHA-256."""


def crate_of(contents: BagContents, files: Sequence[File]) -> bytes:
    """The metadata document: descriptor, root dataset, the page with its credits, the capture, the files."""
    graph: dict[str, Entity] = {}
    for entity in _entities(contents, files):
        graph.setdefault(entity["@id"], {}).update(entity)
    document = {"@context": CONTEXT, "@graph": [_single(entity) for entity in graph.values()]}
    return json_bytes(document, indent=1)


def _entities(contents: BagContents, files: Sequence[File]) -> Iterator[Entity]:
    yield {"@id": METADATA, "@type": "CreativeWork", "about": _ref("./"), "conformsTo": _ref(CONFORMS_TO)}
    yield _root(contents, files)
    yield {"@id": "#identifier", "@type": "PropertyValue", "name": "External-Identifier", "value": contents.identifier}
    for kind, value in contents.identifiers:
        yield {"@id": f"#identifier-{kind.lower()}", "@type": "PropertyValue", "name": kind, "value": value}
    yield _licence(contents)
    yield from _article(contents)
    yield from _agents(contents)
    yield _capture(contents)
    yield from _earlier_bags(contents)
    yield from _rendering(contents)
    yield from (_file(contents, *each) for each in files if each[0] not in _NOT_PARTS)


def _ref(identifier: str) -> dict[str, str]:
    return {"@id": identifier}


def _references(contents: BagContents) -> dict[str, str] | list[dict[str, str]]:
    others = [_ref(f"#identifier-{kind.lower()}") for kind, _ in contents.identifiers]
    return [_ref("#identifier"), *others] if others else _ref("#identifier")


def _single(entity: Entity) -> Entity:
    """Lists of one value as the value (RO-Crate 1.2, Appendix: JSON-LD)."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in entity.items()}


def _root(contents: BagContents, files: Sequence[File]) -> Entity:
    capture, verdict = contents.capture, contents.reading.comparison.verdict
    access = "; ".join(f"{name}: {contents.rights[name]}" for name in ("access", "embargo") if contents.rights[name])
    what = f"Capture of {capture.requested_url} ({capture.outcome}), compared with the seed it came from ({verdict})."
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": one_line(contents.title),
        "description": what,
        "identifier": _references(contents),
        **({"publisher": _ref("#agent")} if contents.config.organisation else {}),
        "datePublished": f"{contents.sealed:%Y-%m-%dT%H:%M:%SZ}",
        "license": _ref(_licence_id(contents)),
        **({"conditionsOfAccess": access} if access else {}),
        "mainEntity": _ref(as_uri(contents.capture.address)),
        "mentions": [_ref("#capture"), *([_ref("#rendering")] if contents.rendering else []), *_earlier(contents)],
        "hasPart": [_ref(path) for path, _, _ in files if path not in _NOT_PARTS],
    }


def _earlier(contents: BagContents) -> list[dict[str, str]]:
    return [_ref(f"#previous-{number}") for number, _ in enumerate(contents.previous, 1)]


def _earlier_bags(contents: BagContents) -> Iterator[Entity]:
    """The earlier bags of the same address, by name and seal."""
    for number, each in enumerate(contents.previous, 1):
        sealed = {"identifier": f"sha256:{each.seal}"} if each.seal else {}
        captured = {"dateCreated": f"{each.captured:%Y-%m-%dT%H:%M:%SZ}"} if each.captured else {}
        yield {"@id": f"#previous-{number}", "@type": "CreativeWork", "name": each.bag, **sealed, **captured}


def _licence_id(contents: BagContents) -> str:
    statement = contents.rights["statement"] or ""
    return statement if _ADDRESS.fullmatch(statement) else "#licence"


def _licence(contents: BagContents) -> Entity:
    identifier = _licence_id(contents)
    name = LICENCES.get(identifier, contents.rights["statement"] or NOT_STATED)
    about = f"As stated by the archive; {contents.rights_line}"
    return {"@id": identifier, "@type": "CreativeWork", "name": name, "description": about}


def _article(contents: BagContents) -> Iterator[Entity]:
    """The page, whoever is credited for it, and its photo."""
    page: Entity = {
        "@id": as_uri(contents.capture.address),
        "@type": "NewsArticle",
        "name": one_line(contents.title),
        **({"headline": contents.headline} if contents.headline else {}),
        "url": as_uri(contents.capture.address),
        "subjectOf": _ref(contents.warc),
    }
    for key, value in (
        ("datePublished", contents.first("published")),
        ("dateModified", contents.first("modified")),
        ("inLanguage", contents.first("language")),
    ):
        # schema.org's dates are ISO 8601; one that is not sure (EDTF) stands in the record and the metadata alone.
        if value and not value.endswith(("?", "]")):
            page[key] = value
    if publisher := contents.first("publisher"):
        page["publisher"] = _ref("#publisher")
        yield {"@id": "#publisher", "@type": "NewsMediaOrganization", "name": publisher}
    written = _once(credit for credit in contents.reading.credits if credit.of == "article")
    lines = dict.fromkeys(credit.text for credit in written if credit.role != "author")
    if lines:
        page["creditText"] = "; ".join(lines)
    yield from _credited(page, written, roles=True)
    if contents.lead:
        page["image"] = _ref(as_uri(contents.lead.url))
        yield from _photo(contents)
    yield page


def _photo(contents: BagContents) -> Iterator[Entity]:
    lead = contents.lead
    assert lead is not None
    photo: Entity = {
        "@id": as_uri(lead.url),
        "@type": "ImageObject",
        "name": lead.caption or "lead photo",
        "contentUrl": as_uri(lead.url),
    }
    if lead.caption:
        photo["caption"] = lead.caption
    if lead.credit:
        photo["creditText"] = lead.credit
    taken = _once(credit for credit in contents.reading.credits if credit.of == "image")
    notices = [credit.text for credit in taken if credit.role == "rights"]
    if notices:
        photo["copyrightNotice"] = notices[0]
    yield from _credited(photo, taken, roles=False)
    yield photo


def _once(credits_: Iterator[Credit]) -> list[Credit]:
    """Each name once per role, however many sources credit it."""
    return list({(credit.name, credit.role): credit for credit in reversed(list(credits_))}.values())[::-1]


def _credited(work: Entity, credited: list[Credit], *, roles: bool) -> Iterator[Entity]:
    """Tie people and organisations to a work; contributors of an article by way of a Role that names what they did."""
    held: dict[str, dict[str, dict[str, str]]] = {}
    for credit in credited:
        term, who = term_of(credit), _who(credit)
        yield who
        identifier = who["@id"]
        if roles and term.schema == "contributor":
            role = {"@id": f"#role-{credit.role}-{identifier[1:]}", "@type": "Role", "name": credit.role}
            relator = f"http://id.loc.gov/vocabulary/relators/{term.marc}"
            yield {**role, "roleName": credit.role, "url": relator, "contributor": _ref(identifier)}
            identifier = role["@id"]
        held.setdefault(term.schema, {})[identifier] = _ref(identifier)
    work.update({key: list(refs.values()) for key, refs in held.items()})


def _who(credit: Credit) -> Entity:
    kind = {"person": "Person", "site": "Organization"}.get(credit.kind, "Organization")
    identifier = "#" + "".join(
        c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in f"{credit.kind}-{credit.name}"
    )
    who: Entity = {"@id": identifier, "@type": "NewsMediaOrganization" if credit.agency else kind, "name": credit.name}
    if credit.agency:
        who["legalName"] = credit.agency
    if credit.url:
        who["url"] = credit.url
    return who


def _agents(contents: BagContents) -> Iterator[Entity]:
    """The software, who is responsible, the person who did it for them, and whom to ask."""
    config = contents.config
    # RO-Crate 1.2 wants an address of the software; the record, which states it whole, is one that will last.
    software = {"@id": "#archiver", "@type": "SoftwareApplication", "name": "archiver", "version": __version__}
    yield {**software, "url": "provenance.json"}
    agent: Entity = {"@id": "#agent", "name": contents.agent}
    agent["@type"] = "Organization" if config.organisation or not config.operator else "Person"
    if config.organisation_address:
        agent["address"] = config.organisation_address
    if contents.contact:
        agent["contactPoint"] = _ref("#contact")
        point = {"name": config.contact_name, "email": config.contact_email, "telephone": config.contact_phone}
        stated = {key: value for key, value in point.items() if value}
        yield {"@id": "#contact", "@type": "ContactPoint", "name": contents.contact, **stated}
    yield agent
    if config.organisation and config.operator:
        yield {"@id": "#operator", "@type": "Person", "name": config.operator, "affiliation": _ref("#agent")}


def _capture(contents: BagContents) -> Entity:
    """The CreateAction: who had the capture made, with what, when, from what, with what result."""
    capture, config = contents.capture, contents.config
    others = f", by others, out of {capture.imported.file.name}" if capture.imported else ""
    return {
        "@id": "#capture",
        "@type": "CreateAction",
        "name": f"Capture of {capture.requested_url}{others}",
        "agent": _ref("#agent"),
        **({"participant": _ref("#operator")} if config.organisation and config.operator else {}),
        "instrument": _ref("#archiver"),
        "startTime": f"{capture.started:%Y-%m-%dT%H:%M:%S.%fZ}",
        "endTime": f"{capture.finished:%Y-%m-%dT%H:%M:%S.%fZ}",
        "object": _ref(as_uri(capture.address)),
        "result": _ref(contents.warc),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _rendering(contents: BagContents) -> Iterator[Entity]:
    """The browser that showed the page, and that it did: an action beside the capture."""
    rendering = contents.rendering
    if rendering is None:
        return
    program = rendering.about.get("browser") or {}
    browser: Entity = {"@id": "#browser", "@type": "SoftwareApplication", "name": program.get("name") or "a browser"}
    yield {**browser, "version": str(program.get("version") or NOT_STATED), "url": ABOUT}
    yield {
        "@id": "#rendering",
        "@type": "CreateAction",
        "name": f"Rendering of {contents.capture.requested_url}",
        "description": "What a browser showed, beside what came over the connection; its requests are in the WARC",
        "agent": _ref("#agent"),
        "instrument": _ref("#browser"),
        "startTime": f"{rendering.started:%Y-%m-%dT%H:%M:%S.%fZ}",
        "endTime": f"{rendering.finished:%Y-%m-%dT%H:%M:%S.%fZ}",
        "object": _ref(contents.warc),
        "result": [_ref(ABOUT), *(_ref(f"{FOLDER}{name}") for name in sorted(rendering.files))],
        "actionStatus": f"http://schema.org/{'Failed' if rendering.failed else 'Completed'}ActionStatus",
        **({"error": rendering.failed} if rendering.failed else {}),
    }


def _file(contents: BagContents, path: str, size: int, sha256: str) -> Entity:
    known = format_of(path)
    encoding: list[Any] = [known.mime]
    if known.puid:
        encoding.append(_ref(f"https://www.nationalarchives.gov.uk/PRONOM/{known.puid}"))
    return {
        "@id": path,
        "@type": "File",
        "name": path.rpartition("/")[2],
        "description": _describe(contents, path),
        "encodingFormat": encoding if len(encoding) > 1 else encoding[0],
        "contentSize": str(size),
        "sha256": sha256,
    }


def _describe(contents: BagContents, path: str) -> str:
    named = {
        contents.warc: "The exchanges as they went over the connection",
        contents.seed_file: f"The seed document, byte for byte. {contents.custody_line}",
        "text/article.txt": "The text extracted from the page",
        PRIVATE_FILE: "Facts about people and cases, which access copies leave out",
        "provenance.json": "The record: what was captured, what it says, how it compares",
        "metadata/premis.xml": "Preservation metadata (PREMIS 3)",
        "metadata/metadata.csv": "Descriptive metadata (Dublin Core)",
        "metadata/rights.csv": "Rights metadata",
    }
    if path in named:
        return named[path]
    if path.startswith(FOLDER):
        return DESCRIPTIONS.get(path, "A file that a browser made")
    if path.endswith("-shared.warc.gz"):
        return "Records copied from other captures of the same job"
    if path.startswith(OF_BRACKET):
        return "What the job said before it asked for anything, and the timestamp of that"
    return "A certificate that was presented" if path.startswith("evidence/tls/") else "A file of the WACZ"
