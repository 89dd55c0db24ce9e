"""A forward proxy on loopback for one browser: reads its requests, hands each to the relay, sends the answer's bytes.

HTTP in absolute form, HTTPS and `ws:` by CONNECT (RFC 9112, 3.2; RFC 9110, 9.3.6). It opens no connection: where
the relay has no answer, the browser's connection is closed.
"""

import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from archiver.browser.stand_in import StandIn

HEAD = 1 << 18
"""Bytes of a request's head."""
BODY = 64 << 20
"""Bytes of a request's body."""
CONNECTIONS = 200
_WAIT = 120.0
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) (\S+) HTTP/1\.1")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/@\s]+):(\d{1,5})")
_HOPS = ("proxy-connection", "proxy-authorization", "connection", "keep-alive", "te", "upgrade", "transfer-encoding")
"""Fields of the connection to the proxy (RFC 9110, 7.6.1)."""
_TLS = 0x16


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserRequest:
    """One request as the browser made it: its address, its end-to-end fields in order, its body."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    upgrade: str | None = None
    """The protocol it would change to, as `websocket`."""

    def header(self, name: str) -> str | None:
        """The first field of this name, in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The bytes of a response, in pieces; `keeps` is whether its end shows, so that the connection may stay open."""

    pieces: Iterable[bytes]
    keeps: bool


Relay = Callable[[BrowserRequest], Reply | None]
"""The answer to a request; None: the connection is closed without one."""


class ProxyServer:
    """Serves until it is closed, each connection in a thread; `port` is on 127.0.0.1. `noted` is called with refused
    connections. Only processes of the same user are served."""

    def __init__(self, relay: Relay, tls: StandIn, noted: Callable[[str, str], None]) -> None:
        self._relay, self._tls, self._noted = relay, tls, noted
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._listening = threading.Thread(target=self._listen, name="browser-proxy", daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        while not self._closed:
            try:
                client, peer = self._server.accept()
            except OSError:
                return
            if not _is_own(peer[1], self.port) or not self._room.acquire(blocking=False):
                client.close()
                continue
            with self._lock:
                self._open.add(client)
                thread = threading.Thread(target=self._serve, args=(client,), name="browser-request", daemon=True)
                self._threads.add(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        current = client
        try:
            client.settimeout(_WAIT)
            tunnel: tuple[str, str] | None = None
            while not self._closed:
                head = _head(current)
                if head is None:
                    return
                if tunnel is None and head.startswith(b"CONNECT "):
                    tunnel, current = self._tunnel(head, client)
                    with self._lock:
                        self._open.add(current)
                    continue
                request = _request(head, current, tunnel)
                reply = self._relay(request)
                if reply is None or not _send(current, reply):
                    return
        except (OSError, ValueError):
            return  # a browser that goes away, or says what is not HTTP
        finally:
            for each in {current, client}:
                with suppress(OSError):
                    each.close()
            with self._lock:
                self._open -= {current, client}
                self._threads.discard(threading.current_thread())
            self._room.release()

    def _tunnel(self, head: bytes, client: socket.socket) -> tuple[tuple[str, str], socket.socket]:
        """(scheme and authority, the connection inside). Raises OSError, ValueError."""
        place = _AUTHORITY.fullmatch(head.split(b" ", 2)[1].decode("ascii"))
        if place is None:
            raise ValueError("not an authority")
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        first = client.recv(1, socket.MSG_PEEK)
        host, port = place.groups()
        if first[:1] != bytes([_TLS]):
            return ("http", host if port == "80" else f"{host}:{port}"), client
        try:
            inner = self._tls.context.wrap_socket(client, server_side=True)
        except ssl.SSLError as error:
            self._noted(f"https://{host}:{port}/", f"the browser did not take the connection: {error.reason}")
            raise
        return ("https", host if port == "443" else f"{host}:{port}"), inner

    def close(self) -> None:
        """End all connections, and wait for what is under way."""
        self._closed = True
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        with self._lock:
            left, threads = list(self._open), list(self._threads)
        for each in left:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listening.join()
        for thread in threads:
            thread.join()


def _is_own(peer: int, port: int) -> bool:
    """Whether a connection from a port of loopback belongs to a process of this user; True where the system does not
    say (proc(5), /proc/net/tcp)."""
    wanted = f"0100007F:{peer:04X} 0100007F:{port:04X}"
    try:
        rows = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    except OSError:
        return True
    for row in rows:
        parts = row.split()
        if f"{parts[1]} {parts[2]}" == wanted:
            return int(parts[7]) == os.getuid()
    return True


def _head(client: socket.socket) -> bytes | None:
    """A request's head with the empty line that ends it; None where the browser has no more requests."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        ready = client.recv(1) if isinstance(client, ssl.SSLSocket) else _up_to_end(client)
        if not ready:
            return None
        head += ready
        if len(head) > HEAD:
            raise ValueError("the head is too long")
    return bytes(head)


def _up_to_end(client: socket.socket) -> bytes:
    """What has come, at most to the end of the head: what follows is the body, or TLS."""
    seen = client.recv(1 << 16, socket.MSG_PEEK)
    end = seen.find(b"\r\n\r\n")
    return client.recv(end + 4 if end >= 0 else max(1, len(seen) - 3))


def _request(head: bytes, client: socket.socket, tunnel: tuple[str, str] | None) -> BrowserRequest:
    """Read the rest of a request. Raises OSError, ValueError."""
    first, *lines = head[:-4].split(b"\r\n")
    match = _LINE.fullmatch(first)
    if match is None:
        raise ValueError("not a request")
    fields = [tuple(part.strip() for part in line.decode("latin-1").split(":", 1)) for line in lines]
    headers = [(each[0], each[1]) for each in fields if len(each) == 2]
    said = {name.lower(): value for name, value in headers}
    target = match[2].decode("latin-1")
    url = f"{tunnel[0]}://{tunnel[1]}{target}" if tunnel else target
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("not an address of HTTP")
    upgrade = said.get("upgrade") if "upgrade" in said.get("connection", "").lower() else None
    return BrowserRequest(
        method=match[1].decode("ascii"),
        url=url,
        headers=tuple(each for each in headers if each[0].lower() not in _HOPS),
        body=_body(client, said),
        upgrade=upgrade,
    )


def _body(client: socket.socket, said: dict[str, str]) -> bytes:
    if "chunked" in said.get("transfer-encoding", "").lower():
        return _chunks(client)
    length = said.get("content-length", "0")
    if not length.isdecimal() or int(length) > BODY:
        raise ValueError("the body is too long")
    return _exactly(client, int(length))


def _chunks(client: socket.socket) -> bytes:
    body = bytearray()
    while True:
        size = int(_line(client).partition(b";")[0].strip() or b"0", 16)
        if len(body) + size > BODY or size < 0:
            raise ValueError("the body is too long")
        body += _exactly(client, size)
        if size == 0:
            while _line(client).strip():
                pass
            return bytes(body)
        _line(client)


def _line(client: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = client.recv(1)
        if not piece or len(line) > HEAD:
            raise ValueError("a chunk does not end")
        line += piece
    return bytes(line)


def _exactly(client: socket.socket, size: int) -> bytes:
    body = bytearray()
    while len(body) < size:
        piece = client.recv(min(1 << 16, size - len(body)))
        if not piece:
            raise ValueError("the body is cut short")
        body += piece
    return bytes(body)


def _send(client: socket.socket, reply: Reply) -> bool:
    """Send the answer; whether the connection may be used again."""
    for piece in reply.pieces:
        client.sendall(piece)
    return reply.keeps
