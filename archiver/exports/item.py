"""A seed as an exported item: what its bag says, each value one line of text, bounded.

Everything here was written by somebody else: a value of the wrong type is absent. Of page and seed nothing is taken but
headline, dates and names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archiver.bag.sanitize import one_line
from archiver.errors import StorageError
from archiver.schemas.fields import rows, table, unique
from archiver.view.open_bag import OpenBag

COLUMNS = (
    *("url", "outcome", "verdict", "source", "memento", "headline", "published", "bylines", "agencies"),
    *("bag", "seal", "access", "reason", "identifier", "captured", "final_url", "status", "memento_datetime"),
    *("publisher", "modified", "language", "seed_coverage", "rights", "holder", "embargo", "list", "row", "notices"),
)
"""The columns of a spreadsheet; the first twelve are promised in this order."""
_LONGEST = 2_000
"""Characters of a value."""
_MOST = 50
"""Names of one kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is exported of one seed. Text is one line, "" where nothing is known; times are ISO 8601."""

    url: str = ""
    outcome: str = ""
    verdict: str = ""
    source: str = ""
    """The kind of document that was compared: wire, rendering, memento, import."""
    memento: str = ""
    """The address of the best archived copy."""
    headline: str = ""
    published: str = ""
    bylines: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    bag: str = ""
    seal: str = ""
    access: str = ""
    reason: str = ""
    identifier: str = ""
    captured: str = ""
    final_url: str = ""
    status: str = ""
    memento_datetime: str = ""
    publisher: str = ""
    modified: str = ""
    language: str = ""
    seed_coverage: str = ""
    """The share of the seed's words that are on the page, 0 to 1."""
    rights: str = ""
    """The rights statement."""
    holder: str = ""
    embargo: str = ""
    list: str = ""
    """The list that the seed was a row of, and the row's number from 1."""
    row: str = ""
    notices: tuple[str, ...] = ()
    """Kinds of the notices of the page, with their days."""
    seed_sha256: str = ""
    held: bool = False
    """Whether the gate lets none of it be shown; nothing but what finds the row of a list is filled in then."""

    def cell(self, column: str) -> str:
        """The value for a column; several names are joined by `; `."""
        value = getattr(self, column)
        return value if isinstance(value, str) else "; ".join(value)


def item_of(bag: OpenBag) -> Item:
    """The item of a bag. Raises StorageError where it has no record that can be read, or is a group of bags."""
    if bag.members:
        raise StorageError(
            f"{bag.path} is a group of {len(bag.members)} bags; export the bags in it, or receive --unpack"
        )
    record = bag.record
    identifier = next((value for label, value in bag.info if label.lower() == "external-identifier"), "")
    return item_of_record(record, bag=bag.path.name, seal=bag.seal or "", identifier=identifier)


def item_of_record(record: Mapping[str, Any], *, bag: str, seal: str, identifier: str) -> Item:
    """The item that a record describes; `bag`, `seal` and `identifier` are those of the bag it lies in."""
    seed, capture = table(record, "seed"), table(record, "capture")
    comparison, rights = table(record, "comparison"), table(record, "rights")
    memento, row, claims = table(capture, "memento"), table(seed, "list"), table(record, "claims")
    compared_with = table(comparison, "source")
    credited = rows(record, "credits", most=1_000)
    # What came instead of the article names itself: the seed goes before it.
    is_it = capture.get("outcome") == "captured" or bool(memento)
    headline, published = _text(seed.get("headline")), _text(seed.get("date"))
    return Item(
        url=_text(seed.get("original_url")) or _text(capture.get("requested_url")),
        outcome=_text(capture.get("outcome")),
        verdict=_text(comparison.get("verdict")),
        source=_text(compared_with.get("kind")),
        memento=_text(memento.get("uri")),
        headline=(not is_it and headline) or _first(claims, "headline") or headline,
        published=(not is_it and published) or _first(claims, "published") or published,
        bylines=_names(each for each in credited if _is_byline(each)),
        agencies=unique((_text(each.get("agency")) for each in credited), most=_MOST),
        bag=_text(bag),
        seal=_text(seal),
        access=_text(rights.get("access")) or "restricted",
        reason=_text(capture.get("reason")),
        identifier=_text(identifier),
        captured=_text(capture.get("started")),
        final_url=_text(capture.get("final_url")),
        status=_text(capture.get("status")),
        memento_datetime=_text(memento.get("datetime")),
        publisher=_first(claims, "publisher"),
        modified=_first(claims, "modified"),
        language=_first(claims, "language"),
        seed_coverage=_text(comparison.get("seed_coverage")),
        rights=_text(rights.get("statement")),
        holder=_text(rights.get("holder")),
        embargo=_text(rights.get("embargo")),
        list=_text(row.get("name")),
        row=_text(row.get("row")),
        notices=unique((_notice(each) for each in rows(record, "notices", most=1_000)), most=_MOST),
        seed_sha256=_text(seed.get("sha256")),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value)[: 2 * _LONGEST])[:_LONGEST]


def _first(claims: Mapping[str, Any], name: str) -> str:
    """The value of the first claim of the page, else of the seed; a day that was guessed from the page (`2024-07-01?`)
    comes last."""
    stated = rows(claims, name, most=1_000)
    stated.sort(key=lambda each: each.get("source") == "seed")
    found = [text for each in stated if (text := _text(each.get("value")))]
    sure = [text for text in found if name != "published" or not text.endswith("?")]
    return next(iter(sure or found), "")


def _is_byline(credit: Mapping[str, Any]) -> bool:
    return credit.get("role") == "author" and credit.get("of") == "article" and not credit.get("agency")


def _names(credited: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return unique((_text(each.get("name")) for each in credited), most=_MOST)


def _notice(notice: Mapping[str, Any]) -> str:
    kind, day = _text(notice.get("kind")), _text(notice.get("date"))
    return f"{kind} ({day[:10]})" if kind and day else kind
