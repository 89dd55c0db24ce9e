"""Opens the files of `--from` and reads each once into the index."""

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urljoin
from zipfile import BadZipFile

from archiver.digest import digest_stream
from archiver.errors import StorageError, UsageError
from archiver.imports import wacz
from archiver.imports.bounds import HEAD_BYTES, JSON_BYTES, MHTML_BYTES, RECORDS, TEXT
from archiver.imports.har import Body, read_har
from archiver.imports.index import FileRow, Index, Place, key_of_address
from archiver.imports.mhtml import read_mhtml
from archiver.imports.scan_warc import canonical_links, scan_warc
from archiver.model.imported import ImportCheck, ImportedKind, Stated
from archiver.validation.serialized.zip import UNREADABLE

NAMES = (".warc", ".warc.gz", ".wacz", ".har", ".mhtml", ".mht")
"""How the names of such files end."""
_HEAD = 4096


def looks_like_captures(name: str) -> bool:
    """Whether a file is, by its name, one of captures."""
    return name.lower().endswith(NAMES)


def build_index(paths: tuple[Path, ...], where: Path) -> None:
    """Read every file into a new index. Raises UsageError for a file of another kind, StorageError
    for one that cannot be read."""
    index = Index(where, new=True)
    try:
        room = RECORDS
        for number, path in enumerate(paths):
            room -= _read(path, number, index, room)
        index.finish()
    finally:
        index.close()


def kind_of(path: Path) -> ImportedKind:
    """What a file is, by how it begins. Raises UsageError, StorageError."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise StorageError.from_os(f"read the file of --from {path}", error) from error
    if head.startswith(b"PK"):
        return "wacz"
    if head.startswith((b"WARC/", b"\x1f\x8b")):
        return "warc"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "har"
    low = head.lower()
    if b"mime-version:" in low or b"content-type: multipart/related" in low or b"snapshot-content-location" in low:
        return "mhtml"
    raise UsageError(f"{path}: it is not a WARC, WACZ, HAR or MHTML file")


@contextmanager
def opened(path: Path, entry: str | None) -> Iterator[BinaryIO]:
    """A file, or a WARC inside a WACZ, to read from anywhere. Raises StorageError, UsageError."""
    try:
        with path.open("rb") as file:
            if entry is None:
                yield file
                return
            with wacz.opened(file, path.name) as package, package.open(entry) as inner:
                yield cast(BinaryIO, inner)
    except (OSError, KeyError, BadZipFile, zlib.error, EOFError) as error:  # no ValueError: who reads may raise one
        reason = error if isinstance(error, OSError) else OSError(0, str(error))
        raise StorageError.from_os(f"read the file of --from {path}", reason) from error


def _read(path: Path, number: int, index: Index, room: int) -> int:
    """Read one file; how many records it has."""
    kind = kind_of(path)
    before = index.count()
    try:
        with path.open("rb") as file:
            size, digests = digest_stream(file, ("sha256",))
            file.seek(0)
            if kind == "wacz":
                stated, checks, infos = _wacz(file, path, number, index, room)
            elif kind == "warc":
                stated, (checks, infos) = [], _warc(file, path.name, size, index, number, None, room)
            else:
                (stated, checks), infos = _bodies(file, path.name, kind, index, number, room), {}
    except OSError as error:
        raise StorageError.from_os(f"read the file of --from {path}", error) from error
    facts = {
        "stated": [asdict(each) for each in stated],
        "checks": [asdict(each) for each in checks],
        "infos": infos,
    }
    row = FileRow(
        number=number,
        path=str(path.absolute()),
        name=path.name,
        kind=kind,
        bytes=size,
        sha256=digests["sha256"],
        facts=json.dumps(facts),
    )
    index.add_file(row)
    return index.count() - before


def _warc(
    stream: BinaryIO, name: str, size: int, index: Index, number: int, entry: str | None, room: int
) -> tuple[list[ImportCheck], dict[str, list[list[str]]]]:
    """(checks that were made, warcinfo fields by record id) of one WARC."""
    reader, findings = scan_warc(stream, entry or name, size, index, number, entry, room)
    errors = [each for each in findings if each.severity == "error"]
    checks = []
    if errors:
        words = f"{entry or name}: {errors[0].code}: {errors[0].message}"[:TEXT]
        checks.append(ImportCheck(check="records", outcome="failed", words=words))
    else:
        words = f"{reader.count if reader else 0:,} records read; the digests that they state are right"
        checks.append(ImportCheck(check="records", outcome="passed", words=words))
    if reader and reader.cut:
        words = f"only the first {room:,} records are indexed: what the files do not show may be in the rest"
        checks.append(ImportCheck(check="bound", outcome="not checked", words=words))
    infos = {key: warc_fields(data) for key, data in reader.infos.items()} if reader else {}
    return checks, infos


def warc_fields(data: bytes) -> list[list[str]]:
    """The fields of a warcinfo record (WARC 1.1, section 6.2), as far as they say who and with what."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines()[:200]:
        name, colon, value = line.partition(":")
        if colon and value.strip() and name.strip().isprintable() and len(name) < 80:
            found.append([name.strip(), " ".join(value.split())[:TEXT]])
    return found


