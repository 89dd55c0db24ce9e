"""ro-crate-preview.html: the page a person reads. Static, without scripts, everything from outside escaped.

The markup stands in `templates/preview.html`; this module puts the facts together: what was captured, how it compares
line by line, who is credited and what each source claims. It states nothing that the record does not; the record stays
the authority. The page leads nowhere but to files of the payload, and loads none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from archiver.bag.bag_contents import BagContents
from archiver.bag.preview_diff import Run, marked, respelt
from archiver.bag.record import plain
from archiver.model import Capture, ComparedLine, Comparison, Notice
from archiver.model.comparison_words import copy_words, line_words, source_words, verdict_words
from archiver.model.import_words import import_rows
from archiver.model.outcome_words import answer_words
from archiver.templates import render

T = TypeVar("T")

MOST = 2_000
"""Rows of a kind (compared lines, credits, claims) that are shown; the record has them all."""
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}")
"""As in BCP 47; a page may claim anything."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first of many, and how many more there are."""

    shown: Sequence[T]
    more: int


@dataclass(frozen=True, slots=True)
class Line:
    """A compared line: its kind, words about it, and its paragraphs, each a heading and runs of (side, text)."""

    kind: str
    about: str
    paragraphs: Sequence[tuple[str, Sequence[Run]]]


def preview_of(contents: BagContents, paths: Iterable[str]) -> bytes:
    """The whole document, UTF-8; `paths` are the payload's files written before it."""
    stated = contents.reading.article.language or ""
    comparison, memento = contents.reading.comparison, contents.capture.memento
    copy = copy_words(memento.archive, memento.datetime.isoformat()) if memento else None
    page = render(
        "preview.html",
        title=contents.title,
        language=stated if _LANGUAGE.fullmatch(stated) else "",
        notices=[(_noticed(each), each.text) for each in contents.reading.article.notices[:20]],
        became=_became(contents.capture),
        compared=_has_article(contents),
        verdict=f"{comparison.verdict} as {copy}" if copy else verdict_words(comparison.verdict),
        source=source_words(comparison.source.kind, copy) if comparison.source else "",
        shares=_shares(comparison),
        text=_text(contents),
        lines=_bounded(map(_line, comparison.lines[:MOST]), len(comparison.lines)),
        capture=_table(_capture(contents)),
        links=_table(_links(contents)),
        photo=_table(_photo(contents)),
        credits=_table(_credits(contents)),
        claims=_table(_claims(contents)),
        paths=paths,
        identifier=contents.identifier,
        sealed=f"{contents.sealed:%Y-%m-%d %H:%M:%S} UTC",
    )
    return page.encode("utf-8")


def _became(capture: Capture) -> str:
    """What the server answered, in a sentence."""
    host = urlsplit(capture.address).hostname or capture.address
    moment = f"{capture.started.day} {capture.started:%B %Y at %H:%M} UTC"
    return answer_words(capture.outcome, capture.status, host, moment, capture.reason)


def _has_article(contents: BagContents) -> bool:
    """Whether what was read is the article, of the original or of a memento; only the record sets what came instead
    against the seed."""
    return contents.capture.outcome == "captured" or contents.capture.memento is not None


def _text(contents: BagContents) -> Listed[str]:
    """The page's own paragraphs where the seed has none to set beside them, as most rows of lists."""
    paragraphs = contents.reading.article.paragraphs
    alone = _has_article(contents) and not contents.seed.paragraphs
    return _bounded(paragraphs[:MOST], len(paragraphs)) if alone else Listed([], 0)


def _table(rows: Iterable[tuple[str, str]]) -> Listed[tuple[str, str]]:
    """The rows that have a value."""
    cells = [row for row in rows if row[1]]
    return _bounded(cells, len(cells))


def _bounded(items: Iterable[T], count: int) -> Listed[T]:
    return Listed(list(islice(items, MOST)), max(0, count - MOST))


