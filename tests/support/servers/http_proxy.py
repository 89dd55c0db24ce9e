"""An HTTP proxy on loopback that leads everybody to one server and remembers what it was asked, byte for byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from servers.proxies import pump


@dataclass
class Heard:
    """The proxy: its port, and the heads that it was sent (of a tunnel, the CONNECT)."""

    port: int = 0
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_proxy(to_port: int, tls_port: int | None = None) -> Iterator[Heard]:
    """Requests in absolute form go to `to_port`, tunnels to `tls_port`."""
    here, server = Heard(), socket.create_server(("127.0.0.1", 0))
    here.port = server.getsockname()[1]

    def serve(client: socket.socket) -> None:
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                byte = client.recv(1)
                if not byte:
                    return
                head += byte
            here.heads.append(head)
            tunnel = head.startswith(b"CONNECT ")
            with socket.create_connection(("127.0.0.1", (tls_port if tunnel else None) or to_port), 10) as far:
                if tunnel:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    line, _, rest = head.partition(b"\r\n")
                    method, target, version = line.split(b" ")
                    path = b"/" + target.split(b"/", 3)[3]
                    far.sendall(b" ".join((method, path, version)) + b"\r\nConnection: close\r\n" + rest)
                threading.Thread(target=pump, args=(client, far), daemon=True).start()
                pump(far, client)

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
