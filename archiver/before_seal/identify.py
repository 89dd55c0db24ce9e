"""Format identification by content: Siegfried (`sf -json`) or fido, as they are installed. What they print is judged as
anything from outside: what is not as they print it makes the check not made."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

from archiver.bag.sanitize import one_line
from archiver.model.check import Checked, FormatFound

PUID = re.compile(r"(?:x-)?fmt/\d{1,5}\Z")
Place = Callable[[str], Checked | None]
"""What a path that the program prints is."""
SIEGFRIED = ("sf", "-json", "-multi", "1")
FIDO_FORM = "OK,%(info.puid)s,%(info.formatname)s,%(info.mimetype)s,%(info.matchtype)s,%(info.filename)s\n"
FIDO = ("fido", "-q", "-recurse", "-matchprintf", FIDO_FORM, "-nomatchprintf", "KO,,,,,%(info.filename)s\n")


class Garbage(Exception):
    """What a program printed is not what it prints."""


def of_siegfried(output: bytes, place: Place) -> tuple[str, int, list[FormatFound]]:
    """Version, number of files seen, formats. Raises Garbage."""
    try:
        report = json.loads(output)
        found: list[FormatFound] = []
        for file in report["files"]:
            of = place(str(file["filename"]))
            for match in file["matches"] if of else ():
                found += _found(of, match.get("id"), match.get("format"), match.get("version"), match.get("mime"),
                                match.get("basis"))  # fmt: skip
        return f"Siegfried {one_line(str(report['siegfried']))[:40]}", len(report["files"]), found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Garbage("it is not the JSON that sf -json prints") from error


def of_fido(output: bytes, place: Place) -> tuple[int, list[FormatFound]]:
    """Number of files seen, formats; a match by the ending of the name alone identifies nothing. Raises Garbage."""
    found, seen = list[FormatFound](), set[str]()
    try:
        for row in csv.reader(io.StringIO(output.decode("utf-8", "replace"))):
            if not row:
                continue
            if row[0] not in ("OK", "KO") or len(row) < 6:
                raise Garbage("it is not what fido prints")
            of = place(row[-1])
            seen.add(row[-1])
            if of and row[0] == "OK" and row[-2] != "extension":
                found += _found(of, row[1], ",".join(row[2:-3]), None, row[-3], row[-2])
    except csv.Error as error:
        raise Garbage("it is not what fido prints") from error
    return len(seen), found


def _found(of: Checked | None, puid: Any, name: Any, version: Any, mime: Any, basis: Any) -> list[FormatFound]:
    if of is None or not isinstance(puid, str) or not PUID.match(puid):
        return []
    basis = _text(basis)
    if basis and basis.startswith("extension match") and "byte match" not in basis and "container" not in basis:
        return []  # by the name, not by what is in the file
    return [
        FormatFound(of=of, puid=puid, name=_text(name) or puid, version=_text(version), mime=_text(mime), basis=basis)
    ]


def _text(value: Any) -> str | None:
    return one_line(value)[:200] or None if isinstance(value, str) else None
