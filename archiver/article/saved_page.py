"""A saved page as if it had just been fetched."""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from archiver.config import Limits
from archiver.errors import StorageError
from archiver.model import Page


def saved_page(path: Path, url: str = "", *, limit: int = Limits().page_bytes) -> Page:
    """A file as a page from `url`; gzip is taken off. At most `limit` bytes are read. Raises StorageError."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            body = gzip.GzipFile(fileobj=file).read(limit + 1) if packed else file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = OSError(0, str(error)) if not isinstance(error, OSError) else error
        raise StorageError.from_os(f"read the page {path}", reason) from error
    return bounded(Page(url=url, status=200, headers=(), body=body), limit=limit)


def page_of(html: bytes | str, url: str = "", headers: Sequence[tuple[str, str]] = ()) -> Page:
    """A page from its HTML and the headers it was served with. Text has an encoding no more: it is taken as UTF-8."""
    if isinstance(html, str):
        others = [each for each in headers if each[0].lower() != "content-type"]
        headers = (*others, ("Content-Type", "text/html; charset=utf-8"))
        html = html.encode("utf-8", "replace")
    return bounded(Page(url=url, status=200, headers=tuple(headers), body=html))


def bounded(page: Page, *, limit: int = Limits().page_bytes) -> Page:
    """The page with at most `limit` bytes of its body; its `problem` says that it was cut."""
    if len(page.body) <= limit:
        return page
    return replace(page, body=page.body[:limit], problem=f"only the first {limit} bytes of the page are read")
