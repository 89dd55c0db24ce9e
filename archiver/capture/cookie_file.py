"""Reads cookies of subscriptions out of a file in Netscape's format, as browsers' extensions, curl and wget write it.

Each goes to its host, path and scheme alone (RFC 6265, 5.4)."""

from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from pathlib import Path

import requests
from requests.cookies import RequestsCookieJar, get_cookie_header

from archiver.errors import StorageError, UsageError

BYTES = 4 << 20
COOKIES = 5_000
STRICT = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
"""A cookie without a domain goes to its own host alone (RFC 6265, 5.3)."""
_HTTP_ONLY = "#HttpOnly_"
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class CookieFile:
    """The cookies of a file; what is in them is never shown."""

    cookies: tuple[Cookie, ...]

    def __repr__(self) -> str:
        return f"CookieFile({len(self.cookies)} cookies)"

    def put_into(self, jar: CookieJar) -> None:
        """Add them to the jar of a visit."""
        for each in self.cookies:
            jar.set_cookie(each)

    def go_to(self, url: str) -> bool:
        """Whether any of them is sent to this address."""
        jar = RequestsCookieJar(policy=STRICT)
        self.put_into(jar)
        request = requests.PreparedRequest()
        try:
            request.prepare_url(url, None)
        except (requests.RequestException, UnicodeError):
            return False
        request.headers = requests.structures.CaseInsensitiveDict()
        return get_cookie_header(jar, request) is not None  # type: ignore[no-untyped-call]


def read_cookies(path: Path) -> CookieFile:
    """The cookies of a file. Raises StorageError where it cannot be read; UsageError naming the line that is not a
    cookie, never what stands there."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except OSError as error:
        raise StorageError.from_os(f"read the cookies {path}", error) from error
    if len(data) > BYTES:
        raise UsageError(f"{path}: it has more than {BYTES:,} bytes; export the cookies of the sites that are needed")
    found = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        plain = line.removeprefix(_HTTP_ONLY)
        if not plain.strip() or (plain == line and line.lstrip().startswith("#")):
            continue
        cookie = _cookie(plain)
        if cookie is None:
            fault = "it does not have the seven fields of a Netscape cookie file, separated by tabs"
            raise UsageError(f"{path}: line {number}: {fault}; export it as 'Netscape' or 'cookies.txt'")
        found.append(cookie)
        if len(found) > COOKIES:
            raise UsageError(f"{path}: it has more than {COOKIES:,} cookies; export those of the sites that are needed")
    if not found:
        raise UsageError(f"{path}: no cookie is in it")
    return CookieFile(tuple(found))


def _cookie(line: str) -> Cookie | None:
    fields = line.split("\t")
    if len(fields) != _FIELDS or any(not each.isprintable() for each in fields):
        return None
    domain, below, path, secure, expires, name, value = (each.strip() for each in fields)
    host = domain.lstrip(".").lower()
    if not host or "." not in host.strip(".") or not path.startswith("/") or not name:
        return None
    if {below.upper(), secure.upper()} - {"TRUE", "FALSE"} or not expires.lstrip("-").isdigit() or len(expires) > 15:
        return None
    wide = below.upper() == "TRUE" and not host.replace(".", "").isdigit()
    when = int(expires)
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=f".{host}" if wide else host,
        domain_specified=wide,
        domain_initial_dot=wide,
        path=path,
        path_specified=True,
        secure=secure.upper() == "TRUE",
        expires=when if when > 0 else None,
        discard=when <= 0,
        comment=None,
        comment_url=None,
        rest={},
    )
