"""The page of a bag in a real Chromium, at two widths: it asks for nothing, says nothing on the console, and is used
with the keyboard alone; what is hostile in a record is text."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pages.browsers import needs_browser
from pages.shown_pages import WIDTHS, chromium, opened

from archiver.bag.preview.html import Pictures, Sealed, page_of

pytestmark = needs_browser
SEALED = Sealed(identifier="urn:uuid:0", moment="2024-07-01 12:00:00 UTC")


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port that must stay silent, and who came all the same."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append("a connection")
                connection.close()

        threading.Thread(target=wait, daemon=True).start()
        try:
            yield server.getsockname()[1], came
        finally:
            server.shutdown(socket.SHUT_RDWR)


def hostile(port: int) -> str:
    address = f"http://127.0.0.1:{port}/"
    return (
        f'"></style></title><script>fetch("{address}")</script><img src="{address}" onerror="fetch(\'{address}\')">'
        f'<link rel=stylesheet href="{address}"><meta http-equiv=refresh content="0;url={address}">'
        f"<iframe src='{address}'></iframe> url({address}) \u202e"
    )


def record(text: str, url: str) -> dict[str, Any]:
    def line(kind: str, number: int) -> dict[str, Any]:
        found = {"kind": kind, "seed": f"{text} {number}", "seed_line": number, "page": f"{text} {number}"}
        return found | {"where": "article", "changes": [{"seed": text, "page": text}] if kind == "edited" else []}

    kinds = ["same"] * 8 + ["edited"] + ["same"] * 6
    return {
        "seed": {"headline": text, "original_url": url, "supplied_by": text},
        "capture": {"outcome": "captured", "status": 200, "started": text, "requested_url": url, "reason": text,
                    "lead_image": {"url": text, "caption": text, "credit": text}, "user_agent": text},
        "comparison": {"verdict": "edited", "lines": [line(kind, n) for n, kind in enumerate(kinds, start=1)]},
        "claims": {"publisher": [{"value": text, "source": "meta"}], "published": [{"value": text, "source": text}]},
        "credits": [{"name": text, "role": "author", "of": "article", "text": text, "source": "seed"}],
        "notices": [{"kind": "correction", "text": text, "date": text}],
        "text": {"language": text},
        "rights": {"statement": text},
    }  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_words_in_every_field_are_text_and_nothing_is_asked_for(tmp_path: Path, width: int):
    with listener() as (port, came), chromium() as browser:
        text = hostile(port)
        path = tmp_path / "page.html"
        path.write_bytes(page_of(record(text, f"javascript:fetch('http://127.0.0.1:{port}/')"), (), SEALED, Pictures()))
        with opened(browser, path.as_uri(), width) as (page, wrong):
            page.wait_for_timeout(500)
            assert page.inner_text("h1") == text.replace("\u202e", "\ufffd")
            assert page.locator("script, img, iframe, link, a[href^='javascript']").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert wrong == []
        assert came == []


def test_strip_and_folds_are_used_with_the_keyboard_alone(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_bytes(page_of(record("Some words of the article", "https://a.example/b"), (), SEALED, Pictures()))
    with chromium() as browser, opened(browser, path.as_uri(), WIDTHS[0]) as (page, wrong):
        stops = []
        for _ in range(8):
            page.keyboard.press("Tab")
            stops.append(
                page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.localName")
            )
        assert stops[:5] == ["https://a.example/b", "#p1", "#p9", "summary", "summary"]
        page.focus("summary")
        page.keyboard.press("Enter")
        assert page.is_visible("#p3")
        page.focus("a[href='#p9']")
        page.keyboard.press("Enter")
        assert page.url.endswith("#p9")
        assert wrong == []


def test_the_strip_opens_the_fold_that_it_leads_into(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_bytes(page_of(record("Some words of the article", "https://a.example/b"), (), SEALED, Pictures()))
    with chromium() as browser, opened(browser, path.as_uri(), WIDTHS[1]) as (page, _):
        assert not page.is_visible("#p1")
        page.click("a[href='#p1']")
        page.wait_for_selector("#p1:visible")
