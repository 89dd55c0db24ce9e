"""Decides which addresses may be reached: after name resolution, on every connection.

A seed or a redirect may name a host that resolves to this machine, to the archive's own network or to a cloud's
metadata service. The guard resolves each name once and hands out only addresses it has judged; the connection is made
to exactly these, so that a name which resolves differently the next moment gains nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass

from archiver.config import ConnectTo

Resolver = Callable[[str, int], list[str]]
"""(host, port) -> IP addresses, in order of preference; raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be reached."""

    ip: str
    port: int


class AddressRefused(Exception):
    """All addresses of a host are out of bounds. `host`, `addresses` as resolved."""

    def __init__(self, host: str, addresses: list[str]) -> None:
        self.host, self.addresses = host, addresses
        resolved = "" if addresses == [host] else f" is {', '.join(addresses) or 'a local name'}"
        super().__init__(
            f"{host}{resolved}: not a public address (if it is meant, allow it with --allow-private or --connect-to)"
        )


class NameUnknown(Exception):
    """A host name did not resolve. `temporary` when the resolver may answer another time."""

    def __init__(self, host: str, error: OSError) -> None:
        self.host, self.temporary = host, error.errno == socket.EAI_AGAIN
        super().__init__(f"the host name {host} does not resolve: {error.strerror or error}")


def resolve(host: str, port: int) -> list[str]:
    """The system's resolver; raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, f"not a host name: {error}") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Whether an IP literal belongs to the public internet; addresses inside IPv6 envelopes are judged too."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped
        if inner is not None:
            return is_public(str(inner))
        # 6to4 and Teredo are retired (RFC 7526), and Pythons do not agree on whether they are public.
        if ip not in _UNICAST or ip.sixtofour is not None or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _NOT_GLOBAL)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_GLOBAL = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "5f00::/16", "2001:db8::/32"))
)
"""For protocols (RFC 6890), relays of 6to4 (RFC 7526), documentation (RFC 9637, RFC 3849) and segment routing (RFC
9602): `is_global` of some Pythons lets them through."""
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is assigned for global unicast (RFC 4291, 2.4): `is_global` alone lets ::127.0.0.1 through."""


def literal(host: str) -> str | None:
    """The IP address that a host is, also in the old spellings (`2130706433`, `0x7f.1`, `0177.0.0.1`); None for a
    name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        if not _NUMERIC.fullmatch(host):
            return None
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


_NUMERIC = re.compile(r"[0-9a-fx.]{1,64}")


def is_local(host: str) -> bool:
    """Whether a name means this machine (RFC 6761, 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


class Guard:
    """The rules of one job."""

    def __init__(
        self, *, allow_private: bool = False, connect_to: tuple[ConnectTo, ...] = (), resolver: Resolver = resolve
    ) -> None:
        self._allow_private, self._connect_to, self._resolver = allow_private, connect_to, resolver

    def targets(self, host: str, port: int) -> list[Target]:
        """Where a connection to host:port may go, best first; never empty.

        Raises AddressRefused when no address is allowed, NameUnknown when there is none.
        """
        host = _tidy(host)
        diverted = self._diverted(host, port)
        if diverted is not None:
            host, port = diverted
        elif not self._allow_private and is_local(host):
            raise AddressRefused(host, [])
        try:
            ip = literal(host)
            addresses = [ip] if ip else self._resolver(host, port)
        except OSError as error:
            raise NameUnknown(host, error) from error
        exempt = self._allow_private or diverted is not None
        allowed = [Target(ip=ip, port=port) for ip in addresses if exempt or is_public(ip)]
        if not allowed:
            raise AddressRefused(host, addresses)
        return allowed

    def check_name(self, host: str) -> None:
        """What can be judged when a proxy will do the resolving: literals and local names. Raises AddressRefused."""
        host = _tidy(host)
        ip = literal(host)
        if not self._allow_private and (is_local(host) or (ip is not None and not is_public(ip))):
            raise AddressRefused(host, [ip] if ip else [])

    def _diverted(self, host: str, port: int) -> tuple[str, int] | None:
        for rule in self._connect_to:
            if (rule.host == host or (rule.host is None and literal(host) is None)) and rule.port in (None, port):
                return rule.to_host or host, rule.to_port or port
        return None


def _tidy(host: str) -> str:
    """A host as it is compared: no brackets, lower case, without the root's dot."""
    return host.strip("[]").lower().removesuffix(".")
