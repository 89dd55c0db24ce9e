"""A record as lines for a terminal: claims, credits, comparison, links.

Takes a record, or the parts of one (docs/bag-format.md, 4), and judges nothing: kinds of lines, verdicts and roles are
those of the record; only the marks inside an edited line are set here. Records are read as somebody else may have
written them: what is absent is left out, and nothing steers the terminal.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archiver.article.compare.word_diff import Differ
from archiver.escape import counted, visible
from archiver.model.comparison_words import copy_words, line_words, source_words, verdict_words
from archiver.model.day_words import day_words
from archiver.model.import_words import import_rows
from archiver.model.outcome_words import witness_words
from archiver.model.second_view import lines_that_differ, second_view_words

WIDTH = 96
KINDS = frozenset(("edited", "moved", "missing", "page-only", "not-compared"))
"""Kinds of lines that are shown wherever they stand; others are where they stand hidden, struck or in data alone."""
_APART = ("hidden", "struck", "data")
_COLOURS = {"seed": ("\x1b[31m", "\x1b[0m"), "page": ("\x1b[32m", "\x1b[0m")}
_MARKS = {"seed": ("[-", "-]"), "page": ("{+", "+}")}

Record = Mapping[str, Any]


def one_line(text: object) -> str:
    """Any text on one line, made visible."""
    return visible(" ".join(str(text).split()))


_NOTICES = 20
_DATES = ("published", "modified")


def record_lines(record: Record, *, colour: bool = False) -> Iterator[str]:
    """Verdict, comparison, links, credits and claims, each under its heading where there is something to show.

    Where the article was not captured, what came instead is not set against the seed: the record alone has that.
    """
    outcome = record.get("capture", {}).get("outcome", "captured")
    whole = outcome == "captured" or copy_of(record) is not None
    yield from _notices(record)
    yield from _verdict(record, outcome)
    for heading, lines in (
        ("Comparison", list(differences(record, colour=colour)) if whole else []),
        ("Links of the seed that had lost their target", list(recovered(record)) if whole else []),
        ("Credits", list(credit_lines(record))),
        ("Claims", list(claim_lines(record if whole else {**record, "agreement": {}}))),
    ):
        if lines:
            yield ""
            yield heading
            yield from lines


def capture_lines(record: Record) -> Iterator[str]:
    """Where a bag came from: seed, addresses, outcome, time, WARC record."""
    seed, capture = record["seed"], record["capture"]
    yield f"seed      {one_line(seed['original_name'])}: {one_line(seed['headline'] or 'no headline')}"
    yield f"from      {one_line(capture['requested_url'])}"
    for address in capture["redirects"]:
        yield f"moved to  {one_line(address)}"
    reason, status = one_line(capture["reason"] or ""), f"status {one_line(capture['status'])}"
    stated = "" if status in reason or capture["status"] is None else f", {status}"
    yield f"outcome   {one_line(capture['outcome'])}{f' ({reason})' if reason else ''}{stated}"
    if capture["record_id"] is not None:
        address = one_line(capture["ip"] or "an unknown address")
        yield f"captured  {one_line(capture['started'])} from {address}{_tls(capture['tls'])}"
        yield f"record    {one_line(capture['record_id'])} in data/{one_line(capture['warc'])}"
        payload = capture["payload_sha256"]
        yield f"payload   {f'sha256 {one_line(payload)}' if payload else 'no digest: the message was not whole'}"
    for each in capture.get("archives") or ():
        yield f"archive   {one_line(each['archive'])}: {one_line(each['words'])}"
    if hosts := capture.get("logged_in"):
        yield f"logged in captured while logged in: cookies were sent to {one_line(', '.join(map(str, hosts)))}"
    if isinstance(view := capture.get("second_view"), Mapping):
        yield f"elsewhere {one_line(second_view_words(view))}"
        yield from (f"differs   {one_line(each)}" for each in lines_that_differ(view))
    for label, words in import_rows(capture.get("import")):
        yield f"{one_line(label.lower()):<9} {one_line(words)}"
    for each in capture.get("witnesses") or ():
        yield f"witness   {one_line(witness_words(each))}"
    if memento := capture.get("memento"):
        form = "as it was sent" if memento["raw"] else "rewritten by the archive"
        yield f"memento   {one_line(memento['uri'])}, archived {one_line(memento['datetime'])}, {form}"


def _tls(tls: Record | None) -> str:
    if not tls:
        return ", no TLS"
    trust = "verified" if tls["verified"] else "NOT VERIFIED"
    return f", {one_line(tls['protocol'])}, certificate {trust}, issued by {one_line(tls['issuer'] or 'not known')}"


def _notices(record: Record) -> Iterator[str]:
    """What the page says about its article, before anything else is said of it."""
    for notice in (record.get("notices") or ())[:_NOTICES]:
        day = f" of {one_line(notice['date'])}" if notice["date"] else ""
        yield f"notice of the page: {one_line(notice['kind'])}{day}: {one_line(notice['text'])}"


def _verdict(record: Record, outcome: str) -> Iterator[str]:
    comparison, text = record["comparison"], record["text"]
    kept, theirs = comparison["seed_coverage"], comparison["page_coverage"]
    shares = f" - {kept:.0%} of the seed's words are on the page, {theirs:.0%} of the page's in the seed"
    if comparison["verdict"] == "no-text":
        shares = ""
    copy = copy_of(record)
    if outcome == "captured" or copy:
        what = f"{comparison['verdict']} as {copy}" if copy else verdict_words(comparison["verdict"])
        yield f"verdict: {one_line(what)}{shares}"
        yield from _what_was_compared(comparison, copy)
    else:
        yield f"no comparison shown: {one_line(outcome)}; what came is not the article, and only the record compares it"
    extractor = one_line(f"{text['extractor']} {text['extractor_version']}")
    note = f" - {one_line(text['note'])}" if text.get("note") else ""
    yield f"text: {one_line(text['characters'] or 0)} characters by {extractor}{note}"


def copy_of(record: Record) -> str | None:
    """The web archive's copy that was read and compared in place of the original, in words."""
    memento = record.get("capture", {}).get("memento")
    source = (record.get("comparison") or {}).get("source") or {}
    if not memento or source.get("kind") != "memento":
        return None
    return copy_words(str(memento["archive"]), str(memento["datetime"]))


