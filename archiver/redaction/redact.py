"""An access copy of a sealed bag, without cookies, tokens and passwords (docs/keep/redaction.md): the WARC files
written over, everything made of them made to fit, and stated in record, PREMIS, crate and page.

A bag of its own, staged for the delivery and gone after it. The bodies of answers, and so the text and its comparison,
are those of the sealed bag.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from archiver import __version__
from archiver.bag.premis import NS
from archiver.bag.record import record_bytes
from archiver.bag.sanitize import json_bytes
from archiver.bag.staging import StagedBag
from archiver.bag.wacz import DATAPACKAGE, DIGEST, FOLDER, INDEX, PAGES
from archiver.bag.write_payload import add_wacz
from archiver.digest import sha256
from archiver.errors import Refused
from archiver.model import Bag, IndexEntry
from archiver.packaging.source import Source
from archiver.redaction.addresses import take_spoken, without_secrets
from archiver.redaction.copy_names import has_removed, names_of_others, other_bags, record_of
from archiver.redaction.documents import any_text, csv_rows, html_texts, seed_document, xml_texts, xml_tree
from archiver.redaction.json_values import over
from archiver.redaction.left_out import LEFT_OUT, OF_RENDERING, of_rendering
from archiver.redaction.people import LABELS, without_people
from archiver.redaction.premis_event import linking, redaction_event
from archiver.redaction.removed import Removed
from archiver.redaction.rewrite_warc import Changed, Rewritten, collect, new_ids, rewrite
from archiver.redaction.search import search_copy
from archiver.redaction.secrets import HEADERS, PARAMETERS, WORDS
from archiver.validation.bagit.tagfiles import Declaration, read_info
from archiver.validation.bagit.tree import scan

RECORD, PREMIS = "provenance.json", "metadata/premis.xml"
CRATE, PREVIEW = "ro-crate-metadata.json", "ro-crate-preview.html"
_OLDER_INDEX = f"{INDEX}j"
"""What the index is called in bags made until November 2026; their copies call it so too."""
_MADE = (f"{FOLDER}{PAGES}", f"{FOLDER}{DATAPACKAGE}", f"{FOLDER}{DIGEST}", RECORD, PREMIS, CRATE,
         PREVIEW, "metadata/metadata.csv", "metadata/rights.csv")  # fmt: skip
"""What is made of the rest, in the order in which one states the digests of others."""
_BODIES = ("text/", "evidence/")
"""Files that are copied as they are: they say what bodies said, and what certificates say."""
_OTHER_ARCHIVES = (".warc", ".wacz", ".arc", ".arc.gz", ".har")
_STATED = ("capture", "checks", "previous", "configuration")  # what servers, programs and settings say, no page or seed
_LARGEST = 256 << 20


def redact(original: Source, staged: StagedBag, day: datetime) -> Bag:
    """Fill a staged bag with the access copy of a bag of ours, and seal it. The same bag gives the same bytes on the
    same day. Raises Refused where it is no such bag, holds what cannot be rewritten, or where the finished copy still
    holds something that was taken out; StorageError, OSError."""
    paths = [path.removeprefix("data/") for path in original.files if path.startswith("data/")]
    index = _OLDER_INDEX if f"{FOLDER}{_OLDER_INDEX}" in paths else INDEX
    if any(path not in paths for path in (f"{FOLDER}{index}", *_MADE)):
        raise Refused("it is not one of archiver's own bags, or not whole: only those can be redacted")
    if other := [path for path in paths if path.lower().endswith(_OTHER_ARCHIVES)]:
        raise Refused(f"data/{other[0]} is a web archive of a kind that is not rewritten")
    record = record_of(original)
    if record.get("redaction"):
        raise Refused("it is an access copy already")
    try:
        copy = _Copy(original, staged, record, day, index)
        bag = copy.made([path for path in paths if not path.startswith(LEFT_OUT)])
        search_copy(bag.path, copy.removed)
    except (LookupError, ValueError, TypeError, AttributeError, etree.XMLSyntaxError, RecursionError) as error:
        # Valid, but not as we write it: what it means is not guessed. What the error says may be a secret.
        raise Refused(
            f"it is not made as archiver makes bags, and is not rewritten ({type(error).__name__})"
        ) from error
    return bag


class _Copy:
    """One access copy in the making."""

    def __init__(self, original: Source, staged: StagedBag, record: dict[str, Any], day: datetime, index: str) -> None:
        self.original, self.staged, self.day, self.index = original, staged, day, index
        self.removed = Removed()
        self.record = without_people(record, original.root, self.removed)
        self.made_of_others = (f"{FOLDER}{index}", *_MADE)
        self.ids: dict[str, str] = {}
        self.warcs: dict[str, Rewritten] = {}
        self.files: dict[str, str] = {}
        """Files that were changed, but for those made of others: path -> SHA-256 of the original."""
        self.names: dict[str, str] = {}
        """Names that contain something that is taken out -> those in their place."""

    def made(self, paths: list[str]) -> Bag:
        """Every file, in order. Raises Refused, StorageError, OSError."""
        warcs = [path for path in paths if path.endswith(".warc.gz")]
        self._collect(paths, warcs)
        self._rename(paths)
        for path in warcs:
            new_ids(self._place(path), self.ids, self.removed, self._renamed)
        for path in warcs:
            name = self._renamed(path)
            file = self.staged.open(name)
            self.warcs[name] = rewrite(self._place(path), name, file, self.ids, self.removed, self._renamed, self.day)
            self.staged.closed(name, file)
        for path in paths:
            if path not in self.made_of_others and path not in warcs:
                self._copy(path)
        self._wacz()
        self.staged.add(RECORD, record_bytes(self._record()))
        self.staged.add(PREMIS, self._premis())
        for path in ("metadata/metadata.csv", "metadata/rights.csv"):
            rows = csv_rows(self._read(path), self._own, keep=lambda row: not of_rendering(row[0]) if row else True)
            self.staged.add(path, rows)
        self.staged.add(CRATE, self._crate())
        self.staged.add(PREVIEW, self._preview())
        return self.staged.seal(list(self._info()))

    def _collect(self, paths: list[str], warcs: list[str]) -> None:
        """All that is to be taken out, before anything is written: what one file names as a secret goes everywhere."""
        over({part: self.record.get(part) for part in _STATED}, self._stated)
        self.names |= names_of_others(self.record, self.removed)
        for path in warcs:
            collect(self._place(path), self.removed)
        over(self.record, self._text)
        for path in paths:
            if path not in self.made_of_others and path not in warcs and not path.startswith(_BODIES):
                any_text(self._read(path), self._text, self.removed)
        for path in self.made_of_others:
            if path.endswith(".csv"):
                csv_rows(self._read(path), self._text)
            elif path.endswith(".html"):
                html_texts(self._read(path).decode("utf-8"), self._text)
            elif path.endswith(".xml"):
                xml_texts(xml_tree(self._read(path)), self._text)
            elif path in (f"{FOLDER}{self.index}", f"{FOLDER}{PAGES}"):
                for line in self._read(path).decode("utf-8").splitlines():
                    row = json.loads(line[line.index("{") :])
                    over({name: each for name, each in row.items() if name != "text"}, self._text)
            else:
                over(json.loads(self._read(path)), self._text)
        for _, value in self._elements():
            take_spoken(value, self.removed)
            self._text(value)

    def _rename(self, paths: list[str]) -> None:
        """Names for what may not keep its own."""
        base = self.staged.name.removesuffix("-redacted")
        if base != self.original.name and has_removed(self.original.name, self.removed):
            self.names[self.original.name] = base
        others = other_bags(self.record, self.original)
        self.names |= {name: f"another-bag-{number}" for number, name in enumerate(others, start=1)}
        for number, path in enumerate(paths):
            name = self._renamed(path).rpartition("/")[2]
            if path not in self.made_of_others and has_removed(name, self.removed):
                _, dot, ending = name.partition(".")
                self.names[name] = f"{path.split('/')[0]}-{number}{dot}{ending}"

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

    def _text(self, text: str) -> str:
        """A text of the bag's own documents without secrets."""
        # Names first: without the secrets in them they would not be found again.
        return self.removed.masked(without_secrets(self._renamed(text), self.removed))

    def _stated(self, text: str) -> str:
        """A text that others wrote, where names may stand without a mark before them: `crawler/1 token=…`."""
        return without_secrets(text, self.removed, field=True)

    def _renamed(self, text: str) -> str:
        for name, put in self.names.items():
            text = text.replace(name, put)
        return text

    def _place(self, path: str) -> Any:
        return self.original.place(f"data/{path}")

    def _read(self, path: str) -> bytes:
        if self.original.files[f"data/{path}"] > _LARGEST:
            raise Refused(f"data/{path} is larger than {_LARGEST:,} bytes")
        return b"".join(self.original.read(f"data/{path}"))

    def _copy(self, path: str) -> None:
        """A file that nothing is made of: seeds and other texts without what gives access, all else as it is."""
        name = self._renamed(path)
        if path.startswith(_BODIES):
            file = self.staged.open(name)
            for chunk in self.original.read(f"data/{path}"):
                file.write(chunk)
            self.staged.closed(name, file)
            return
        data = self._read(path)
        made = seed_document if path.startswith("seed/") else any_text
        plain = made(data, self._text, self.removed)
        if plain != data:
            self.files[name] = sha256(data)
        self.staged.add(name, plain)

    def _wacz(self) -> None:
        entries = tuple(self._entries())
        rows = [json.loads(line) for line in self._read(FOLDER + PAGES).splitlines()]
        page = {**rows[1], "id": self.staged.identifier.rpartition(":")[2]}
        page = {
            name: value if name in ("id", "ts", "text") else over(value, self._text) for name, value in page.items()
        }
        add_wacz(self.staged, entries, page, self.day, index=self.index)

    def _entries(self) -> Iterator[IndexEntry]:
        """The lines of the index, leading to where the records lie now."""
        for line in self._read(FOLDER + self.index).decode("ascii").splitlines():
            said = json.loads(line[line.index(" {") :])
            moment = line[: line.index(" {")].rpartition(" ")[2]
            file = self._renamed(said["filename"])
            offset, length = self.warcs[f"{FOLDER}archive/{file}"].places[int(said["offset"])]
            yield IndexEntry(
                url=self._text(said["url"]), moment=datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
                status=int(said["status"]), mime=self._text(said["mime"]), file=file, offset=offset, length=length,
                payload_sha256=said["digest"].removeprefix("sha256:") if said["digest"] != "-" else None,
            )  # fmt: skip

    def _record(self) -> dict[str, Any]:
        """The record with the ids and addresses as they are now, and what was taken out (schema: redaction)."""
        redacted: dict[str, Any] = over(self.record, lambda text: self.ids.get(text) or self._text(text))
        redacted |= {part: over(redacted[part], self._stated) for part in _STATED if part in redacted}
        redacted.pop("rendering", None)
        redacted["custody_log"] = None
        if redacted["capture"].get("import"):
            redacted["capture"]["import"]["evidence"] = None
        lines = [self.record.get("comparison"), redacted.get("comparison")]
        for old, new in zip(*((each or {}).get("lines") or [] for each in lines), strict=True):
            if isinstance(old, dict) and "page" in old:  # it stands in the text, which stays as it is
                new["page"] = old["page"]
        grown = {each.id: each.grown for each in self.changed}
        for each in redacted["capture"]["exchanges"]:
            each["bytes"] += grown.get(each["record_ids"]["response"], 0)
        if redacted["seed"]["file"] in self.files:
            redacted["seed"]["sha256"] = sha256((self.staged.path / "data" / redacted["seed"]["file"]).read_bytes())
        redacted["redaction"] = {
            "of": {
                "name": "not stated" if self.original.name in self.names else self.original.name,
                "identifier": self.original.identifier,
                "seal": self.original.seal,
            },
            "by": f"archiver {__version__}",
            "on": f"{self.day:%Y-%m-%d}",
            "headers": sorted(HEADERS),
            "header_words": sorted(WORDS),
            "parameter_words": sorted(PARAMETERS),
            "bodies": "as they were captured",
            "not_searched": self.removed.not_searched(),
            "records": [asdict(each) for each in self.changed],
            "files": [{"file": path, "original_sha256": digest} for path, digest in sorted(self.files.items())],
        }
        return redacted

    def _premis(self) -> bytes:
        """PREMIS with the digests as they are now, and the event `redaction` (LoC eventType)."""
        root = xml_tree(self._read(PREMIS))
        written = {f"data/{path}": (size, digest) for path, size, digest in self.staged.written()}
        event = str(uuid5(NAMESPACE_URL, f"{self.staged.identifier}/redaction"))
        paths = [
            f"data/{path}" for path in (*self.warcs, *self.files, f"{FOLDER}{self.index}", f"{FOLDER}{PAGES}", RECORD)
        ]
        for node in [*root.iter(f"{{{NS}}}object"), *root.iter(f"{{{NS}}}linkingObjectIdentifier")]:
            values = [*node.iter(f"{{{NS}}}objectIdentifierValue"), *node.iter(f"{{{NS}}}linkingObjectIdentifierValue")]
            if any(of_rendering(each.text or "") for each in values):
                node.getparent().remove(node)
        xml_texts(root, self._text)
        for node in root.findall(f"{{{NS}}}object"):
            path = node.findtext(f".//{{{NS}}}objectIdentifierValue")
            if path in written:
                for name, value in zip(("size", "messageDigest"), written[path], strict=True):
                    node.find(f".//{{{NS}}}{name}").text = str(value)
            if path in paths:
                node.append(linking("linkingEventIdentifier", "UUID", event))
        last = root.findall(f"{{{NS}}}event")[-1]
        last.addnext(redaction_event(event, self.day, self.sentence, len(self.changed), paths))
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def _crate(self) -> bytes:
        """The crate with sizes and digests as they are now; it says what it is based on."""
        document = over(json.loads(self._read(CRATE)), self._own)
        files = {path: (size, digest) for path, size, digest in self.staged.written()}
        document["@graph"] = [each for each in document["@graph"] if not of_rendering(each["@id"])]
        for entity in document["@graph"]:
            for name, value in entity.items():
                if isinstance(value, list):
                    entity[name] = [e for e in value if not (isinstance(e, dict) and of_rendering(e.get("@id", "")))]
            if entity["@id"] in files:
                entity["contentSize"], entity["sha256"] = str(files[entity["@id"]][0]), files[entity["@id"]][1]
            if entity["@id"] == "./":
                entity["description"] = f"{self.sentence}. {entity['description']}"
                if self.original.identifier:
                    entity["isBasedOn"] = {"@id": self.original.identifier}
        if self.original.identifier:
            name = "Sealed bag" if self.original.name in self.names else f"Bag {self.original.name}"
            sealed = {"@id": self.original.identifier, "@type": "CreativeWork", "name": name}
            document["@graph"].append(sealed)
        return json_bytes(document, indent=1)

    def _preview(self) -> bytes:
        page = html_texts(OF_RENDERING.sub("", self._read(PREVIEW).decode("utf-8")), self._own)
        return page.replace("</header>", f'<p class="standfirst">{escape(self.sentence)}.</p></header>', 1).encode(
            "utf-8"
        )

    def _own(self, text: str) -> str:
        """Without secrets, and with the identifier of this bag."""
        plain = self._text(text)
        return plain.replace(self.original.identifier, self.staged.identifier) if self.original.identifier else plain

    def _elements(self) -> Iterator[tuple[str, str]]:
        for label, value in read_info(scan(self.original.root)[0], Declaration())[0].elements:
            # The copy begins without a log, and names nobody.
            if label.lower() not in ("payload-oxum", "custody-log") and label.lower() not in LABELS:
                yield label, value

    def _info(self) -> Iterator[tuple[str, str]]:
        for label, value in self._elements():
            yield label, self._own(value)
        yield "Redacted-From", self.original.identifier or "not stated"
        yield "Redacted-From-Seal", self.original.seal
