"""Writes exchanges as WARC 1.1 records (ISO 28500:2017), with warcio, from raw bytes.

One gzip member a record (Annex D.2), compressed at level 1 by isal where it is there (docs/architecture.md). The
block of a request or response record is the recorded message to the byte; nothing is parsed and written again.
Interim 1xx answers stand in a metadata record beside the response, in base64. Digests: SHA-256 over every block; a
payload digest only where the payload is the rest of the block (not chunked, nothing after its end), because readers
that hash the chunk framing would take a right one for wrong.
"""

import io
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Protocol

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.capture.wire.raw_exchange import RawExchange
from archiver.digest import Hasher
from archiver.model import RecordIds, Truncation
from archiver.schemas.moments import moment_text

VERSION = "WARC/1.1"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class _Writer(WARCWriter):  # type: ignore[misc]
    """warcio adds a SHA-1 payload digest to every type that is not listed here; ours are set by us or absent."""

    NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "revisit", "request", "response", "metadata", "resource", "conversion")


def _member() -> Any:
    """A compressor for one gzip member."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return isal_zlib.compressobj(1, isal_zlib.DEFLATED, 31)


class Sink(Protocol):
    """Where the bytes of the file go."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""


class _Counted:
    """Counts what goes to the file: offsets of records are positions in it."""

    def __init__(self, out: Sink) -> None:
        self._out, self.position = out, 0

    def write(self, data: bytes) -> int:
        self.position += len(data)
        return self._out.write(data)


class _GzipMember:
    """A write-only stream that turns one record into one gzip member."""

    def __init__(self, out: Sink, members: list[bytes] | None = None) -> None:
        self._out, self._gzip, self._members = out, _member(), members

    def write(self, data: bytes) -> None:
        self._pass(self._gzip.compress(data))

    def flush(self) -> None:
        """warcio flushes once, at the end of a record."""
        self._pass(self._gzip.flush())

    def _pass(self, packed: bytes) -> None:
        self._out.write(packed)
        if self._members is not None:
            self._members.append(packed)


