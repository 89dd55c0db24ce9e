"""metadata/metadata.csv and metadata/rights.csv, as Archivematica reads them (its Metadata import and Rights CSV)."""

import csv
import io
from collections.abc import Iterable

from archiver.bag.dossier import NOT_STATED, Dossier
from archiver.bag.roles import term_of

RIGHTS = (
    *("file", "basis", "status", "determination_date", "jurisdiction", "start_date", "end_date", "terms", "citation"),
    *("note", "grant_act", "grant_restriction", "grant_start_date", "grant_end_date", "grant_note"),
    *("doc_id_type", "doc_id_value", "doc_id_role"),
)
_ACCESS = {"open": "Allow", "closed": "Disallow"}


def metadata_csv(dossier: Dossier) -> bytes:
    """Dublin Core, one row for the whole payload; elements repeat as columns."""
    capture = dossier.capture
    captured = f"Captured {capture.started:%Y-%m-%dT%H:%M:%SZ} ({capture.outcome})"
    pairs = [
        ("filename", "objects"),
        ("dc.title", dossier.headline),
        *_people(dossier),
        ("dc.publisher", dossier.first("publisher")),
        ("dc.date", dossier.first("published")),
        ("dc.type", "Text"),
        ("dc.format", "application/warc"),
        ("dc.identifier", dossier.identifier),
        ("dc.identifier", capture.requested_url),
        ("dc.source", capture.final_url),
        ("dc.language", dossier.first("language")),
        ("dc.description", f"{captured}; compared with its seed: {dossier.reading.comparison.verdict}"),
        ("dc.provenance", _custody(dossier)),
        ("dc.rights", dossier.rights["statement"]),
        ("dc.rightsHolder", dossier.rights["holder"]),
    ]
    stated = [(name, value) for name, value in pairs if value]
    return _csv([[name for name, _ in stated], [_plain(value) for _, value in stated]])


def _people(dossier: Dossier) -> list[tuple[str, str]]:
    named = {
        (f"dc.{term_of(credit).dublin_core}", credit.agency or credit.name): None
        for credit in dossier.reading.credits
        if term_of(credit).dublin_core != "rights"
    }
    return sorted(named, key=lambda pair: pair[0] != "dc.creator")


def _custody(dossier: Dossier) -> str:
    custody = dossier.custody
    supplied, how = custody["supplied_by"] or NOT_STATED, custody["obtained_how"] or NOT_STATED
    return f"Seed supplied by: {supplied}; obtained how: {how}; independence: {custody['independence']}"


def rights_csv(dossier: Dossier) -> bytes:
    """The rights of the whole payload; what nobody stated is said to be unknown, never invented."""
    rights = dossier.rights
    access = (rights["access"] or "").lower()
    row = dict.fromkeys(RIGHTS, "")
    row |= {
        "file": "objects",
        "basis": rights["basis"] or "copyright",
        "status": "unknown" if not rights["holder"] else "copyrighted",
        "note": f"{rights['statement'] or NOT_STATED}; holder: {rights['holder'] or NOT_STATED}",
        "grant_act": "disseminate",
        "grant_restriction": _ACCESS.get(access, "Conditional"),
        "grant_start_date": rights["embargo"] or "",
        "grant_note": f"access: {rights['access'] or NOT_STATED}",
    }
    return _csv([RIGHTS, [_plain(row[name]) for name in RIGHTS]])


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _plain(value: str) -> str:
    """One line; a leading sign that a spreadsheet would take for a formula is kept behind an apostrophe."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
