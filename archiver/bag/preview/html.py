"""ro-crate-preview.html: the page a person reads. One file without scripts that loads nothing; everything from outside
is escaped.

`page_of` makes it from a record as it is read back, so that the page of any bag, also of an older one, can be made
anew; `preview_of` is the page of a bag that is being written. It states nothing that the record does not; the record
stays the authority. The markup stands in `templates/preview.html`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from archiver.bag.bag_contents import BagContents
from archiver.bag.preview.facts import (
    count,
    day,
    direction,
    host_of,
    is_certain_day,
    language_tag,
    share,
    web_address,
    words,
)
from archiver.bag.preview.lines import groups_of, lines_of, tallies_of
from archiver.bag.preview.pictures import Picture, photo, top_of
from archiver.bag.preview.rows import (
    Row,
    answer_of,
    capture_rows,
    claim_rows,
    credit_rows,
    custody_rows,
    link_rows,
    not_read,
    photo_rows,
)
from archiver.model.comparison_words import VERDICTS, copy_words, source_words, verdict_words
from archiver.schemas.fields import MOST, Table, rows, table
from archiver.templates import render

T = TypeVar("T")

_SCREENSHOT = "rendering/screenshot.png"


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first of many, and how many more there are."""

    shown: Sequence[T]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The pictures of a page, where there are any."""

    lead: Picture | None = None
    screenshot: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What a page says of its bag: the identifier, and when it was sealed (`2024-07-01 12:00:00 UTC`, "" where that is
    not known). Beside the sealed bag `seal` and `signature` say in words what was found; in a bag they are "", since
    seal and signature cover the page. `note` says what kind of copy this is."""

    identifier: str
    moment: str
    seal: str = ""
    signature: str = ""
    note: str = ""


def preview_of(contents: BagContents, record: Table, paths: Iterable[str]) -> bytes:
    """The page of a bag that is being written; `paths` are the payload's files written before it."""
    sealed = Sealed(identifier=contents.identifier, moment=sealed_at(contents.sealed))
    pictures = Pictures(lead=photo(contents.lead_body), screenshot=_screenshot(contents))
    return page_of(record, contents.reading.article.paragraphs, sealed, pictures, paths)


def _screenshot(contents: BagContents) -> Picture | None:
    path = contents.rendering.files.get("screenshot.png") if contents.rendering else None
    return top_of(path.read_bytes()) if path else None


def page_of(
    record: Table, paragraphs: Sequence[str], sealed: Sealed, pictures: Pictures, paths: Iterable[str] = ()
) -> bytes:
    """The whole document, UTF-8; the same values give the same bytes. `paragraphs` are the text of the page, shown
    where the seed has none; `paths` the files of the payload that it leads to."""
    article, comparison = _has_article(record), table(record, "comparison")
    lines = lines_of(comparison) if article else []
    files = list(paths)
    page = render(
        "preview.html",
        **_masthead(record),
        **_verdict(record),
        sealed=sealed,
        pictures=pictures,
        photo=_photo(record),
        screenshot_file=_SCREENSHOT if _SCREENSHOT in files else "",
        notices=[_notice(each) for each in rows(record, "notices")[:20]],
        became=answer_of(record),
        compared=article,
        text=_text(record, paragraphs) if article else Listed([], 0),
        tallies=tallies_of(lines),
        groups=list(groups_of(lines)),
        more=max(0, count(comparison, "lines") - MOST),
        capture=_table(capture_rows(record)),
        custody=_table((*custody_rows(record), *photo_rows(record))),
        links=_table(link_rows(record)) if article else Listed([], 0),
        credits=_table(credit_rows(record)),
        claims=_table(claim_rows(record, compared=article)),
        paths=files,
    )
    return page.encode("utf-8")


def _first(record: Table, name: str) -> str:
    """The value of the first claim of this name that the page makes, else the seed's; a day that was guessed from the
    page (`2024-07-01?`) comes last."""
    claims = rows(table(record, "claims"), name)
    claims = sorted(claims, key=lambda each: each.get("source") == "seed")
    found = [text for each in claims if (text := words(each, "value"))]
    sure = [text for text in found if name != "published" or not text.endswith("?")]
    return next(iter(sure or found), "")


