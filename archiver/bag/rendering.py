"""What a browser showed, as files of a bag below `data/rendering/` and as part of the record (docs/bag-format.md, 4.9).

Testimony, apart from what came over the wire: no part of the WACZ, and nothing in the bag is made from it but what is
named here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from archiver.bag.bag_contents import BagContents
from archiver.bag.sanitize import json_bytes
from archiver.digest import sha256
from archiver.model import Comparison, Rendering, Unfetched
from archiver.schemas.moments import moment_text

FOLDER = "rendering/"
ABOUT, TEXT, DOM = f"{FOLDER}rendering.json", f"{FOLDER}article.txt", f"{FOLDER}dom.html"
SCREENSHOT, PAGE = f"{FOLDER}screenshot.png", f"{FOLDER}page.pdf"
DESCRIPTIONS = {
    SCREENSHOT: "A picture of the page as a browser showed it",
    DOM: "The document as it stood in a browser: never open it as a page of its own, its scripts would run",
    PAGE: "The page as a browser prints it",
    ABOUT: "What showed the page: browser, viewport, time, errors, requests that were refused or failed",
    TEXT: "The text extracted from the document in the browser",
    f"{FOLDER}screenshot-before.png": "A picture of the page before its consent wall was answered",
    f"{FOLDER}dom-before.html": "The document in the browser before its consent wall was answered",
}


def rendering_files(contents: BagContents) -> Iterator[tuple[str, bytes]]:
    """(path below `data/`, bytes) of each file. Raises OSError."""
    rendering = contents.rendering
    if rendering is None:
        return
    for name, path in sorted(rendering.files.items()):
        yield f"{FOLDER}{name}", path.read_bytes()
    if text := _text(rendering):
        yield TEXT, text
    yield ABOUT, json_bytes(_about(rendering), indent=1)


def _about(rendering: Rendering) -> dict[str, Any]:
    return {
        "url": rendering.url,
        "started": moment_text(rendering.started),
        "finished": moment_text(rendering.finished),
        "failed": rendering.failed,
        **{name: value for name, value in rendering.about.items() if name != "url"},
        "refused_requests": _listed(rendering.refused),
        "unanswered_requests": _listed(rendering.unanswered),
    }


def _listed(those: tuple[Unfetched, ...]) -> list[dict[str, str]]:
    return [{"url": each.url, "reason": each.reason} for each in those]


def rendering_part(
    contents: BagContents, compared: Callable[[Comparison], dict[str, Any]]
) -> Mapping[str, dict[str, Any]]:
    """The record's `rendering`; nothing where no browser was asked. `compared` gives a comparison as the record has
    it."""
    rendering = contents.rendering
    if rendering is None:
        return {}
    have = {f"{FOLDER}{name}" for name in rendering.files}
    text, reading, about = _text(rendering), rendering.reading, rendering.about
    row: dict[str, Any] = {
        **{name: path if path in have else None for name, path in _NAMED},
        "about": ABOUT,
        "text": None,
        "comparison": compared(reading.comparison) if reading else None,
        "with_wire": compared(rendering.with_wire) if rendering.with_wire else None,
        "failed": rendering.failed,
        "browser": about.get("browser"),
        "sandbox": about.get("sandbox"),
        "consent": about.get("consent"),
    }
    if text and reading:
        article = reading.article
        row["text"] = {
            "file": TEXT,
            "sha256": sha256(text),
            "characters": len(article.text),
            "extractor": article.extractor,
            "extractor_version": article.extractor_version,
            "parser": article.parser,
            "normalisation": article.normalisation,
        }
    return {"rendering": row}


_NAMED = (("screenshot", SCREENSHOT), ("dom", DOM), ("page", PAGE))


def _text(rendering: Rendering) -> bytes:
    return rendering.reading.article.text.encode("utf-8", "replace") if rendering.reading else b""
