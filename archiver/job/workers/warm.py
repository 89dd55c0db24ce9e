"""Reads a made-up page when it is imported, in the process that workers are forked from.

Patterns, tables, templates and libraries that are made ready at first use are then there for all of them, in memory
that they share.
"""

from archiver.article.analyse import read
from archiver.model import Page, Seed
from archiver.seeds.document import read_document
from archiver.templates import prepare

_SEED = """The harbour is open

By Ann Lee, 3 January 2022

Ships came back to the harbour on Monday, officials said, after the longest strike that the town remembers.
The first to leave was a ferry with two hundred people on board. Photo: Ann Lee/AFP

Original url: <http://news.example/harbour>
"""
_PAGE = """<!DOCTYPE html><html lang="en"><head><title>The harbour is open</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The harbour is open",
"datePublished": "2022-01-03", "author": {"@type": "Person", "name": "Ann Lee"}}</script></head><body><article>
<h1>The harbour is open</h1><p class="byline">By Ann Lee and Bo Ek, Reuters, updated 4 January 2022</p>
<figure><img src="a.jpg" alt="Ships"><figcaption>Ships on Monday. Photo: Ann Lee/AFP</figcaption></figure>
<p>Ships came back to the harbour on Monday, officials said, after the longest strike that the town remembers.</p>
<p>The first to leave was a ferry with two hundred people on board.</p>
<p>Correction: an earlier version of this article had another number of people.</p></article></body></html>
"""


def _read_once() -> None:
    seed = read_document(_SEED.encode(), origin="harbour.txt", name="harbour.txt")
    page = Page(
        url="http://news.example/harbour",
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=_PAGE.encode(),
    )
    if isinstance(seed, Seed):
        read(seed, page)
    prepare("preview.html")


_read_once()
