"""Reads WARC 1.1 files with the standard library alone, and reports everything that is wrong with one.

Made apart from the writer and from warcio, so that it shares no mistakes with them. It keeps the header fields and the
digests of each record, not its block, and never inflates beyond a ceiling. What each type of record must and must not
have is in `fields.py`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from archiver.digest import Hasher
from archiver.model import Finding
from archiver.validation.bounded import Findings
from archiver.validation.rules.registry import finding
from archiver.validation.warc.fields import check_fields, length_of
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.http_payload import Message, header_values
from archiver.validation.warc.interim import BYTES, interim_problem

HEADER = 1 << 20
"""Bytes the header of a record may have."""
CEILING = 4 << 30
"""Bytes a WARC may expand to, besides 64 for each byte it has."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD = re.compile(rf"\r\n({_NAME.pattern}):([^\r\n]*+)(?=\r\n|\Z)")
_BASE32 = re.compile("[a-z2-7]+")
_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")
"""From RFC 4648 to `int(…, 32)`, which costs a fifth of `base64.b32encode`."""
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
        for key, value in self.fields:
            if key == name:
                return value
        return None

    @property
    def type(self) -> str:
        """WARC-Type, "" where it is missing."""
        return self.get("warc-type") or ""

    @property
    def id(self) -> str:
        """WARC-Record-ID, with its angle brackets, "" where it is missing."""
        return self.get("warc-record-id") or ""

    @property
    def url(self) -> str | None:
        """WARC-Target-URI; without the angle brackets that WARC 1.0 asked for, and wget still writes."""
        stated = self.get("warc-target-uri")
        return stated[1:-1] if stated and stated.startswith("<") and stated.endswith(">") else stated

    @property
    def label(self) -> str:
        """What messages call it."""
        return _label(self.type, self.id, self.offset)


def _label(kind: str, identifier: str, offset: int) -> str:
    return f"the {kind or 'untyped'} record {identifier or f'at byte {offset}'}"


def read_warc(
    stream: BinaryIO, path: str, size: int, *, ceiling: int = CEILING
) -> tuple[list[WarcRecord], list[Finding]]:
    """The records of a gzipped WARC of `size` bytes, as far as it can be read, and all findings about it."""
    reader = Reader(Members(stream, ceiling + 64 * size), path)
    try:
        while reader.source.advance():
            reader.buffer = b""
            reader.record(reader.source.offset)
        if not reader.source.offset:
            reader.say("WARC007")
    except Broken as broken:
        reader.say(broken.code, **broken.facts)
    except OSError as error:
        reader.say("WARC001", reason=error.strerror)
    reader.findings += _references(reader.records, path)
    return reader.records, reader.findings


class Source(Protocol):
    """Where the bytes of records come from: gzip members one after another, or a plain file as one piece."""

    offset: int

    @property
    def end(self) -> int:
        """Where in the file what was read ends."""

    def advance(self) -> bool:
        """Go to the next piece; False after the last."""

    def read(self) -> bytes:
        """The next bytes of the piece; empty at its end."""


