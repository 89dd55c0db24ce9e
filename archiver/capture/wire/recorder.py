"""Records: requests fetches, and the bytes of each exchange are copied off the connection (docs/architecture.md).

urllib3 connection classes, mounted on a requests session by an adapter, put a tee between the TLS layer and the HTTP
client. They know the peer address and the TLS facts, and ask the guard before every connection. One `Recorder` serves
one thread at a time or many: a raw exchange belongs to the thread that runs it.

`_new_conn` is overridden although its name is private: it is the seam that urllib3 itself uses for this (its SOCKS
connection does the same), and the only place between name resolution and connection.
"""

import io
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import MockRequest, RequestsCookieJar
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout, disable_warnings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from urllib3.util import SKIP_HEADER

from archiver.capture.cookie_file import STRICT
from archiver.capture.failure_kinds import CaptureError, capture_error_from, no_status
from archiver.capture.wire.cookies import take_cookies
from archiver.capture.wire.http_framing import Sent, status_of
from archiver.capture.wire.idle_connections import IdleConnections
from archiver.capture.wire.raw_exchange import BoundReached, RawExchange
from archiver.capture.wire.tls import tls_facts, trusted_roots
from archiver.config import Config, Limits
from archiver.markup.addresses import WebAddress, web_address
from archiver.model import Tls
from archiver.network.address_guard import AddressRefused, Guard, NameUnknown
from archiver.network.dial import check_proxy


class _TeeReader(io.RawIOBase):
    """What http.client reads from: every byte is recorded first."""

    def __init__(self, tee: "_TeeSocket", inner: io.RawIOBase) -> None:
        self._tee, self._inner, self._ready = tee, inner, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        while not self._ready:
            raw = self._tee.raw
            left = raw.seconds_left()
            self._tee.sock.settimeout(min(self._tee.read_seconds, left))
            try:
                count = self._inner.readinto(view)
            except TimeoutError:
                if left <= self._tee.read_seconds:
                    raise raw.overdue() from None
                raise
            if not count:
                self._ready = raw.ended()
                break
            self._ready = raw.received(bytes(view[:count]))
        take = min(len(view), len(self._ready))
        view[:take], self._ready = self._ready[:take], self._ready[take:]
        return take

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _TeeSocket:
    """A connected socket, TLS or plain, that records all that passes in the thread's raw exchange."""

    def __init__(self, sock: Any, wire: "_RecordedConnection", ip: str | None, tls: Tls | None) -> None:
        self.sock, self._wire, self._ip, self._tls = sock, wire, ip, tls
        self.read_seconds = wire.config.limits.read_seconds

    @property
    def raw(self) -> RawExchange:
        return self._wire.raw

    def sendall(self, data: Any, *flags: int) -> None:
        raw = self.raw
        raw.ip, raw.tls = self._ip, self._tls
        raw.seconds_left()
        raw.sent(bytes(data))
        self.sock.sendall(data, *flags)

    def makefile(self, mode: str, *_: Any, **__: Any) -> io.BufferedReader:
        assert "b" in mode and "r" in mode, "http.client reads bytes"
        return io.BufferedReader(_TeeReader(self, self.sock.makefile("rb", buffering=0)), 1 << 16)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)


class _RecordedConnection:
    """What the connections of one recorder share: settings, guard, and each thread's raw exchange."""

    def __init__(self, config: Config, guard: Guard) -> None:
        self.config, self.guard = config, guard
        self._local = threading.local()

    @property
    def raw(self) -> RawExchange:
        return self._local.raw  # type: ignore[no-any-return]

    @raw.setter
    def raw(self, raw: RawExchange) -> None:
        self._local.raw = raw

    def connect(self, host: str, port: int, options: Any) -> socket.socket:
        """A connection to the first address that the guard allows and that answers."""
        last: OSError | None = None
        seconds = self.config.limits.connect_seconds
        for target in self.guard.targets(host, port):
            sock = None
            try:
                family = socket.AF_INET6 if ":" in target.ip else socket.AF_INET
                sock = socket.socket(family, socket.SOCK_STREAM)
                for option in options or ():
                    sock.setsockopt(*option)
                sock.settimeout(min(seconds, self.raw.seconds_left()))
                sock.connect((target.ip, target.port))
                return sock
            except OSError as error:
                last = error
                if sock is not None:
                    sock.close()
            except BoundReached:
                if sock is not None:
                    sock.close()
                raise
        raise CaptureError.connecting(host, port, last)


