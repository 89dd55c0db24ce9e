"""A bag as a member of a family: whose text it is, from when, and the text itself."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from archiver.errors import StorageError
from archiver.exports.item import Item, item_of_record
from archiver.rights.gate import Access
from archiver.validation.payload.provenance import Record
from archiver.view.open_bag import OpenBag

LARGEST = 4 << 20
"""Bytes of a text that is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A bag, its path, and what it says. `site` is the host of the article, without `www.`."""

    path: Path
    bag: str
    seal: str
    url: str
    site: str
    outlet: str
    headline: str
    published: str
    captured: str
    bylines: tuple[str, ...]
    agencies: tuple[str, ...]
    whole: bool
    """Whether all of the page was read: of a text that was cut nothing is said to be left out."""
    access: Access
    earlier: tuple[str, ...] = ()
    """Other bags of the same address."""

    @property
    def shows_text(self) -> bool:
        """Whether its words may be shown (docs/keep/access.md)."""
        return self.access.allows("copy")


def member_of(path: Path, record: dict[str, object], item: Item, access: Access) -> Member:
    """The member that a bag's record describes."""
    stated = Record(record)
    url = item.final_url or item.url
    site = site_of(url)
    whole = stated.get(bool, "comparison", "read", "whole") is not False
    return Member(
        path=path,
        bag=item.bag,
        seal=item.seal,
        url=item.url or url,
        site=site,
        outlet=item.publisher or site,
        headline=item.headline,
        published=item.published,
        captured=item.captured,
        bylines=item.bylines,
        agencies=item.agencies,
        whole=whole and stated.get(str, "capture", "truncated") is None,
        access=access,
    )


def item_and_text(bag: OpenBag) -> tuple[Item, list[str] | None]:
    """What a bag says of itself, and the paragraphs of the article's text; None where it has none. Raises
    StorageError."""
    record = Record(bag.record)
    identifier = next((value for label, value in bag.info if label.lower() == "external-identifier"), "")
    item = item_of_record(bag.record, bag=bag.path.name, seal=bag.seal or "", identifier=identifier)
    own = item.outcome == "captured" or record.get(str, "text", "from", "kind") == "memento"
    name = record.get(str, "text", "file") if own else None  # else the text is that of an error page
    if name is None and item.outcome in ("captured", "unread"):
        name = record.get(str, "rendering", "text", "file")
    return item, None if name is None else paragraphs_of(bag, f"data/{name}")


def paragraphs_of(bag: OpenBag, path: str) -> list[str]:
    """The paragraphs of a text file. Raises StorageError."""
    if bag.files.get(path, 0) > LARGEST:
        raise StorageError(f"{bag.path / path} has more than {LARGEST:,} bytes: its text is not compared")
    return [line for line in bag.read(path).decode("utf-8", "replace").splitlines() if line.strip()]


def site_of(url: str) -> str:
    """The host of an address, without `www.` and `m.`; "" where it has none."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    for start in ("www.", "m.", "amp."):
        host = host.removeprefix(start)
    return host
