"""What a bundle does not name: bags that may not be named. Files of the sealed bag that name one are left out,
with their digests, since a sealed file cannot be changed; the record is given as a copy without the names."""

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from archiver.errors import Refused
from archiver.ledger.restrictions import Gate
from archiver.packaging.named_bags import files_that_name
from archiver.packaging.source import Source
from archiver.rights.other_bags import PUT, without_names
from archiver.schemas.texts import change_texts

RECORD, COPY = "data/provenance.json", "record-without-names.json"


def closed_names(bag: Path, packed: Source, gate: Gate) -> dict[str, list[str]]:
    """Path -> the bags that this file names and that must not be named; only files that name any. Raises Refused where
    the custody log does, which is nothing without any of its parts; StorageError."""
    found = gate.naming_closed(bag, files_that_name(packed))
    if log := next((path for path in found if path.startswith("signatures/")), None):
        raise Refused(f"{log} names a bag that is closed, and cannot be left out; see docs/keep/bundle.md")
    return found


def sentence(paths: Collection[str], *, copied: bool) -> str:
    """Why files are left out."""
    given = f"; {COPY} is a copy of the record that does not name it" if copied else ""
    return f"{', '.join(sorted(paths))}: left out, since each names another bag, which may not be named{given}"


def record_copy(record: Any, packed: Source, sha256: str, names: Iterable[str]) -> str:
    """The record as JSON with its names of other bags replaced, labelled as a copy."""
    named = sorted(set(names))
    plain = change_texts(record, lambda text: without_names(text, (packed.name,), named))
    about = f"A copy: {PUT!r} stands where the sealed record names one that is closed."
    copy = {"about": about, "of": {"file": RECORD, "sha256": sha256, "bag": packed.name}, "record": plain}
    return json.dumps(copy, indent=1, ensure_ascii=False) + "\n"