def _connection_classes(wire: _RecordedConnection, *, socks: bool) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections belong to this wire; those of SOCKS go through a proxy that resolves names."""

    def recorded(base: Any) -> Any:
        class Recorded(base):  # type: ignore[misc]
            def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
                # What urllib3 was asked for stands in its own spelling here, which it must not have on the wire.
                super().request(method, wire.raw.target or url, *args, **kwargs)

            def _new_conn(self) -> Any:
                if socks or self.proxy is not None:
                    return super()._new_conn()
                return wire.connect(self.host, self.port, self.socket_options)

            def connect(self) -> None:
                super().connect()
                connected: Any = self.sock
                ip = None if socks or self.proxy is not None else connected.getpeername()[0]
                self.sock: Any = _TeeSocket(connected, wire, ip, tls_facts(connected))

        return Recorded

    kept = {"QueueCls": IdleConnections}
    plain, secure = (SOCKSConnection, SOCKSHTTPSConnection) if socks else (HTTPConnection, HTTPSConnection)
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": recorded(plain), **kept}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": recorded(secure), **kept}),
    }


class _Adapter(HTTPAdapter):
    def __init__(self, wire: _RecordedConnection) -> None:
        self._wire = wire
        self._pools, self._socks = (_connection_classes(wire, socks=each) for each in (False, True))
        self._trust = trusted_roots(wire.config.ca_bundle)
        if wire.config.insecure:
            self._trust.check_hostname, self._trust.verify_mode = False, ssl.CERT_NONE
            disable_warnings(InsecureRequestWarning)  # the record says it, exchange by exchange
        super().__init__(pool_connections=64, pool_maxsize=16, max_retries=0)

    def ask(
        self,
        address: WebAddress,
        request: requests.PreparedRequest,
        timeout: Timeout,
        proxy: str | None,
        body: bytes | None = None,
    ) -> BaseHTTPResponse:
        """Send a request to an address as it is spelt, without a requests response around urllib3's. Raises what
        urllib3 raises."""
        # One TLS context for all: requests and urllib3 would read the roots anew for each connection (30 ms).
        tls = {"ssl_context": self._trust, "cert_reqs": self._trust.verify_mode}
        manager = self.proxy_manager_for(proxy) if proxy else self.poolmanager
        pool = manager.connection_from_host(address.hostname.strip("[]"), address.port, address.scheme, pool_kwargs=tls)
        # A proxy gets the whole address of what it asks for itself (RFC 9112, 3.2.2).
        whole_address = proxy is not None and not proxy.lower().startswith("socks") and address.scheme == "http"
        self._wire.raw.target = address.href if whole_address else address.target
        response: BaseHTTPResponse = pool.urlopen(
            request.method,
            "http://proxied/" if whole_address else "/",
            body=body,
            headers=request.headers,
            timeout=timeout,
            retries=self.max_retries,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )
        return response

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._socks if proxy.lower().startswith("socks") else self._pools
        return manager


class Visit:
    """The cookies and headers of one seed's capture; connections are the recorder's. Redirects are never followed here,
    so that each is seen, judged and recorded by `fetch`."""

    def __init__(self, recorder: "Recorder") -> None:
        self._recorder = recorder
        self.cookies = RequestsCookieJar(STRICT)
        self.headers = dict(recorder.headers)

    def fork(self, referer: str | None) -> "Visit":
        """The same visitor for a requisite of a page: its cookies so far, in a jar of its own, since jars do not stand
        several threads; what the requisite sets stays with it."""
        other = Visit(self._recorder)
        other.cookies.update(self.cookies)
        other.headers |= {"Accept": "*/*", **({"Referer": referer} if referer else {})}
        return other

    def ask(self, url: str, timeout: Timeout, proxy: str | None) -> BaseHTTPResponse:
        """GET an address, with the cookies of the visit, and keep those of the answer.

        The same headers go out as from a session of requests, for half the time: that also merges settings, copies the
        cookies twice, spells the address its own way, and reads a redirect's whole body, unbounded and decoded, to
        follow it. Raises what urllib3 raises, and ValueError.
        """
        address, request = web_address(url), requests.PreparedRequest()
        request.method, request.url = "GET", address.href
        request.headers = requests.structures.CaseInsensitiveDict()
        if len(self.cookies):
            request.prepare_cookies(self.cookies)
        sent = {"Host": address.host, **self.headers, **request.headers}
        request.headers = sent  # type: ignore[assignment]  # which urllib3 takes, for less time
        response = self._recorder.adapter.ask(address, request, timeout, proxy)
        if fields := response.headers.getlist("Set-Cookie"):
            asked = MockRequest(request)
            take_cookies(self.cookies, fields, asked, secure=address.scheme == "https")
        return response

    def relay(self, url: str, sent: Sent, timeout: Timeout, proxy: str | None) -> BaseHTTPResponse:
        """Send another client's request as that client made it; its cookies are its own. Raises as `ask` does."""
        request = requests.PreparedRequest()
        request.method, request.url = sent.method, url
        request.headers = requests.structures.CaseInsensitiveDict(sent.headers)
        for name in ("User-Agent", "Accept-Encoding"):  # urllib3 would add its own
            request.headers.setdefault(name, SKIP_HEADER)
        target = url[url.index("/", len(web_address(url).scheme) + 3) :]
        address = replace(web_address(url), href=url, target=target)  # in that client's spelling
        return self._recorder.adapter.ask(address, request, timeout, proxy, sent.body or None)


