"""metadata/metadata.csv and metadata/rights.csv, as Archivematica reads them (its Metadata import and Rights CSV)."""

import csv
import io
import re
from collections.abc import Iterable

from archiver.bag.bag_contents import NOT_STATED, BagContents
from archiver.bag.roles import term_of
from archiver.bag.sanitize import one_line

RIGHTS = (
    *("file", "basis", "status", "determination_date", "jurisdiction", "start_date", "end_date", "terms", "citation"),
    *("note", "grant_act", "grant_restriction", "grant_start_date", "grant_end_date", "grant_note"),
    *("doc_id_type", "doc_id_value", "doc_id_role"),
)
_BASES = {"copyright", "statute", "license", "donor", "policy", "other"}
_ACCESS = {"open": "Allow", "closed": "Disallow"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def metadata_csv(contents: BagContents) -> bytes:
    """Dublin Core, one row for the whole payload; elements repeat as columns."""
    capture = contents.capture
    captured = f"Captured {capture.started:%Y-%m-%dT%H:%M:%SZ} ({capture.outcome})"
    pairs = [
        ("filename", "objects"),
        ("dc.title", contents.title),
        *_people(contents),
        ("dc.publisher", contents.first("publisher")),
        ("dc.date", contents.first("published")),
        ("dc.type", "Text"),
        ("dc.format", "application/warc"),
        ("dc.identifier", contents.identifier),
        ("dc.identifier", capture.requested_url),
        ("dc.source", capture.address),
        ("dc.language", contents.first("language")),
        ("dc.description", f"{captured}; compared with its seed: {contents.reading.comparison.verdict}"),
        ("dc.provenance", contents.custody_line),
        ("dc.provenance", contents.operation_line),
        ("dc.rights", contents.rights["statement"]),
        ("dc.rightsHolder", contents.rights["holder"]),
        ("dcterms.accessRights", "; ".join(f"{n}: {v}" for n in ("access", "embargo") if (v := contents.rights[n]))),
    ]
    stated = [(name, value) for name, value in pairs if value]
    return _csv([[name for name, _ in stated], [_cell(value) for _, value in stated]])


def _people(contents: BagContents) -> list[tuple[str, str]]:
    named = {
        (f"dc.{term_of(credit).dublin_core}", credit.agency or credit.name): None
        for credit in contents.reading.credits
        if term_of(credit).dublin_core != "rights"
    }
    return sorted(named, key=lambda pair: pair[0] != "dc.creator")


def rights_csv(contents: BagContents, paths: Iterable[str]) -> bytes:
    """The same rights for every file of the payload; what nobody stated is said to be unknown, never invented.

    Archivematica finds each file by its path, `data/` being `objects/` to it, and refuses a basis not on its list: one
    that nobody stated is `other`, and the note says so. An act is granted or restricted only where an access is stated.
    """
    rights, basis = contents.rights, (contents.rights["basis"] or "").strip().lower()
    until = rights["embargo"] if rights["embargo"] and _DATE.fullmatch(rights["embargo"]) else ""
    row = dict.fromkeys(RIGHTS, "") | {
        "basis": basis if basis in _BASES else "other",
        "status": ("copyrighted" if rights["holder"] else "unknown") if basis == "copyright" else "",
        "terms": (rights["statement"] or NOT_STATED) if basis == "license" else "",
        "note": f"{rights['statement'] or NOT_STATED}; {contents.rights_line}",
    }
    if access := rights["access"]:
        row |= {
            "grant_act": "disseminate",
            "grant_restriction": _ACCESS.get(access.strip().lower(), "Conditional"),
            "grant_start_date": until,
            "grant_note": f"access: {access}",
        }
    cells = [_cell(row[name]) for name in RIGHTS[1:]]
    return _csv([RIGHTS, *([f"objects/{path}", *cells] for path in paths if not path.startswith("metadata/"))])


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def _cell(value: str) -> str:
    """One line; a leading sign that a spreadsheet would take for a formula is kept behind an apostrophe."""
    line = one_line(value)
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