def _what_was_compared(comparison: Record, copy: str | None) -> Iterator[str]:
    """The document, and what of it was not read; records of version 1.0 do not say it."""
    if source := comparison.get("source"):
        yield f"compared with: {one_line(source_words(source['kind'], copy))}"
    for cut in (comparison.get("read") or {}).get("cut", ()):
        yield f"not read: {one_line(cut)}"


def differences(record: Record, *, colour: bool = False) -> Iterator[str]:
    """The comparison, line by line: what differs, moved, is missing and is new in full, what stayed in one count."""
    lines = record["comparison"]["lines"]
    differ = Differ()
    for line in lines:
        if line["kind"] in KINDS or line.get("where") in _APART:
            yield from _difference(line, differ, colour)
    for line in record["comparison"].get("captions", ()):
        if line["kind"] not in ("same", "typographic"):
            yield from _difference(line, differ, colour, what="caption")
    shown = [line for line in lines if line.get("where") not in _APART]
    counts = {kind: sum(line["kind"] == kind for line in shown) for kind in ("same", "typographic")}
    if lines:
        typographic = f"{counts['typographic']} with other quotation marks or dashes only"
        yield f"  {counted(counts['same'], 'paragraph')} the same, {typographic}"


def _difference(line: Record, differ: Differ, colour: bool, *, what: str = "") -> Iterator[str]:
    seed, page = line["seed"], line["page"]
    if seed is not None and page is not None:
        text = marked(seed, page, differ, colour)
    else:
        text = one_line(page if seed is None else seed)
    where = f"line {one_line(line['seed_line'])}" if seed is not None else ""
    yield f"  {where:<10} {f'{what}: ' if what else ''}{line_words(line['kind'], line.get('where'))}"
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 13, break_on_hyphens=False, break_long_words=False
    )
    yield ""


def marked(seed: str, page: str, differ: Differ, colour: bool) -> str:
    """Both wordings in one: `[-only the seed-]`, `{+only the page+}`, or in colour; typography is not marked."""
    marks = _COLOURS if colour else _MARKS
    shown = []
    for side, text in differ.runs(seed, page):
        before, after = marks.get(side, ("", ""))
        words = visible(text.strip())
        # One colour a word, so that a wrapped line does not run on into the margin.
        words = " ".join(f"{before}{word}{after}" for word in (words.split(" ") if colour else [words]))
        # Words of one side only stand apart from what follows, whatever white space their own text had there.
        shown.append(words + (" " if text[-1:].isspace() or side == "seed" else ""))
    return " ".join("".join(shown).split())


def recovered(record: Record) -> Iterator[str]:
    """The links of the seed without a target, and the page's target for each."""
    for link in record["links"]:
        if not link["seed_href"].lower().startswith(("http:", "https:", "mailto:")):
            yield f"  [{one_line(link['text'])}]({one_line(link['seed_href'])})"
            yield f"    -> {one_line(link['page_href'])}" if link["page_href"] else "    -> not found on the page"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSummary:
    """A credit as a person reads it: who, in which role, the words that say it, and all sources that do."""

    who: str
    role: str
    text: str
    sources: tuple[str, ...]


def credits_once(record: Record) -> list[CreditSummary]:
    """The credits, each once however many sources give it."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for credit in record["credits"]:
        role = credit["role"] if credit["of"] == "article" else f"{credit['role']} (image)"
        found.setdefault((credit["name"], role), {}).setdefault(credit["source"], credit["text"])
    return [
        CreditSummary(who=who, role=role, text=next(iter(said.values())), sources=tuple(said))
        for (who, role), said in found.items()
    ]


def credit_lines(record: Record) -> Iterator[str]:
    """One line a credit."""
    for each in credits_once(record):
        shown = textwrap.shorten(one_line(each.text), 44, placeholder=" ...")
        sources = one_line(", ".join(each.sources))
        yield f"  {one_line(each.who):<24} {one_line(each.role):<18} {shown}   ({sources})"


def claim_lines(record: Record) -> Iterator[str]:
    """What each source says of headline, dates, authors ...; conflicts are marked."""
    for name, claims in record["claims"].items():
        agreement = record["agreement"].get(name) or {}
        conflict = "   sources disagree" if agreement.get("accord") == "conflict" else ""
        if claims:
            yield f"  {one_line(name)}{conflict}"
        for value, sources in _by_value(claims).items():
            stated = day_words(str(value)) if name in _DATES else value
            shown = textwrap.shorten(one_line(stated), 72, placeholder=" ...")
            yield f"    {shown}   ({one_line(', '.join(sources))})"


def _by_value(claims: Iterable[Record]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim in claims:
        sources = found.setdefault(claim["value"], [])
        if claim["source"] not in sources:
            sources.append(claim["source"])
    return found
