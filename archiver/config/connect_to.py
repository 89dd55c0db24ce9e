"""Which address is reached in place of another: curl's `--connect-to`."""

import re
from dataclasses import dataclass

from archiver.errors import UsageError

_HOST = r"\[[0-9A-Fa-f:.]+\]|[^:\[\]]*"
_CONNECT_TO = re.compile(rf"(?P<host>{_HOST}):(?P<port>\d{{0,5}}):(?P<to_host>{_HOST}):(?P<to_port>\d{{0,5}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectTo:
    """curl's --connect-to: requests for host:port go to another address. None matches anything (no address literal)."""

    host: str | None
    port: int | None
    to_host: str
    to_port: int | None

    @classmethod
    def from_text(cls, text: str) -> "ConnectTo":
        """HOST:PORT:HOST:PORT, IPv6 literals in brackets. Raises UsageError."""
        match = _CONNECT_TO.fullmatch(text)
        if match is None or any(p and not 0 < int(p) < 65536 for p in match.group("port", "to_port")):
            raise UsageError(f"--connect-to {text!r} is not HOST:PORT:HOST:PORT; for example ':443:127.0.0.1:8443'")
        host, port, to_host, to_port = (match[name].strip("[]") for name in ("host", "port", "to_host", "to_port"))
        return cls(
            host=host.lower() or None,
            port=int(port) if port else None,
            to_host=to_host,
            to_port=int(to_port) if to_port else None,
        )
