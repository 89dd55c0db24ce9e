"""`make docs`: the site is whole, fetches nothing from elsewhere, and is searched from a folder without a server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from pages.browsers import needs_browser
from places import ROOT

pytest.importorskip("material", reason="mkdocs-material is absent: `make docs` installs it")
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^\s\"'>]+"
    r"|<link\b[^>]*\brel=[\"']?(?:stylesheet|preconnect|preload|icon)\b[^>]*\bhref=[\"']?(?:https?:)?//[^\s\"'>]+"
    r"|url\(\s*[\"']?(?:https?:)?//[^)]+|@import\s+[\"'](?:https?:)?//[^\"']+",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built strictly: a link or an anchor that leads nowhere fails."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_of_docs_is_a_page_of_the_site(site):
    for page in (ROOT / "docs").rglob("*.md"):
        path = page.relative_to(ROOT / "docs")
        assert (site / path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html")).is_file()


def test_no_page_and_no_style_sheet_fetches_anything_from_elsewhere(site):
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert FETCHED.findall(path.read_text("utf-8")) == [], path.name


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_tables_lists_and_blocks_of_code_come_out_as_in_the_repository(site, page):
    """Two readers of Markdown, the repository's (CommonMark) and the site's, see the same parts."""
    path = page.relative_to(ROOT / "docs")
    html = (site / path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html")).read_text("utf-8")
    shown = html.partition("<article")[2].partition("</article>")[0]
    ours = MarkdownIt("commonmark").enable("table").render(page.read_text("utf-8"))
    ours = re.sub(r"<pre><code[^>]*></code></pre>", "", ours)  # the site shows no empty block
    for tag in ("<li", "<table", "<pre", "<h2"):
        assert shown.count(tag) == ours.count(tag), tag


def test_the_reference_has_every_schema_and_every_function(site):
    import archiver

    schemas = (site / "reference/schemas.html").read_text("utf-8")
    assert all(name in schemas for name in ("capture.final_url", "custody_head", "bags[].findings[].code"))
    functions = (site / "reference/python.html").read_text("utf-8")
    assert all(f'id="{name.lower()}"' in functions for name in archiver.__all__ if not name.startswith("_"))


@needs_browser
def test_the_site_is_searched_from_a_folder_and_asks_no_network(site):
    from playwright.sync_api import sync_playwright

    from archiver.browser.available import executable
    from archiver.config import Config

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(Config()), args=["--no-sandbox"])
        asked: list[str] = []
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.on("request", lambda request: asked.append(request.url))
            for name in ("index", "tutorial", "other-tools", "reference/schemas"):
                page.goto(f"{site.as_uri()}/{name}.html")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size({"width": 1280, "height": 900})
        page.fill(".md-search__input", "timestamp")
        page.wait_for_function("/[0-9]+ matching/.test(document.querySelector('.md-search-result__meta').textContent)")
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
