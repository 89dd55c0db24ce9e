"""The proof of an access copy: everything in it but bodies is searched for each value that was taken out, decoded in
every way a bag can hold it. One that is found again means that there is no copy.

It shares nothing with what took the values out but their list, so that one mistake does not hide the other.
"""

import base64
import json
import re
import zlib
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote_to_bytes

from archiver.bag.names import slug
from archiver.digest import sha256
from archiver.errors import Refused
from archiver.redaction.read_records import unframed
from archiver.redaction.removed import Removed, searchable, standing
from archiver.redaction.rewrite_warc import heads, new_ids
from archiver.redaction.secrets import HEADERS

_DEEPEST = 5
"""Encodings in encodings."""
_PIECE = 4 << 20
_INFLATED = 64 << 20
_WORK = 200_000_000_000
"""Characters times values that are looked at for one copy."""
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U([0-9A-Fa-f]{8})|([\"'/\\]))")
_PRINTED = re.compile(r"=(?:\r?\n|([0-9A-Fa-f]{2}))")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){5,}+")
_BREAKS = re.compile(r"\r?\n[ \t]*+")
_GZIP = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_HEADER = re.compile(
    rb"(?:^|[\r\n\x0b\x0c\x1c-\x1e\x00])("
    + b"|".join(sorted(each.encode() for each in HEADERS))
    + rb")[ \t]*+:[ \t]*+[^\s]",
    re.IGNORECASE,
)
"""A line that begins as headers do that go as a whole."""
_URL_SAFE = str.maketrans("-_", "+/")
_BODIES = ("data/text/",)
_RECORD, _PAGES = "data/provenance.json", "data/wacz/pages/pages.jsonl"


def search_copy(folder: Path, removed: Removed) -> None:
    """Search a finished copy. Raises Refused naming the file and the kind of what is left in it, never the value;
    OSError."""
    search = Search(removed)
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        search.look(name.encode(), "the name of a file")
        if name.startswith(_BODIES):
            continue
        for piece in _pieces(path, name):
            search.look(piece, name)
        if name.endswith(".warc.gz"):
            _look_behind_messages(path, name, search)
            left = Removed(values=dict(removed.values))
            again: dict[str, str] = {}
            new_ids(path, again, left)
            if left.headers or left.parameters:
                kind = min(left.headers | left.parameters)
                raise Refused(_sentence(name, "header or parameter" if kind in removed.values else kind[:80], "a head"))


def _look_behind_messages(path: Path, name: str, search: "Search") -> None:
    """What may be headers, and counts as body where the framing of a message is broken. Raises Refused, OSError."""
    for offset, pieces in unframed(path):
        before = b"\n"
        for piece in pieces:
            data = before + piece
            what = None
            if line := _HEADER.search(data):
                what = f"a header {line[1].decode()}"
            elif found := search.find(data):
                what = f"a value that was to be taken out ({found[0]})"
            if what:
                raise Refused(
                    f"the access copy is not delivered: {name}: the framing of the message in the record at "
                    f"byte {offset} is broken, and behind the break stands {what}, which can be body or header; "
                    "nothing has left"
                )
            before = data[-4096:]


def _sentence(where: str, kind: str, how: str) -> str:
    return (
        f"the access copy is not delivered: {where} still holds a value that was to be taken out "
        f"({kind}; found in {how}). Nothing has left; please report it as a fault of archiver"
    )


def _pieces(path: Path, name: str) -> Iterator[bytes]:
    """A file without bodies, in pieces that do not grow with it."""
    if name.endswith(".warc.gz"):
        held = bytearray()
        for head in heads(path):
            held += head + b"\n\n"
            if len(held) >= _PIECE:
                yield bytes(held)
                held.clear()
        yield bytes(held)
    elif name == _RECORD:
        record = json.loads(path.read_bytes())
        for line in (record.get("comparison") or {}).get("lines") or []:
            line.pop("page", None)
        yield json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
    elif name == _PAGES:
        for line in path.read_bytes().splitlines():
            record = json.loads(line)
            record.pop("text", None)
            yield json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
    else:
        with path.open("rb") as file:
            before = b""
            while piece := file.read(_PIECE):
                yield before + piece
                before = piece[-4096:]


