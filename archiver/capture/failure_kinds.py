"""Names what ends an exchange early: one word, one sentence, and whether another attempt makes sense.

requests and urllib3 wrap the cause several times; here it is dug out again.
"""

import re
import ssl
from collections.abc import Iterator, Mapping

from socks import ProxyConnectionError  # type: ignore[import-untyped]
from socks import ProxyError as SocksError
from urllib3.exceptions import ProxyError

from archiver.capture.wire.http_framing import begins_as_http, status_of
from archiver.capture.wire.raw_exchange import BoundReached, RawExchange
from archiver.model import Truncation
from archiver.network.address_guard import AddressRefused, NameUnknown


class CaptureError(Exception):
    """`kind` is one of dns, guard, connect, proxy, tls, timeout, disconnect, bound, protocol, address, redirects;
    `again`, whether another attempt makes sense; `truncation`, what a response recorded so far lacks; `seen`, facts to
    keep."""

    def __init__(
        self,
        *,
        kind: str,
        message: str,
        again: bool,
        truncation: Truncation | None = "disconnect",
        seen: Mapping[str, object] | None = None,
    ) -> None:
        self.kind, self.message, self.again, self.truncation, self.seen = kind, message, again, truncation, seen or {}
        super().__init__(message)

    @classmethod
    def connecting(cls, host: str, port: int, error: OSError | None) -> "CaptureError":
        """No address of a host took the connection."""
        slow = isinstance(error, TimeoutError)
        why = "no answer in time" if slow else (error.strerror or str(error)) if error else "no address"
        return cls(
            kind="timeout" if slow else "connect",
            message=f"cannot connect to {host}:{port}: {why}",
            again=True,
            seen={"host": host, "port": port},
        )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps, outermost first; bounded, since chains may loop."""
    waiting, seen = [error], 0
    while waiting and seen < 50:
        current = waiting.pop(0)
        seen += 1
        yield current
        inner = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        waiting += [each for each in inner if isinstance(each, BaseException)]


def capture_error_from(error: BaseException, raw: RawExchange) -> CaptureError:
    """Name what a library raised during an exchange."""
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case CaptureError():
                return cause
            case AddressRefused() | NameUnknown():
                return refusal(cause)
            case BoundReached():
                return CaptureError(kind="bound", message=str(cause), again=False, truncation=cause.truncation)
            case ssl.SSLCertVerificationError():
                return CaptureError(
                    kind="tls", message=f"the certificate is refused: {cause.verify_message}", again=False
                )
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not raw.request:
            return CaptureError(kind="tls", message=f"TLS failed: {cause.reason or cause}", again=False)
    for cause in causes:
        if isinstance(cause, ProxyError):
            why = f"the proxy failed: {_plainly(cause.original_error)}"
            return CaptureError(kind="proxy", message=why, again=True, truncation="disconnect")
        if isinstance(cause, SocksError):
            why = f"the proxy does not connect: {cause.msg.removeprefix('Socket error: ')}"
            if isinstance(cause, ProxyConnectionError):
                why = f"the proxy failed: {_plainly(cause.socket_err or cause)}"
            return CaptureError(kind="proxy", message=why, again=True, truncation="disconnect")
    if isinstance(error, ValueError):  # requests' own errors about addresses are such
        return CaptureError(kind="address", message=f"not an address that can be asked for: {error}", again=False)
    if raw.size and not begins_as_http(raw.head):
        shown = raw.head[:40].decode("latin-1")
        return CaptureError(kind="protocol", message=f"the answer is not HTTP/1: it begins with {shown!r}", again=False)
    if any(isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__ for cause in causes):
        return CaptureError(kind="timeout", message="the server stopped answering", again=True, truncation="time")
    if raw.head_complete and status_of(raw.head) is None:
        return no_status(raw)
    if raw.size:
        return CaptureError(kind="disconnect", message="the connection broke before the response was whole", again=True)
    return CaptureError(kind="disconnect", message="the connection closed without an answer", again=True)


def no_status(raw: RawExchange) -> CaptureError:
    """An answer whose first line is no status line."""
    shown = raw.head[:40].partition(b"\n")[0].decode("latin-1")
    return CaptureError(kind="protocol", message=f"the status line is not HTTP: {shown!r}", again=False)


def _plainly(error: BaseException) -> str:
    """The system's message, or else the library's without the connection that it puts first."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return _CONNECTION.sub("", str(error))


_CONNECTION = re.compile(r"^\w+\(host='[^']*', port=\d+\): ")


def refusal(error: AddressRefused | NameUnknown) -> CaptureError:
    """A name that may not be reached, or does not exist."""
    if isinstance(error, AddressRefused):
        seen = {"host": error.host, "resolved": error.addresses}
        return CaptureError(kind="guard", message=str(error), again=False, seen=seen)
    return CaptureError(kind="dns", message=str(error), again=error.temporary, seen={"host": error.host})
