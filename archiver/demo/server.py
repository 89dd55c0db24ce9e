"""The made-up newspaper on the wire: a small HTTP/1.1 server on loopback (RFC 9110, RFC 9112).

It answers from a table of known addresses and nothing else, so no request can name a file. What it sends is the same on
every run, byte for byte, and is made to be worth recording: compressed and chunked bodies, header names in odd case and
with odd spacing, a repeated header, a charset in the header only, in the page only, or in both.
"""

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from archiver.config import ConnectTo
from archiver.demo import web_archive
from archiver.errors import StorageError

NEWSPAPER = Path(__file__).parent / "newspaper"
COURIER = "www.harbour-courier.example"
BOTE = "www.nordhavener-bote.example"
VISNYK = "visnyk-lymanu.example"

UTF8 = "Content-Type: text/html; charset=utf-8"
HTML = "Content-Type: text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One file of the newspaper and how it is sent; `head` are whole header lines, as they go over the connection."""

    file: str
    status: int = 200
    head: tuple[str, ...] = (UTF8,)
    gzip: bool = False
    chunked: bool = False


def _story(path: str, *head: str, status: int = 200, **how: bool) -> tuple[str, _Answer]:
    return path, _Answer(file=f"{path[1:]}.html", status=status, head=head or (UTF8,), **how)


def _asset(path: str, kind: str) -> tuple[str, _Answer]:
    return path, _Answer(file=path[1:], head=(f"Content-Type: {kind}", "Cache-Control: max-age=86400"))


_GONE = _Answer(file="gone.html", status=410)
_NOT_FOUND = _Answer(file="not-found.html", status=404)
_MOVED_TO = f"Location: http://{COURIER}/2023/09/30/herring-talks-end-without-a-quota"
_TO_FRONT = _Answer(file="moved.html", status=302, head=(UTF8, f"Location: http://{COURIER}/"))

_HOSTS: dict[str, dict[str, _Answer]] = {
    COURIER: dict(
        [
            ("/", _Answer(file="index.html")),
            _story(
                "/2024/03/12/ferry-crews-call-off-strike",
                UTF8,
                "Set-Cookie: visit=1; Path=/; HttpOnly",
                "Set-Cookie: consent=unasked; Path=/",
                "Last-Modified: Wed, 13 Mar 2024 07:15:00 GMT",
                gzip=True,
                chunked=True,
            ),
            _story("/2024/06/08/last-keeper-of-hale-light", UTF8, 'ETag: "hale-1"'),
            _story(
                "/2024/01/18/tide-gauge-records-highest-january", "content-TYPE:text/html;charset=UTF-8", chunked=True
            ),
            _story("/2024/02/27/dredging-budget-doubles", status=403),
            _story("/2023/09/30/herring-talks-end-without-a-quota", gzip=True),
            ("/2024/04/02/mill-bridge-to-close-at-night", _TO_FRONT),
            ("/news/1187.html", _Answer(file="moved.html", status=301, head=(UTF8, _MOVED_TO))),
            ("/2022/11/04/fish-market-to-reopen-with-heated-stalls", _GONE),
            _asset("/css/courier.css", "text/css"),
            _asset("/img/logo.svg", "image/svg+xml"),
            _asset("/img/ferry.jpg", "image/jpeg"),
            _asset("/img/hale-light.jpg", "image/jpeg"),
            _asset("/img/herring.jpg", "image/jpeg"),
            _asset("/img/tide-chart.png", "image/png"),
            _asset("/robots.txt", "text/plain"),
        ]
    ),
    BOTE: dict(
        [
            _story("/lokales/sturmflut-fischmarkt-20231114", HTML, "X-Powered-By:   Siel/3.1  ", chunked=True),
            _asset("/img/fischmarkt.jpg", "image/jpeg"),
            _asset("/robots.txt", "text/plain"),
        ]
    ),
    VISNYK: dict(
        [
            _story("/2024/05/plavucha-biblioteka", "Content-Type: text/html; charset=windows-1251", gzip=True),
            _asset("/img/boat.jpg", "image/jpeg"),
            _asset("/robots.txt", "text/plain"),
        ]
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The newspaper while it is served: `address` to open in a browser, `connect_to` for a job's settings."""

    address: str
    connect_to: ConnectTo


def answer(host: str, path: str, *, compress: bool) -> bytes:
    """The whole response to `GET path` at `host`, as it goes over the connection; bodies marked for it are compressed
    when `compress`. An unknown host or path gives the page for 404."""
    found = _HOSTS.get(host, {}).get(path, _NOT_FOUND)
    folder = NEWSPAPER / (host if found is not _NOT_FOUND else COURIER)
    body = (folder / found.file).read_bytes()
    head = [
        f"HTTP/1.1 {found.status} {HTTPStatus(found.status).phrase}",
        "Date: Mon, 01 Jul 2024 06:00:00 GMT",
        "Server: netloft",
        *found.head,
    ]
    if found.gzip and compress:
        body = gzip.compress(body, mtime=0)
        head.append("content-encoding: gzip")
    if found.chunked:
        head.append("Transfer-Encoding: chunked")
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    else:
        head.append(f"Content-Length: {len(body)}")
    head += ["Connection: close", "", ""]
    return "\r\n".join(head).encode("ascii") + body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    """Seconds a client may be silent: no connection outlives the demo for long."""

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0].lower()
        compress = "gzip" in self.headers.get("Accept-Encoding", "")
        self.close_connection = True
        if host == web_archive.HOST:
            self.wfile.write(web_archive.archived(self.path))
            return
        self.wfile.write(answer(host, self.path.partition("?")[0], compress=compress))

    def log_message(self, *_: object) -> None:
        """Say nothing: standard error belongs to the job."""


class _Loopback(ThreadingHTTPServer):
    daemon_threads = False
    """Closing waits for the answers under way, so that no socket is left open."""

    def handle_error(self, *args: Any) -> None:
        """A client that hangs up early is its own affair; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(*args)


@contextmanager
def serve(port: int = 0) -> Iterator[Server]:
    """Serve the newspaper on a port of 127.0.0.1 (0: any free one) until the block ends.

    Raises StorageError where the port is not free.
    """
    try:
        server = _Loopback(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise StorageError.from_os("serve the newspaper on 127.0.0.1", error) from error
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="newspaper")
        thread.start()
        port = server.server_address[1]
        try:
            yield Server(address=f"http://127.0.0.1:{port}", connect_to=ConnectTo.from_text(f":80:127.0.0.1:{port}"))
        finally:
            server.shutdown()
            thread.join()
