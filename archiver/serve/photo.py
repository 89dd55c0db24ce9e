"""The photo on the page of a bag (`ro-crate-preview.html`), which holds it as a `data:` address: small, and one read
away."""

import base64
import re
from pathlib import Path

from archiver.errors import StorageError
from archiver.serve.bag_files import read_inside
from archiver.serve.downloads import STILL
from archiver.serve.reply import Reply

_LARGEST = 4 << 20
"""Bytes of a page in which a photo is looked for."""
_PHOTO = re.compile(rb'<img src="data:(image/(?:jpeg|png|gif|webp));base64,([A-Za-z0-9+/=]{16,3000000})"')
_BEGINNINGS = {b"image/jpeg": b"\xff\xd8", b"image/png": b"\x89PNG", b"image/gif": b"GIF8", b"image/webp": b"RIFF"}


_BEGINS = re.compile(rb'<img src="data:image/(?:jpeg|png|gif|webp);base64,')
_HEAD = 64 << 10
"""Bytes of a page in which a photo begins, where a list shows it."""


def has_photo(bag: Path) -> bool:
    """Whether the page of a bag in a folder seems to begin with a picture: what a list asks of many."""
    try:
        return _BEGINS.search(read_inside(bag, "data/ro-crate-preview.html", _HEAD)[0]) is not None
    except StorageError:
        return False


def photo_of(bag: Path) -> tuple[str, bytes] | None:
    """Media type and bytes of the first picture on the page of a bag in a folder; None where there is none."""
    try:
        page, _ = read_inside(bag, "data/ro-crate-preview.html", _LARGEST)
    except StorageError:
        return None
    match = _PHOTO.search(page)
    if match is None:
        return None
    try:
        data = base64.b64decode(match[2], validate=True)
    except ValueError:
        return None
    return (match[1].decode("ascii"), data) if data.startswith(_BEGINNINGS[match[1]]) else None


def photo(bag: Path) -> Reply | None:
    """The photo as an answer."""
    found = photo_of(bag)
    return Reply(kind=found[0], body=found[1], headers=STILL) if found else None
