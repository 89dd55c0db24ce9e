"""An Atom feed (RFC 4287) and a sitemap (sitemaps.org 0.9) of a published folder."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from archiver.errors import UsageError

IN_FEED = 50
"""The newest captures are in the feed."""
IN_SITEMAP = 50_000
"""Addresses of one sitemap, as the protocol allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An entry: its identifier, a `urn:uuid:`, where it lies below the base, when it was captured."""

    identifier: str
    place: str
    title: str
    captured: str
    publisher: str
    summary: str


def base_of(address: str) -> str:
    """The address that the folder will have, with a slash at its end. Raises UsageError."""
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        sound = False
    if not sound or "@" in address or not address.isprintable() or " " in address:
        raise UsageError(f"--base-url {address[:200]} is not an address such as https://archive.example/news/")
    return address if address.endswith("/") else f"{address}/"


def atom(base: str, title: str, entries: Sequence[FeedEntry]) -> bytes:
    """The feed; `entries` are the newest first."""
    updated = _moment(entries[0].captured) if entries else "1970-01-01T00:00:00Z"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{escape(base)}</id>",
        f"<title>{_text(title)}</title>",
        f"<updated>{updated}</updated>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base + "feed.xml")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(base)}/>',
    ]
    for each in entries[:IN_FEED]:
        lines += [
            "<entry>",
            f"<id>{_text(each.identifier)}</id>",
            f"<title>{_text(each.title)}</title>",
            f"<updated>{_moment(each.captured)}</updated>",
            f"<author><name>{_text(each.publisher or 'not stated')}</name></author>",
            f'<link rel="alternate" type="text/html" href={quoteattr(base + each.place)}/>',
            f"<summary>{_text(each.summary)}</summary>",
            "</entry>",
        ]
    return ("\n".join((*lines, "</feed>")) + "\n").encode("utf-8")


def sitemaps(base: str, places: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes): one sitemap, or numbered ones with their index behind them."""
    parts: list[bytes] = []
    chunk: list[str] = []
    for place in places:
        chunk.append(place)
        if len(chunk) == IN_SITEMAP:
            parts.append(_sitemap(base, chunk))
            yield f"sitemap-{len(parts)}.xml", parts[-1]
            chunk = []
    if not parts:
        yield "sitemap.xml", _sitemap(base, chunk)
        return
    if chunk:
        parts.append(b"")
        yield f"sitemap-{len(parts)}.xml", _sitemap(base, chunk)
    names = "".join(
        f"<sitemap><loc>{escape(f'{base}sitemap-{n}.xml')}</loc></sitemap>\n" for n in range(1, len(parts) + 1)
    )
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    )
    yield "sitemap.xml", f"{head}{names}</sitemapindex>\n".encode()


def _sitemap(base: str, places: Iterable[str]) -> bytes:
    urls = "".join(f"<url><loc>{escape(base + place)}</loc></url>\n" for place in places)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{urls}</urlset>\n".encode()


def _text(text: str) -> str:
    return escape("".join(c if c >= " " and c not in "\ufffe\uffff" else " " for c in text))


def _moment(stated: str) -> str:
    """A moment as RFC 3339 wants it; the epoch where none is stated."""
    try:
        return datetime.fromisoformat(stated).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return "1970-01-01T00:00:00Z"
