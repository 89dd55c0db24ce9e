"""An access copy of a sealed bag, without cookies, tokens and passwords (docs/redaction.md): the WARC files written
over, everything made of them made to fit, and told in record, PREMIS, crate and page.

A bag of its own, staged for the delivery and gone after it. The bodies of answers, and so the text and its comparison,
are those of the sealed bag.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from archiver import __version__
from archiver.bag.premis import EVENT_TYPES, NS
from archiver.bag.record import record_bytes
from archiver.bag.sanitize import json_bytes
from archiver.bag.staging import StagedBag
from archiver.bag.wacz import DATAPACKAGE, DIGEST, FOLDER, INDEX, PAGES
from archiver.bag.write_payload import add_wacz
from archiver.digest import sha256
from archiver.errors import Refused
from archiver.ledger.bag_record import read_record
from archiver.model import Bag, IndexEntry
from archiver.packaging.source import Source
from archiver.redaction.rewrite_warc import Changed, Rewritten, new_ids, rewrite
from archiver.redaction.secrets import HEADERS, PARAMETERS, WORDS, without_secrets
from archiver.validation.bagit.tagfiles import Declaration, read_info
from archiver.validation.bagit.tree import scan

RECORD, PREMIS = "provenance.json", "metadata/premis.xml"
CRATE, PREVIEW = "ro-crate-metadata.json", "ro-crate-preview.html"
_MADE = (f"{FOLDER}{INDEX}", f"{FOLDER}{PAGES}", f"{FOLDER}{DATAPACKAGE}", f"{FOLDER}{DIGEST}", RECORD, PREMIS, CRATE,
         PREVIEW, "metadata/metadata.csv", "metadata/rights.csv")  # fmt: skip
"""What is made of the rest, in the order in which one states the digests of others."""
_UNTOUCHED = ("text", "comparison", "credits", "links")
"""Parts of the record that speak of bodies, which stay."""
_OTHER_ARCHIVES = (".warc", ".wacz", ".arc", ".arc.gz", ".har")
_LARGEST = 256 << 20


def redact(original: Source, staged: StagedBag, day: datetime) -> Bag:
    """Fill a staged bag with the access copy of a bag of ours, and seal it. The same bag gives the same bytes on the
    same day. Raises Refused where it is no such bag or holds what cannot be rewritten, StorageError, OSError."""
    paths = [path.removeprefix("data/") for path in original.files if path.startswith("data/")]
    if any(path not in paths for path in _MADE):
        raise Refused("it is not one of archiver's own bags, or not whole: only those can be redacted")
    if other := [path for path in paths if path.lower().endswith(_OTHER_ARCHIVES)]:
        raise Refused(f"data/{other[0]} is a web archive of a kind that is not rewritten")
    record = read_record(original.root)
    if record.get("redaction"):
        raise Refused("it is an access copy already")
    try:
        return _Copy(original, staged, record, day).made(paths)
    except (LookupError, ValueError, TypeError, AttributeError, etree.XMLSyntaxError) as error:
        # Valid, but not as we write it: what it means is not guessed.
        raise Refused(f"it is not made as archiver makes bags, and is not rewritten ({error!r})") from error


class _Copy:
    """One access copy in the making."""

    def __init__(self, original: Source, staged: StagedBag, record: dict[str, Any], day: datetime) -> None:
        self.original, self.staged, self.record, self.day = original, staged, record, day
        self.ids: dict[str, str] = {}
        self.warcs: dict[str, Rewritten] = {}
        self.files: dict[str, str] = {}
        """Files that were changed, but for those made of others: path -> SHA-256 of the original."""

    def made(self, paths: list[str]) -> Bag:
        """Every file, in order. Raises Refused, StorageError, OSError."""
        warcs = [path for path in paths if path.endswith(".warc.gz")]
        for path in warcs:
            new_ids(self._place(path), self.ids)
        for path in warcs:
            file = self.staged.open(path)
            self.warcs[path] = rewrite(self._place(path), path, file, self.ids, self.day)
            self.staged.closed(path, file)
        for path in paths:
            if path not in _MADE and path not in warcs:
                self._copy(path)
        self._wacz()
        self.staged.add(RECORD, record_bytes(self._record()))
        self.staged.add(PREMIS, self._premis())
        for path in ("metadata/metadata.csv", "metadata/rights.csv"):
            self.staged.add(path, self._renamed(self._read(path).decode("utf-8")).encode("utf-8"))
        self.staged.add(CRATE, self._crate())
        self.staged.add(PREVIEW, self._preview())
        return self.staged.seal(list(self._info()))

    @property
    def changed(self) -> list[Changed]:
        """The records that were written over, of all files."""
        return [each for warc in self.warcs.values() for each in warc.changed]

    @property
    def sentence(self) -> str:
        """What this is, for readers."""
        identifier = self.original.identifier or "not stated"
        what = "cookies, tokens and passwords are taken out of headers and addresses"
        return f"Access copy of {identifier} (seal {self.original.seal}): {what}"

    def _place(self, path: str) -> Any:
        return self.original.place(f"data/{path}")

    def _read(self, path: str) -> bytes:
        if self.original.files[f"data/{path}"] > _LARGEST:
            raise Refused(f"data/{path} is larger than {_LARGEST:,} bytes")
        return b"".join(self.original.read(f"data/{path}"))

    def _copy(self, path: str) -> None:
        """A file that nothing is made of: seeds without what gives access, all else as it is."""
        if path.startswith("seed/"):
            data = self._read(path)
            plain = without_secrets(data.decode("latin-1")).encode("latin-1")
            if plain != data:
                self.files[path] = sha256(data)
            self.staged.add(path, plain)
            return
        file = self.staged.open(path)
        for chunk in self.original.read(f"data/{path}"):
            file.write(chunk)
        self.staged.closed(path, file)

    def _wacz(self) -> None:
        entries = tuple(self._entries())
        rows = [json.loads(line) for line in self._read(FOLDER + PAGES).splitlines()]
        page = {**rows[1], "id": self.staged.identifier.rpartition(":")[2]}
        page |= {name: without_secrets(page[name]) for name in ("url", "title")}
        add_wacz(self.staged, entries, page, self.day)

    def _entries(self) -> Iterator[IndexEntry]:
        """The lines of the index, leading to where the records lie now."""
        for line in self._read(FOLDER + INDEX).decode("ascii").splitlines():
            _, moment, said = line.split(" ", 2)
            facts = json.loads(said)
            offset, length = self.warcs[f"{FOLDER}archive/{facts['filename']}"].places[int(facts["offset"])]
            yield IndexEntry(
                url=without_secrets(facts["url"]), moment=datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
                status=int(facts["status"]), mime=facts["mime"], file=facts["filename"], offset=offset, length=length,
                payload_sha256=facts["digest"].removeprefix("sha256:") if facts["digest"] != "-" else None,
            )  # fmt: skip

    def _record(self) -> dict[str, Any]:
        """The record with the ids and addresses as they are now, and what was taken out (schema: redaction)."""
        told = {
            key: value if key in _UNTOUCHED else _over(value, lambda text: self.ids.get(text) or without_secrets(text))
            for key, value in self.record.items()
        }
        for part, name in (("text", "from"), ("comparison", "source")):
            if source := told[part].get(name):
                told[part] = {
                    **told[part],
                    name: _over(source, lambda text: self.ids.get(text) or without_secrets(text)),
                }
        grown = {each.id: each.grown for each in self.changed}
        for each in told["capture"]["exchanges"]:
            each["bytes"] += grown.get(each["record_ids"]["response"], 0)
        for path in self.files:
            told["seed"]["sha256"] = sha256((self.staged.path / "data" / path).read_bytes())
        told["redaction"] = {
            "of": {"name": self.original.name, "identifier": self.original.identifier, "seal": self.original.seal},
            "by": f"archiver {__version__}",
            "on": f"{self.day:%Y-%m-%d}",
            "headers": sorted(HEADERS),
            "header_words": sorted(WORDS),
            "parameter_words": sorted(PARAMETERS),
            "bodies": "as they were captured",
            "records": [asdict(each) for each in self.changed],
            "files": [{"file": path, "original_sha256": digest} for path, digest in sorted(self.files.items())],
        }
        return told

    def _premis(self) -> bytes:
        """PREMIS with the digests as they are now, and the event `redaction` (LoC eventType)."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=True)
        root: Any = etree.fromstring(self._read(PREMIS), parser)
        written = {f"data/{path}": (size, digest) for path, size, digest in self.staged.written()}
        event = str(uuid5(NAMESPACE_URL, f"{self.staged.identifier}/redaction"))
        paths = [f"data/{path}" for path in (*self.warcs, *self.files, f"{FOLDER}{INDEX}", f"{FOLDER}{PAGES}", RECORD)]
        for node in root.iter(f"{{{NS}}}*"):
            if node.text:
                node.text = without_secrets(node.text)
        for node in root.findall(f"{{{NS}}}object"):
            path = node.findtext(f".//{{{NS}}}objectIdentifierValue")
            if path in written:
                for name, value in zip(("size", "messageDigest"), written[path], strict=True):
                    node.find(f".//{{{NS}}}{name}").text = str(value)
            if path in paths:
                node.append(_linking("linkingEventIdentifier", "UUID", event))
        last = root.findall(f"{{{NS}}}event")[-1]
        last.addnext(_event(event, self.day, self.sentence, len(self.changed), paths))
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def _crate(self) -> bytes:
        """The crate with sizes and digests as they are now; it says what it is based on."""
        document = _over(json.loads(self._read(CRATE)), self._renamed)
        files = {path: (size, digest) for path, size, digest in self.staged.written()}
        for entity in document["@graph"]:
            if entity["@id"] in files:
                entity["contentSize"], entity["sha256"] = str(files[entity["@id"]][0]), files[entity["@id"]][1]
            if entity["@id"] == "./":
                entity["description"] = f"{self.sentence}. {entity['description']}"
                if self.original.identifier:
                    entity["isBasedOn"] = {"@id": self.original.identifier}
        if self.original.identifier:
            sealed = {"@id": self.original.identifier, "@type": "CreativeWork", "name": f"Bag {self.original.name}"}
            document["@graph"].append(sealed)
        return json_bytes(document, indent=1)

    def _preview(self) -> bytes:
        page = self._renamed(self._read(PREVIEW).decode("utf-8"))
        notice = f'<p class="standfirst">{escape(self.sentence)}.</p></header>'
        return page.replace("</header>", notice, 1).encode("utf-8")

    def _renamed(self, text: str) -> str:
        """Without secrets, and with the identifier of this bag."""
        plain = without_secrets(text)
        return plain.replace(self.original.identifier, self.staged.identifier) if self.original.identifier else plain

    def _info(self) -> Iterator[tuple[str, str]]:
        for label, value in read_info(scan(self.original.root)[0], Declaration())[0].elements:
            if label.lower() != "payload-oxum":
                yield label, self._renamed(value)
        yield "Redacted-From", self.original.identifier or self.original.name
        yield "Redacted-From-Seal", self.original.seal


