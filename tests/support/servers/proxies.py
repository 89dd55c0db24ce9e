"""A SOCKS 5 proxy on loopback (RFC 1928), which resolves names as configured and remembers what it was asked for."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Socks:
    """`asked` are (kind of address, host, port): kind 3 is a name, 1 an IPv4 address."""

    port: int = 0
    asked: list[tuple[int, str, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"socks5h://127.0.0.1:{self.port}"


@contextmanager
def socks_proxy(to_port: int, *, refuses: int = 0) -> Iterator[Socks]:
    """A proxy that connects everybody to a port of loopback, whatever host was asked for; or answers with this code of
    a refusal (RFC 1928, 6)."""
    here = Socks()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            client: socket.socket = self.request
            _, count = _exactly(client, 2)
            _exactly(client, count)
            client.sendall(b"\x05\x00")
            _, _, _, kind = _exactly(client, 4)
            length = _exactly(client, 1)[0] if kind == 3 else {1: 4, 4: 16}[kind]
            raw = _exactly(client, length)
            host = (
                raw.decode() if kind == 3 else socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, raw)
            )
            here.asked.append((kind, host, int.from_bytes(_exactly(client, 2), "big")))
            if refuses:
                client.sendall(bytes([5, refuses, 0, 1, 0, 0, 0, 0, 0, 0]))
                return
            with socket.create_connection(("127.0.0.1", to_port), 10) as far:
                client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
                there = threading.Thread(target=pump, args=(client, far), daemon=True)
                there.start()
                pump(far, client)
                there.join(5)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        here.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield here
        server.shutdown()
        thread.join()


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def pump(source: socket.socket, to: socket.socket) -> None:
    """Passes on what one side sends, until it ends."""
    try:
        while piece := source.recv(1 << 16):
            to.sendall(piece)
        to.shutdown(socket.SHUT_WR)
    except OSError:
        return