class Recorder:
    """Runs single exchanges and returns their bytes; `close` closes its connections."""

    def __init__(self, config: Config, guard: Guard | None = None) -> None:
        check_proxy(config.proxy, required=config.proxy_required)
        self.config = config
        self._wire = _RecordedConnection(
            config, guard or Guard(allow_private=config.allow_private, connect_to=config.connect_to)
        )
        self.adapter = _Adapter(self._wire)
        self._timeout = Timeout(connect=config.limits.connect_seconds, read=config.limits.read_seconds)
        self.headers: Mapping[str, str] = {
            "User-Agent": config.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
            "Accept-Language": "*",
            "Connection": "keep-alive",
        }

    def visit(self) -> Visit:
        """A new cookie jar over the shared connections."""
        return Visit(self)

    def exchange(
        self, visit: Visit, url: str, spool: Path | None, limits: Limits | None = None, sent: Sent | None = None
    ) -> tuple[RawExchange, CaptureError | None]:
        """GET `url`, or send what was `sent` there, and record it; never raises for what the network does.

        The raw exchange is empty (`size` 0) when no byte of a response came; a CaptureError says what ended it early.
        Raises StorageError when the spool cannot be written.
        """
        raw = self._wire.raw = RawExchange(limits or self.config.limits, spool)
        try:
            error = self._get(visit, url, sent)
            raw.ended()
        except BaseException:
            raw.close()
            raise
        if error is not None:
            return raw, capture_error_from(error, raw)
        if not raw.head_complete:
            return raw, CaptureError(kind="disconnect", message="the connection closed inside the headers", again=True)
        if status_of(raw.head) is None:
            return raw, no_status(raw)
        return raw, None

    def _get(self, visit: Visit, url: str, sent: Sent | None) -> Exception | None:
        """Run the exchange to its end; returns what ended it early."""
        proxy = self.config.proxy
        try:
            if proxy:
                self._wire.guard.check_name(web_address(url).hostname)
            if sent is None:
                response = visit.ask(url, self._timeout, proxy)
            else:
                response = visit.relay(url, sent, self._timeout, proxy)
            try:
                while response.read1(1 << 16, decode_content=False):
                    pass
            finally:
                response.close()
                response.release_conn()
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return error
        except (BoundReached, AddressRefused, NameUnknown, CaptureError) as error:
            return error
        return None

    def close(self) -> None:
        """Close all connections."""
        self.adapter.close()
