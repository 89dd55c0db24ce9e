"""A small HTTP server for one origin (RFC 9112): GET and HEAD, bounded in connections, sizes and time.

It answers only under its own name (`Host`), so that no name that somebody else points at this machine reaches it (DNS
rebinding), and only below its token. What the answers are, an application says (`room.py`, `replay.py`).
"""

import contextlib
import hmac
import io
import ipaddress
import logging
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from archiver.errors import ArchiverError, StorageError
from archiver.serve.reply import Reply, Request, parameters_of, parts_of, plain

logger = logging.getLogger("archiver.serve")
CONNECTIONS = 64
"""Connections that are open at once; further ones are closed."""
LONGEST_LINE = 1 << 20
"""Bytes of a request line: who types a whole article into the search has an answer."""
_QUIET = 20.0
"""Seconds without a byte after which a connection is closed."""
_HEAD = 30.0
"""Seconds for the whole head of a request."""
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
"""Headers of every answer."""
Application = Callable[[Request], Reply]


class Origin(ThreadingHTTPServer):
    """A server of one origin. Raises StorageError where the address cannot be listened at."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, host: str, port: int, token: str, headers: Mapping[str, str]) -> None:
        self.host, self.token, self.common = host, token, {**COMMON, **headers}
        self.application: Application = lambda _: plain(HTTPStatus.NOT_FOUND, "not found")
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._open: set[socket.socket] = set()
        if ":" in host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise StorageError(f"cannot listen at {host} port {port}: {error}; another --port may be free") from error
        self.names = _names(host, self.server_port)

    @property
    def address(self) -> str:
        """The origin: scheme, host and port."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0") else self.host
        return f"http://[{host}]:{self.server_port}" if ":" in host else f"http://{host}:{self.server_port}"

    @property
    def url(self) -> str:
        """Where the origin's first page is."""
        return f"{self.address}/{self.token}/"

    def start(self) -> None:
        """Answer, in threads."""
        threading.Thread(target=self.serve_forever, args=(0.1,), name="origin", daemon=True).start()

    def stop(self) -> None:
        """Answer no more; connections are closed as they are."""
        self.shutdown()
        self.server_close()
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def is_named(self, host: str) -> bool:
        """Whether a `Host` header names this origin."""
        if host.lower() in self.names:
            return True
        if self.host not in ("", "0.0.0.0", "::"):
            return False
        # Listening everywhere: any address literal, since only a name can be pointed here by somebody else.
        name, _, port = host.rpartition(":")
        try:
            return bool(ipaddress.ip_address(name.strip("[]"))) and port == str(self.server_port)
        except ValueError:
            return False

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._open.add(request)
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started: the place is free again
            self._leave(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave(request)

    def _leave(self, request: Any) -> None:
        if request in self._open:
            self._open.discard(request)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        logger.debug("a connection ended", exc_info=True)


def _names(host: str, port: int) -> frozenset[str]:
    names = {f"[{host}]" if ":" in host else host}
    if host in ("127.0.0.1", "::1"):
        names.add("localhost")
    if host in ("", "0.0.0.0", "::"):
        names |= {"localhost", socket.gethostname().lower()}
    ends = [f":{port}", ""] if port == 80 else [f":{port}"]
    return frozenset(f"{name.lower()}{end}" for name in names for end in ends)


class _Timed(io.RawIOBase):
    """A connection read up to a point in time, whatever dribbles in."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the head of the request took too long")
        self._connection.settimeout(min(left, _QUIET))
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One connection. Nothing is logged but under `--debug`: addresses hold the token."""

    server: Origin
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "archiver", ""
    timeout = _QUIET

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def version_string(self) -> str:
        return self.server_version

    def setup(self) -> None:
        super().setup()
        self._reading = _Timed(self.connection)
        self.rfile = io.BufferedReader(self._reading)

    def handle_one_request(self) -> None:
        """Read one request and answer it."""
        self.close_connection = True
        self.requestline, self.request_version, self.command = "", "HTTP/1.1", ""
        self._reading.until = time.monotonic() + _HEAD
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
            if not self.raw_requestline:
                return
            if len(self.raw_requestline) > LONGEST_LINE:
                self._send(plain(HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long"))
                return
            if not self.parse_request():
                return
            self.connection.settimeout(_QUIET)
            reply = self._answer()
            if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
                self.close_connection = True  # a body is not read
            self._send(reply)
        except (OSError, ValueError):
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What http.server finds wrong with a request."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._send(plain(HTTPStatus(code), HTTPStatus(code).phrase.lower()))

    def _answer(self) -> Reply:
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or not self.server.is_named(hosts[0].strip()):
            return plain(HTTPStatus.MISDIRECTED_REQUEST, "this server has another name")
        if self.command not in ("GET", "HEAD"):
            return plain(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD", Allow="GET, HEAD")
        path, _, query = self.path.partition("?")
        parts = parts_of(path)
        if parts is None or not hmac.compare_digest(parts[0].encode(), self.server.token.encode()):
            return plain(HTTPStatus.NOT_FOUND, "not found: open the address that 'archiver serve' printed")
        headers = {name: self.headers.get(name, "")[:300].strip() for name in ("Range", "Sec-Fetch-Dest")}
        request = Request(
            parts=parts[1:],
            parameters=parameters_of(query),
            range=headers["Range"],
            destination=headers["Sec-Fetch-Dest"].lower(),
        )
        try:
            return self.server.application(request)
        except (ArchiverError, sqlite3.Error) as error:
            return plain(HTTPStatus.SERVICE_UNAVAILABLE, f"cannot answer now: {error}")
        except Exception:  # the last resort, as in cli.main: a bug ends one answer
            logger.debug("bug", exc_info=True)
            return plain(HTTPStatus.INTERNAL_SERVER_ERROR, "a bug in archiver (--debug shows where)")

    def _send(self, reply: Reply) -> None:
        body = reply.stream
        length = reply.length if body is not None else len(reply.body)
        headers = {**self.server.common, **reply.headers, "Content-Type": reply.kind}
        chunked = length is None and self.request_version == "HTTP/1.1"
        if length is not None:
            headers["Content-Length"] = str(length)
        elif chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            self.close_connection = True
        if self.close_connection:
            headers["Connection"] = "close"
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or reply.status == HTTPStatus.NOT_MODIFIED:
            return
        if body is None:
            self.wfile.write(reply.body)
            return
        self._stream(body, chunked)

    def _stream(self, body: Iterable[bytes], chunked: bool) -> None:
        try:
            for piece in body:
                if piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
        except ArchiverError:  # the reader sees an answer that is cut off
            logger.debug("a download ended early", exc_info=True)
            self.close_connection = True