def _masthead(record: Table) -> dict[str, Any]:
    """What a reader sees first: whose page this is, what it is called, who wrote it, when, and where it was."""
    seed, capture = table(record, "seed"), table(record, "capture")
    address = words(seed, "original_url") or words(capture, "requested_url")
    title = words(seed, "headline") or _first(record, "headline") or address
    credited = [each for each in rows(record, "credits") if words(each, "of") == "article"]
    authors = dict.fromkeys(
        words(each, "name") for each in credited if words(each, "role") == "author" and not each.get("agency")
    )
    agencies = dict.fromkeys(words(each, "name") for each in rows(record, "credits") if each.get("agency"))
    published, memento = _first(record, "published"), table(capture, "memento")
    return {
        "title": title,
        "language": language_tag(words(table(record, "text"), "language")),
        "direction": direction(title),
        "publisher": _first(record, "publisher") or host_of(address),
        "authors": [name for name in islice(authors, 12) if name],
        "agencies": [name for name in islice(agencies, 12) if name],
        "published": {
            "value": published,
            "words": day(published),
            "valid": is_certain_day(published),
        },
        "archived": day(words(memento, "datetime") or words(capture, "started")),
        "address": address,
        "link": web_address(address),
    }


def _has_article(record: Table) -> bool:
    """Whether what was read is the article, of the original or of a memento; only the record sets what came instead
    against the seed."""
    capture = table(record, "capture")
    return words(capture, "outcome") == "captured" or bool(table(capture, "memento"))


def _verdict(record: Table) -> dict[str, str]:
    comparison, memento = table(record, "comparison"), table(record, "capture", "memento")
    copy = copy_words(words(memento, "archive"), words(memento, "datetime")) if memento else None
    verdict, kind = words(comparison, "verdict"), words(table(comparison, "source"), "kind")
    kept, theirs = f"{share(comparison, 'seed_coverage'):.0%}", f"{share(comparison, 'page_coverage'):.0%}"
    shares = f"{kept} of the seed's words are on the page, {theirs} of the page's in the seed."
    if verdict == "no-text":
        shares = "There is no body on one side, so there is nothing to compare."
    return {
        "verdict": f"{verdict} as {copy}" if copy else verdict_words(verdict),
        "meaning": VERDICTS.get(verdict, ""),
        "source": source_words(kind, copy) if kind else "",
        "shares": " ".join((shares, *not_read(record))),
    }


def _text(record: Table, paragraphs: Sequence[str]) -> Listed[tuple[str, str]]:
    """The page's own paragraphs, each with its direction, where the seed has none to set beside them, as most rows of
    lists."""
    lines = rows(table(record, "comparison"), "lines")
    alone = all(words(each, "kind") == "page-only" for each in lines)
    those = [(direction(each), each) for each in paragraphs[:MOST]] if alone else []
    return Listed(those, max(0, len(paragraphs) - MOST) if alone else 0)


def _notice(notice: Table) -> tuple[str, str]:
    """The kind of a notice with its day, and its text."""
    kind, date = words(notice, "kind").replace("-", " ").capitalize(), words(notice, "date")
    return (f"{kind} ({date})" if date else kind), words(notice, "text")


def _photo(record: Table) -> dict[str, str]:
    """Caption and credit of the lead photo; of the seed's where none was captured."""
    lead = table(record, "capture", "lead_image")
    named = dict.fromkeys(
        words(each, "name")
        for each in rows(record, "credits")
        if (words(each, "of"), words(each, "role")) == ("image", "photo")
    )
    seeds = next((words(each, "seed") for each in rows(table(record, "comparison"), "captions")), "")
    caption, credit = words(lead, "caption") or seeds, words(lead, "credit") or ", ".join(filter(None, named))
    whose = "" if words(lead, "caption") or not caption else "in the seed"
    repeated = credit in caption or all(name in caption for name in credit.split(", "))
    return {"caption": caption, "credit": "" if repeated else credit, "whose": whose}


def _table(cells: Iterable[Row]) -> Listed[Row]:
    """The rows that have a value."""
    found = [row for row in cells if row[1]]
    return Listed(found[:MOST], max(0, len(found) - MOST))


def sealed_at(moment: datetime) -> str:
    """A moment as `Sealed` has it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def paragraphs_of(text: str) -> Iterator[str]:
    """The paragraphs of a kept text (`text/article.txt`)."""
    yield from (each for each in text.split("\n\n") if each.strip())
