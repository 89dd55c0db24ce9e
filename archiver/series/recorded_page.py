"""The page of a bag, read again from its WARC: the original's answer, or the memento that the bag's text comes from."""

from dataclasses import dataclass
from typing import Any

from archiver.article.analyse import read
from archiver.errors import StorageError
from archiver.model import Page, Reading
from archiver.validation.payload.provenance import Record
from archiver.validation.payload.re_extraction import recorded_page
from archiver.validation.warc.reader import read_warc
from archiver.view.open_bag import OpenBag


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of an article: the bag, when the state was captured (ISO 8601), the bag's seal, the page read by the
    running extractor, and the SHA-256 of the lead image where there is one."""

    bag: str
    captured: str
    seal: str | None
    reading: Reading
    photo: str | None


def state_of(bag: OpenBag) -> State:
    """The state of the article in a bag. Raises StorageError where the bag has no page that can be read."""
    page, captured, _ = page_of(bag)
    return State(
        bag=bag.path.name,
        captured=captured,
        seal=bag.seal,
        reading=read(None, page),
        photo=photo_of(bag),
    )


def photo_of(bag: OpenBag) -> str | None:
    """The SHA-256 of the bag's lead image."""
    return Record(bag.record).get(str, "capture", "lead_image", "sha256")


def page_of(bag: OpenBag) -> tuple[Page, str, bool]:
    """The page that a bag's text comes from, when that state was captured (ISO 8601), and whether a web archive gave
    it. Raises StorageError where the bag has no page that can be read."""
    record = Record(bag.record)
    warc = record.get(str, "capture", "warc")
    path = f"data/{warc}"
    if warc is None or path not in bag.files:
        raise StorageError(f"{bag.path} has no WARC that its record names; see 'archiver validate'")
    with bag.open(path) as stream:
        records, _ = read_warc(stream, path, bag.files[path])
    found, why = recorded_page(bag.tree, record, path, records)
    if found is None:
        raise StorageError(f"{bag.path}: the page cannot be read again: {why}")
    page = Page(url=found.url, status=found.status, headers=found.headers, body=found.body)
    return page, _captured(record), record.get(str, "text", "from", "kind") == "memento"


def _captured(record: Record) -> str:
    """When the state was captured: the Memento-Datetime of one that an archive kept."""
    stated: Any = record.get(str, "text", "from", "datetime") or record.get(str, "capture", "started")
    return str(stated or "")
