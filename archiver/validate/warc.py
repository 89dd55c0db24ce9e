"""An own reader of WARC 1.1 files, on the standard library only, that says everything that is wrong with one.

Made apart from the writer and from warcio, so that it shares no mistakes with them. It keeps the header fields and the
digests of each record, not its block, and never inflates beyond a ceiling. What each type of record must and must not
have is in `warcfields.py`.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from archiver.digest import Hasher
from archiver.model import Finding
from archiver.validate.http import Message, header_values
from archiver.validate.members import Broken, Members
from archiver.validate.rules import finding
from archiver.validate.warcfields import check_fields, length_of

HEADER = 1 << 20
"""Bytes the header of a record may have."""
CEILING = 4 << 30
"""Bytes a WARC may expand to, besides 64 for each byte it has."""
_VERSION = re.compile(r"WARC/1\.[01]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HASHES = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """A record as it was read: `fields` in order with names in lower case; `length` of its block; where its gzip member
    begins (`offset`) and ends; of an HTTP response the `status`, media type and SHA-256 of its payload."""

    offset: int
    fields: tuple[tuple[str, str], ...]
    length: int
    end: int = 0
    mime: str | None = None
    status: int | None = None
    payload_sha256: str | None = None

    def get(self, name: str) -> str | None:
        """The first field of this name, given in lower case."""
        return next((value for key, value in self.fields if key == name), None)

    @property
    def type(self) -> str:
        """WARC-Type, "" where it is missing."""
        return self.get("warc-type") or ""

    @property
    def id(self) -> str:
        """WARC-Record-ID, with its angle brackets, "" where it is missing."""
        return self.get("warc-record-id") or ""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"the {self.type or 'untyped'} record {self.id or f'at byte {self.offset}'}"


def read_warc(
    stream: BinaryIO, path: str, size: int, *, ceiling: int = CEILING
) -> tuple[list[WarcRecord], list[Finding]]:
    """The records of a gzipped WARC of `size` bytes, as far as it can be read, and all that is wrong with it."""
    reader = _Reader(Members(stream, ceiling + 64 * size), path)
    try:
        while reader.members.advance():
            reader.member()
        if not reader.members.offset:
            reader.say("WARC007")
    except Broken as broken:
        reader.say(broken.code, **broken.facts)
    except OSError as error:
        reader.say("WARC001", reason=error.strerror)
    reader.findings += _references(reader.records, path)
    return reader.records, reader.findings


class _Reader:
    """Reads the record of one member at a time."""

    def __init__(self, members: Members, path: str) -> None:
        self.members, self.path = members, path
        self.records: list[WarcRecord] = []
        self.findings: list[Finding] = []
        self.buffer = b""

    def say(self, code: str, **facts: object) -> None:
        self.findings.append(finding(code, self.path, **facts))

    def member(self) -> None:
        """One member: the header, the block, two line ends, and nothing after them."""
        self.buffer = b""
        try:
            fields = self.header()
        except ValueError as error:
            self.say("WARC010", offset=self.members.offset, reason=error)
            self.rest()
            return
        record = WarcRecord(offset=self.members.offset, fields=fields, length=0)
        self.findings += check_fields(fields, record.label, self.path)
        length = length_of(record.get("content-length"))
        if length is not None:
            record = self.block(record, length)
            tail = self.rest()
            if record.length < length:
                self.say("WARC011", record=record.label, expected=length, found=record.length)
            elif tail.startswith(b"\r\n\r\n") and len(tail) > 4:
                self.say("WARC005", offset=record.offset)
            elif tail != b"\r\n\r\n":
                self.say("WARC012", record=record.label, found=tail)
        else:
            self.rest()
        self.records.append(replace(record, end=self.members.end))

    def header(self) -> tuple[tuple[str, str], ...]:
        """The fields of the header. Raises ValueError saying what is wrong with it."""
        kept = bytearray()
        end = -1
        while end < 0:
            piece = self.members.read()
            if not piece or len(kept) > HEADER:
                raise ValueError("it does not end in an empty line")
            kept += piece
            end = kept.find(b"\r\n\r\n", max(0, len(kept) - len(piece) - 3))
        self.buffer = bytes(kept[end + 4 :])
        try:
            version, *lines = kept[:end].decode("utf-8").split("\r\n")
        except UnicodeDecodeError as error:
            raise ValueError("it is not UTF-8") from error
        if not _VERSION.fullmatch(version):
            raise ValueError(f"it begins with {version[:40]!r}, not with WARC/1.1")
        fields: list[tuple[str, list[str]]] = []
        for line in lines:
            name, colon, value = line.partition(":")
            if line[:1] in (" ", "\t") and fields:
                fields[-1][1].append(line.strip())
            elif colon and _NAME.fullmatch(name) and "\n" not in value and "\r" not in value:
                fields.append((name.lower(), [value.strip()]))
            else:
                raise ValueError(f"{line[:40]!r} is not `Name: value`")
        return tuple((name, " ".join(folded)) for name, folded in fields)

    def take(self, length: int) -> Iterator[bytes]:
        """The next `length` bytes of the member, or fewer where it ends."""
        while length and (piece := self.buffer or self.members.read()):
            part, self.buffer = piece[:length], piece[length:]
            length -= len(part)
            yield part

    def rest(self) -> bytes:
        """Read the member to its end; the first bytes of what was left."""
        kept, self.buffer = self.buffer[:16], b""
        while piece := self.members.read():
            kept = (kept + piece)[:16]
        return kept

    def block(self, record: WarcRecord, length: int) -> WarcRecord:
        """Read the block, hashed on the way; the record with what it is."""
        block_digest = self.digest(record, "warc-block-digest")
        payload_digest = self.digest(record, "warc-payload-digest")
        hasher = Hasher({block_digest[0]} if block_digest else ())
        message = self.message(record, {"sha256"} | ({payload_digest[0]} if payload_digest else set()))
        whole = Hasher({payload_digest[0]} if payload_digest and message is None else ())
        for piece in self.take(length):
            hasher.update(piece)
            whole.update(piece)
            if message:
                message.feed(piece)
        complete = hasher.size == length
        if block_digest and complete and not _same(block_digest, hasher):
            self.say("WARC013", record=record.label, expected=block_digest[1], found=hasher.base32(block_digest[0]))
        if message:
            message.finish()
            truncated = record.get("warc-truncated") is not None
            if not message.parsed and not (truncated and message.cut):
                self.say("WARC023", record=record.label)
            elif not message.whole and not truncated and record.type != "revisit":
                self.say("WARC024", record=record.label)
        paid = message.payload if message else whole
        own = record.type not in ("revisit", "continuation") and record.get("warc-segment-number") is None
        if payload_digest and own and complete and not _same(payload_digest, paid):
            self.say("WARC014", record=record.label, expected=payload_digest[1], found=paid.base32(payload_digest[0]))
        return WarcRecord(
            offset=record.offset,
            fields=record.fields,
            length=hasher.size,
            mime=_media_type(message) if message else None,
            status=message.status if message else None,
            payload_sha256=message.payload.hexdigest() if message and message.parsed else None,
        )

    def message(self, record: WarcRecord, algorithms: set[str]) -> Message | None:
        """What reads the block as HTTP, where the record says that it is."""
        kind: Literal["request", "response"] = "request" if record.type == "request" else "response"
        if record.type not in ("request", "response", "revisit"):
            return None
        http = (record.get("content-type") or "").lower().startswith("application/http")
        of_the_web = (record.get("warc-target-uri") or "").lower().startswith(("http:", "https:"))
        return Message(kind, algorithms) if http or (of_the_web and record.type != "revisit") else None

    def digest(self, record: WarcRecord, name: str) -> tuple[str, str] | None:
        """(algorithm, value) of a digest field; None where there is none that can be checked."""
        stated = record.get(name)
        if stated is None or ":" not in stated:
            return None  # a field without a colon is malformed: `warcfields.py` says so
        label, _, value = stated.partition(":")
        algorithm = _HASHES.get(label.lower().replace("-", ""))
        if algorithm is None:
            self.say("WARC019", record=record.label, field=name, found=stated)
            return None
        return algorithm, value


def _media_type(message: Message) -> str | None:
    """Without its parameters, in lower case; None where there is none, or more than one that may be meant."""
    found = header_values(message.head, "content-type")
    return found[0].partition(";")[0].strip() if len(found) == 1 and "/" in found[0] else None


def _same(stated: tuple[str, str], hasher: Hasher) -> bool:
    digest = hasher.hexdigest(stated[0])
    base32 = base64.b32encode(bytes.fromhex(digest)).decode("ascii").rstrip("=")
    return stated[1].rstrip("=").lower() in (digest, base32.lower())


def _references(records: Iterable[WarcRecord], path: str) -> Iterator[Finding]:
    """Ids used twice, references to nowhere, and a file that does not begin with a warcinfo."""
    records = list(records)
    seen: set[str] = set()
    if records and records[0].type != "warcinfo":
        yield finding("WARC022", path, found=records[0].label)
    for record in records:
        if record.id and record.id in seen:
            yield finding("WARC020", path, record=record.label)
        seen.add(record.id)
    for record in records:
        for name, value in record.fields:
            if name in ("warc-concurrent-to", "warc-warcinfo-id") and value not in seen:
                yield finding("WARC021", path, record=record.label, field=name, found=value)
