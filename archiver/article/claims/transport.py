"""Claims in the HTTP headers and the address of a page."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from archiver.article.claims import dates
from archiver.article.claims.source import Found, Tree
from archiver.model import Page


def claims(page: Page, _: Tree | None) -> Iterator[Found]:
    """What Last-Modified, Content-Language and a day in the path say."""
    if modified := page.header("Last-Modified"):
        yield "modified", modified, "http", "Last-Modified"
    if language := page.header("Content-Language"):
        yield "language", language, "http", "Content-Language"
    try:
        path = urlsplit(page.url).path
    except ValueError:
        return
    if day := dates.in_path(path):
        yield "published", day, "url", "path"
