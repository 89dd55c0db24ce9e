"""Checks addresses that may be asked for, and reads addresses in headers."""

from archiver.markup.addresses import absolute, web_address


def as_sent(url: str) -> str:
    """The address as it goes over the wire and into records: without fragment. Raises ValueError where it has no such
    form."""
    return web_address(url).href


def address_problem(url: str) -> str | None:
    """Why an address may not be asked for, in words; None when it may."""
    try:
        credentials = web_address(url).credentials
    except ValueError as error:
        return str(error)
    return "it carries a user name or password" if credentials else None


def redirect_target(url: str, location: str) -> str:
    """Where a Location leads from `url` (RFC 9110, 10.2.2); as it stands where that is not an address."""
    return target_of(url, readable(location))


def target_of(url: str, reference: str, base: str | None = None) -> str:
    """Where a page at `url` is redirected to by a reference, which is resolved against `base`: the fragment stays where
    the reference has none (Fetch, 4.4). The reference as it stands where it is not an address."""
    try:
        target = absolute(reference, base or url)
        fragment = web_address(url).fragment
    except ValueError:
        return reference
    return target if "#" in target else target + fragment


def readable(location: str) -> str:
    """A Location as text: servers send UTF-8 where headers are read as Latin-1; what is not UTF-8 stays as octets."""
    octets = location.encode("latin-1").strip()
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(each) if each < 0x80 else f"%{each:02X}" for each in octets)


def referer_of(page: str, url: str) -> str | None:
    """What the host of a page resource learns of the page: its origin, and nothing in the clear of a page that came
    over TLS (Referrer Policy, "strict-origin"). The record of the request is shared with other bags, which need not
    know the page's address."""
    here, there = web_address(page), web_address(url)
    if here.scheme == "https" and there.scheme != "https":
        return None
    return f"{here.origin}/"
