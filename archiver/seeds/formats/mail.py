"""Mail (`.eml`) and pages saved as MHTML: the text of the message, each line with its own in the file.

Of several bodies the plain text is read, else the HTML (RFC 2046, section 5.1.4: they say the same); of MHTML the first
HTML part, whose `Content-Location` is the address. Attachments are named, not read.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import EmailPolicy
from quopri import decodestring
from typing import Any

from archiver.escape import counted
from archiver.model.text_codecs import text_codec
from archiver.seeds.blocks import Block, Document, Facts
from archiver.seeds.decoding import decode
from archiver.seeds.formats import html, text
from archiver.seeds.formats.forwarded import without_cover
from archiver.seeds.properties import read_property
from archiver.seeds.refusal import Refusal, shown

MOST_PARTS = 200
_DEEPEST = 10
_LONGEST = 1_000
"""Letters of a header that are read: the email package takes quadratic time for parameters and quotes."""
_HEADERS = 200_000
"""Letters of all headers that are read."""
_CODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?")
_CODED_PARAMETER = re.compile(r"\*\s{0,9}=\s{0,9}\"?([^'\"\s;]{1,60})'")
_CHARSET = re.compile(r"\bcharset\s{0,9}=\s{0,9}\"?([^\s\";]{1,60})", re.IGNORECASE)


class _Bounded(EmailPolicy):
    """The headers of one message, each read to `_LONGEST`, all of them to `_HEADERS`, and with encodings of text only
    (RFC 2047, RFC 2231). Raises Refusal for more."""

    spent: list[int] = []  # noqa: RUF012 - a policy takes only what its class has; `read` gives each its own

    def header_fetch_parse(self, name: str, value: str) -> Any:
        value = value if isinstance(value, str) else str(value)
        self.spent[0] += min(len(value), _LONGEST)
        if self.spent[0] > _HEADERS:
            raise Refusal(0, f"headers of more than {_HEADERS:,} letters", "save its text as .txt")
        value = value[:_LONGEST]
        for pattern in (_CODED_WORD, _CODED_PARAMETER, _CHARSET):
            value = pattern.sub(_known, value)
        return super().header_fetch_parse(name, value)


def _known(match: re.Match[str]) -> str:
    label = match[1].partition("*")[0]  # RFC 2231, 5: a language may follow
    return match[0] if text_codec(label) else match[0].replace(match[1], "unknown-8bit")


def read(data: bytes, name: str) -> Document:
    """A message. Raises Refusal for what is not a message, or has no text."""
    try:
        return _read(data, name)
    except (MessageError, ValueError, LookupError, RecursionError, TypeError, AttributeError) as error:
        raise Refusal(0, "no message that can be read", "save it again, or its text as .txt") from error


def _read(data: bytes, name: str) -> Document:
    message = message_from_bytes(data, policy=_Bounded(spent=[0]))  # type: ignore[call-overload]
    parts = _parts(message, 0)
    saved = name.lower().endswith((".mht", ".mhtml"))
    wanted = ("text/html", "text/plain") if saved else ("text/plain", "text/html")
    part = next(
        (each for kind in wanted for each in parts if each.get_content_type() == kind and not _attached(each)), None
    )
    if part is None:
        raise Refusal(0, "a message without text", "save the text of it as .txt")
    lines, offsets = _body_lines(data, part)
    body, starts = _decoded(lines, str(part.get("content-transfer-encoding", "")).strip().lower())
    words, encoding = _words(body, part)
    paged = part.get_content_type() == "text/html"
    plain, cover = (words, 0) if paged else without_cover(words)
    document = html.read(words, encoding) if paged else text.read(plain, encoding, "body.txt")
    if cover:
        document.remarks.append(f"{counted(cover, 'line')} around the forwarded text are left alone")
    _renumber(document.blocks, words, encoding, starts, offsets)
    document.format, document.source, document.skipped = ("mhtml" if saved else "mail"), (), 0
    ends = len(re.findall(rb"\r\n|\r|\n", data))
    document.lines = ends + (0 if data.endswith((b"\n", b"\r")) else 1)
    _headers(document, message, part, data, saved)
    for each in parts:
        if each is not part and (file := each.get_filename()) and not saved:
            document.remarks.append(f"the attachment {shown(file)} is kept and not read")
    return document


def _parts(message: EmailMessage, depth: int) -> list[EmailMessage]:
    if not message.is_multipart() or depth > _DEEPEST:
        return [message]
    found: list[EmailMessage] = []
    for each in message.get_payload()[:MOST_PARTS]:  # type: ignore[index]
        found += _parts(each, depth + 1)  # type: ignore[arg-type]
    return found[:MOST_PARTS]


def _attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment"


def _body_lines(data: bytes, part: EmailMessage) -> tuple[list[bytes], int]:
    """The lines of a part's body as they stand in the file, and the number of the first."""
    payload = part.get_payload()
    if str(part.get("content-transfer-encoding", "")).strip().lower() in ("quoted-printable", "base64"):
        raw = payload.encode("ascii", "replace") if isinstance(payload, str) else b""
    else:
        found = part.get_payload(decode=True)
        raw = found if isinstance(found, bytes) else b""
    plain = raw.strip(b"\r\n")
    needle = plain[:400]
    at = data.find(needle) if needle else 0
    if at < 0:
        at = data.find(needle.replace(b"\n", b"\r\n"))
    first = 1 + data.count(b"\n", 0, max(at, 0))
    return plain.replace(b"\r\n", b"\n").split(b"\n"), first


