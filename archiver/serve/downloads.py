"""Bags and their files as downloads: packages as the packaging room makes them, streamed; single files as what they
are, never as a page that can do something."""

import os
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from archiver.errors import Refused, StorageError
from archiver.model.private import PRIVATE_FILE
from archiver.packaging.package import Form, package
from archiver.packaging.source import source
from archiver.serve.bag_files import open_inside
from archiver.serve.reply import Reply, plain

FORMS: tuple[Form, ...] = ("tar", "tgz", "zip", "wacz")
_KINDS = {"tar": "application/x-tar", "tgz": "application/gzip", "zip": "application/zip", "wacz": "application/wacz"}
_SHOWN = {
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "csv": "text/plain; charset=utf-8",
    "xml": "text/plain; charset=utf-8",
    "json": "application/json",
    "jsonl": "text/plain; charset=utf-8",
    "cdx": "text/plain; charset=utf-8",
    "pem": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
"""What is shown in the browser; everything else is a download."""
STILL = {
    "Content-Security-Policy": "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""The headers of a file of a bag, which anybody may have written: no script, no form, nothing fetched, an origin of its
own. Without scripts a page is not led elsewhere by itself (HTML Standard, sandboxed automatic features)."""
_PRIVATE = f"{PRIVATE_FILE.partition('/')[0]}/"
_CHUNK = 1 << 18


def may_leave_whole(bag: Path, public: bool) -> bool:
    """Whether others may have all of a bag: not where facts about people and cases are in it."""
    return not public or not os.path.lexists(bag / "data" / _PRIVATE)


def download(bag: Path, form: str, public: bool) -> Reply | None:
    """A bag in a form; None where there is no such form. Raises Refused where the bag has none, or where it is `public`
    and has facts about people and cases in it: a copy without them is made by `handoff --redact`."""
    wanted = next((each for each in FORMS if each == form), None)
    if wanted is None:
        return None
    if wanted != "wacz" and not may_leave_whole(bag, public):
        raise Refused("facts about people and cases are in the bag, and are not given out")
    made = package(source(bag), wanted)
    (item,) = (each for each in made.items if each.path == made.name)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name, safe='')}"}
    return Reply(kind=_KINDS[form], stream=item.stream(), headers=headers)


def bag_file(bag: Path, path: str, public: bool) -> Reply:
    """A file of a bag; those with facts about people and cases are not `public`."""
    try:
        if public and path.casefold().startswith(f"data/{_PRIVATE}"):
            raise StorageError("it is private")
        file = open_inside(bag, path)
    except StorageError:
        return plain(HTTPStatus.NOT_FOUND, "the bag has no such file")
    with file:
        length = file.seek(0, 2)
    kind = _SHOWN.get(path.rpartition(".")[2].lower(), "application/octet-stream")
    if path.startswith("data/rendering/") and kind.startswith("text/html"):
        kind = "text/plain; charset=utf-8"  # what a browser made of a page, scripts and all
    headers = dict(STILL)
    if kind == "application/octet-stream":
        name = path.rpartition("/")[2]
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Reply(kind=kind, stream=_pieces(bag, path, length), length=length, headers=headers)


def _pieces(bag: Path, path: str, left: int) -> Iterator[bytes]:
    with open_inside(bag, path) as file:
        while left > 0 and (piece := file.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece
    if left:
        raise StorageError(f"{path} is shorter than it was")
