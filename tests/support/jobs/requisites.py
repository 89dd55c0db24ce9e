"""Captures a page with what it needs from a loopback server, and reads off what came of each address."""

from pathlib import Path
from typing import Any

from servers.wire import Server, ok

from archiver.model import Capture, Requisites
from jobs.capturing import SITE, Bench, MemoryFiles
from jobs.whole import html

TYPES = {"css": b"text/css", "js": b"text/javascript", "html": b"text/html", "jpg": b"image/jpeg", "png": b"image/png"}
PAGE = "https://www.paper.example/news/2024/story.html?page=1"
HERE = "https://www.paper.example/news/2024/"


def typed(path: str, body: bytes = b"x") -> bytes:
    return ok(body, b"Content-Type: " + TYPES.get(path.rpartition(".")[2], b"application/octet-stream"))


def collected(
    page: str, answers: dict[str, Any], spool: Path, **settings: Any
) -> tuple[Requisites, Capture, MemoryFiles]:
    """The requisites of a page, its capture and its WARC; bytes are answered with a type by their name's end."""
    site: dict[str, Any] = {
        path: [typed(path, answer)] if isinstance(answer, bytes) and not answer.startswith(b"HTTP/") else [answer]
        for path, answer in answers.items()
    }
    chosen = {"requisites": True} | settings
    with Server(site | {"/": [html(page.encode())]}) as server, Bench(spool, server, settings=chosen) as bench:
        capture, files = bench.capture()
    assert capture.requisites is not None
    return capture.requisites, capture, files


def reasons(requisites: Requisites) -> dict[str, str]:
    return {each.url.removeprefix(SITE): each.reason for each in (*requisites.failed, *requisites.skipped)}


def fetched(capture: Capture) -> list[str]:
    return sorted(each.url.removeprefix(SITE) for each in capture.exchanges if each.initiator != "seed")