def _wacz(
    file: BinaryIO, path: Path, number: int, index: Index, room: int
) -> tuple[list[Stated], list[ImportCheck], dict[str, list[list[str]]]]:
    with wacz.opened(file, path.name) as package:
        stated, checks = wacz.facts_of(package)
        entries, found = wacz.warcs_of(package, path.name)
        checks += found
        infos: dict[str, list[list[str]]] = {}
        for each in entries:
            before = index.count()
            try:
                with package.open(each) as inner:
                    more, of_entry = _warc(
                        cast(BinaryIO, inner), path.name, each.file_size, index, number, each.filename, room
                    )
            except UNREADABLE as error:
                words = f"{each.filename[:TEXT]} cannot be read to its end: {str(error)[:200]}"
                more, of_entry = [ImportCheck(check="records", outcome="failed", words=words)], {}
            checks += more
            infos |= of_entry
            room -= index.count() - before
    return stated, checks, infos


def _bodies(
    file: BinaryIO, name: str, kind: str, index: Index, number: int, room: int
) -> tuple[list[Stated], list[ImportCheck]]:
    most = JSON_BYTES if kind == "har" else MHTML_BYTES
    data = file.read(most + 1)
    if len(data) > most:
        raise UsageError(f"{name}: it has more than {most:,} bytes; export fewer pages into one file")
    stated, bodies, cut = read_har(data, name) if kind == "har" else read_mhtml(data, name)
    count = 0
    for count, each in enumerate(bodies, 1):
        if count > room:
            cut = True
            break
        _add(each, kind, index, number, first=count == 1)
    checks = [ImportCheck(check="digests", outcome="not checked", words=f"a {kind.upper()} file states no digests")]
    if cut:
        words = f"only the first {count:,} entries are read: what the file does not show may be in the rest"
        checks.append(ImportCheck(check="bound", outcome="not checked", words=words))
    return stated, checks


def _add(each: Body, kind: str, index: Index, number: int, *, first: bool) -> None:
    html = "html" in each.mime
    page = kind == "har" or first
    place = Place(
        file=number,
        entry=None,
        type=kind if page and (html or each.location) else f"{kind}-part",
        key=key_of_address(each.url),
        url=each.url,
        date=each.date,
        status=each.status,
        mime=each.mime,
        record_id=None,
        about=None,
        info=None,
        location=_joined(each.url, each.location),
        payload=None,
        truncated=None,
        ip=each.ip,
        length=len(each.body),
        member=0,
        at=0,
        ends=0,
        problem=each.problem,
    )
    record = index.add(place)
    index.add_body(record, json.dumps(each.headers), each.body)
    if html and page:
        for link in canonical_links(each.body[:HEAD_BYTES], (), each.url):
            if (key := key_of_address(link)) and key != place.key:
                index.add_canonical(key, record)


def _joined(url: str, location: str | None) -> str | None:
    try:
        return urljoin(url, location) if location else None
    except ValueError:
        return None