class WarcFile:
    """Writes one WARC file; the warcinfo record comes first, each record names it (WARC-Warcinfo-ID)."""

    def __init__(
        self, out: Sink, *, name: str, info: Mapping[str, str], started: datetime, new_id: Callable[[], str]
    ) -> None:
        self._out, self._new_id, self.name = _Counted(out), new_id, name
        self.last_response = (0, 0)
        """Offset and length of the last response record's member."""
        self.info_id = self._record_id()
        self.responses = 0
        self.info_member = b""
        """The warcinfo record as it stands in the file: one gzip member."""
        self._members: list[bytes] | None = []
        block = "".join(f"{key}: {_one_line(value)}\r\n" for key, value in info.items() if value)
        headers = [("WARC-Filename", name)]
        self._write("warcinfo", self.info_id, started, headers, "application/warc-fields", io.BytesIO(block.encode()))
        self.info_member = b"".join(self._members)

    def write_exchange(
        self,
        raw: RawExchange,
        *,
        url: str,
        started: datetime,
        payload: Hasher | None,
        truncated: Truncation | None,
        members: list[bytes] | None = None,
    ) -> RecordIds:
        """Request, interim answers if there were any, response: one WARC-Date, linked by WARC-Concurrent-To.

        `payload` is given where the payload is exactly the block after its head; its digest is written then. `members`
        takes the gzip members as they are written.
        """
        self._members = members
        request_id, response_id = self._record_id(), self._record_id()
        where = [("WARC-Target-URI", url), ("WARC-Warcinfo-ID", self.info_id)]
        if raw.ip:
            where.append(("WARC-IP-Address", raw.ip))
        about = [*where, ("WARC-Concurrent-To", response_id)]
        request = io.BytesIO(bytes(raw.request))
        self._write("request", request_id, started, about, "application/http;msgtype=request", request)
        metadata_id = None
        if raw.interim:
            # Replay tools index every record but those of this type (docs/adr/0211), and would serve it as the page.
            lines = b"".join(b"interim-response: %s\r\n" % b64encode(each) for each in raw.interim)
            metadata_id = self._record_id()
            self._write("metadata", metadata_id, started, about, "application/warc-fields", io.BytesIO(lines))
        headers = [*where, ("WARC-Concurrent-To", request_id)]
        if payload is not None:
            headers.append(("WARC-Payload-Digest", payload.base32()))
        if truncated:
            headers.append(("WARC-Truncated", truncated))
        kind = "application/http;msgtype=response"
        offset = self._out.position
        self._write("response", response_id, started, headers, kind, raw.block(), raw.hasher)
        self.last_response = (offset, self._out.position - offset)
        self.responses += 1
        return RecordIds(request=request_id, response=response_id, metadata=metadata_id)

    def write_metadata(self, *, refers_to: str, url: str, moment: datetime, fields: Sequence[tuple[str, str]]) -> str:
        """A metadata record of `fields` about another record of this file (WARC 1.1, section 6.6); returns its id."""
        self._members = None
        record_id = self._record_id()
        block = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields)
        headers = [("WARC-Target-URI", url), ("WARC-Warcinfo-ID", self.info_id), ("WARC-Refers-To", refers_to)]
        self._write("metadata", record_id, moment, headers, "application/warc-fields", io.BytesIO(block.encode()))
        return record_id

    def write_resource(self, *, url: str, moment: datetime, content_type: str, body: bytes) -> tuple[str, int, int]:
        """A resource record: content that came to us by another way than a request of ours (WARC 1.1, section 6.4).
        Returns its id, and offset and length of its member."""
        self._members = None
        record_id, offset = self._record_id(), self._out.position
        headers = [("WARC-Target-URI", url), ("WARC-Warcinfo-ID", self.info_id)]
        self._write("resource", record_id, moment, headers, _one_line(content_type), io.BytesIO(body))
        return record_id, offset, self._out.position - offset

    def copy(self, pieces: Iterable[bytes]) -> tuple[int, int]:
        """A gzip member of a record that somebody else wrote, byte for byte; its offset and length."""
        offset = self._out.position
        for piece in pieces:
            self._out.write(piece)
        return offset, self._out.position - offset

    def _record_id(self) -> str:
        return f"<urn:uuid:{self._new_id()}>"

    def _write(
        self,
        kind: str,
        record_id: str,
        moment: datetime,
        headers: list[tuple[str, str]],
        content_type: str,
        block: IO[bytes],
        hashed: Hasher | None = None,
    ) -> None:
        if hashed is None:
            hashed = Hasher()
            hashed.update(block.read())
            block.seek(0)
        fields = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", moment_text(moment)),
            *headers,
            ("WARC-Block-Digest", hashed.base32()),
        ]
        head = StatusAndHeaders("", fields, protocol=VERSION)
        record = ArcWarcRecord("warc", kind, head, block, None, content_type, hashed.size)
        _Writer(_GzipMember(self._out, self._members), gzip=False, warc_version=VERSION).write_record(record)


class CopiedRecords:
    """A WARC file of records that other captures of the job wrote: whole gzip members, byte for byte, each after the
    warcinfo it belongs to. The ids stay: a record is the same wherever it lies (WARC 1.1, section 5.2)."""

    def __init__(self, out: Sink, name: str) -> None:
        self._out, self.name = _Counted(out), name
        self._infos: set[bytes] = set()
        self._ids: set[str] = set()

    def copy(self, record_id: str, warcinfo: bytes, members: bytes) -> int | None:
        """Copy the records of one exchange, once; returns the offset they lie at, None where they are there already."""
        if record_id in self._ids:
            return None
        self._ids.add(record_id)
        if warcinfo not in self._infos:
            self._infos.add(warcinfo)
            self._out.write(warcinfo)
        offset = self._out.position
        self._out.write(members)
        return offset


def _one_line(value: str) -> str:
    return " ".join(value.split())