class Search:
    """The values, and the work that is left for looking for them. Raises Refused where that is more than anybody would
    wait for."""

    def __init__(self, removed: Removed) -> None:
        self._values = dict(removed.values)
        for value, kind in removed.values.items():
            if searchable(name := slug(value, "-")) and len(name) > 5:
                self._values.setdefault(name.casefold(), kind)
        self._pairs = dict(removed.pairs)
        """What may be said by anybody alone, and with its name is what was taken out."""
        self._left = _WORK

    def look(self, data: bytes, where: str) -> None:
        """Look through a piece of a file."""
        if found := self.find(data):
            raise Refused(_sentence(where, *found))

    def find(self, data: bytes) -> tuple[str, str] | None:
        """The kind of a value in a piece of a file, and how it was found; None where there is none."""
        waiting: deque[tuple[bytes | str, str, int]] = deque([(data, "plain text", 0)])
        seen: set[str] = set()
        while waiting:
            found, how, depth = waiting.popleft()
            if isinstance(found, bytes):
                nexts: list[tuple[bytes | str, str]] = list(_of_bytes(found))
            else:
                if (kind := self._compare(found)) is not None:
                    return kind, how
                nexts = list(_of_text(found))
            if depth >= 2 * _DEEPEST:
                continue
            for each, name in nexts:
                raw = each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass")
                mark = f"{type(each).__name__} {sha256(raw)}"
                if len(raw) >= 5 and mark not in seen:
                    seen.add(mark)
                    waiting.append((each, name if how == "plain text" else f"{how}, {name}"[:80], depth + 1))
        return None

    def _compare(self, text: str) -> str | None:
        self._left -= (len(text) + 64) * (len(self._values) + len(self._pairs) + 1)
        if self._left < 0:
            raise Refused("the access copy is not delivered: there is too much in it to search all of it")
        low = text.casefold()
        for value, kind in self._values.items():
            if value in low and standing(value).search(text):
                return kind
        for pair, kind in self._pairs.items():
            if pair in low and standing(pair, alone=True).search(text):
                return kind
        return None


def _of_bytes(data: bytes) -> Iterator[tuple[bytes | str, str]]:
    """What bytes may be: text in an encoding, or compressed."""
    yield data.decode("utf-8", "replace"), "plain text"
    if b"\0" in data:
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
            for start in (0, 1):
                yield data[start:].decode(encoding, "replace"), encoding.upper()
    elif not data.isascii():
        yield data.decode("latin-1"), "latin-1"
    for number, match in enumerate(_GZIP.finditer(data)):
        if number == 50:
            break
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data[match.start() :], _INFLATED), "gzip"
        except zlib.error:
            continue


def _of_text(text: str) -> Iterator[tuple[bytes | str, str]]:
    """What a text says when its encoding is taken off."""
    if "%" in text:
        yield unquote_to_bytes(text), "percent-encoding"
    if (not text.isascii() or "\0" in text) and (binary := _binary(text)) is not None:
        yield binary, "bytes"
    if "&" in text:
        yield unescape(text), "HTML"
    if "\\" in text:
        yield _ESCAPED.sub(_letter, text), "JSON"
    if "=" in text:
        yield _PRINTED.sub(lambda match: chr(int(match[1], 16)) if match[1] else "", text), "quoted-printable"
    if "\n" in text:
        yield _BREAKS.sub("", text), "lines joined"
    runs = _RUN.findall(text)
    for start in range(4):
        if coded := [_decoded(run[start:]) for run in runs if len(run) - start >= 8]:
            yield b"\n".join(coded), "base64"
    if digits := _HEX.findall(text):
        yield b"\n".join(bytes.fromhex(each) for each in digits), "hexadecimal"


def _binary(text: str) -> bytes | None:
    """What was bytes before they were written as letters."""
    try:
        return text.removeprefix("\ufeff").encode("latin-1")
    except UnicodeEncodeError:
        return None


def _letter(match: re.Match[str]) -> str:
    if match[4]:
        return match[4]
    return chr(min(int(match[1] or match[2] or match[3], 16), 0x10FFFF))


def _decoded(run: str) -> bytes:
    whole = run[: len(run) - len(run) % 4] if len(run) % 4 == 1 else run
    return base64.b64decode(whole.translate(_URL_SAFE) + "=" * (-len(whole) % 4))
