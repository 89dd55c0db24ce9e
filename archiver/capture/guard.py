"""Which addresses may be reached: decided after name resolution, on every connection.

A seed or a redirect may name a host that resolves to this machine, to the archive's own network or to a cloud's
metadata service. The guard resolves each name once and hands out only addresses it has judged; the connection is made
to exactly these, so that a name which resolves differently the next moment gains nothing.
"""

import ipaddress
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
        super().__init__(
            f"{host} is {', '.join(addresses) or 'a local name'}: not a public address "
            "(if it is meant, allow it with --allow-private or --connect-to)"
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
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(each is not None and not is_public(str(each)) for each in inner):
            return False
        if ip.ipv4_mapped is not None:
            return True
        if ip in _NAT64:
            return True
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_literal(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


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
        host = host.strip("[]").lower()
        diverted = self._diverted(host, port)
        if diverted is not None:
            host, port = diverted
        elif not self._allow_private and (host == "localhost" or host.endswith(".localhost")):
            raise AddressRefused(host, [])
        try:
            addresses = [host] if is_literal(host) else self._resolver(host, port)
        except OSError as error:
            raise NameUnknown(host, error) from error
        exempt = self._allow_private or diverted is not None
        allowed = [Target(ip=ip, port=port) for ip in addresses if exempt or is_public(ip)]
        if not allowed:
            raise AddressRefused(host, addresses)
        return allowed

    def check_name(self, host: str) -> None:
        """What can be judged when a proxy will do the resolving: literals and local names. Raises AddressRefused."""
        host = host.strip("[]").lower()
        local = host == "localhost" or host.endswith(".localhost")
        if not self._allow_private and (local or (is_literal(host) and not is_public(host))):
            raise AddressRefused(host, [host] if not local else [])

    def _diverted(self, host: str, port: int) -> tuple[str, int] | None:
        for rule in self._connect_to:
            if (rule.host == host or (rule.host is None and not is_literal(host))) and rule.port in (None, port):
                return rule.to_host or host, rule.to_port or port
        return None
