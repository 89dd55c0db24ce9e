"""ro-crate-preview.html: the page a person reads. Static, without scripts, everything from outside escaped.

Shows what was captured, how it compares line by line, who is credited and what each source claims. It states nothing
that the record does not; the record stays the authority.
"""

from collections.abc import Iterator
from html import escape

from archiver.bag.dossier import NOT_STATED, Dossier
from archiver.model import ComparedLine

_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #8884}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
th{font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}
ol{padding:0;list-style:none}li{margin:.6rem 0;padding-left:.8rem;border-left:.3rem solid #8886}
li.same{border-color:#3a8a3a}li.typographic{border-color:#7aa33a}li.edited,li.moved{border-color:#c98a00}
li.missing{border-color:#c0392b}li.page-only{border-color:#2471a3}
.kind{font-size:.8rem;opacity:.75;display:block}p{margin:.2rem 0}
@media print{a::after{content:" (" attr(href) ")"}}
"""
_KINDS = {
    "same": "the same",
    "typographic": "the same but for quotation marks, dashes or spaces",
    "edited": "reworded",
    "moved": "stands elsewhere on the page",
    "missing": "in the seed, not on the page",
    "page-only": "on the page, not in the seed",
}


def preview_of(dossier: Dossier) -> bytes:
    """The whole document, UTF-8."""
    language = escape(dossier.reading.article.language or "")
    title = escape(dossier.headline)
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
    )
    body = "\n".join(_body(dossier, language))
    return f"{head}{body}\n</body></html>\n".encode("utf-8", "replace")


def _body(dossier: Dossier, language: str) -> Iterator[str]:
    capture, comparison = dossier.capture, dossier.reading.comparison
    yield f'<h1 lang="{language}">{escape(dossier.headline)}</h1>'
    yield "<h2>Capture</h2>"
    tls = capture.final.tls
    yield _table(
        ("Asked for", capture.requested_url),
        ("Answered by", capture.final_url),
        ("Outcome", f"{capture.outcome}{f': {capture.reason}' if capture.reason else ''} (status {capture.status})"),
        ("When", f"{capture.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("From", f"{capture.final.ip or 'an unknown address'}, {f'{tls.protocol}' if tls else 'without TLS'}"),
        ("By", f"{dossier.agent}, with {capture.user_agent}"),
        ("Bag", dossier.identifier),
        ("Rights", f"{dossier.rights['statement'] or NOT_STATED}; holder: {dossier.rights['holder'] or NOT_STATED}"),
    )
    yield "<h2>Comparison with the seed</h2>"
    kept, theirs = f"{comparison.seed_coverage:.0%}", f"{comparison.page_coverage:.0%}"
    shares = f"{kept} of the seed's words are on the page, {theirs} of the page's in the seed."
    yield f"<p>Verdict: <strong>{escape(comparison.verdict)}</strong>. {shares}</p>"
    yield f'<ol lang="{language}">'
    for line in comparison.lines:
        yield _line(line)
    yield "</ol>"
    yield from _credits(dossier)
    yield from _claims(dossier)
    yield "<h2>Files</h2>"
    yield "<ul>"
    for path in (dossier.warc, dossier.seed_file, "text/article.txt", "provenance.json", "metadata/premis.xml"):
        if path != "text/article.txt" or dossier.reading.article.text:
            yield f'<li><a href="{escape(path)}">{escape(path)}</a></li>'
    yield "</ul>"


def _line(line: ComparedLine) -> str:
    where = f", line {line.seed_line}" if line.seed_line is not None else ""
    texts = [line.seed] if line.kind in ("same", "missing") else [line.seed, line.page]
    if line.kind == "page-only":
        texts = [line.page]
    shown = "".join(f"<p>{escape(text)}</p>" for text in texts if text)
    return f'<li class="{line.kind}"><span class="kind">{_KINDS[line.kind]}{where}</span>{shown}</li>'


def _credits(dossier: Dossier) -> Iterator[str]:
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for credit in dossier.reading.credits:
        role = credit.role if credit.of == "article" else f"{credit.role} (image)"
        sources = found.setdefault((credit.name, role), (credit.text, []))[1]
        if credit.source not in sources:
            sources.append(credit.source)
    if found:
        yield "<h2>Credits</h2>"
        rows = [
            (f"{name}, {role}", f"{text} ({', '.join(sources)})") for (name, role), (text, sources) in found.items()
        ]
        yield _table(*rows)


def _claims(dossier: Dossier) -> Iterator[str]:
    rows = []
    for name, claims in dossier.reading.claims.items():
        agreement = dossier.reading.agreement.get(name)
        conflict = " - sources disagree" if agreement and agreement.accord == "conflict" else ""
        values: dict[str, list[str]] = {}
        for claim in claims:
            values.setdefault(claim.value, []).append(claim.source)
        rows += [(f"{name}{conflict}", f"{value} ({', '.join(dict.fromkeys(s))})") for value, s in values.items()]
    if rows:
        yield "<h2>Claims and their sources</h2>"
        yield _table(*rows)


def _table(*rows: tuple[str, str]) -> str:
    cells = (f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f"<table>{''.join(cells)}</table>"
