"""ro-crate-preview.html: the page a person reads. Static, without scripts, everything from outside escaped.

Shows what was captured, how it compares line by line, who is credited and what each source claims. It states nothing
that the record does not; the record stays the authority. It leads nowhere but to files of the payload, and loads none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

from archiver.bag.bag_contents import Dossier
from archiver.bag.preview_diff import marked, respelt
from archiver.bag.sanitize import well_formed
from archiver.model import ComparedLine

MOST = 2_000
"""Rows of a kind (compared lines, credits, claims) that are shown; the record has them all."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# What no HTML document may hold, and what turns the direction of all that follows.
_FOUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}")
"""As in BCP 47; a page may claim anything."""
_KINDS = {
    "same": "the same",
    "typographic": "other quotation marks, dashes or spaces",
    "edited": "reworded",
    "moved": "stands elsewhere on the page",
    "missing": "in the seed, not on the page",
    "page-only": "on the page, not in the seed",
}
_COUNTED = {
    "same": "the same",
    "typographic": "in other typography",
    "edited": "reworded",
    "moved": "moved",
    "missing": "only in the seed",
    "page-only": "only on the page",
}
_BECAME = {
    "captured": "Captured",
    "unread": "Recorded, but not read as the article,",
    "gone": "Found to be gone",
    "blocked": "Found to be blocked",
    "refused": "Refused",
}
_MARKS = {"both": "{}", "seed": "<del>{}</del> ", "page": "<ins>{}</ins>"}


def preview_of(dossier: Dossier, paths: Iterable[str]) -> bytes:
    """The whole document, UTF-8; `paths` are the payload's files written before it."""
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_shown(dossier.title)}</title>\n<style>\n{_style()}</style></head><body>\n"
    )
    return f"{head}{''.join(_body(dossier, paths))}</body></html>\n".encode()


@cache
def _style() -> str:
    return files("archiver.bag").joinpath("preview.css").read_text("utf-8")


def _shown(text: str) -> str:
    return escape(text if text.isprintable() else _FOUL.sub("\ufffd", well_formed(text)))


def _body(dossier: Dossier, paths: Iterable[str]) -> Iterator[str]:
    stated = dossier.reading.article.language or ""
    language = stated if _LANGUAGE.fullmatch(stated) else ""
    yield f'<header><p class="kind">Archived page</p><h1 lang="{language}" dir="auto">{_shown(dossier.title)}</h1>'
    yield f'<p class="standfirst">{_standfirst(dossier)}</p></header>\n<main>\n'
    yield from _section("Capture", _table(_capture(dossier)))
    yield from _section("Comparison with the seed", _comparison(dossier, language))
    yield from _section("Links the seed had lost", _table(_links(dossier)))
    yield from _section("Photo", _table(_photo(dossier)))
    yield from _section("Credits", _table(_credits(dossier)))
    yield from _section("Claims and their sources", _table(_claims(dossier)))
    listed = (f'<li><a href="{_shown(path)}">{_shown(path)}</a></li>' for path in paths)
    yield from _section("Files", f'<ul class="files">{"".join(listed)}</ul>')
    yield f"</main>\n<footer><p>Bag {_shown(dossier.identifier)}, sealed {dossier.sealed:%Y-%m-%d %H:%M:%S} UTC. "
    yield 'What stands here is taken from <a href="provenance.json">the record</a>, which has all of it.</p></footer>\n'


def _standfirst(dossier: Dossier) -> str:
    """What became of it, in two sentences."""
    capture, became = dossier.capture, _BECAME.get(dossier.capture.outcome, "Not captured")
    host = urlsplit(capture.final_url).hostname or capture.final_url
    when = f"{capture.started.day} {capture.started:%B %Y at %H:%M} UTC"
    verdict = _shown(dossier.reading.comparison.verdict)
    compared = f" Compared with the seed document: <strong>{verdict}</strong>." if _has_article(dossier) else ""
    return f"{became} at {_shown(host)} on {when}.{compared}"


def _has_article(dossier: Dossier) -> bool:
    """Whether what came is the article; only the record sets what came instead against the seed."""
    return dossier.capture.outcome == "captured"


def _section(heading: str, content: str) -> Iterator[str]:
    if content:
        yield f"<section><h2>{heading}</h2>\n{content}</section>\n"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = [f'<tr><th scope="row">{_shown(n)}</th><td dir="auto">{_shown(v)}</td></tr>\n' for n, v in rows if v]
    return f"<table>{''.join(cells[:MOST])}</table>{_rest(len(cells))}" if cells else ""


def _rest(count: int) -> str:
    return f"<p>And {count - MOST} more in the record.</p>" if count > MOST else ""


