"""Markers planted in bags, and the search for them in whatever is delivered, however it is packed or encoded."""

import base64
import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

MARK = "q7Zx"
"""What every marker begins with, and nothing else in a bag."""


def mark(number: int) -> str:
    """A marker: 14 characters, as tokens are."""
    return f"{MARK}{number:03d}kR9fTw2"


def unpacked(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of a file and of all that is packed in it; bodies of WARC records are left out."""
    yield name, data if not name.endswith((".gz", ".tgz")) else b""
    if depth > 3:
        return
    if data[:2] == b"\x1f\x8b":
        if name.endswith(".warc.gz"):
            yield from ((f"{name}#", head) for head in heads(data))
        else:
            yield from unpacked(name.removesuffix(".gz") + (".tar" if name.endswith(".tgz") else ""),
                                gzip.decompress(data), depth + 1)  # fmt: skip
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for each in packed.namelist():
                yield from unpacked(f"{name}/{each}", packed.read(each), depth + 1)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            for each in packed.getmembers():
                file = packed.extractfile(each)
                yield from unpacked(f"{name}/{each.name}", file.read() if file else b"", depth + 1)


def heads(data: bytes) -> Iterator[bytes]:
    """Of each record its header and, of messages, the head and the trailers; other blocks whole."""
    while data:
        inflater = zlib.decompressobj(31)
        record = inflater.decompress(data) + inflater.flush()
        data = inflater.unused_data
        header, _, block = record.partition(b"\r\n\r\n")
        yield header
        message = b"application/http" in header and b"WARC-Type: response" in header
        yield block.partition(b"\r\n\r\n")[0] if message else block
        for coded in re.findall(rb"interim-response: (\S+)", block):
            yield base64.b64decode(coded)


def readings(data: bytes) -> Iterator[str]:
    """Bytes as texts that somebody could read in them."""
    text = data.decode("latin-1")
    yield text
    yield unquote(unquote(text))
    yield data.replace(b"\0", b"").decode("latin-1")
    for word in re.findall(rb"[A-Za-z0-9+/_-]{12,4000}={0,2}", data):
        word = word.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        yield base64.b64decode(word + b"A" * (-len(word) % 4)).decode("latin-1")


def left(folder: Path) -> set[str]:
    """The markers in a folder: in names and bytes, however packed; the text of the page is left out."""
    found = set()
    for path in sorted(folder.rglob("*")):
        for name, data in unpacked(path.relative_to(folder).as_posix(), path.read_bytes() if path.is_file() else b""):
            found |= {f"{hit} in the name {name}" for hit in re.findall(rf"(?i){MARK}\d{{3}}", name)}
            if "/data/text/" not in f"/{name}":
                found |= {
                    f"{hit} in {name}" for each in readings(data) for hit in re.findall(rf"(?i){MARK}\d{{3}}", each)
                }
    return found
