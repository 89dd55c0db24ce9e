"""Which addresses a process tries to reach."""

import socket
from contextlib import contextmanager

import pytest


@contextmanager
def only(*ports: int):
    """Every other connection of this process is refused and noted; names are not resolved."""
    tried: list[object] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[1] not in ports:
            tried.append(address)
            raise ConnectionRefusedError(111, "Connection refused")
        connect(self, address)  # type: ignore[arg-type]

    def resolving(host: object, *rest: object, **more: object) -> object:
        if host != "127.0.0.1":
            tried.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "no names here")
        return resolve(host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connecting)
        patch.setattr(socket, "getaddrinfo", resolving)
        yield tried