def _decoded(lines: Sequence[bytes], coding: str) -> tuple[bytes, list[tuple[int, int]]]:
    """The body without its transfer encoding, and at which of its bytes each line of the file begins."""
    pieces: list[bytes] = []
    starts: list[tuple[int, int]] = []
    size = 0
    left = b""
    for number, line in enumerate(lines):
        starts.append((size, number))
        if coding == "quoted-printable":
            bare = line.rstrip(b" \t\r")
            soft = bare.endswith(b"=")
            piece = decodestring(bare[:-1] if soft else line) + (b"" if soft else b"\n")
        elif coding == "base64":
            from base64 import b64decode
            from binascii import Error

            whole = left + re.sub(rb"[^A-Za-z0-9+/=]", b"", line)
            cut = len(whole) - len(whole) % 4
            left = whole[cut:]
            try:
                piece = b64decode(whole[:cut])
            except (Error, ValueError):
                piece = b""
        else:
            piece = line + b"\n"
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), starts


def _words(body: bytes, part: EmailMessage) -> tuple[str, str]:
    charset = str(part.get_content_charset() or "")
    codec = text_codec(charset)
    if codec and codec != "ascii":
        try:
            return body.decode(codec), charset
        except UnicodeDecodeError:
            pass  # The name is wrong: look at the bytes.
    return decode(body)


def _renumber(blocks: list[Block], words: str, encoding: str, starts: list[tuple[int, int]], first: int) -> None:
    """From lines of the decoded body to lines of the file."""
    from dataclasses import replace

    places = [0]
    for line in words.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        places.append(places[-1] + len(line.encode(encoding, "replace")) + 1)
    begins = [size for size, _ in starts]

    def place(line: int) -> int:
        at = bisect_right(begins, places[min(line - 1, len(places) - 1)]) - 1
        return first + starts[max(at, 0)][1]

    for block in blocks:
        block.anchors = tuple(replace(each, line=place(each.line)) for each in block.anchors)
        block.line, block.end = place(block.line), place(block.end)


def _headers(document: Document, message: EmailMessage, part: EmailMessage, data: bytes, saved: bool) -> None:
    facts: Facts = document.facts
    head = data[: max(data.find(b"\n\n"), data.find(b"\r\n\r\n"), 0) or len(data)]
    rows = head.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")

    def line_of(name: str) -> int:
        return next((at for at, row in enumerate(rows, start=1) if row.lower().startswith(f"{name}:")), 1)

    subject = str(message.get("subject", "")).strip()
    if saved:
        for value, line in (
            (str(message.get("snapshot-content-location", "")), line_of("snapshot-content-location")),
            (str(part.get("content-location", "")), line_of("content-location")),
        ):
            if value.strip().startswith("http"):
                facts.addresses = [(value.strip(), line, 3)]
                break
        if subject and facts.headline is None and not any(block.level == 1 for block in document.blocks):
            facts.headline = (subject, line_of("subject"))
        return
    if subject and facts.headline is None:
        stated = read_property(f"Subject: {subject}")
        facts.headline = (stated.value if stated else subject, line_of("subject"))
    for name in ("from", "to", "date"):
        if value := str(message.get(name, "")).strip():
            facts.header.append((f"{name.title()}: {' '.join(value.split())}"[:300], line_of(name)))
