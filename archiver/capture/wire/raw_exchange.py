"""The bytes of one HTTP exchange as they went over the connection (after TLS), and nothing else.

The recorder feeds it: what was sent, what was received. It separates interim 1xx answers from the final response (RFC
9110, 15.2), keeps a large response on disk, hashes on the way, and holds the bounds on size and time. It parses no more
than it must; `http_framing.py` reads the message. Each `received` returns what the HTTP client should see.
"""

import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from archiver.capture.wire.chunk_relay import ChunkRelay
from archiver.capture.wire.http_framing import Headers, begins_as_http, client_head, headers_of, status_of, values
from archiver.config import Limits
from archiver.digest import Hasher
from archiver.errors import StorageError
from archiver.model import Tls, Truncation

_HEAD_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"(?:\r?\n)?HTTP/\d(?:\.\d)? +1(?!01)\d\d\b", re.IGNORECASE)


class BoundReached(Exception):
    """A bound of `Limits` stopped the exchange; what was received until then is kept."""

    def __init__(self, truncation: Truncation, message: str) -> None:
        self.truncation = truncation
        super().__init__(message)


class RawExchange:
    """The bytes of one exchange. Deadline and bounds are checked while it is fed: `received` raises BoundReached."""

    def __init__(self, limits: Limits, spool: Path | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.request = bytearray()
        self.target = ""
        """What the request line names (RFC 9112, 3.2), to the letter."""
        self.interim: list[bytes] = []
        self.head = b""
        """The final response's status line and headers with the empty line that ends them."""
        self.headers: Headers = ()
        """Of the final response; reading them once is enough for the client, the framing and the page."""
        self.head_complete = False
        self.ip: str | None = None
        self.tls: Tls | None = None
        self.hasher = Hasher(["sha256"])
        self._pending, self._interim_size = bytearray(), 0
        self._foreign = False
        self._chunks: ChunkRelay | None = None
        self._limits, self._monotonic = limits, monotonic
        self._deadline = monotonic() + limits.exchange_seconds
        spooled = tempfile.SpooledTemporaryFile(limits.spool_bytes, dir=str(spool) if spool else None)  # noqa: SIM115
        self._file = cast(IO[bytes], spooled)

    @property
    def size(self) -> int:
        """Bytes of the final response received."""
        return self.hasher.size

    def seconds_left(self) -> float:
        """Until the exchange must be over. Raises BoundReached when none are."""
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise self.overdue()
        return left

    def overdue(self) -> BoundReached:
        """The error for an exchange whose time is up."""
        return BoundReached("time", f"not over after {self._limits.exchange_seconds:g} seconds")

    def sent(self, data: bytes) -> None:
        """Bytes of the request, in order."""
        self.request += data

    def received(self, data: bytes) -> bytes:
        """Take bytes off the connection; returns those an HTTP client should see now (interim answers never)."""
        if self.head_complete or self._foreign:
            self._keep(data)
            return self._chunks.feed(data) if self._chunks else data
        searched = max(0, len(self._pending) - 2)
        self._pending += data
        while match := _HEAD_END.search(self._pending, searched):
            head, searched = bytes(self._pending[: match.end()]), 0
            del self._pending[: match.end()]
            if _INTERIM.match(head):
                self.interim.append(head)
                self._interim_size += len(head)
                continue
            body = bytes(self._pending)
            self._pending.clear()
            self.head, self.headers, self.head_complete = head, headers_of(head), True
            self._keep(head + body)
            if status_of(head) is None:
                return head + body
            if "chunked" in values(self.headers, "transfer-encoding"):
                self._chunks = ChunkRelay()
                body = self._chunks.feed(body)
            return client_head(head, self.headers) + body
        if self._interim_size + len(self._pending) > self._limits.head_bytes:
            self.ended()
            raise BoundReached("length", f"the response's headers are larger than {self._limits.head_bytes} bytes")
        if not begins_as_http(self._pending):
            self._foreign = True
            return self.ended()
        return b""

    def ended(self) -> bytes:
        """The connection ended: return what was held back while the end of the headers was awaited."""
        if self.head_complete or not self._pending:
            return self._chunks.rest() if self._chunks else b""
        self.head = bytes(self._pending)
        self.headers = headers_of(self.head)
        self._pending.clear()
        self._keep(self.head)
        return self.head

    def _keep(self, data: bytes) -> None:
        room = self._limits.response_bytes - self.size
        kept = data[:room]
        try:
            self._file.write(kept)
        except OSError as error:
            raise StorageError.from_os("keep a response on disk", error) from error
        self.hasher.update(kept)
        if len(data) > room:
            raise BoundReached("length", f"the response is larger than {self._limits.response_bytes} bytes")

    def block(self) -> IO[bytes]:
        """The final response from its first byte."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Close and remove the temporary file."""
        self._file.close()
