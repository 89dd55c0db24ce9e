"""Which files of a bag name other bags: its record, what is made of the record, and WARC files with records that were
copied from other bags (docs/adr/0267). What pages say is not looked at: it names nothing of ours.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from archiver.errors import Refused
from archiver.packaging.source import Source
from archiver.rights.other_bags import named_in_record, named_in_text, tail_of

_RECORD = "data/provenance.json"
_SAID_BY_OTHERS = tuple(f"data/{each}/" for each in ("seed", "text", "rendering", "evidence", "import", "private"))
"""Documents that were kept or captured: whoever may see the bag may see them."""
_ENDINGS = (".warc.gz", ".warc")
_TEXTS = (".json", ".jsonl", ".txt", ".xml", ".csv", ".html", ".cdx", ".cdxj", ".md", ".yaml", ".yml", ".ttl")
_LARGEST = 256 << 20
_FILENAME = re.compile(rb"^WARC-Filename[ \t]*:[ \t]*([^\r\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_OVERLAP = 600


def files_that_name(bag: Source) -> dict[str, frozenset[str]]:
    """Path -> the names of other bags in it; only files that have any. Raises Refused where a file cannot be read."""
    record = _record(bag)
    own = {bag.name, *_own(record)}
    names = {name for name in named_in_record(record) if name not in own}
    found = dict[str, frozenset[str]]()
    for path in bag.files:
        if path.startswith("data/") and path.endswith(_ENDINGS):
            in_it = _in_warc(bag.read(path), own, zipped=path.endswith(".gz"))
        elif path.endswith(_TEXTS) and not path.startswith(_SAID_BY_OTHERS):
            in_it = _in_text(bag, path, own, names)
        else:
            continue
        if in_it:
            found[path] = frozenset(in_it)
    return found


def _record(bag: Source) -> Any:
    if _RECORD not in bag.files:
        return {}
    try:
        return json.loads(_whole(bag, _RECORD))
    except (ValueError, RecursionError):
        return {}


def _whole(bag: Source, path: str) -> bytes:
    if bag.files[path] > _LARGEST:
        raise Refused(f"{path} is larger than {_LARGEST:,} bytes")
    return b"".join(bag.read(path))


def _own(record: Any) -> Iterator[str]:
    """Names that the bag itself has, or had before it was renamed or redacted."""
    if not isinstance(record, Mapping):
        return
    capture, redaction = record.get("capture"), record.get("redaction")
    if isinstance(capture, Mapping) and isinstance(warc := capture.get("warc"), str):
        yield PurePosixPath(warc).name.partition(".")[0]
    original = redaction.get("of") if isinstance(redaction, Mapping) else None
    if isinstance(original, Mapping) and isinstance(name := original.get("name"), str):
        yield name


def _in_text(bag: Source, path: str, own: set[str], names: Iterable[str]) -> set[str]:
    text = _whole(bag, path).decode("utf-8", "replace")
    # The end of a name is no other bag's: what stands before it may be escaped.
    known = {name for name in names if (tail_of(name) or name) in text}
    return known | named_in_text(text, {*own, *known})


def _in_warc(pieces: Iterator[bytes], own: set[str], *, zipped: bool) -> set[str]:
    """Names in fields WARC-Filename (WARC 1.1, 5.16), also where records are copied with the warcinfo of others."""
    found, last = set[str](), b""
    for piece in _unzipped(pieces) if zipped else pieces:
        window = last + piece
        for match in _FILENAME.finditer(window):
            found |= named_in_text(match[1].decode("utf-8", "replace"), own)
        last = window[-_OVERLAP:]
    return found


def _unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What gzip members hold, in pieces of bounded size; it ends where the data are no gzip."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for piece in pieces:
        data = piece
        while data:
            try:
                yield inflater.decompress(data, 1 << 20)
            except zlib.error:
                return
            data = inflater.unconsumed_tail
            if inflater.eof:
                data = inflater.unused_data
                inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
