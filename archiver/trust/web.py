"""One bounded request to an authority: for a timestamp, a list of revoked certificates, an OCSP answer.

Addresses come out of strangers' certificates: they are reached like those of seeds, through guard and proxy. Only the
one that the user named may be private. A POST is never redirected; each step of a redirected GET is judged anew.
"""

import http.client
import ssl
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urljoin, urlsplit

import certifi

from archiver import __version__
from archiver.config import public
from archiver.network.dial import ProxyFailed, Route, authorization

SECONDS = 30.0
"""For one request in all."""
_REDIRECTS = 3
_HEADERS = {"User-Agent": f"archiver/{__version__}", "Accept-Encoding": "identity", "Connection": "close"}
_DIRECT = Route()


def ask(
    url: str,
    *,
    limit: int,
    data: bytes | None = None,
    media_type: str | None = None,
    route: Route = _DIRECT,
    named: bool = False,
) -> bytes:
    """The body of a 200 answer of at most `limit` bytes; POST where there is `data`. `named` is whether the user named
    this address. Raises OSError that says why not.

    Settings of the environment (proxies, netrc) do not count. A thread asks, so that whoever trickles is left alone
    with it when the time is up.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise OSError(f"{public(url)[:200]} is not an http:// or https:// address")
    results: SimpleQueue[bytes | OSError] = SimpleQueue()
    Thread(target=lambda: results.put(_asked(url, limit, data, media_type, route, named)), daemon=True).start()
    try:
        answer = results.get(timeout=SECONDS)
    except Empty:
        raise OSError(f"it does not answer within {SECONDS:g} seconds") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _asked(
    url: str, limit: int, data: bytes | None, media_type: str | None, route: Route, named: bool
) -> bytes | OSError:
    try:
        for _ in range(_REDIRECTS + 1):
            status, location, body = _exchange(url, limit, data, media_type, route, named)
            if status == 200:
                return body
            if not 300 <= status < 400 or not location:
                return OSError(f"it answers with status {status}")
            if data is not None:
                return OSError(f"it answers with status {status}: a question that is sent is not sent elsewhere")
            url, named = urljoin(url, location), False
            if not url.lower().startswith(("http://", "https://")):
                return OSError("it redirects to what is not an http:// or https:// address")
        return OSError(f"it redirects more than {_REDIRECTS} times")
    except (OverlongAnswer, ProxyFailed) as error:
        return error
    except TimeoutError:
        return OSError("it does not answer in time")
    except OSError as error:
        through = " through the proxy" if route.proxy else ""
        return OSError(f"it cannot be reached{through}: {error.strerror or error}")
    except (http.client.HTTPException, ValueError, LookupError) as error:
        return OSError(f"its address or its answer is malformed: {type(error).__name__}")


def _exchange(
    url: str, limit: int, data: bytes | None, media_type: str | None, route: Route, named: bool
) -> tuple[int, str | None, bytes]:
    """(status, where it leads, the body of a 200) of one request. Raises OSError, HTTPException, ValueError."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    if not host:
        raise ValueError("no host")
    http_proxy = route.proxy if route.proxy and not route.proxy.startswith("socks") else None
    # A redirect's target is not the user's word, whoever's host it is.
    sock = route.dial(host, port, SECONDS, named=named, tunnel=secure)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        if secure:
            sock = ssl.create_default_context(cafile=certifi.where()).wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = _HEADERS | ({"User-Agent": route.agent} if route.agent else {})
        headers |= {"Content-Type": media_type} if media_type else {}
        if parts.username is not None:
            headers["Authorization"] = authorization(url) or ""
        if http_proxy and not secure:
            path = f"http://{parts.netloc.rpartition('@')[2]}{path}"
            if credentials := authorization(http_proxy):
                headers["Proxy-Authorization"] = credentials
        connection.request("GET" if data is None else "POST", path, body=data, headers=headers)
        with connection.getresponse() as answer:
            if answer.status != 200:
                return answer.status, answer.headers.get("Location"), b""
            body = bytearray()
            while piece := answer.read1(1 << 14):
                body += piece
                if len(body) > limit:
                    raise OverlongAnswer(f"its answer has more than {limit} bytes")
            return 200, None, bytes(body)
    finally:
        connection.close()
        sock.close()


class OverlongAnswer(OSError):
    """An answer that is larger than it may be."""


def trusted_by_default() -> str:
    """The file of the roots that come with the HTTP client."""
    return certifi.where()
