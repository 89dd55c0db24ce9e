"""Compares the record's `rendering` with the files of `data/rendering/` (docs/capture/browser.md).

The text of a rendering comes from a document that a browser made: it cannot be extracted again from the WARC. It is
extracted again from `dom.html`, which shows a text that was changed alone. Whether a browser showed this, nobody can
check.
"""

from collections.abc import Iterator

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.provenance import RECORD, Record
from archiver.validation.payload.re_extraction import PAGE_BYTES, TRAFILATURA, ReadAgain, Reread
from archiver.validation.payload.wacz import Digest
from archiver.validation.rules.registry import finding

FOLDER = "data/rendering/"
_NAMED = (("screenshot",), ("dom",), ("page",), ("about",), ("text", "file"))


def check_rendering(tree: Tree, record: Record, digest: Digest, reread: Reread | None) -> Iterator[Finding]:
    """What is wrong with a rendering; nothing of bags in which no browser was asked."""
    if record.get(dict, "rendering") is None:
        yield from (finding("TXT012", path) for path in tree.payload if path.startswith(FOLDER))
        return
    for keys in _NAMED:
        stated = record.get(str, "rendering", *keys)
        if stated is not None and f"data/{stated}" not in tree.files:
            yield finding("REC003", RECORD, field=".".join(("rendering", *keys)), expected=f"data/{stated}")
    stated = record.get(str, "rendering", "text", "file")
    path = f"data/{stated}"
    if stated is None or path not in tree.files:
        return
    try:
        found = digest(path)
    except (KeyError, OSError):
        return  # FIX002 says so
    if (sha := record.get(str, "rendering", "text", "sha256")) != found:
        yield finding("TXT011", path, expected=sha, found=found)
    if reread is not None:
        yield from _again(tree, record, path, reread)


def _again(tree: Tree, record: Record, path: str, reread: Reread) -> Iterator[Finding]:
    dom = f"data/{record.get(str, 'rendering', 'dom')}"
    try:
        with tree.open(path) as stream:
            kept = stream.read(4 * PAGE_BYTES)
        bound = record.get(int, "configuration", "limits", "page_bytes") or PAGE_BYTES
        with tree.open(dom) as stream:
            body = stream.read(max(1, min(bound, PAGE_BYTES)))
    except (KeyError, OSError):
        yield finding("TXT014", path, reason="the document in the browser is not there, or cannot be read")
        return
    keys = ("rendering", "text")
    paragraphs = tuple((None, each) for each in kept.decode("utf-8", "replace").split("\n\n") if each.strip())
    again = reread(
        ReadAgain(
            url=record.get(str, "rendering", "comparison", "source", "url") or "",
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=body,
            paragraphs=paragraphs,
            extractor=record.get(str, *keys, "extractor") or "",
            extractor_version=record.get(str, *keys, "extractor_version") or "",
            software=record.get(str, "software", "version") or "",
            parser=record.get(str, *keys, "parser"),
            normalisation=record.get(str, *keys, "normalisation"),
            trafilatura=record.get(str, "software", "packages", TRAFILATURA),
        )
    )
    nowhere = [text for (_, text), where in zip(paragraphs, again.found) if where == "nowhere"]
    if nowhere:
        yield finding("TXT013", path, found=nowhere[0])
    elif again.text is None:
        reason = "another version of extractor or parser made it"
        yield finding("TXT014", path, reason=reason, expected=again.installed)
    elif again.text.encode("utf-8", "replace") != kept:
        yield finding("TXT013", path)
