"""Decides whether a browser shows the page of a capture too, has it shown, and sets what it shows beside the seed and
the wire (docs/capture/browser.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.article.analyse import read
from archiver.article.application_markup import is_application
from archiver.article.page_kind import stands_instead
from archiver.article.two_texts import two_texts
from archiver.browser.available import missing
from archiver.browser.folder import browser_folder
from archiver.capture.fetch import Session, worth_showing
from archiver.config import Config
from archiver.model import Capture, Page, Reading, Rendering, Seed, SourceDocument, Unread

HALF = 0.5
"""A page with less of the seed's words, whose markup is an application's, is shown."""
SHOWN = "the page's text is made by scripts: a browser showed it"
FILE = "rendering/dom.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A capture after its page was shown; `rendering` is None where no browser was asked."""

    capture: Capture
    rendering: Rendering | None = None


def is_wanted(capture: Capture, reading: Reading, config: Config) -> bool:
    """Whether a browser would help, or is asked for."""
    if capture.page is None or (config.browser == "never" and not config.screenshot):
        return False
    if not worth_showing(capture.page) and not _is_shell(capture.unread):
        return False
    if config.browser == "always" or config.screenshot or _is_shell(capture.unread):
        return True
    found = reading.comparison.seed_coverage
    return capture.outcome == "captured" and found < HALF and is_application(capture.page)


def _is_shell(unread: Unread | None) -> bool:
    return unread is not None and unread.needs == "browser"


@contextmanager
def shown(seed: Seed, capture: Capture, reading: Reading, session: Session, config: Config) -> Iterator[Shown]:
    """The capture with what a browser showed, whose files last until the end. Raises StorageError."""
    if not is_wanted(capture, reading, config) or missing(config) is not None:
        yield Shown(capture=capture)
        return
    from archiver.browser.render import render  # it needs the extra

    with browser_folder() as folder:
        rendering = render(capture.requested_url, session, config, Path(folder))
        capture = replace(
            capture,
            exchanges=tuple(session.recording.exchanges),
            index=tuple(session.recording.index),
            finished=max(capture.finished, rendering.finished),
        )
        yield _judged(seed, capture, reading, rendering)


def _judged(seed: Seed, capture: Capture, reading: Reading, rendering: Rendering) -> Shown:
    """The document in the browser, read and compared; a capture whose article is in it alone is one all the same."""
    if not rendering.dom:
        return Shown(capture=capture, rendering=rendering)
    page = Page(
        url=rendering.url,
        status=capture.status or 0,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=rendering.dom,
    )
    seen = read(seed, page)
    source = SourceDocument(kind="rendering", file=FILE, url=rendering.url, captured=rendering.finished)
    seen = replace(
        seen,
        article=replace(seen.article, source=source),
        comparison=replace(seen.comparison, source=source),
    )
    rendering = replace(rendering, reading=seen, with_wire=two_texts(seed, reading, seen))
    if _is_shell(capture.unread):
        instead = stands_instead(seed, page, seen, capture.redirects)
        if instead is None and seen.article.paragraphs:
            capture = replace(capture, outcome="captured", reason=SHOWN, unread=None)
        elif capture.unread is not None and rendering.failed is None:
            # A browser did not help: the next run need not try again.
            capture = replace(capture, unread=replace(capture.unread, needs=None))
    return Shown(capture=capture, rendering=replace(rendering, reading=seen.without_model()))
