"""Finds where a page sends its reader on by itself: the header `Refresh`, and `meta http-equiv=refresh` outside of
`noscript`, whose content browsers that run scripts do not read (HTML, 4.2.5.3, "shared declarative refresh steps").

What reloads the page, or waits longer than a reader who waits for the page would, is not a redirect.
"""

import re
from itertools import islice
from typing import Any

from archiver.capture.requisites.find import base_of
from archiver.capture.urls import address_problem, readable, target_of
from archiver.markup.document import document_to_read_again
from archiver.markup.media_types import content_type_of, is_html
from archiver.model import Page

LONGEST_WAIT = 10
"""Seconds; sites that keep a page fresh, or end a session, have minutes."""
_METAS = 2_000
_MAY = re.compile(rb"http-equiv[^>a-z]{0,64}(?:refresh|&)")
_VALUE = re.compile(r"\s*(?:(\d{1,18})[\d.]*|\.[\d.]*)(?:\s*[;,]\s*|\s+|\Z)(.*)", re.DOTALL)
_URL = re.compile(r"url\s*=\s*", re.IGNORECASE)
_LENGTH = 8192


def refresh_target(page: Page) -> str | None:
    """The address that a page leads on to, with the page's fragment where it has none; None where it stays."""
    for value, base in _values(page):
        reference = read_refresh(value)
        if reference is None:
            continue
        target = target_of(page.url, reference, base)
        return None if address_problem(target) else target
    return None


def read_refresh(value: str) -> str | None:
    """The reference in a refresh's value, where there is one and its time is short."""
    match = _VALUE.fullmatch(value[:_LENGTH])
    if match is None or int(match[1] or 0) > LONGEST_WAIT:
        return None
    named = _URL.match(match[2])
    reference = match[2][named.end() :] if named else match[2]
    if reference[:1] in ("'", '"'):
        reference = reference[1:].partition(reference[0])[0]
    return reference.strip() or None


def _values(page: Page) -> list[tuple[str, str]]:
    """What the header and the page's elements say, with what it is resolved against. The first is the one that
    counts."""
    stated = content_type_of(page.headers)
    header = page.header("refresh")
    found = [(readable(header), page.url)] if header else []
    if _may_refresh(page.body) and is_html(page.body, stated):
        tree = document_to_read_again(page.body, stated).tree
        if tree is not None:
            base = base_of(tree, page.url)
            metas = islice(tree.iter("meta"), _METAS)
            found += [(each.get("content") or "", base) for each in metas if _refreshes(each)]
    return found


def _may_refresh(body: bytes) -> bool:
    """Whether a page, in whatever encoding, can have such an element; of most pages this spares a parse."""
    plain = body.lower()
    return _MAY.search(plain.replace(b"\0", b"") if b"\0" in plain else plain) is not None


def _refreshes(meta: Any) -> bool:
    if (meta.get("http-equiv") or "").strip().lower() != "refresh":
        return False
    return next(meta.iterancestors("noscript", "template", "svg", "math"), None) is None