def _over(value: Any, change: Callable[[str], str]) -> Any:
    """JSON with every text changed; the names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_over(each, change) for each in value]
    return {key: _over(each, change) for key, each in value.items()} if isinstance(value, Mapping) else value


def _event(identifier: str, day: datetime, detail: str, count: int, paths: list[str]) -> Any:
    node = etree.Element(f"{{{NS}}}event")
    node.append(_linking("eventIdentifier", "UUID", identifier))
    kind = _add(node, "eventType", "redaction")
    kind.set("authority", "eventType")
    kind.set("authorityURI", EVENT_TYPES)
    _add(node, "eventDateTime", f"{day:%Y-%m-%d}")
    _add(_add(node, "eventDetailInformation"), "eventDetail", detail)
    outcome = _add(node, "eventOutcomeInformation")
    _add(outcome, "eventOutcome", "success")
    _add(_add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", f"{count} records changed; see redaction in "
         "provenance.json")  # fmt: skip
    node.append(_linking("linkingAgentIdentifier", "local", "archiver"))
    for path in paths:
        node.append(_linking("linkingObjectIdentifier", "path in the bag", path))
    return node


def _linking(name: str, kind: str, value: str) -> Any:
    node = etree.Element(f"{{{NS}}}{name}")
    _add(node, f"{name}Type", kind)
    _add(node, f"{name}Value", value)
    return node


def _add(node: Any, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(node, f"{{{NS}}}{name}")
    child.text = text
    return child
