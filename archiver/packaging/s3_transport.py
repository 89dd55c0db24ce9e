"""Carries boto3's requests to the S3 server: through the proxy of the settings, within bounds of bytes and time.

boto3's own client reads whatever a server sends, for as long as it trickles, and knows no SOCKS proxy. Nothing is
followed to another host here: boto3 follows S3's redirects to a region, and only hosts of the endpoint are asked.
"""

import http.client
import io
import re
import select
import socket
import ssl
import time
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError, SSLError

from archiver.errors import StorageError
from archiver.escape import visible
from archiver.network.dial import Route, authorization

ANSWER = 8 << 20
"""Bytes of an answer other than the bytes of an object: a page of a list has at most 1,000 entries."""
_HEADS = 1 << 20
"""Bytes of the heads of an answer, and of the framing of its body."""
CONNECT = 20.0
PATIENCE = 120.0
"""Seconds for an exchange, and more for every byte of it, at `SLOWEST` bytes a second."""
SLOWEST = 16 << 10
_IDLE = 15.0
"""Seconds for which a connection is kept: servers end them after twenty and more."""
_PIECE = 1 << 16
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})")
_ERROR = re.compile(rb"\s{0,100}(?:<\?xml[^>]{0,200}\?>\s{0,100})?<Error[\s>/]")
_AMAZON = re.compile(r"(?:^|\.)amazonaws\.(?:com|com\.cn|eu)$")


class Transport:
    """Sends a request and reads its answer whole; a handler of botocore's event `before-send`."""

    def __init__(self, route: Route, endpoint: str, certificates: str | bool) -> None:
        """`certificates` is the file of the roots that are believed, or False, where none is asked for."""
        self._route, self._certificates = route, certificates
        self._host = urlsplit(endpoint).hostname or ""
        self._idle: deque[tuple[str, float, _Connection]] = deque(maxlen=16)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        """The answer, read. Raises botocore's exceptions for what may pass, which it tries again; StorageError for an
        answer that is not that of an S3 server."""
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if not (host == self._host or host.endswith(f".{self._host}") or self._is_amazons(host)):
            raise StorageError(f"the server sends us on to {visible(host)[:200]}, which nobody named")
        body = request.body.read() if hasattr(request.body, "read") else request.body
        body = body.encode() if isinstance(body, str) else body or b""
        asked = _RANGE.fullmatch(_text(request.headers.get("Range")))
        limit = int(asked[2]) - int(asked[1]) + 1 if asked else ANSWER
        place = f"{parts.scheme}://{parts.netloc}"
        try:
            connection = self._kept(place) or self._connect(parts.scheme == "https", host, parts.port)
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=place, error=error.reason or error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=f"{place} ({visible(str(error))[:200]})", error=error) from error
        try:
            answer, data = connection.exchange(request, self._target(parts), self._extra(parts), body, limit)
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=place, error=error) from error
        except _Overlong as error:
            connection.close()
            raise StorageError(
                f"the server's answer to {request.method} has more than the {limit:,} bytes it may have"
            ) from error
        except (http.client.LineTooLong, http.client.BadStatusLine, http.client.IncompleteRead, OSError) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=place, error=error) from error
        except (http.client.HTTPException, ValueError) as error:
            connection.close()
            raise StorageError(f"the server's answer is not HTTP: {visible(str(error))[:200]}") from error
        if connection.has_more():
            connection.close()
            raise StorageError(f"the server's answer to {request.method} goes on past its stated size")
        if answer.will_close:
            connection.close()
        else:
            self._idle.append((place, time.monotonic(), connection))
        status = answer.status
        if 200 <= status < 300 and not asked and request.method != "HEAD" and _ERROR.match(data):
            status = 500  # an error that came too late for its status
        return AWSResponse(request.url, status, answer.headers, _Body(data))

    def _is_amazons(self, host: str) -> bool:
        """Whether a bucket's region may be there: S3 sends to others of its own hosts."""
        return bool(_AMAZON.search(self._host) and _AMAZON.search(host))

    def _kept(self, place: str) -> "_Connection | None":
        """A connection to this place that was left open, silent since."""
        while self._idle:
            try:
                where, since, connection = self._idle.pop()
            except IndexError:  # another thread took it
                return None
            if where == place and time.monotonic() - since < _IDLE and not connection.is_readable():
                return connection
            connection.close()
        return None

    def _connect(self, secure: bool, host: str, port: int | None) -> "_Connection":
        """Raises OSError."""
        # The user named the server, or S3 as such: it may be in a private network.
        sock = self._route.dial(host, port or (443 if secure else 80), CONNECT, named=True, tunnel=secure)
        if secure:
            try:
                context = ssl.create_default_context(cafile=self._certificates or None)  # type: ignore[arg-type]
                if not self._certificates:
                    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                sock = context.wrap_socket(sock, server_hostname=host)
            except OSError:
                sock.close()
                raise
        return _Connection(sock)

    def _http_proxy(self) -> str | None:
        proxy = self._route.proxy
        return proxy if proxy and not proxy.startswith("socks") else None

    def _target(self, parts: Any) -> str:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        plain = self._http_proxy() and parts.scheme == "http"
        return f"http://{parts.netloc.rpartition('@')[2]}{path}" if plain else path

    def _extra(self, parts: Any) -> dict[str, str]:
        proxy = self._http_proxy()
        credentials = authorization(proxy) if proxy and parts.scheme == "http" else None
        usual = {"http": 80, "https": 443}[parts.scheme]
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        host = host if parts.port in (None, usual) else f"{host}:{parts.port}"  # as it is signed
        return {"Host": host} | ({"Proxy-Authorization": credentials} if credentials else {})


