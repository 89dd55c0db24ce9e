"""The published folder in a real Chromium: from a disk and from a web server, with the keyboard, at two widths."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from pages.browsers import needs_browser
from pages.shown_pages import AXE, WIDTHS, chromium, faults, opened

from archiver.cli import main
from archiver.demo.tour import run_demo

pytestmark = needs_browser
HOSTILE = '</script></title><img src=x onerror=alert(1)><script>alert(1)</script> & "q"'


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run_demo(folder / "bags", say=lambda _: None)
    assert main(["publish", str(folder / "bags"), str(folder / "site"), "--title", HOSTILE]) == 0
    return folder / "site"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def test_from_a_disk_headline_agency_and_date_are_filtered_and_the_page_says_what_is_not_there(site):
    with chromium() as browser, opened(browser, (site / "index.html").as_uri(), WIDTHS[0]) as (page, wrong):
        page.wait_for_selector("#filter:visible")
        assert not page.is_visible("#search")
        assert "needs a web server" in page.inner_text("#how") or "without a search" in page.inner_text("#how")
        page.keyboard.press("Tab")
        page.keyboard.type("ferry")
        assert page.inner_text("#found") == "1 found"
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.select_option("#agency", "dpa")
        assert "Sturmflut" in page.inner_text("#results")
        page.fill("#to", "2001-01-01")
        assert page.inner_text("#found") == "0 found"
        assert wrong == []


@pytest.mark.skipif(find_spec("pagefind") is None, reason="the extra 'publish' is absent")
def test_on_a_web_server_words_are_found_with_the_keyboard_and_nothing_else_is_asked(site):
    with served(site) as base, chromium() as browser, opened(browser, base, WIDTHS[1]) as (page, wrong):
        page.wait_for_selector("#search:visible")
        page.focus("#query")
        page.keyboard.type("Marta Lindqvist")
        page.wait_for_selector("#results a")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/bags/*.html")
        assert "Marta Lindqvist" in page.inner_text("main")
        assert [each for each in wrong if not each.startswith(base)] == []


def test_hostile_words_are_text(site):
    with chromium() as browser, opened(browser, (site / "index.html").as_uri(), WIDTHS[0]) as (page, wrong):
        assert page.inner_text("h1") == HOSTILE
        assert page.locator("main img").count() == 0
        assert wrong == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: 'make judges' gets it from npm")
def test_axe_finds_nothing(site):
    pages = [site / "index.html", site / "check.html", next((site / "bags").glob("Ferry*.html"))]
    with chromium() as browser:
        assert faults(browser, pages) == []
