"""The made-up web archive of the demo: two captures of an article that its newspaper has taken down, and a later 404.

It answers as pywb does: a CDX list, and captures as they were sent (`id_`).
"""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from archiver.model import WebArchive

HOST = "archive.ostrand.example"
ARCHIVE = WebArchive(name="the Ostrand Web Archive", family="pywb", url=f"http://{HOST}/news/")
ORIGINAL = "http://www.harbour-courier.example/2022/11/04/fish-market-to-reopen-with-heated-stalls"
_FOLDER = Path(__file__).parent / "archived"
_CAPTURES = {
    "20221104103000": ("fish-market-20221104.html", 200),
    "20221107081500": ("fish-market-20221107.html", 200),
    "20240203190000": (None, 404),
}


def archived(path: str) -> bytes:
    """The whole response to `GET path`, the query included."""
    parts = urlsplit(path)
    if parts.path == "/news/cdx":
        wanted = parse_qs(parts.query).get("url", [""])[0]
        rows = [_row(stamp, status) for stamp, (_, status) in _CAPTURES.items()] if wanted == ORIGINAL else []
        return _response(200, "".join(rows).encode(), "Content-Type: text/x-ndjson")
    stamp, _, original = path.removeprefix("/news/").partition("id_/")
    if stamp not in _CAPTURES or original != ORIGINAL:
        return _response(404, b"<h1>Not in this archive</h1>", "Content-Type: text/html")
    file, status = _CAPTURES[stamp]
    body = (_FOLDER / file).read_bytes() if file else b"<h1>This page is not here.</h1>"
    moment = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    stated = f"Memento-Datetime: {format_datetime(moment, usegmt=True)}"
    return _response(
        status, body, "Content-Type: text/html; charset=utf-8", stated, f'Link: <{ORIGINAL}>; rel="original"'
    )


def _row(stamp: str, status: int) -> str:
    return json.dumps({"timestamp": stamp, "url": ORIGINAL, "mime": "text/html", "status": str(status)}) + "\n"


def _response(status: int, body: bytes, *head: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Date: Mon, 01 Jul 2024 06:00:00 GMT", *head]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii") + body
