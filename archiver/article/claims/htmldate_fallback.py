"""htmldate as a last witness of the day of publication, asked where the page states none.

It guesses: what it says is marked as uncertain (`2022-02-24?` in EDTF) and stands under `visible` with its name. Where
pages state their date, it reads the same tags as `claims.py` and is not another witness.
"""

import importlib.metadata
import logging
from collections.abc import Iterator
from functools import cache

from lxml import etree
from lxml.etree import _Element as Element

from archiver.article.claims.edtf import guessed
from archiver.model import ClaimName, ClaimSource, Page

HTMLDATE = "htmldate"
MAX_BYTES = 1_000_000
"""Of larger pages it is not asked: it tries every element that may hold a date."""
_log = logging.getLogger(__name__)


def published(tree: Element, page: Page) -> Iterator[tuple[ClaimName, str, ClaimSource, str]]:
    """The day that htmldate takes for the original one, if it finds any. It looks at elements that hold dates, not at
    all text: the year of a copyright notice is not a publication date."""
    if len(page.body) > MAX_BYTES:
        return
    from htmldate import find_date

    html = etree.tostring(tree, encoding="unicode", method="html")
    try:
        day = find_date(html, original_date=True, extensive_search=False, url=page.url, outputformat="%Y-%m-%d")
    except Exception:  # noqa: BLE001 - whatever a page makes the finder raise, the page was captured
        _log.debug("htmldate failed on %s", page.url, exc_info=True)
        return
    if day:
        yield "published", guessed(day), "visible", f"{HTMLDATE} {_version()}"


@cache
def _version() -> str:
    return importlib.metadata.version(HTMLDATE)
