"""Checks addresses that may be asked for, and reads addresses in headers."""

from urllib.parse import urljoin, urlsplit


def address_problem(url: str) -> str | None:
    """Why an address may not be asked for, in words; None when it may."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "only http and https are fetched"
    if not host:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name or password"
    return None


def redirect_target(url: str, location: str) -> str:
    """Where a Location leads from `url` (RFC 9110, 10.2.2); as it stands where that is no address."""
    target = readable(location)
    try:
        fragment = urlsplit(url).fragment
        absolute = urljoin(url, target)
        return absolute if urlsplit(absolute).fragment or not fragment else f"{absolute}#{fragment}"
    except ValueError:
        return target


def readable(location: str) -> str:
    """A Location as text: servers send UTF-8 where headers are read as Latin-1; what is not UTF-8 stays as octets."""
    octets = location.encode("latin-1").strip()
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(each) if each < 0x80 else f"%{each:02X}" for each in octets)


def referer_of(page: str, url: str) -> str | None:
    """What the host of a page resource is told of the page: its origin, and nothing in the clear of a page that came
    over TLS (Referrer Policy, "strict-origin"). The record of the request is shared with other bags, which need not
    know the page's address."""
    here, there = urlsplit(page), urlsplit(url)
    if here.scheme == "https" and there.scheme != "https":
        return None
    return f"{here.scheme}://{here.netloc.rpartition('@')[2]}/"
