"""WARC files written over without secrets: records that change get a new id, a digest that fits, and a metadata record
that says from which one they were made; the others stay as they are (WARC 1.1; docs/keep/redaction.md).

It reads files that validation has passed, and holds only heads of messages in memory.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from archiver import __version__
from archiver.digest import Hasher
from archiver.redaction.addresses import address_without_secrets, without_secrets
from archiver.redaction.http_heads import json_text, without_referer, without_secret_headers
from archiver.redaction.read_records import HTTP, Fields, Record, records
from archiver.redaction.removed import Removed
from archiver.redaction.secrets import PUT, is_secret_header, is_secret_parameter

_SETTLED = ("warc-type", "warc-date", "warc-block-digest", "warc-payload-digest", "warc-ip-address", "content-length",
            "content-type", "warc-truncated", "warc-identified-payload-type")  # fmt: skip
"""Fields that hold no text of anybody's."""
_REPEATED = "(a value that was taken out elsewhere)"
_INTERIM = "interim-response"
"""Of a metadata record: the head of an interim answer, in base64 (docs/bag-format.md, section 3.1)."""
_REFERENCES = ("warc-concurrent-to", "warc-refers-to", "warc-warcinfo-id", "warc-segment-origin-id")
Change = Callable[[str], str]


class Sink(Protocol):
    """Where the new file goes."""

    def write(self, data: bytes) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A record that was written over: its id and the one it was made from, by how many bytes it grew, what went."""

    file: str
    id: str
    original: str
    grown: int
    headers: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What became of a file: offset -> (new offset, new length) of each record's gzip member; the changed records."""

    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)


def rewrite(
    path: Path, name: str, sink: Sink, ids: dict[str, str], removed: Removed, renamed: Change, moment: datetime
) -> Rewritten:
    """Write the WARC at `path` anew into `sink`. `ids` takes and gives old and new ids, those of all files of a bag: it
    is to be filled by `new_ids` before; `removed` by `collect`. Raises Refused for what cannot be read, OSError."""
    done, out = Rewritten(), _Out(sink)
    for record in records(path):
        place = out.at
        old, here = record.get("warc-record-id"), removed.of_one()
        head, trailer = _head(record, here, renamed), _trailer(record, here)
        fields = [(label, _field(label, value, ids, here, renamed)) for label, value in record.fields]
        if old not in ids:
            out.member(_header(record.version, fields), record.head, record.rest(record.trailer))
            done.places[record.offset] = (place, out.at - place)
            continue
        hasher = Hasher()
        hasher.update(head)
        for piece in record.rest(trailer):
            hasher.update(piece)
        length = int(record.get("content-length"))
        fields = [(label, _refreshed(label, value, hasher)) for label, value in fields]
        out.member(_header(record.version, fields), head, record.rest(trailer))
        done.places[record.offset] = (place, out.at - place)
        if record.get("warc-type") == "warcinfo":
            continue
        changed = Changed(file=name, id=ids[old], original=old, grown=hasher.size - length,
                          headers=tuple(sorted(here.headers)), parameters=tuple(sorted(here.parameters)))  # fmt: skip
        done.changed.append(changed)
        out.member(*_marker(record.version, {label.lower(): value for label, value in fields}, changed, moment), ())
    return done


def collect(path: Path, removed: Removed) -> None:
    """Add to `removed` what is to be taken out of a file. Raises Refused, OSError."""
    for record in records(path):
        _head(record, removed, str)
        _trailer(record, removed)
        for label, value in record.fields:
            _field(label, value, {}, removed, str)


def new_ids(path: Path, ids: dict[str, str], removed: Removed, renamed: Change = str) -> None:
    """Add the ids of all records of a file that will change. Raises Refused, OSError."""
    for record in records(path):
        old, here = record.get("warc-record-id"), removed.of_one()
        fields = (_field(label, value, {}, here, renamed) != value for label, value in record.fields)
        block = (_head(record, here, renamed), _trailer(record, here))
        if block != (record.head, record.trailer) or any(fields):
            ids[old] = f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{old} without secrets')}>"


def heads(path: Path) -> Iterator[bytes]:
    """Header, head and trailers of each record of a file: all but bodies. Raises Refused, OSError."""
    for record in records(path):
        yield _header(record.version, record.fields) + record.head + record.trailer


