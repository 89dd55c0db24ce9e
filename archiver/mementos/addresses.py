"""Addresses of web archives: how each family is asked, and how an archived address is recognised. Pure text."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from archiver.markup.addresses import absolute
from archiver.model import WebArchive
from archiver.network.address_guard import is_local, is_public, literal
from archiver.redaction.secrets import is_secret_parameter

_ARCHIVED = re.compile(
    r"(?P<prefix>https?://[^/\s?#]+/(?:[^/\s?#]{1,80}/){0,4}?)(?P<stamp>\d{4,14})(?P<modifier>[a-z]{2}_)?/"
    r"(?P<url>https?:/{1,2}[^\s]+)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\d{14}", re.ASCII)
_KNOWN = {
    "web.archive.org": "the Internet Archive",
    "wayback.archive.org": "the Internet Archive",
    "arquivo.pt": "Arquivo.pt",
    **dict.fromkeys((f"archive.{end}" for end in ("today", "ph", "is", "li", "md", "vn", "fo")), "archive.today"),
}
CAPTURES = 5_000
"""Captures of an address that an archive is asked to list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedAddress:
    """An address in a web archive, taken apart: `prefix` is what stands before the timestamp; `modifier` such as `id_`
    (as sent) or `im_`; `moment` is None where the timestamp is not of 14 digits."""

    archive: str
    prefix: str
    stamp: str
    modifier: str
    original: str

    @property
    def moment(self) -> datetime | None:
        """The moment that the timestamp names."""
        return moment_of(self.stamp)

    @property
    def raw(self) -> str | None:
        """The address of the same state as the original server sent it; None where the archive has no such form."""
        if self.archive == "archive.today" or len(self.stamp) != 14:
            return None
        return f"{self.prefix}{self.stamp}id_/{self.original}"


def archived_address(url: str) -> ArchivedAddress | None:
    """What an address of a web archive leads to (Wayback, pywb, archive.today); None for any other address.

    Outside the archives known by name, only a full timestamp of 14 digits is taken for one.
    """
    match = _ARCHIVED.match(url)
    if match is None:
        return None
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name, stamp = _KNOWN.get(host), match["stamp"]
    if name is None and (len(stamp) != 14 or moment_of(stamp) is None):
        return None
    original = re.sub(r"^(https?):/{1,2}", r"\1://", match["url"], flags=re.IGNORECASE)
    try:
        if not urlsplit(original).hostname:
            return None
    except ValueError:
        return None
    return ArchivedAddress(
        archive=name or host,
        prefix=match["prefix"],
        stamp=stamp,
        modifier=(match["modifier"] or "").lower(),
        original=original,
    )


def moment_of(stamp: str) -> datetime | None:
    """The moment that a timestamp of 14 digits names, UTC; None for an invalid one."""
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def stamp_of(moment: datetime) -> str:
    """A moment as 14 digits, UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def mementos_of(archive: WebArchive) -> str:
    """What stands before the timestamp in the addresses of an archive's mementos."""
    return f"{archive.url}web/" if archive.family == "internet-archive" else home_of(archive)


def raw_address(prefix: str, stamp: str, url: str) -> str:
    """Where an archive has a capture as it was sent."""
    return f"{prefix}{stamp}id_/{url}"


def cdx_address(archive: WebArchive, url: str) -> str:
    """Where an archive with a CDX API lists its captures of `url`."""
    wanted = f"?url={quote(url, safe='')}&output=json&limit={CAPTURES}"
    if archive.family == "internet-archive":
        return f"{archive.url}cdx/search/cdx{wanted}&fl=timestamp,original,mimetype,statuscode,digest"
    return f"{archive.url}cdx{wanted}"


def timemap_address(archive: WebArchive, url: str) -> str | None:
    """The TimeMap of `url` (RFC 7089, section 2.2.2) where the family says where it is."""
    return None if archive.family == "memento" else f"{mementos_of(archive)}timemap/link/{url}"


def timegate_address(archive: WebArchive, url: str) -> str:
    """The TimeGate of `url` (RFC 7089, section 2.2.1)."""
    return f"{archive.url}{'web/' if archive.family == 'internet-archive' else ''}{url}"


def folded(url: str) -> str:
    """An address without what archives fold: scheme, `www.`, port of the scheme, percent-encoding, last slash,
    fragment, the case of the host."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port not in (None, 80, 443) else None
    except ValueError:
        return url
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").lower())
    query = f"?{unquote(parts.query)}" if parts.query else ""
    return f"{host}{f':{port}' if port else ''}{unquote(parts.path).rstrip('/')}{query}"


def asked_for(url: str) -> str:
    """The address that an archive is asked for: without user name, password and fragment, and without parameters that
    by their names carry credentials or tokens."""
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if not is_secret_parameter(each.partition("=")[0])]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path or "/", "&".join(kept), ""))


def is_private(url: str) -> bool:
    """Whether an address by its host is one of this machine or a private network: no archive has it, and none need
    learn of it."""
    host = (urlsplit(url).hostname or "").lower().removesuffix(".")
    address = literal(host)
    return not is_public(address) if address else is_local(host) or "." not in host


def home_of(archive: WebArchive) -> str:
    """Below which the addresses of an archive lie: where it begins; for a TimeGate, whose mementos may stand beside it,
    its whole host."""
    if archive.family != "memento":
        return archive.url
    parts = urlsplit(archive.url)
    return f"{parts.scheme}://{parts.netloc}/"


def joined(base: str, target: str) -> str:
    """Where a reference leads from an address of an archive (WHATWG URL: both slashes of the `http://` in its middle
    stay). Raises ValueError."""
    return absolute(target, base)


def within(prefix: str, address: str) -> str | None:
    """The rest of an address that lies in an archive, below `prefix`; http and https are the same. None elsewhere."""
    here, there = (re.sub(r"^https?://", "", each, flags=re.IGNORECASE) for each in (prefix, address))
    return there[len(here) :] if there.lower().startswith(here.lower()) else None
