"""What the index keeps of a bag: facts of its record and the words of its text, each bounded.

Everything in a bag may have been written by anybody. What is of the wrong type is absent.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.bag.sanitize import one_line
from archiver.errors import StorageError
from archiver.ledger.restrictions import identifier_of
from archiver.rights.gate import day_of
from archiver.schemas.fields import field, rows, table, unique
from archiver.serve.bag_files import read_inside
from archiver.view.open_bag import OpenBag

_RECORD = 32 << 20
"""Bytes of a record that are read."""
_TEXT = 1 << 20
"""Bytes of a text that are searched."""
_LONGEST = 1_000
"""Characters of a value."""
_MOST = 50
"""Names of one kind."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RIGHTS = ("access", "embargo", "until", "access_after", "rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bag in the index. Text is one line, None where nothing is known."""

    name: str
    identifier: str | None = None
    headline: str | None = None
    other_headlines: tuple[str, ...] = ()
    url: str | None = None
    date: str | None = None
    """When it was published, by the page, else by the seed, as stated."""
    day: str | None = None
    """Its day, YYYY-MM-DD."""
    captured: str | None = None
    outcome: str | None = None
    verdict: str | None = None
    publisher: str | None = None
    agencies: tuple[str, ...] = ()
    """Short names."""
    agency_names: tuple[str, ...] = ()
    """Full names."""
    people: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    language: str | None = None
    body: str = ""
    cut: bool = False
    """Whether not all of its text, or of what its record says, is searched."""
    rights: Mapping[str, str]
    note: str | None = None
    """Why little is known of it."""


def entry_of(bag: Path) -> Entry:
    """The entry of a bag, in a folder or serialised. Never raises for what is in it."""
    serialised = not bag.is_dir()
    try:
        if serialised:
            with OpenBag(bag) as opened:
                identifier = next((v for label, v in opened.info if label.lower() == "external-identifier"), None)
                return _entry(bag, opened.record, identifier, _Inside(opened=opened))
        data, whole = read_inside(bag, "data/provenance.json", _RECORD)
        if not whole:
            raise StorageError(f"its record is larger than {_RECORD:,} bytes")
        record = json.loads(data)
        if not isinstance(record, dict):
            raise StorageError("its record is not a JSON object")
        return _entry(bag, record, identifier_of(bag), _Inside(folder=bag))
    except StorageError as error:
        note = "it has no record made by archiver" if "no such file" in str(error) else str(error)
    except (ValueError, RecursionError) as error:
        note = f"its record is not JSON: {error}"
    except (LookupError, TypeError, AttributeError, OSError) as error:
        note = f"it cannot be read: {error}"
    return Entry(name=bag.name, rights={}, note=one_line(note)[:300])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inside:
    """The files of a bag, in a folder or serialised."""

    folder: Path | None = None
    opened: OpenBag | None = None

    def text(self, path: str) -> tuple[str, bool]:
        """A text, as far as it is searched, and whether that is all; "" where there is none."""
        try:
            if self.opened is not None:
                with self.opened.open(path) as file:
                    data = file.read(_TEXT + 1)
                data, whole = data[:_TEXT], len(data) <= _TEXT
            else:
                assert self.folder
                data, whole = read_inside(self.folder, path, _TEXT)
        except StorageError:
            return "", True
        return data.decode("utf-8", "replace"), whole


def _entry(bag: Path, record: Mapping[str, Any], identifier: str | None, inside: _Inside) -> Entry:
    seed, capture, claims = table(record, "seed"), table(record, "capture"), table(record, "claims")
    credited = rows(record, "credits", most=1_000)
    agencies = [each for each in credited if _text(each.get("agency"))]
    # What came instead of the article names itself: the seed goes before it.
    is_it = capture.get("outcome") == "captured"
    headlines = _stated_first(_text(seed.get("headline")), _values(claims, "headline"), is_it)
    published = _stated_first(_text(seed.get("date")), _values(claims, "published"), is_it)
    publishers = unique(_values(claims, "publisher"), most=_MOST)
    body, whole = _body(record, inside)
    rights = table(record, "rights")
    return Entry(
        name=bag.name,
        identifier=_text(identifier),
        headline=next(iter(headlines), None),
        other_headlines=headlines[1:],
        url=_text(seed.get("original_url")) or _text(capture.get("requested_url")),
        date=next(iter(published), None),
        day=next((day for each in published if (day := _day(each))), None),
        captured=_text(capture.get("started")),
        outcome=_text(capture.get("outcome")),
        verdict=_text(table(record, "comparison").get("verdict")),
        publisher=next(iter(publishers), None),
        agencies=unique((_text(each.get("name")) for each in agencies), most=_MOST),
        agency_names=unique((_text(each.get("agency")) for each in agencies), most=_MOST),
        people=unique((_text(each.get("name")) for each in credited if each.get("kind") == "person"), most=_MOST),
        publishers=publishers,
        language=_text(table(record, "text").get("language")),
        body=body,
        cut=not whole,
        rights={key: text for key in _RIGHTS if (text := _stated(rights.get(key)))},
    )


def _stated_first(by_seed: str | None, by_page: Iterable[str | None], page_first: bool) -> tuple[str, ...]:
    return unique([*by_page, by_seed] if page_first else [by_seed, *by_page], most=_MOST)


def _body(record: Mapping[str, Any], inside: _Inside) -> tuple[str, bool]:
    """The text of the article; where there is none, what a browser showed; else what the seed says."""
    for part in ("text", "rendering"):
        about = table(record, part)
        about = table(about, "text") if part == "rendering" else about
        name = about.get("file")
        if isinstance(name, str):
            text, whole = inside.text(f"data/{name}")
            if text.strip():
                return text, whole
    lines = field(record, "comparison", "lines")
    lines = lines if isinstance(lines, list) else []
    paragraphs = (each.get("seed") for each in lines[:10_000] if isinstance(each, Mapping))
    text = "\n\n".join(each for each in paragraphs if isinstance(each, str))
    return text[:_TEXT], len(text) <= _TEXT and len(lines) <= 10_000


def _stated(value: Any) -> str | None:
    """What the gate is asked about: a value that is not text is kept as one that says nothing good."""
    if value is None:
        return None
    return value[:_LONGEST] if isinstance(value, str) and value else "?"


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return one_line(value[: 2 * _LONGEST])[:_LONGEST].strip() or None


def _values(claims: Mapping[str, Any], name: str) -> Iterator[str | None]:
    """The values of a claim: the page's first, then the seed's."""
    for each in sorted(rows(claims, name, most=1_000), key=lambda each: each.get("source") == "seed"):
        yield _text(each.get("value"))


def _day(stated: str) -> str | None:
    match = _DAY.match(stated)
    return match[0] if match and day_of(match[0]) else None
