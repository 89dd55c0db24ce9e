"""Made-up seeds and pages for the tests of the article room."""

import html
from datetime import date

from archiver.model import (
    Anchor,
    Headline,
    Page,
    PageBlock,
    PageModel,
    PageRead,
    Paragraph,
    Seed,
    SeedCaption,
    SeedDate,
)

URL = "https://www.harbour.example/2023/03/09/council-votes"
BODY = (
    "The harbour council voted on Thursday to close the old fish market, Mayor Ilsa Brandtt announced.",
    'Brandtt told reporters that the roof was "no longer safe" and that repairs would take a year.',
    "The traders' union called on the council to reopen talks before the autumn season begins.",
    "Nearly forty stalls have stood under the iron roof since the great storm of 1911.",
    '"We will not leave our nets on the quay," said its chairman, a herring dealer for three decades.',
    "The ministry described the plan as a sensible step in comments to the state-run RIA Novosti news agency.",
    "AFP contributed reporting.",
)


def a_seed(*texts: str, anchors: tuple[Anchor, ...] = (), caption: SeedCaption | None = None) -> Seed:
    """A seed of these paragraphs, on every second line from 5 on; the anchors stand in the first."""
    paragraphs = tuple(
        Paragraph(text=text, line=5 + 2 * n, anchors=anchors if n == 0 else (), agency=text.startswith("AFP "))
        for n, text in enumerate(texts)
    )
    return Seed(
        origin="seeds/council.txt",
        name="council.txt",
        data=b"",
        sha256="0" * 64,
        encoding="utf-8",
        lines=40,
        url=URL,
        url_line=39,
        headline=Headline(text="Council Votes to Close Fish Market", line=1),
        date=SeedDate(raw="March 9, 2023", day=date(2023, 3, 9), line=3),
        caption=caption,
        captions=(caption,) if caption else (),
        paragraphs=paragraphs,
        front_matter={},
        parts=(),
    )


def a_page(*paragraphs: str, head: str = "", above: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Page:
    """A page whose article has these paragraphs, given as HTML."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return a_response(
        f"<!DOCTYPE html><html lang='en'><head>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Council Votes to Close Fish Market</h1>{above}{body}</article></body></html>".encode(),
        headers=(("Content-Type", "text/html; charset=utf-8"), *headers),
    )


def a_response(body: bytes, headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)) -> Page:
    return Page(url=URL, status=200, headers=headers, body=body)


def escaped(*texts: str) -> list[str]:
    return [html.escape(text, quote=False) for text in texts]


def a_model(*blocks: str | PageBlock, cut: tuple[str, ...] = ()) -> PageModel:
    """A page of these blocks; a text alone is a paragraph of the article."""
    made = tuple(
        PageBlock(kind="paragraph", text=each, at=f"/html/body/article/p[{n}]") if isinstance(each, str) else each
        for n, each in enumerate(blocks, start=1)
    )
    return PageModel(blocks=made, read=PageRead(whole=not cut, cut=cut, blocks=len(made)))