class Reader:
    """Reads one record at a time, as this house writes them: each in a gzip member of its own."""

    versions = re.compile(r"WARC/1\.[01]")
    other_payloads = False
    """Whether a payload digest may be over the body as it came, chunks included."""

    def __init__(self, source: Source, path: str) -> None:
        self.source, self.path = source, path
        self.records: list[WarcRecord] = []
        self.findings = Findings()
        self.buffer = b""
        self.heads: set[str] = set()
        """Records of answers to HEAD, which state the length of a body that they do not have (RFC 9110, 9.3.2)."""

    def add(self, found: Finding) -> None:
        """Take a finding."""
        self.findings.append(found)

    def say(self, code: str, **facts: object) -> None:
        """A finding of this rule."""
        self.add(finding(code, self.path, **facts))

    def keep(self, record: WarcRecord) -> None:
        """Take a record that was read."""
        self.records.append(record)

    def record(self, offset: int) -> None:
        """One record: the header, the block, two line ends, and nothing after them."""
        try:
            fields = self.header()
        except ValueError as error:
            self.say("WARC010", offset=offset, reason=error)
            self.lost()
            return
        stated = dict(reversed(fields))  # of fields of one name the first
        label = _label(stated.get("warc-type", ""), stated.get("warc-record-id", ""), offset)
        found, message = 0, None
        for each in check_fields(fields, label, self.path):
            self.add(each)
        length = length_of(stated.get("content-length"))
        if length is not None:
            found, message = self.block(stated, label, length)
            tail = self.rest()
            if found < length:
                self.say("WARC011", record=label, expected=length, found=found)
            elif tail.startswith(b"\r\n\r\n") and len(tail) > 4:
                self.say("WARC005", offset=offset)
            elif tail != b"\r\n\r\n":
                self.say("WARC012", record=label, found=tail)
        else:
            self.lost()
        self.keep(
            WarcRecord(
                offset=offset,
                fields=fields,
                length=found,
                end=self.source.end,
                mime=_media_type(message) if message else None,
                status=message.status if message else None,
                payload_sha256=message.payload.hexdigest() if message and message.parsed else None,
            )
        )

    def header(self) -> tuple[tuple[str, str], ...]:
        """The fields of the header. Raises ValueError saying what is wrong with it."""
        kept: bytes | bytearray = self.buffer or self.source.read()
        end = kept.find(b"\r\n\r\n")
        while end < 0:
            piece = self.source.read()
            if not piece or len(kept) > HEADER:
                raise ValueError("it does not end in an empty line")
            kept = bytearray(kept) if isinstance(kept, bytes) else kept
            kept += piece
            end = kept.find(b"\r\n\r\n", max(0, len(kept) - len(piece) - 3))
        self.buffer = bytes(kept[end + 4 :])
        try:
            head = kept[:end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError("it is not UTF-8") from error
        version, *lines = head.split("\r\n")
        if not self.versions.fullmatch(version):
            raise ValueError(f"it begins with {version[:40]!r}, not with WARC/1.1")
        plain = _FIELD.findall(head)
        if len(plain) == len(lines):  # none is folded, and none is wrong
            return tuple([(name.lower(), value.strip()) for name, value in plain])
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
        while length and (piece := self.buffer or self.source.read()):
            part, self.buffer = piece[:length], piece[length:]
            length -= len(part)
            yield part

    def lost(self) -> None:
        """Where this record ends is not known: go on with the next member."""
        self.rest()

    def rest(self) -> bytes:
        """Read the member to its end; the first bytes of what was left."""
        kept, self.buffer = self.buffer[:16], b""
        while piece := self.source.read():
            kept = (kept + piece)[:16]
        return kept

    def block(self, stated: Mapping[str, str], label: str, length: int) -> tuple[int, Message | None]:
        """Read the block of a record that states this, hashed on the way; its length, and what read it as HTTP."""
        kind = stated.get("warc-type")
        block_digest = self.digest(stated, label, "warc-block-digest")
        payload_digest = self.digest(stated, label, "warc-payload-digest")
        hasher = Hasher({block_digest[0]} if block_digest else ())
        named = {payload_digest[0]} if payload_digest else set()
        message = self.message(stated, {"sha256"} | named, named if self.other_payloads else set())
        whole = Hasher({payload_digest[0]} if payload_digest and message is None else ())
        # Other tools may mean something else by these fields.
        said = bytearray() if kind == "metadata" and not self.other_payloads and length <= BYTES else None
        for piece in self.take(length):
            hasher.update(piece)
            if message:
                message.feed(piece)
            else:
                whole.update(piece)
            if said is not None:
                said += piece
        complete = hasher.size == length
        if said and (stated.get("content-type") or "").lower().startswith("application/warc-fields"):
            reason = interim_problem(bytes(said))
            if reason:
                self.say("WARC032", record=label, reason=reason)
        if block_digest and complete and not _same(block_digest, hasher):
            self.say("WARC013", record=label, expected=block_digest[1], found=hasher.base32(block_digest[0]))
        identifier = stated.get("warc-record-id", "")
        if message:
            message.finish()
            if message.method == "HEAD":
                self.heads.add(stated.get("warc-concurrent-to", ""))
            truncated = stated.get("warc-truncated") is not None
            if not message.parsed and not (truncated and message.cut):
                self.say("WARC023", record=label)
            elif not message.whole and not truncated and kind != "revisit" and identifier not in self.heads:
                self.say("WARC024", record=label)
        paid = message.payload if message else whole
        own = kind not in ("revisit", "continuation") and stated.get("warc-segment-number") is None
        if payload_digest and own and complete and not _same(payload_digest, paid):
            if message and message.raw and _same(payload_digest, message.raw):
                self.say("WARC028", record=label)
                return hasher.size, message
            self.say("WARC014", record=label, expected=payload_digest[1], found=paid.base32(payload_digest[0]))
        return hasher.size, message

    def message(self, stated: Mapping[str, str], algorithms: set[str], raw: set[str]) -> Message | None:
        """What reads the block as HTTP, where the record says that it is."""
        kind = stated.get("warc-type")
        if kind not in ("request", "response", "revisit"):
            return None
        http = (stated.get("content-type") or "").lower().startswith("application/http")
        of_the_web = (stated.get("warc-target-uri") or "").lower().startswith(("http:", "https:"))
        if not http and (kind == "revisit" or not of_the_web):
            return None
        return Message("request" if kind == "request" else "response", algorithms, raw=raw)

    def digest(self, stated: Mapping[str, str], label: str, name: str) -> tuple[str, str] | None:
        """(algorithm, value) of a digest field; None where there is none that can be checked."""
        named, colon, value = stated.get(name, "").partition(":")
        if not colon:
            return None  # a field without a colon is malformed: `fields.py` says so
        algorithm = _HASHES.get(named.lower().replace("-", ""))
        if algorithm is None:
            self.say("WARC019", record=label, field=name, found=stated[name])
            return None
        return algorithm, value


def _media_type(message: Message) -> str | None:
    """Without its parameters, in lower case; None where there is none, or more than one that may be meant."""
    found = header_values(message.headers, "content-type")
    return found[0].partition(";")[0].strip() if len(found) == 1 and "/" in found[0] else None


def _same(stated: tuple[str, str], hasher: Hasher) -> bool:
    """Whether a stated digest, in base 16 or 32, equals the one found."""
    value, digest = stated[1].rstrip("=").lower(), hasher.hexdigest(stated[0])
    if value == digest:
        return True
    bits = 4 * len(digest)
    if not _BASE32.fullmatch(value) or len(value) != (bits + 4) // 5:
        return False
    return int(value.translate(_DIGITS), 32) == int(digest, 16) << (-bits % 5)


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
