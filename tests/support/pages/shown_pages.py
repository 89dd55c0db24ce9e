"""Pages of ours in a real Chromium: what axe-core finds in them, what they say on the console, what they ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from places import ROOT

AXE = ROOT / ".venv/axe/node_modules/axe-core/axe.min.js"
WIDTHS = (390, 1280)
WAYS = (("screen", "light"), ("screen", "dark"), ("print", "light"))


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without anything of the system's user."""
    from playwright.sync_api import sync_playwright

    from archiver.browser.available import executable
    from archiver.config import Config

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(Config()), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Any, address: str, width: int, scheme: str = "light", **more: Any
) -> Iterator[tuple[Any, list[str]]]:
    """The page at an address, and what went wrong there: messages of the console, requests to other places."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
    wrong: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if asked.url.startswith(("http", "ws")) else None)
    try:
        page.goto(address)
        yield page, wrong
    finally:
        context.close()


def faults(browser: Any, pages: list[Path]) -> list[str]:
    """What axe-core finds in files, at each width and in each medium and scheme."""
    found = []
    for width in WIDTHS:
        for medium, scheme in WAYS:
            for path in pages:
                with opened(browser, path.as_uri(), width, scheme, bypass_csp=True) as (page, _):
                    page.emulate_media(media=medium, color_scheme=scheme)
                    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                    page.add_script_tag(path=str(AXE))
                    for each in page.evaluate("axe.run()")["violations"]:
                        place = "; ".join(node["html"][:120] for node in each["nodes"][:3])
                        found.append(f"{path.parts[-3]} at {width}, {medium}, {scheme}: {each['id']}: {place}")
    return found
