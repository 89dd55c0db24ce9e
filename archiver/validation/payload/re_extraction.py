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
from archiver.validation.warc.content_codings import NotInstalled, decoded, decoded_as_archived
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.http_payload import Message, header_values
from archiver.validation.warc.reader import WarcRecord

PAGE_BYTES = 32 << 20
"""How much of a page is read where the record does not say how much it was, and the most that is read at all."""
_SKIP = 1 << 18
TRAFILATURA = "trafilatura"
INSTALL = "; trafilatura made it, which pip install '.[fallback]' brings"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """A recorded page, decoded as far as HTTP goes, and what the record states about the extractor."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    paragraphs: tuple[tuple[str | None, str], ...] = field(repr=False)
    """(place, text) of each paragraph of the kept text."""
    extractor: str
    extractor_version: str
    software: str
    parser: str | None = None
    normalisation: str | None = None
    """Those of the record; None in records that do not name them."""
    trafilatura: str | None = None
    """The version that was installed where the text was made; None where it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What is found in a recorded page: where each paragraph of the kept text stands in it (`place`, `page`, `nowhere`,
    `not sought`), and the text that is extracted from it here, None where another version made the kept one;
    `installed` names the version that is here."""

    found: tuple[str, ...]
    text: str | None
    installed: str


Reread = Callable[[ReadAgain], PageText]


def check_text_again(
    tree: Tree, record: Record, path: str, warc: Sequence[WarcRecord], reread: Reread
) -> tuple[set[str], list[Finding]]:
    """(the checks that were made, what was found) for the text and the WARC that the record names: `extraction`, that
    the page says what the text says, and `completeness`, that the text is all of the article."""
    stated = record.get(str, "text", "file")
    name = f"data/{stated}" if stated is not None else RECORD
    try:
        kept = b""
        if stated is not None:
            with tree.open(name) as stream:
                kept = stream.read(4 * PAGE_BYTES)
    except (KeyError, OSError):
        return {"extraction"}, []  # TXT005 or FIX002 says so
    paragraphs = _paragraphs(record, kept)
    page, why = recorded_page(tree, record, path, warc, paragraphs)
    if page is None:
        return set(), [finding("TXT010", RECORD, reason=why)]
    again = reread(page)
    findings = _lookups(name, paragraphs, again.found)
    if again.text is None:
        maker = f"{page.extractor} {page.extractor_version}, {page.parser or 'a parser that is not stated'}"
        reason = "another version of extractor or parser made it" + (INSTALL if page.extractor == TRAFILATURA else "")
        note = finding("TXT007", RECORD, reason=reason, expected=again.installed, found=maker)
        return {"extraction"}, [*findings, note]
    made, expected = {"extraction", "completeness"}, again.text.encode("utf-8", "replace")
    if kept == expected:
        return made, findings
    ours, theirs = expected.splitlines(), kept.splitlines()
    at = next((n for n, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    different = finding("TXT006", name, line=at + 1, expected=_line(ours, at), found=_line(theirs, at))
    return made, [*findings, different]


def _paragraphs(record: Record, kept: bytes) -> tuple[tuple[str | None, str], ...]:
    """(place, text) of each paragraph of the kept text; a place is None where the record has none, or other ones."""
    texts = [each for each in kept.decode("utf-8", "replace").split("\n\n") if each.strip()]
    stated = record.get(list, "text", "paragraphs") or []
    fits = len(stated) == len(texts)
    places = [record.get(str, "text", "paragraphs", n, "at") if fits else None for n in range(len(texts))]
    return tuple(zip(places, texts, strict=True))


def _lookups(name: str, paragraphs: Sequence[tuple[str | None, str]], found: Sequence[str]) -> list[Finding]:
    findings = []
    for number, ((at, text), where) in enumerate(zip(paragraphs, found), start=1):
        if where == "nowhere":
            findings.append(finding("TXT008", name, number=number, found=text))
        elif where == "page":
            findings.append(finding("TXT009", name, number=number, expected=at, found=text))
    if (left := sum(each == "not sought" for each in found)) > 0:
        findings.append(finding("TXT010", name, reason=f"looking for {left:,} of its paragraphs would take too long"))
    return findings


def _line(lines: Sequence[bytes], at: int) -> str:
    return lines[at].decode("utf-8", "replace") if at < len(lines) else "(nothing)"


def recorded_page(
    tree: Tree,
    record: Record,
    path: str,
    warc: Sequence[WarcRecord],
    paragraphs: tuple[tuple[str | None, str], ...] = (),
) -> tuple[ReadAgain | None, str]:
    """The page that the record names, out of the WARC; or why it cannot be read."""
    kind = record.get(str, "text", "from", "kind")
    archived = kind in ("memento", "import")
    named = record.get(str, "text", "from", "record_id") if archived else record.get(str, "capture", "record_id")
    found = next((each for each in warc if each.id == named and each.type in ("response", "resource")), None)
    resource = found is not None and found.type == "resource"
    if found is None or (found.status is None and not resource):
        return None, "the recorded response is not there, or is not HTTP"
    bound = record.get(int, "configuration", "limits", "page_bytes") or PAGE_BYTES
    limit = max(1, min(bound, PAGE_BYTES))
    payload = bytearray()
    message = Message(
        "response",
        set(),
        keep=lambda piece: payload.extend(piece[: max(0, limit - len(payload))]),
        unframed=kind == "import",
    )
    try:
        for piece in _block(tree, path, found):
            if resource:
                payload += piece[: max(0, limit - len(payload))]
            else:
                message.feed(piece)
        codings = header_values(message.headers, "content-encoding")
        take_off = decoded_as_archived if archived and not resource else decoded
        body = take_off(bytes(payload), codings, limit)
    except NotInstalled as error:
        return None, f"its coding needs the package {error.package}, which is not installed"
    except (Broken, KeyError, OSError):
        return None, "the recorded response cannot be read"
    page = ReadAgain(
        paragraphs=paragraphs,
        url=found.url or "",
        status=found.status or 200,
        headers=(("Content-Type", found.get("content-type") or ""),) if resource else message.headers,
        body=body,
        extractor=record.get(str, "text", "extractor") or "",
        extractor_version=record.get(str, "text", "extractor_version") or "",
        software=record.get(str, "software", "version") or "",
        parser=record.get(str, "text", "parser"),
        normalisation=record.get(str, "text", "normalisation"),
        trafilatura=record.get(str, "software", "packages", TRAFILATURA),
    )
    return page, ""


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