class _Overlong(Exception):
    """More bytes than the answer may have."""


class _Connection:
    """One connection, and what is read of it: never longer, and never more, than the exchange under way may take."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        weakref.finalize(self, sock.close)  # a target is never closed: it ends with what used it
        self._reader = _Reader(sock)
        self._buffer = io.BufferedReader(self._reader, _PIECE)

    def exchange(
        self, request: AWSPreparedRequest, target: str, extra: dict[str, str], body: bytes, limit: int
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer's head and its body. Raises _Overlong, OSError, HTTPException, ValueError."""
        self._reader.begin(PATIENCE + (len(body) + limit) / SLOWEST, limit + _HEADS)
        headers = {name: _text(value) for name, value in request.headers.items()} | extra
        headers = {name: value for name, value in headers.items() if name.lower() != "expect"}
        if body or request.method in ("PUT", "POST"):
            headers["Content-Length"] = str(len(body))
        lines = [
            f"{request.method} {target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        head = "\r\n".join(lines)
        if any("\r" in each or "\n" in each for each in lines):
            raise ValueError("a line break in the request")
        self._sock.settimeout(self._reader.seconds())
        self._sock.sendall(head.encode("utf-8"))
        for start in range(0, len(body), _PIECE):
            self._sock.settimeout(self._reader.seconds())
            self._sock.sendall(body[start : start + _PIECE])
        answer = http.client.HTTPResponse(self, method=request.method)  # type: ignore[arg-type]
        answer.begin()
        data = bytearray()
        if (answer.length or 0) > limit:
            raise _Overlong
        while piece := answer.read1(_PIECE):
            data += piece
            if len(data) > limit:
                raise _Overlong
        if answer.length:
            raise http.client.IncompleteRead(bytes(data), answer.length)
        return answer, bytes(data)

    def makefile(self, mode: str) -> Any:
        """What `HTTPResponse` reads of: it closes what it is given, which the connection outlives."""
        del mode
        return _Unclosed(self._buffer)

    def has_more(self) -> bool:
        """Whether bytes have come that belong to no answer."""
        return self._reader.left_over(self._buffer)

    def is_readable(self) -> bool:
        """Whether something has come, or the end, while nothing was asked."""
        try:
            return self.has_more() or bool(select.select([self._sock], [], [], 0)[0])
        except (OSError, ValueError):
            return True

    def close(self) -> None:
        """End it."""
        self._sock.close()


class _Reader(io.RawIOBase):
    """A socket's bytes, up to a moment and a number."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._until, self._left, self._waits = sock, 0.0, 0, True

    def begin(self, seconds: float, octets: int) -> None:
        """An exchange begins, which may take so long and bring so much."""
        self._until, self._left = time.monotonic() + seconds, octets

    def seconds(self) -> float:
        """How much is left of the time. Raises TimeoutError where it is up."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it takes too long")
        return min(left, PATIENCE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self.seconds() if self._waits else 0)
        try:
            count = self._sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        self._left -= count
        if self._left < 0:
            raise _Overlong
        return count

    def left_over(self, buffered: "io.BufferedReader[_Reader]") -> bool:
        """Whether bytes lie here, or have come to the socket; the end is none."""
        self._waits = False
        try:
            return bool(buffered.peek(1))
        except _Overlong:
            return True
        except (OSError, ValueError):
            return False
        finally:
            self._waits = True


class _Unclosed(io.BufferedIOBase):
    """A reader that stays open when it is closed."""

    def __init__(self, reader: "io.BufferedReader[_Reader]") -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._reader.read(size)

    def read1(self, size: int = -1) -> bytes:
        return self._reader.read1(size)

    def readline(self, size: int | None = -1) -> bytes:
        return self._reader.readline(size)

    def readinto(self, buffer: Any) -> int:
        return self._reader.readinto(buffer)

    def peek(self, size: int = 0) -> bytes:
        return self._reader.peek(size)


class _Body(io.BytesIO):
    """A body that is here already, as botocore reads one."""

    def stream(self) -> Iterator[bytes]:
        """The whole."""
        yield self.read()


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
