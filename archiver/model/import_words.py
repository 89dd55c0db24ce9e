"""What a record says of a page that others captured, in rows for people."""

from collections.abc import Iterator, Mapping
from typing import Any

_WHO = ("software", "creator", "browser", "operator", "From", "from")


def import_rows(imported: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """(label, words): from which file, who captured when and with what, checks that failed, what was not seen; nothing
    where archiver captured the page itself. `imported` is `capture.import` of a record."""
    if not imported:
        return
    file = imported["file"]
    entry = f", {file['entry']}" if file["entry"] else ""
    form = "records bit for bit" if imported["copy"] == "records" else "bodies without their messages"
    yield "Import", f"{file['name']}{entry} ({form}), read {imported['imported']}"
    makers = [f"{each['name']} {each['value']}" for each in imported["stated"] if each["name"] in _WHO]
    when = imported["captured"] or "at a time not stated"
    yield "By others", f"captured {when}, {'; '.join(makers) or 'by whom: not stated'}"
    yield "Chosen", str(imported["words"])
    for each in imported["checks"]:
        yield "Check", f"{each['check']}: {each['outcome']}: {each['words']}"
    yield "Not seen", "; ".join(imported["not_seen"])