def _capture(dossier: Dossier) -> Iterator[tuple[str, str]]:
    capture, tls, needed = dossier.capture, dossier.capture.final.tls, dossier.capture.requisites
    yield "Asked for", capture.requested_url
    if capture.final_url != capture.requested_url:
        yield "Answered by", capture.final_url
    reason, status = capture.reason or "", f"status {capture.status}"
    told = "" if status in reason else f" ({status})"
    yield "Outcome", f"{capture.outcome}{f': {reason}' if reason else ''}{told}"
    yield "When", f"{capture.started:%Y-%m-%d %H:%M:%S} UTC"
    verified = " (certificate not verified)" if tls and not tls.verified else ""
    yield "From", f"{capture.final.ip or 'an unknown address'}, {tls.protocol if tls else 'without TLS'}{verified}"
    if needed:
        counts = {"copied": len(needed.shared), "failed": len(needed.failed), "skipped": len(needed.skipped)}
        rest = "".join(f", {count} {what}" for what, count in counts.items() if count)
        yield "With it", f"{needed.fetched} files that the page needs fetched{rest}"
    names = dict.fromkeys((dossier.agent, dossier.config.operator or dossier.agent))
    yield "By", f"{', '.join(names)}, with {capture.user_agent}"
    yield "Contact", dossier.contact or ""
    yield "Seed", dossier.custody_line
    yield "Rights", "; ".join(each for each in (dossier.rights["statement"], dossier.rights_line) if each)


def _comparison(dossier: Dossier, language: str) -> str:
    if not _has_article(dossier):
        return "<p>Not shown: what came is not the article. The record keeps how it compares.</p>\n"
    comparison = dossier.reading.comparison
    kept, theirs = f"{comparison.seed_coverage:.0%}", f"{comparison.page_coverage:.0%}"
    shares = f"{kept} of the seed's words are on the page, {theirs} of the page's in the seed."
    if comparison.verdict == "no-text":
        shares = "There is no body on one side, so there is nothing to compare."
    counts: Counter[str] = Counter(line.kind for line in comparison.lines)
    if counts:
        found = ", ".join(f"{counts[kind]} {named}" for kind, named in _COUNTED.items() if kind in counts)
        shares += f" Paragraphs: {found}."
    lines = "".join(_line(line) for line in comparison.lines[:MOST])
    listed = f'<ol lang="{language}">\n{lines}</ol>{_rest(len(comparison.lines))}\n' if lines else ""
    return f"<p>Verdict: <strong>{_shown(comparison.verdict)}</strong>. {shares}</p>\n{listed}"


def _line(line: ComparedLine) -> str:
    where = f", line\u00a0{line.seed_line}" if line.seed_line is not None else ""
    kind = f'<p class="kind" lang="en">{_KINDS[line.kind]}{where}</p>'
    return f'<li class="{line.kind}">{kind}<div>{_words(line)}</div></li>\n'


def _words(line: ComparedLine) -> str:
    if line.seed is None or line.page is None or line.seed == line.page:
        return _paragraph(line.seed or line.page or "")
    runs = marked(line.seed, line.page, line.changes) if line.changes else respelt(line.seed, line.page)
    if runs:
        return f'<p dir="auto">{"".join(_MARKS[side].format(_shown(text)) for side, text in runs)}</p>'
    sides = (("in the seed", line.seed), ("on the page", line.page))
    return "".join(f'<p class="kind" lang="en">{side}</p>{_paragraph(text)}' for side, text in sides)


def _paragraph(text: str) -> str:
    return f'<p dir="auto">{_shown(text)}</p>'


def _links(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for link in dossier.reading.links if _has_article(dossier) else ():
        if link.page_href and link.page_href != link.seed_href:
            yield link.text, link.page_href


def _photo(dossier: Dossier) -> Iterator[tuple[str, str]]:
    if lead := dossier.lead:
        yield "Caption", lead.caption or "none on the page"
        named = dict.fromkeys(c.name for c in dossier.reading.credits if (c.of, c.role) == ("image", "photo"))
        yield "Credit", lead.credit or ", ".join(named) or "none"
        yield "Address", lead.url
        yield "Content credentials", "a C2PA manifest is in the file; it was not verified" if lead.c2pa else ""
        yield "Problem", lead.problem or ""
    elif caption := dossier.seed.caption:
        yield "Caption in the seed", caption.text
        yield "Credit in the seed", caption.credit or "none"


def _credits(dossier: Dossier) -> Iterator[tuple[str, str]]:
    found: dict[tuple[str, str], tuple[str, dict[str, None]]] = {}
    for credit in dossier.reading.credits:
        role = credit.role if credit.of == "article" else f"{credit.role} (image)"
        found.setdefault((credit.name, role), (credit.text, {}))[1][credit.source] = None
    for (name, role), (text, sources) in found.items():
        yield f"{name}, {role}", f"{text} ({', '.join(sources)})"


def _claims(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for name, claims in dossier.reading.claims.items():
        agreement = dossier.reading.agreement.get(name) if _has_article(dossier) else None
        conflict = " (sources disagree)" if agreement and agreement.accord == "conflict" else ""
        values: dict[str, dict[str, None]] = {}
        for claim in claims:
            values.setdefault(claim.value, {})[claim.source] = None
        for value, sources in values.items():
            yield f"{name.replace('_', ' ')}{conflict}", f"{value} ({', '.join(sources)})"
