"""Searches files for words, in whatever way they are packed or encoded: gzip, zip, tar, JSON, HTML, percent, base64."""

import base64
import html
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

_PACKED = (b"PK\x03\x04", b"\x1f\x8b\x08")


def everywhere(folder: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """Path below `folder` -> the words found in its name or in what it holds; only files that have any."""
    wanted = {word.lower() for word in words}
    found = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if hit := words_in(name.encode(), wanted) | words_in(path.read_bytes(), wanted):
            found[name] = hit
    return found


def words_in(data: bytes, words: set[str], depth: int = 0) -> set[str]:
    """The words that are in bytes, decoded in each way there is, and again what that gives."""
    # A short word comes up by chance among packed bytes; they are read unpacked below.
    low = "" if data.startswith(_PACKED) else data.decode("latin-1").lower()
    found = {word for word in words if word in low}
    if low and b"\0" in data:
        found |= {word for word in words if word in data.replace(b"\0", b"").decode("latin-1").lower()}
    if depth < 4:
        for each in _decoded(data):
            if each != data:
                found |= words_in(each, words, depth + 1)
    return found


def _decoded(data: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"\x1f\x8b\x08", data):
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[match.start() :])
        except zlib.error:
            continue
    for start in [match.start() for match in re.finditer(rb"PK\x03\x04", data)][:1]:
        try:
            with zipfile.ZipFile(io.BytesIO(data[start:])) as archive:
                for name in archive.namelist():
                    yield name.encode() + b"\n" + archive.read(name)
        except (zipfile.BadZipFile, NotImplementedError):
            pass
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if file := archive.extractfile(member):
                    yield member.name.encode() + b"\n" + file.read()
    text = data.decode("utf-8", "ignore")
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).encode("utf-8", "replace")
    if "%" in text:
        yield unquote_to_bytes(text)
    if "&" in text:
        yield html.unescape(text).encode("utf-8", "replace")
    runs = re.findall(rb"[A-Za-z0-9+/_-]{16,}={0,2}", data)
    plain = b"\n".join(filter(None, map(_base64, runs)))
    if plain:
        yield plain


def _base64(run: bytes) -> bytes | None:
    try:
        made = base64.b64decode(run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/")) + b"==")
    except ValueError:
        return None
    return made if sum(32 <= each < 127 for each in made) > 0.8 * len(made) else None
