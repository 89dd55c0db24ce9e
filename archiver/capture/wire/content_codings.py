"""Content codings taken off a body while it streams by, within bounds (RFC 9110, 8.4; RFC 7932, 8878, 9659).

Only gzip is asked for; deflate, br and zstd are read where a server sends them unasked. What no client knows (`none`,
`utf-8`, `aws-chunked`) is a server's mistake and changes nothing. Of a body that ends too early or is damaged, what
came before is kept.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_PIECE = 1 << 16
_CODINGS = 3
_MEMBERS = 10_000
_ZSTD_WINDOW = 8 << 20  # RFC 9659: what a client must be able to keep, and the most a server may ask for
_ZSTD_IN = 64
"""Bytes given to zstd at once: four of them may become 128 KiB."""
_UNREADABLE = frozenset(("compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"))
"""Codings that are registered and not read here."""
INSTALL = {"br": "brotli", "zstd": "zstandard"}
"""The packages that read a coding."""

Pieces = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its content codings, bounded; what is wrong with it, in words; the package that would read it."""

    body: bytes
    problem: str | None = None
    needs: str | None = None


class _Broken(Exception):
    """A body that is not what its coding says, from here on."""


class _Absent(Exception):
    """A package is not installed."""


def decoded(payload: Pieces, codings: list[str], limit: int) -> Decoded:
    """Take off the content codings, first applied last; at most `limit` bytes. Reads `payload` to its end."""
    coded = [each for each in codings if each in _DECODERS or each in _UNREADABLE]
    unread = [each for each in coded if each in _UNREADABLE]
    plain: list[bytes] = []
    problem, needs, left = None, None, limit
    if unread:
        problem = f"the body is encoded as {unread[0]}, which was not asked for and is not read"
    elif len(coded) > _CODINGS:
        problem = f"the body is encoded {len(coded)} times over, which is not read"
    else:
        pieces: Pieces = payload
        for coding in reversed(coded):
            # Each layer is bounded: a little input may keep an inner one busy for hours without a byte coming out.
            pieces = _first(_DECODERS[coding](pieces), limit + 1)
        try:
            for piece in pieces:
                plain.append(piece)
                left -= len(piece)
                if left < 0:
                    problem = f"only the first {limit} bytes of the page are read"
                    break
        except _Broken as error:
            kept = "; what came before is kept" if plain else ""
            problem = f"the {', '.join(coded)} coding of the body is broken: {error}{kept}"
        except _Absent as error:
            needs = str(error)
            name = next(each for each, package in INSTALL.items() if package == needs)
            problem = f"the body is encoded as {name}, which {needs} reads: pip install {needs}"
    for _ in payload:  # the rest is hashed and framed, not decoded
        pass
    return Decoded(b"".join(plain)[:limit], problem, needs)


def _first(pieces: Pieces, limit: int) -> Pieces:
    """The pieces until `limit` bytes have passed."""
    for piece in pieces:
        yield piece
        limit -= len(piece)
        if limit <= 0:
            return


def _gunzipped(pieces: Pieces) -> Pieces:
    """Gzip members one after another are one body (RFC 1952, 2.2); what follows the last is left out."""
    return _inflated(pieces, zipped=True)


def _undeflated(pieces: Pieces) -> Pieces:
    return _inflated(pieces, zipped=False)


def _inflated(pieces: Pieces, *, zipped: bool) -> Pieces:
    """Bounded output for any input: at most 64 KiB at a time."""
    inflater, members, data = None, 0, b""
    for piece in pieces:
        data += piece
        while data:
            if inflater is None:
                if len(data) < 2:
                    break
                if members and not (zipped and data[:2] == b"\x1f\x8b"):
                    return
                inflater, members = zlib.decompressobj(_window(data, zipped)), members + 1
                if members > _MEMBERS:
                    raise _Broken(f"more than {_MEMBERS} members")
            before = inflater.copy()
            try:
                out = inflater.decompress(data, _PIECE)
            except zlib.error as error:
                yield from _salvaged(before, data)
                raise _Broken(str(error)) from error
            if out:
                yield out
            data = inflater.unconsumed_tail
            if inflater.eof:
                data, inflater = inflater.unused_data, None
    if (data and not members) or (inflater is not None and not inflater.eof):
        raise _Broken("it ends too early")


def _salvaged(inflater: "zlib._Decompress", data: bytes) -> Pieces:
    """What can be inflated before the damage, byte by byte: a call that fails gives nothing of what it has done."""
    out = bytearray()
    try:
        for at in range(len(data)):
            out += inflater.decompress(data[at : at + 1])
            if len(out) > _PIECE:
                yield bytes(out)
                out.clear()
    except zlib.error:
        pass
    if out:
        yield bytes(out)


def _window(data: bytes, zipped: bool) -> int:
    if zipped:
        return zlib.MAX_WBITS | 16
    wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS  # some servers send raw deflate (RFC 9110, 8.4.1.2)


def _unbrotlied(pieces: Pieces) -> Pieces:
    try:
        import brotli
    except ImportError as error:
        raise _Absent("brotli") from error
    if not hasattr(brotli.Decompressor, "process"):  # brotlipy, which pywb brings, takes the same name
        raise _Absent("brotli")
    decoder = brotli.Decompressor()
    for piece in pieces:
        data = piece
        while True:
            try:
                out = decoder.process(data, output_buffer_limit=_PIECE)
            except brotli.error as error:
                raise _Broken("not brotli, or damaged") from error
            if out:
                yield out
            if decoder.is_finished():
                return
            data = b""
            if decoder.can_accept_more_data():
                break
    raise _Broken("it ends too early")


def _unzstandard(pieces: Pieces) -> Pieces:
    try:
        import zstandard
    except ImportError as error:
        raise _Absent("zstandard") from error
    # Frames one after another are one body (RFC 8878, 3).
    engine = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    decoder, frames = engine.decompressobj(), 0
    for piece in pieces:
        waiting = piece
        while waiting:
            if decoder.eof:
                decoder, frames = engine.decompressobj(), frames + 1
                if frames > _MEMBERS:
                    raise _Broken(f"more than {_MEMBERS} frames")
            data, waiting = waiting[:_ZSTD_IN], waiting[_ZSTD_IN:]
            try:
                out = decoder.decompress(data)
            except zstandard.ZstdError as error:
                raise _Broken("not zstd, or damaged") from error
            if out:
                yield out
            waiting = (decoder.unused_data if decoder.eof else b"") + waiting
    if not decoder.eof:
        raise _Broken("it ends too early")


_DECODERS: dict[str, Callable[[Pieces], Pieces]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _undeflated,
    "br": _unbrotlied,
    "zstd": _unzstandard,
}
