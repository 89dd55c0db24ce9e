"""What is published of a bag that a rule opens to everybody: text, comparison, photo, seed, web archive; all of them
from the access copy without secrets (docs/keep/redaction.md)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from archiver.bag.preview.facts import words
from archiver.bag.preview.html import Pictures, Sealed, page_of, paragraphs_of
from archiver.bag.preview.pictures import Picture, photo
from archiver.bag.staging import StagedBag
from archiver.errors import StorageError
from archiver.packaging.package import package
from archiver.packaging.source import Source, source
from archiver.publishing.entry import without_private
from archiver.redaction.copy_names import copy_name
from archiver.redaction.redact import redact
from archiver.schemas.fields import table
from archiver.validation.payload.provenance import Record
from archiver.validation.payload.re_extraction import recorded_page
from archiver.validation.warc.reader import read_warc
from archiver.view.open_bag import OpenBag


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The parts of an access copy that are published."""

    copy: Source
    record: dict[str, Any]
    paragraphs: tuple[str, ...]
    lead: Picture | None
    seed: tuple[str, bytes] | None
    """Its name in the folder and its bytes; None where the seed says who supplied it."""

    def page(self, note: str) -> bytes:
        """The page of the bag, as `page_of` makes it, without private facts."""
        sealed = Sealed(identifier=self.copy.identifier or "not stated", moment="", seal=self.copy.seal, note=note)
        return page_of(without_private(self.record), self.paragraphs, sealed, Pictures(lead=self.lead))

    def wacz(self) -> Iterator[bytes]:
        """The access copy's web archive as a WACZ file."""
        yield from package(self.copy, "wacz").items[-1].stream()


@contextmanager
def opened_whole(bag: Path) -> Iterator[Whole]:
    """The access copy of a bag, as long as it is looked at. Raises Refused where it cannot be made, StorageError."""
    with tempfile.TemporaryDirectory(prefix="archiver-publish-") as home:
        original = source(bag)
        uuid = str(uuid5(NAMESPACE_URL, f"{original.seal} without secrets"))
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        made = redact(original, StagedBag(Path(home), copy_name(original), uuid), day)
        with OpenBag(made.path) as opened:
            text = opened.text or ""
            yield Whole(
                copy=source(made.path),
                record=opened.record,
                paragraphs=tuple(paragraphs_of(text)),
                lead=_lead(opened),
                seed=_seed(opened),
            )


def _seed(bag: OpenBag) -> tuple[str, bytes] | None:
    seed = table(bag.record, "seed")
    kept = any(words(seed, name) for name in ("supplied_by", "obtained_how")) or seed.get("notes") or seed.get("list")
    path = words(seed, "file")
    if kept or f"data/{path}" not in bag.files or path.count("/") != 1:
        return None
    _, dot, ending = path.rpartition(".")
    return f"seed{dot}{ending}" if dot and ending.isalnum() else "seed", bag.read(f"data/{path}")


def _lead(bag: OpenBag) -> Picture | None:
    """The lead photo out of the copy's WARC files."""
    wanted = words(table(bag.record, "capture", "lead_image"), "record_id")
    for path in bag.files if wanted else ():
        if not path.endswith(".warc.gz"):
            continue
        asked = Record({"capture": {"record_id": wanted}})
        try:
            with bag.open(path) as stream:
                records, _ = read_warc(stream, path, bag.files[path])
            found, _ = recorded_page(bag.tree, asked, path, records)
        except (OSError, StorageError):
            continue
        if found:
            return photo(found.body)
    return None
