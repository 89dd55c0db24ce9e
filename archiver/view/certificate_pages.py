"""Lays out certificates, as plain text and as a page."""

import textwrap
from collections.abc import Iterator, Sequence

from archiver.templates import render
from archiver.view.certificate import Certificate

WIDTH, _INDENT, _LABEL = 78, 4, 24


def as_text(certificates: Sequence[Certificate]) -> str:
    """Plain text, its lines no longer than 78 characters unless a word is; a form feed between certificates."""
    return "\f\n".join("".join(f"{line}\n" for line in _text(each)) for each in certificates)


def _text(each: Certificate) -> Iterator[str]:
    yield each.title.upper()
    yield ""
    yield from textwrap.wrap(each.preamble, WIDTH, break_on_hyphens=False)
    for section in each.sections:
        yield ""
        yield section.heading
        for label, value in section.rows:
            yield from _lines(label, value)


def _lines(label: str, value: str | None) -> Iterator[str]:
    margin = " " * _INDENT
    if not label:
        yield from textwrap.wrap(value or "", WIDTH, initial_indent=margin, subsequent_indent=margin)
        return
    head = f"{margin}{label + ':':<{_LABEL}}"
    if value is None:
        yield ""
        yield head + "_" * (WIDTH - len(head))
        return
    yield from textwrap.wrap(
        value,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_html(certificates: Sequence[Certificate]) -> str:
    """A page without scripts that loads nothing, everything in it escaped; each certificate begins a sheet in print."""
    return render("certificate.html", certificates=certificates)
