"""The content codings of a recorded body taken off, in bounds (RFC 9110, 8.4). Written apart from capture's on purpose.

What no client knows (`none`, `utf-8`, `aws-chunked`) changes nothing. Of a body that is cut or damaged, what came
before is given: that is what the extractor read.
"""

import zlib
from collections.abc import Sequence

_CODINGS = 3
_PIECES = 10_000
"""Members or frames one after another."""
_WINDOW = 8 << 20
_REFUSED = frozenset(("compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"))
_KNOWN = ("gzip", "x-gzip", "deflate", "br", "zstd")


class NotInstalled(Exception):
    """A body cannot be decoded for want of a package; `package` names it."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


def decoded(payload: bytes, codings: Sequence[str], limit: int) -> bytes:
    """The body without its content codings, at most `limit` bytes; nothing where it is coded as this does not read.
    Raises NotInstalled."""
    coded = [each for each in codings if each in _KNOWN or each in _REFUSED]
    if len(coded) > _CODINGS or any(each in _REFUSED for each in coded):
        return b""
    for coding in reversed(coded):
        if coding == "br":
            payload = _brotli(payload, limit)
        elif coding == "zstd":
            payload = _zstd(payload, limit)
        else:
            payload = _zlib(payload, limit, zipped=coding != "deflate")
    return payload[:limit]


def decoded_as_archived(payload: bytes, codings: Sequence[str], limit: int) -> bytes:
    """The same of a body out of an archive or of another tool: they label as gzip what is not, and do not label gzip.
    Raises NotInstalled."""
    body = decoded(payload, codings, limit)
    if not body and not payload.startswith(b"\x1f\x8b"):
        body = payload[:limit]
    return decoded(body, ["gzip"], limit) if body.startswith(b"\x1f\x8b\x08") else body


def _zlib(data: bytes, limit: int, *, zipped: bool) -> bytes:
    window = zlib.MAX_WBITS | 16 if zipped else zlib.MAX_WBITS
    if not zipped and not (len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0):
        window = -zlib.MAX_WBITS  # some servers send deflate without its zlib header
    found, rest = bytearray(), data
    for _ in range(_PIECES):
        inflater = zlib.decompressobj(window)
        before = inflater.copy()
        try:
            found += inflater.decompress(rest, max(1, limit - len(found)))
        except zlib.error:
            found += _until_broken(before, rest, limit - len(found))
            break
        rest = inflater.unused_data
        if not inflater.eof or len(found) >= limit or not (zipped and rest.startswith(b"\x1f\x8b")):
            break
    return bytes(found[:limit])


def _until_broken(inflater: "zlib._Decompress", data: bytes, limit: int) -> bytes:
    """What comes out before the damage: a call that fails gives nothing of it."""
    found = bytearray()
    try:
        for at in range(len(data)):
            found += inflater.decompress(data[at : at + 1])
            if len(found) >= limit:
                break
    except zlib.error:
        pass
    return bytes(found)


def _brotli(data: bytes, limit: int) -> bytes:
    try:
        import brotli
    except ImportError as error:
        raise NotInstalled("brotli") from error
    decoder, found = brotli.Decompressor(), bytearray()
    for at in range(0, max(1, len(data)), 1 << 14):
        given = data[at : at + (1 << 14)]
        while len(found) < limit:
            try:
                found += decoder.process(given, output_buffer_limit=1 << 16)
            except brotli.error:
                return bytes(found)
            if decoder.is_finished():
                return bytes(found)
            given = b""
            if decoder.can_accept_more_data():
                break
    return bytes(found)


def _zstd(data: bytes, limit: int) -> bytes:
    try:
        import zstandard
    except ImportError as error:
        raise NotInstalled("zstandard") from error
    engine = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    found, at = bytearray(), 0
    for _ in range(_PIECES):
        decoder = engine.decompressobj()
        while at < len(data) and len(found) < limit and not decoder.eof:
            given = data[at : at + 64]  # four bytes may become 128 KiB
            try:
                found += decoder.decompress(given)
            except zstandard.ZstdError:
                return bytes(found)
            at += len(given) - (len(decoder.unused_data) if decoder.eof else 0)
        if at >= len(data) or len(found) >= limit:
            break
    return bytes(found)
