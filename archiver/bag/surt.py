"""SURT keys: addresses normalised so that an index sorted by them finds a page however it was spelt (CDXJ; WACZ, 5.2).

The folding is the one that replay tools apply to what they are asked for (the wayback "IA" canonicalisation): host
reversed and without `www`, default port, user and fragment dropped, path and query in lower case, session ids taken
out, parameters sorted. A key is for finding only; the index keeps the address as it was.
"""

import ipaddress
import re
from contextlib import suppress
from urllib.parse import quote_from_bytes, unquote_to_bytes

_PARTS = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_WWW = re.compile(rb"www\d*\.")
_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_PERCENT, _HEX = ord("%"), frozenset(b"0123456789ABCDEFabcdef")
_LONGEST = 4096
"""Session ids are looked for in paths and queries up to this length: the patterns are not linear."""
_DIGITS = 20
"""More make no IPv4 address however it is written."""
_PORTS = {b"http": b"80", b"https": b"443"}
_PATH_SESSION = (
    re.compile(rb"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)", re.IGNORECASE | re.DOTALL),
    re.compile(rb"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)", re.IGNORECASE | re.DOTALL),
)
_QUERY_SESSION = tuple(
    re.compile(rb"(.*)(?:" + pattern + rb")(?:&(.*))?", re.IGNORECASE | re.DOTALL)
    for pattern in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]{1,512}+&cftoken=[^&]{1,512}+",
    )
)


def surt(url: str) -> str:
    """The key of an absolute http(s) address, ASCII. Raises ValueError for anything else."""
    match = _PARTS.fullmatch(re.sub(rb"[\r\n\t]", b"", url.strip().encode("utf-8", "surrogatepass")))
    if match is None or not match[2]:
        raise ValueError(f"not an absolute address: {url!r}")
    scheme, authority, path, query = match[1].lower(), match[2], match[3], match[4]
    host, port = _host_and_port(authority.rpartition(b"@")[2])
    key = b",".join(reversed(host.split(b"."))) if host[:1] != b"[" else host
    if port and port != _PORTS.get(scheme):
        key += b":" + port
    key += b")" + _path(path)
    folded = _query(query) if query else b""
    return (key + (b"?" + folded if folded else b"")).decode("ascii")


def _host_and_port(authority: bytes) -> tuple[bytes, bytes]:
    host, colon, port = authority.rpartition(b":")
    if not colon or not (port.isdigit() or not port) or authority.endswith(b"]"):
        host, port = authority, b""
    host = _unquoted(host)
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = quote_from_bytes(host, safe=_SAFE + b"%").encode("ascii")  # No line end or space may get into the index.
    host = host.replace(b"..", b".").strip(b".").lower()
    if host.isdigit() and len(host) <= _DIGITS:
        host = str(ipaddress.IPv4Address(int(host) & 0xFFFFFFFF)).encode("ascii")
    return _WWW.sub(b"", host, count=1) if _WWW.match(host) else host, port.lstrip(b"0")


def _path(path: bytes) -> bytes:
    kept: list[bytes] = []
    parts = _unquoted(path).split(b"/")[1:]
    for part in parts:
        if part == b".." and kept:
            kept.pop()
        elif part != b".":
            kept.append(part)
    joined = b"/" + b"".join(part + b"/" for part in kept[:-1] if part) + (kept[-1] if kept else b"")
    folded = quote_from_bytes(joined, safe=_SAFE).encode("ascii").lower()
    for pattern in _PATH_SESSION if len(folded) <= _LONGEST else ():
        if match := pattern.fullmatch(folded):
            folded = match[1] + match[2]
    return folded[:-1] if folded.endswith(b"/") and len(folded) > 1 else folded


def _query(query: bytes) -> bytes:
    folded = quote_from_bytes(_unquoted(query), safe=_SAFE).encode("ascii")
    for pattern in _QUERY_SESSION if len(folded) <= _LONGEST else ():
        if match := pattern.fullmatch(folded):
            folded = match[1] + (match[2] or b"")
    if len(folded) <= 1:
        return folded.lower()
    return b"&".join(b"=".join(pair) for pair in sorted(part.split(b"=", 1) for part in folded.lower().split(b"&")))


def _unquoted(raw: bytes) -> bytes:
    """Percent-encoding removed until none is left, in one pass however often it was applied."""
    if b"%" not in raw or b"%" not in (raw := unquote_to_bytes(raw)):
        return raw
    plain = bytearray()
    for byte in raw:
        plain.append(byte)
        # A byte that was just decoded may be the last of another escape.
        while len(plain) > 2 and plain[-3] == _PERCENT and plain[-2] in _HEX and plain[-1] in _HEX:
            plain[-3:] = bytes((int(plain[-2:], 16),))
    return bytes(plain)