def _head(record: Record, removed: Removed, renamed: Change) -> bytes:
    """The head of the block as it is to be."""
    kind = record.get("warc-type")
    if kind == "warcinfo":
        said = _lines(renamed(record.head.decode("utf-8", "surrogateescape")), removed).rstrip("\r\n")
        said += f"\r\nredacted-by: archiver/{__version__}\r\nredacted-from: {record.get('warc-record-id')}\r\n"
        said += "description: access copy; cookies, tokens and passwords are taken out of headers and addresses\r\n"
        return said.encode("utf-8", "surrogateescape")
    if record.get("content-type").lower().startswith(HTTP):
        return _lines_of_http(without_referer(record.head, removed) if record.copied else record.head, removed)
    if kind in ("metadata", "request"):  # addresses among its fields: via, outlink
        said = renamed(record.head.decode("utf-8", "surrogateescape"))
        if said.lstrip()[:1] in ("{", "[") and (changed := json_text(said, removed)) is not None:
            return _masked(changed, removed).encode("utf-8", "surrogateescape")
        return _lines(said, removed).encode("utf-8", "surrogateescape")
    return record.head


def _trailer(record: Record, removed: Removed) -> bytes:
    """The trailer section as it is to be: its fields are headers (RFC 9110, 6.5)."""
    return _lines_of_http(record.trailer, removed) if record.trailer else b""


def _lines_of_http(lines: bytes, removed: Removed) -> bytes:
    plain = without_secret_headers(lines, removed)
    return _masked(plain.decode("latin-1"), removed).encode("latin-1")


def _lines(text: str, removed: Removed) -> str:
    """Lines `name: value` (application/warc-fields), each value as a header's."""
    pieces = []
    for line in text.splitlines(keepends=True):
        name, colon, value = line.partition(":")
        if name.strip().lower() == _INTERIM and (octets := _octets(value)) is not None:
            masked = _lines_of_http(octets, removed)
            end = value[len(value.rstrip()) :]
            pieces.append(line if masked == octets else f"{name}: {b64encode(masked).decode()}{end}")
            continue
        if colon and value.strip() not in ("", PUT) and (is_secret_header(name) or is_secret_parameter(name.strip())):
            removed.parameter(name.strip(), value.strip())
            pieces.append(f"{name}: {PUT}{value[len(value.rstrip()) :]}")
            continue
        said = without_secrets(value, removed, field=True) if colon else without_secrets(line, removed)
        pieces.append(f"{name}:{said}" if colon else said)
    return _masked("".join(pieces), removed)


def _octets(value: str) -> bytes | None:
    """Of a value in base64; None where it is not."""
    try:
        return b64decode(value.strip(), validate=True)
    except ValueError:
        return None


def _masked(text: str, removed: Removed) -> str:
    """Without the values that are known by now."""
    masked = removed.masked(text)
    if masked != text:
        removed.parameters.add(_REPEATED)
    return masked


def _field(label: str, value: str, ids: dict[str, str], removed: Removed, renamed: Change) -> str:
    name = label.lower()
    if name == "warc-record-id" or name in _REFERENCES:
        return ids.get(value, value)
    if name in _SETTLED:
        return value
    value = renamed(value)  # first: without the secrets in it a name would not be found again
    if name.endswith("-uri"):
        plain = address_without_secrets(value, removed)
    else:
        plain = without_secrets(value, removed, field=True)
    return _masked(plain, removed)


def _refreshed(label: str, value: str, hasher: Hasher) -> str:
    return {"content-length": str(hasher.size), "warc-block-digest": hasher.base32()}.get(label.lower(), value)


def _header(version: bytes, fields: Fields) -> bytes:
    return version + b"\r\n" + "".join(f"{label}: {value}\r\n" for label, value in fields).encode("utf-8") + b"\r\n"


def _marker(version: bytes, of: dict[str, str], changed: Changed, moment: datetime) -> tuple[bytes, bytes]:
    """Header and block of the metadata record that says what a changed record was made from."""
    lines = [f"redacted-from: {changed.original}"]
    lines += [f"removed-header: {name}" for name in changed.headers]
    lines += [f"redacted-parameter: {name}" for name in changed.parameters]
    block = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")
    hasher = Hasher()
    hasher.update(block)
    fields = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{changed.id} marker')}>"),
        ("WARC-Date", f"{moment:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Target-URI", of.get("warc-target-uri", "")),
        ("WARC-Warcinfo-ID", of.get("warc-warcinfo-id", "")),
        ("WARC-Refers-To", changed.id),
        ("WARC-Block-Digest", hasher.base32()),
        ("Content-Type", "application/warc-fields"),
        ("Content-Length", str(len(block))),
    ]
    return _header(version, [(label, value) for label, value in fields if value]), block


class _Out:
    """Writes gzip members, one a record, and knows where it is."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self.at = sink, 0

    def member(self, header: bytes, head: bytes, rest: Iterable[bytes]) -> None:
        deflater = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        for piece in chain((header, head), rest):
            self._write(deflater.compress(piece))
        self._write(deflater.compress(b"\r\n\r\n") + deflater.flush())

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self.at += len(data)
