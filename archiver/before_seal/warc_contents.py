"""Takes what the responses in WARC files hold out into files, for programs that know no WARC.

Each body is as a browser would have it: without chunks and content codings. The files have names of ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from archiver.errors import StorageError
from archiver.model.check import Checked
from archiver.validation.warc.content_codings import NotInstalled, decoded
from archiver.validation.warc.gzip_members import Broken, Members
from archiver.validation.warc.http_payload import Message, header_values

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_HEAD = 1 << 20
_MOST = 10_000
_ONE = 256 << 20
"""Bytes of one body."""


@dataclass(slots=True)
class Contents:
    """Name of a file -> what it is; what was not taken out, in words."""

    files: dict[str, Checked] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    octets: int = 0


def take_out(warcs: Iterable[tuple[str, Path]], folder: Path, most_bytes: int) -> Contents:
    """Write the contents of WARC files, given by their paths in the payload and on the disk. Raises StorageError."""
    found = Contents()
    for path, file in warcs:
        try:
            with file.open("rb") as stream:
                members = Members(stream, ceiling=1 << 50)
                while members.advance():
                    _one(members, path, folder, found, most_bytes)
        except Broken as error:
            found.left_out.append(f"{path} from byte {members.offset:,} on: it cannot be read ({error.code})")
        except OSError as error:
            raise StorageError.from_os(f"read {file}", error) from error
    return found


def _one(members: Members, path: str, folder: Path, found: Contents, most_bytes: int) -> None:
    head = bytearray()
    while (end := head.find(b"\r\n\r\n")) < 0 and len(head) < _HEAD:
        piece = members.read()
        if not piece:
            return
        head += piece
    fields = _fields(bytes(head[: max(end, 0)]))
    wanted = fields.get("warc-type") == "response" and fields.get("content-type", "").startswith("application/http")
    body = bytearray()
    room = min(_ONE, most_bytes - found.octets)
    message = Message("response", set(), keep=lambda piece: body.extend(piece[: max(0, room + 1 - len(body))]))
    length = int(fields["content-length"]) if fields.get("content-length", "").isdecimal() else 0
    piece = bytes(head[end + 4 :])
    while piece:
        if wanted and length > 0:
            message.feed(piece[:length])
        length -= len(piece)
        piece = members.read()
    if wanted and body:
        _write(bytes(body), message, fields, path, folder, found, room)


def _write(
    body: bytes, message: Message, fields: dict[str, str], path: str, folder: Path, found: Contents, room: int
) -> None:
    record = fields.get("warc-record-id", "")
    what = f"{record or 'a record without an id'} in {path}"
    try:
        whole = decoded(body, header_values(message.headers, "content-encoding"), room + 1)
    except NotInstalled as error:
        found.left_out.append(f"{what}: its coding needs the package {error.package}")
        return
    except Broken:
        whole = body
    if len(body) > room or len(whole) > room or len(found.files) >= _MOST:
        found.left_out.append(f"{what}: the bound of what is taken out was reached")
        return
    try:
        ending = _ENDING.search(urlsplit(fields.get("warc-target-uri", "")).path)
    except ValueError:
        ending = None
    name = f"{len(found.files) + 1:06}{ending[0].lower() if ending else ''}"
    (folder / name).write_bytes(whole)
    found.octets += len(whole)
    found.files[name] = Checked(path=path, record_id=record)


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line[:1] not in (" ", "\t"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