def _capture(contents: BagContents) -> Iterator[tuple[str, str]]:
    capture, needed, final = contents.capture, contents.capture.requisites, contents.capture.final
    tls = final.tls if final else None
    yield "Requested URL", capture.requested_url
    if capture.address != capture.requested_url:
        yield "Final URL", capture.address
    reason, status = capture.reason or "", f"status {capture.status or 'none'}"
    told = "" if status in reason else f" ({status})"
    yield "Outcome", f"{capture.outcome}{f': {reason}' if reason else ''}{told}"
    yield "When", f"{capture.started:%Y-%m-%d %H:%M:%S} UTC"
    verified = " (certificate not verified)" if tls and not tls.verified else ""
    if final:
        yield "Server", f"{final.ip or 'an unknown address'}, {tls.protocol if tls else 'without TLS'}{verified}"
    for each in capture.archives:
        yield "Web archive", f"{each.archive}: {each.words}"
    if capture.memento:
        form = "as the original server sent it" if capture.memento.raw else "as the archive has rewritten it"
        yield "Read from", f"{capture.memento.uri}, archived {capture.memento.datetime:%Y-%m-%d %H:%M:%S} UTC, {form}"
    if capture.imported:
        yield from import_rows(plain(capture.imported))
    if needed:
        counts = {"copied": len(needed.shared), "failed": len(needed.failed), "skipped": len(needed.skipped)}
        rest = "".join(f", {count} {what}" for what, count in counts.items() if count)
        yield "Page resources", f"{needed.fetched} captured{rest}"
    if rendering := contents.rendering:
        browser = rendering.about.get("browser") or {}
        who = " ".join(str(browser[name]) for name in ("name", "version") if browser.get(name)) or "a browser"
        verdict = f"; its text and the seed: {rendering.reading.comparison.verdict}" if rendering.reading else ""
        yield "In a browser", f"shown by {who}{verdict}{f'; {rendering.failed}' if rendering.failed else ''}"
    names = dict.fromkeys((contents.agent, contents.config.operator or contents.agent))
    whose = "Imported by" if capture.imported else "Captured by"
    yield whose, f"{', '.join(names)}{'' if capture.imported else f', with {capture.user_agent}'}"
    yield "Contact", contents.contact or ""
    yield "Seed", contents.custody_line
    yield "Rights", "; ".join(each for each in (contents.rights["statement"], contents.rights_line) if each)


def _noticed(notice: Notice) -> str:
    """The kind of a notice and its day."""
    kind = notice.kind.replace("-", " ").capitalize()
    return f"{kind} ({notice.date})" if notice.date else kind


def _shares(comparison: Comparison) -> str:
    kept, theirs = f"{comparison.seed_coverage:.0%}", f"{comparison.page_coverage:.0%}"
    shares = f"{kept} of the seed's words are on the page, {theirs} of the page's in the seed."
    if comparison.verdict == "no-text":
        shares = "There is no body on one side, so there is nothing to compare."
    counts = Counter(line_words(line.kind, line.where) for line in comparison.lines)
    if counts:
        shares += f" Paragraphs: {'; '.join(f'{count} {about}' for about, count in counts.items())}."
    for cut in comparison.read.cut if comparison.read else ():
        shares += f" Not read: {cut}."
    return shares


def _line(line: ComparedLine) -> Line:
    where = f", line\u00a0{line.seed_line}" if line.seed_line is not None else ""
    return Line(line.kind, f"{line_words(line.kind, line.where)}{where}", _paragraphs(line))


def _paragraphs(line: ComparedLine) -> Sequence[tuple[str, Sequence[Run]]]:
    """One paragraph with the words of one side marked; both, each under its heading, where no places are certain."""
    if line.seed is None or line.page is None or line.seed == line.page:
        return [("", [("both", line.seed or line.page or "")])]
    if runs := marked(line.seed, line.page, line.changes) if line.changes else respelt(line.seed, line.page):
        return [("", runs)]
    return [("in the seed", [("both", line.seed)]), ("on the page", [("both", line.page)])]


def _links(contents: BagContents) -> Iterator[tuple[str, str]]:
    for link in contents.reading.links if _has_article(contents) else ():
        if link.page_href and link.page_href != link.seed_href:
            yield link.text, link.page_href


def _photo(contents: BagContents) -> Iterator[tuple[str, str]]:
    if lead := contents.lead:
        yield "Caption", lead.caption or "none on the page"
        named = dict.fromkeys(c.name for c in contents.reading.credits if (c.of, c.role) == ("image", "photo"))
        yield "Credit", lead.credit or ", ".join(named) or "none"
        yield "Address", lead.url
        yield "Content credentials", "a C2PA manifest is in the file; it was not verified" if lead.c2pa else ""
        yield "Problem", lead.problem or ""
    elif caption := contents.seed.caption:
        yield "Caption in the seed", caption.text
        yield "Credit in the seed", caption.credit or "none"


def _credits(contents: BagContents) -> Iterator[tuple[str, str]]:
    found: dict[tuple[str, str], tuple[str, dict[str, None]]] = {}
    for credit in contents.reading.credits:
        role = credit.role if credit.of == "article" else f"{credit.role} (image)"
        found.setdefault((credit.name, role), (credit.text, {}))[1][credit.source] = None
    for (name, role), (text, sources) in found.items():
        yield f"{name}, {role}", f"{text} ({', '.join(sources)})"


def _claims(contents: BagContents) -> Iterator[tuple[str, str]]:
    for name, claims in contents.reading.claims.items():
        agreement = contents.reading.agreement.get(name) if _has_article(contents) else None
        conflict = " (sources disagree)" if agreement and agreement.accord == "conflict" else ""
        values: dict[str, dict[str, None]] = {}
        for claim in claims:
            values.setdefault(claim.value, {})[claim.source] = None
        for value, sources in values.items():
            yield f"{name.replace('_', ' ')}{conflict}", f"{value} ({', '.join(sources)})"
