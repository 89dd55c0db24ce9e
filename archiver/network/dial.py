"""Connected sockets to where may be gone: by the guard, or through the proxy of the settings (HTTP, or SOCKS 5 with
names resolved at the far end, as Tor wants it). Nothing here speaks HTTP but the CONNECT of a proxy (RFC 9110, 9.3.6).
"""

import base64
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import socks  # type: ignore[import-untyped]

from archiver.config import Config, ConnectTo, without_credentials
from archiver.errors import UsageError
from archiver.network.address_guard import AddressRefused, Guard, NameUnknown

PROXY_SCHEMES = ("http", "https", "socks5h")
_HEAD = 1 << 16
_ACCEPTED = re.compile(rb"HTTP/1\.[01] 2\d\d[ \r]")


class ProxyFailed(OSError):
    """The proxy of the settings does not take connections: whoever is asked next through it does not answer either."""


def check_proxy(address: str | None, *, required: bool = False) -> None:
    """Raises UsageError for a proxy that no connection could go through, and for none where one is required."""
    if address is None and required:
        raise UsageError("the settings require a proxy (proxy_required): set --proxy")
    if address is None:
        return
    scheme = address.partition("://")[0].lower()
    if scheme in ("socks5", "socks4", "socks4a", "socks"):
        raise UsageError(f"--proxy {scheme}://… would have names resolved here; write socks5h:// (Tor: port 9050)")
    try:
        parts = urlsplit(address)
        known = parts.scheme in PROXY_SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise UsageError("--proxy is not http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How connections are made: what the settings say of proxy and exemptions."""

    proxy: str | None = None
    allow_private: bool = False
    connect_to: tuple[ConnectTo, ...] = ()
    named_only: bool = False
    """Whether only what the user named is asked."""
    agent: str | None = None
    """The User-Agent, where it is not archiver's own."""
    required: bool = False
    """Whether nothing may be asked but through the proxy."""

    @classmethod
    def of(cls, config: Config) -> "Route":
        """That of a job's settings. Raises UsageError for an invalid proxy."""
        check_proxy(config.proxy, required=config.proxy_required)
        return cls(
            proxy=config.proxy,
            allow_private=config.allow_private,
            connect_to=config.connect_to,
            named_only=config.named_only,
            agent=config.user_agent if config.named_only else None,
            required=config.proxy_required,
        )

    def dial(self, host: str, port: int, seconds: float, *, named: bool, tunnel: bool) -> socket.socket:
        """A connection to a host; `named` is whether the user named it: then it may be private. Through an HTTP proxy
        a tunnel is opened, or, without `tunnel`, the connection is to the proxy. Raises OSError."""
        if self.named_only and not named:
            raise OSError(f"{host} was not named, and the settings allow only what is named (named_only)")
        guard = Guard(allow_private=self.allow_private or named, connect_to=self.connect_to)
        try:
            if self.proxy:
                guard.check_name(host)
                return _through(self.proxy, host, port, seconds, tunnel=tunnel)
            targets = guard.targets(host, port)
        except (AddressRefused, NameUnknown) as error:
            raise OSError(str(error)) from error
        last: OSError | None = None
        for target in targets[:8]:
            try:
                return socket.create_connection((target.ip, target.port), seconds)
            except OSError as error:
                last = error
        raise last or OSError("no address answers")


def _through(proxy: str, host: str, port: int, seconds: float, *, tunnel: bool) -> socket.socket:
    parts = urlsplit(proxy)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    where = parts.hostname or ""
    if parts.scheme == "socks5h":
        connection = socks.socksocket()
        connection.set_proxy(socks.SOCKS5, where, parts.port or 1080, True, user or None, password or None)
        connection.settimeout(seconds)
        try:
            connection.connect((host, port))
        except socks.ProxyConnectionError as error:
            connection.close()
            raise _failed(proxy, error.socket_err or error) from error
        except socks.ProxyError as error:
            connection.close()
            raise OSError(f"the proxy does not connect: {error.msg}") from error
        except OSError:
            connection.close()
            raise
        return connection  # type: ignore[no-any-return]
    try:
        near = socket.create_connection((where, parts.port or (443 if parts.scheme == "https" else 80)), seconds)
    except OSError as error:
        raise _failed(proxy, error) from error
    try:
        if parts.scheme == "https":
            if tunnel:
                raise OSError("https:// addresses cannot be reached through an https:// proxy; name it as http://")
            near = ssl.create_default_context().wrap_socket(near, server_hostname=where)
        if tunnel:
            _open_tunnel(near, host, port, authorization(proxy))
    except OSError:
        near.close()
        raise
    return near


def _failed(proxy: str, error: Exception) -> ProxyFailed:
    why = "it does not answer in time" if isinstance(error, TimeoutError) else getattr(error, "strerror", None) or error
    return ProxyFailed(f"the proxy {without_credentials(proxy)} cannot be reached: {why}")


def authorization(proxy: str) -> str | None:
    """The header with the credentials for an HTTP proxy (RFC 7617); None where its address names nobody."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _open_tunnel(near: socket.socket, host: str, port: int, credentials: str | None) -> None:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    lines += [f"Proxy-Authorization: {credentials}"] if credentials else []
    near.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = near.recv(1)  # what follows the head belongs to TLS
        if not piece or len(head) > _HEAD:
            raise OSError("the proxy does not open a tunnel")
        head += piece
    if not _ACCEPTED.match(head):
        raise OSError(f"the proxy does not open a tunnel: {head[:80].decode('latin-1').splitlines()[0]}")
