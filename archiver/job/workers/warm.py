"""Reads a made-up page when it is imported, in the process that workers are forked from.

What they need is imported, and patterns, tables, templates and libraries that are made ready at first use are then
there for all of them, in memory that they share. All of it stays: no garbage is looked for until it is there, nor in it
afterwards, neither by those processes nor when this one ends.
"""

import gc
from hashlib import sha256

_PAGE = """<!DOCTYPE html><html lang="en"><head><title>The harbour is open</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The harbour is open",
"datePublished": "2022-01-03", "author": {"@type": "Person", "name": "Ann Lee"}}</script></head><body><article>
<h1>The harbour is open</h1><p class="byline">By Ann Lee and Bo Ek, Reuters, updated 4 January 2022</p>
<figure><img src="a.jpg" alt="Ships"><figcaption>Ships on Monday. Photo: Ann Lee/AFP</figcaption></figure>
<p>Ships came back to the harbour on Monday, officials said, after the longest strike that the town remembers.</p>
<p>The first to leave was a ferry with two hundred people on board.</p>
<p>Correction: an earlier version of this article had another number of people.</p></article></body></html>
"""
_BODY = (
    "Ships came back to the harbour on Monday, officials said, after the longest strike that the town remembers.",
    "The first to leave was a ferry with two hundred people on board. Photo: Ann Lee/AFP",
)


def _read_once() -> None:
    from archiver.article.analyse import read
    from archiver.job.workers import worker  # noqa: F401 - the processes run it
    from archiver.model import Headline, Page, Paragraph, Seed
    from archiver.templates import prepare

    data = "\n".join(_BODY).encode()
    seed = Seed(
        origin="harbour.txt",
        name="harbour.txt",
        data=data,
        sha256=sha256(data).hexdigest(),
        encoding="utf-8",
        lines=len(_BODY),
        url="http://news.example/harbour",
        url_line=1,
        headline=Headline(text="The harbour is open", line=1),
        date=None,
        caption=None,
        paragraphs=tuple(Paragraph(text=text, line=line) for line, text in enumerate(_BODY, start=1)),
        front_matter={},
        parts=(),
        byline=Paragraph(text="By Ann Lee", line=1, agency=True),
    )
    page = Page(
        url="http://news.example/harbour",
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=_PAGE.encode(),
    )
    read(seed, page)
    prepare("preview.html")


gc.disable()
_read_once()
gc.freeze()
gc.enable()
