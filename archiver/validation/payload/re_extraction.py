"""Compares the text of a bag with the text extracted again from its WARC. This finds a text that was changed together
with all its checksums.

This room takes the page out of the WARC itself (chunks and content coding taken off, in bounds) and hands it to a
function that extracts; whoever calls gives that, for rooms do not import each other. docs/bag-format.md, 4.5.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver.model import Finding
from archiver.validation.bagit.tree import Tree
from archiver.validation.payload.provenance import RECORD, Record
from archiver.validation.rules.registry import finding
from archiver.validation.warc.content_codings import NotInstalled, decoded
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.http_payload import Message, header_values
from archiver.validation.warc.reader import WarcRecord

PAGE_BYTES = 32 << 20
"""How much of a page is read where the record does not say how much it was, and the most that is read at all."""
_SKIP = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """A recorded page, decoded as far as HTTP goes, and what the record states about the extractor."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    """The seed's document, by which the text was chosen; empty where it is not there."""
    extractor: str
    extractor_version: str
    software: str
    parser: str | None = None
    normalisation: str | None = None
    """Those of the record; None in records that do not name them."""


Reread = Callable[[ReadAgain], str | None]
"""The text of a page; None where this installation would not extract as the one of the record did."""


def check_text_again(
    tree: Tree, record: Record, path: str, warc: Sequence[WarcRecord], reread: Reread
) -> tuple[bool, list[Finding]]:
    """(whether the text could be extracted again, the findings) for the text and the WARC that the record names."""
    page = _page(tree, record, path, warc)
    if page is None:
        return False, [finding("TXT007", RECORD, reason="the page cannot be read from the WARC")]
    again = reread(page)
    if again is None:
        maker = f"{page.extractor} {page.extractor_version}, archiver {page.software}"
        return False, [
            finding("TXT007", RECORD, reason="it was made by another extractor, or another version of it", found=maker)
        ]
    stated = record.get(str, "text", "file")
    name = f"data/{stated}" if stated is not None else RECORD
    try:
        kept = b""
        if stated is not None:
            with tree.open(name) as stream:
                kept = stream.read(4 * PAGE_BYTES)
    except (KeyError, OSError):
        return True, []  # TXT005 or FIX002 says so
    expected = again.encode("utf-8", "replace")
    if kept == expected:
        return True, []
    ours, theirs = expected.splitlines(), kept.splitlines()
    at = next((n for n, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    return True, [finding("TXT006", name, line=at + 1, expected=_line(ours, at), found=_line(theirs, at))]


def _line(lines: Sequence[bytes], at: int) -> str:
    return lines[at].decode("utf-8", "replace") if at < len(lines) else "(nothing)"


def _page(tree: Tree, record: Record, path: str, warc: Sequence[WarcRecord]) -> ReadAgain | None:
    """The page that the record names, out of the WARC; None where it is not there or no HTTP (others say so)."""
    named = record.get(str, "capture", "record_id")
    found = next((each for each in warc if each.id == named and each.type == "response"), None)
    if found is None or found.status is None:
        return None
    bound = record.get(int, "configuration", "limits", "page_bytes") or PAGE_BYTES
    limit = max(1, min(bound, PAGE_BYTES))
    payload = bytearray()
    message = Message("response", set(), keep=lambda piece: payload.extend(piece[: max(0, limit - len(payload))]))
    try:
        for piece in _block(tree, path, found):
            message.feed(piece)
        body = decoded(bytes(payload), header_values(message.headers, "content-encoding"), limit)
    except (Broken, KeyError, NotInstalled, OSError):
        return None
    stated = record.get(str, "seed", "file")
    return ReadAgain(
        seed=_seed(tree, f"data/{stated}") if stated is not None else b"",
        url=found.get("warc-target-uri") or "",
        status=found.status,
        headers=message.headers,
        body=body,
        extractor=record.get(str, "text", "extractor") or "",
        extractor_version=record.get(str, "text", "extractor_version") or "",
        software=record.get(str, "software", "version") or "",
        parser=record.get(str, "text", "parser"),
        normalisation=record.get(str, "text", "normalisation"),
    )


def _seed(tree: Tree, path: str) -> bytes:
    try:
        with tree.open(path) as stream:
            return stream.read(2 * PAGE_BYTES)
    except (KeyError, OSError):
        return b""  # SEED003 says so


def _block(tree: Tree, path: str, record: WarcRecord) -> Iterator[bytes]:
    """The block of a record that was read before, at its place in the WARC."""
    with tree.open(path) as stream:
        left = record.offset
        while left and (skipped := len(stream.read(min(left, _SKIP)))):
            left -= skipped
        members = Members(stream, ceiling=record.length + (2 << 20))
        members.advance()
        kept = bytearray()
        while (end := kept.find(b"\r\n\r\n")) < 0:
            if not (piece := members.read()):
                return
            kept += piece
        length = record.length
        piece = bytes(kept[end + 4 :])
        while length and piece:
            yield piece[:length]
            length -= min(length, len(piece))
            piece = members.read()
