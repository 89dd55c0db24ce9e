"""Addresses as browsers read them (WHATWG URL, 4): parsed, resolved and written out by ada-url, which follows that
standard; nothing here has rules of its own.

An address that was read is written in one way only, and goes over the wire, into WARC, index and record in that form
(docs/adr/0210): ASCII, the host in lower case and IDNA, an IPv4 address in four decimal numbers, `\\` as `/`, no dot
segments. What the standard leaves alone stays: a `%` alone, `%7E`, `%2f`, `|`, `[1]`, a `?` with nothing behind it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ada_url import URL

from archiver.markup.encodings import encoder_of

LONGEST = 1 << 16
"""Characters of an address that is read."""
LONGEST_REFERENCE = 8192
"""Characters of what a document names, of which there may be thousands."""
_WHITE = re.compile(r"[\t\n\r]")
_SPACES = "".join(map(chr, range(0x21)))
_NO_URI = re.compile(r"%(?![0-9A-Fa-f]{2})|[\\[\]\\^`{|}\"<> ]")
_URI = re.compile(r"[^\[\]\\^`{|}\"<> %]*+(?:%[0-9A-Fa-f]{2}[^\[\]\\^`{|}\"<> %]*+)*+")
_RUNS = re.compile(r"[^\x00-\x7f]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PORTS = {"http": 80, "https": 443}
_QUERY_QUOTED = frozenset((*range(0x21), *b"\"#<>'", *range(0x7F, 0x100)))
"""The special-query percent-encode set (URL, 1.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """An http(s) address: `href` without fragment; `host` as the header Host has it; `hostname` (brackets round IPv6)
    and `port` to connect to; `target`, what stands in the request line; `fragment`, "" or with its `#`."""

    href: str
    scheme: str
    host: str
    hostname: str
    port: int
    target: str
    fragment: str = ""
    credentials: bool = False
    """Whether it carries a user name or a password."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.host}"


def absolute(reference: str, base: str | None = None, *, encoding: str = "utf-8") -> str:
    """A reference as an absolute address, whatever its scheme. `encoding` is that of the document, for the query (URL,
    4.4). Raises ValueError where it is not an address, or longer than LONGEST."""
    reference = reference[: 2 * LONGEST].strip(_SPACES)
    if len(reference) > LONGEST:
        raise ValueError(f"it has more than {LONGEST:,} characters")
    if encoding != "utf-8" and not reference.isascii():
        reference = _query_encoded(reference, encoder_of(encoding))
    return _absolute(reference, base)


@lru_cache(256)
def _absolute(reference: str, base: str | None) -> str:
    if not reference.isascii():
        reference = _SURROGATES.sub("\ufffd", reference)  # a string of scalar values (Infra, 4.7)
    try:
        return str(URL(reference, base).href if base is not None else URL(reference).href)
    except ValueError as error:
        raise ValueError("it is not a well-formed address") from error


def web_address(url: str) -> WebAddress:
    """The parts of an absolute http(s) address. Raises ValueError for anything else."""
    return _web_address(url)


@lru_cache(256)
def _web_address(url: str) -> WebAddress:
    read = URL(_absolute(url, None))
    scheme = read.protocol.removesuffix(":")
    if scheme not in _PORTS:
        raise ValueError("only http and https are fetched")
    href = read.href
    fragment = href[href.index("#") :] if "#" in href else ""
    whole = href.removesuffix(fragment) if fragment else href
    # What stands behind the host, with the mark of an empty query, which `search` leaves out.
    target = whole[whole.index("/", len(scheme) + 3) :]
    return WebAddress(
        href=whole,
        scheme=scheme,
        host=read.host,
        hostname=read.hostname,
        port=int(read.port or _PORTS[scheme]),
        target=target,
        fragment=fragment,
        credentials=bool(read.username or read.password),
    )


def resolved_web(reference: str, base: str, *, encoding: str = "utf-8") -> str | None:
    """What a document's reference leads to, without its fragment; None where that is nothing to be fetched: another
    scheme, no address, a place in the document itself, or one with a user name in it."""
    plain = reference[: 2 * LONGEST_REFERENCE].strip(_SPACES)
    if not plain or plain.startswith("#") or len(plain) > LONGEST_REFERENCE:
        return None
    try:
        read = web_address(absolute(plain, base, encoding=encoding))
    except ValueError:
        return None
    return None if read.credentials else read.href


def as_uri(address: str) -> str:
    """An address as an identifier that has to be a URI (RFC 3986, 2): what that has not, percent-encoded, and `%` alone
    as `%25`. Others are asked for as they are, never in this form."""
    head, mark, rest = address.partition("://")
    if not mark or _URI.fullmatch(rest):
        return address
    host, slash, rest = rest.partition("/")
    return f"{head}://{host}{slash}" + _NO_URI.sub(lambda found: f"%{ord(found[0]):02X}", rest)


def _query_encoded(reference: str, encode: Callable[[str], bytes]) -> str:
    """A reference whose query is in the document's encoding; a character that it lacks is a character reference (URL,
    1.3, "percent-encode after encoding")."""
    reference = _WHITE.sub("", reference)
    before, mark, rest = reference.partition("?")
    if not mark or "#" in before or rest.isascii():
        return reference
    query, hash_mark, fragment = rest.partition("#")
    octets = _RUNS.sub(lambda run: _octets(run[0], encode), query)
    return f"{before}?{octets}{hash_mark}{fragment}"


def _octets(run: str, encode: Callable[[str], bytes]) -> str:
    try:
        encoded = encode(run)
    except UnicodeEncodeError:
        return f"%26%23{ord(run)}%3B" if len(run) == 1 else "".join(_octets(each, encode) for each in run)
    return "".join(f"%{each:02X}" if each in _QUERY_QUOTED else chr(each) for each in encoded)
