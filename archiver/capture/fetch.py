"""A seed's address in, a Capture or a Failure out: redirects, retries, and what the outcome is called.

Every response that came is written to the WARC, whatever its status; without any, nothing is written and the Failure
says what was seen. Does not judge the text of a page.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urldefrag, urljoin, urlsplit

from archiver.capture.framing import Framing, decoded, headers_of, status_of, values
from archiver.capture.recorder import Recorder, Visit, as_sent
from archiver.capture.tape import Tape
from archiver.capture.trouble import Trouble
from archiver.capture.warc import WarcFile
from archiver.config import without_credentials
from archiver.digest import Hasher
from archiver.errors import RecordingError
from archiver.model import Capture, Exchange, Failure, Initiator, Outcome, Page

REDIRECTS = {301, 302, 303, 307, 308}
AGAIN = {429, 502, 503, 504}
GONE = {404, 410}
BLOCKED = {401, 402, 403, 407, 429, 451}


class Shelf(Protocol):
    """Where a capture's files go: opened when there is something to keep."""

    @property
    def spool(self) -> Path:
        """A folder for what is too large for memory."""

    def warc(self) -> WarcFile:
        """The capture's WARC file, opened at the first call."""


@dataclass(slots=True)
class _Answer:
    """The last exchange of a walk: what the page would be if it ended here."""

    exchange: Exchange
    page: Page
    payload_sha256: str | None
    readable: bool
    """Whether its headers came whole."""


@dataclass(slots=True)
class Fetcher:
    """Fetches originals with one recorder. `now` and `sleep` are the clock of the job."""

    recorder: Recorder
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    def fetch(self, url: str, shelf: Shelf) -> Capture | Failure:
        """Fetch an address with its redirects. Raises StorageError, and RecordingError when the record is not whole."""
        walk = _Walk(self, shelf, url)
        try:
            walk.go()
        finally:
            walk.visit.close()
        return walk.result()


@dataclass(slots=True)
class _Walk:
    """One capture in progress: the exchanges so far, and what ended it."""

    fetcher: Fetcher
    shelf: Shelf
    requested: str
    started: datetime = field(init=False)
    visit: Visit = field(init=False)
    url: str = field(init=False)
    exchanges: list[Exchange] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    answer: _Answer | None = None
    trouble: Trouble | None = None
    attempts: int = 0

    def __post_init__(self) -> None:
        self.started = self.fetcher.now()
        self.visit = self.fetcher.recorder.visit()
        self.url = self.requested

    def go(self) -> None:
        """Follow redirects to the end or to the bound."""
        if problem := address_problem(self.requested):
            message = f"{self.requested!r} cannot be asked for: {problem}"
            self.trouble = Trouble(kind="address", message=message, again=False)
            return
        initiator: Initiator = "seed"
        while True:
            self._ask(initiator)
            target = self._redirect_target()
            if target is None:
                return
            limit = self.fetcher.recorder.config.limits.redirects
            if len(self.redirects) >= limit:
                again = " in a circle" if target in self.redirects or target == self.requested else ""
                self.trouble = Trouble(kind="redirects", message=f"more than {limit} redirects{again}", again=False)
                return
            self.redirects.append(target)
            self.url, initiator = target, "redirect"
            problem = address_problem(target)
            if problem:
                self.trouble = Trouble(kind="guard", message=f"a redirect leads to {target!r}: {problem}", again=False)
                return

    def _redirect_target(self) -> str | None:
        if self.trouble or self.answer is None or self.answer.exchange.status not in REDIRECTS:
            return None
        location = self.answer.page.header("location")
        if not location:
            return None
        location = readable(location)
        try:
            fragment = urlsplit(self.url).fragment
            target = urljoin(self.url, location)
            return target if urlsplit(target).fragment or not fragment else f"{target}#{fragment}"
        except ValueError:
            return location  # as it stands: the caller asks what is wrong with it

    def _ask(self, initiator: Initiator) -> None:
        """One address, with as many attempts as the limits allow."""
        limits = self.fetcher.recorder.config.limits
        for attempt in range(limits.retries + 1):
            self.attempts += 1
            self._once("retry" if attempt else initiator)
            status = self.answer.exchange.status if self.answer and not self.trouble else None
            wanted = self.trouble.again if self.trouble else status in AGAIN
            wait = limits.backoff_seconds * 2**attempt
            if self.answer and status in AGAIN:
                wait = max(wait, retry_after(self.answer.page.header("retry-after"), self.fetcher.now()) or 0)
            if not wanted or attempt == limits.retries or wait > limits.retry_after_seconds:
                return
            self.fetcher.sleep(wait)

    def _once(self, initiator: Initiator) -> None:
        asked = self.fetcher.now()
        try:
            url = as_sent(urldefrag(self.url).url)
        except ValueError as error:
            self.trouble = Trouble(kind="address", message=f"{self.url!r} cannot be asked for: {error}", again=False)
            return
        tape, self.trouble = self.fetcher.recorder.exchange(self.visit, url, self.shelf.spool)
        try:
            if status_of(tape.head) is not None:
                self.answer = self._keep(tape, url, asked, initiator)
                self.exchanges.append(self.answer.exchange)
        finally:
            tape.close()

    def _keep(self, tape: Tape, url: str, asked: datetime, initiator: Initiator) -> _Answer:
        """Read the recorded response, write it to the WARC."""
        limits = self.fetcher.recorder.config.limits
        framing, hasher = Framing(tape.block(), tape.head), Hasher()
        headers = headers_of(tape.head)
        body, problem = decoded(_hashed(framing, hasher), values(headers, "content-encoding"), limits.page_bytes)
        whole = framing.problem is None and self.trouble is None
        if framing.problem and (self.trouble is None or self.trouble.kind == "disconnect"):
            self.trouble = Trouble(kind="disconnect", message=framing.problem, again=not framing.broken)
        truncated = self.trouble.truncation if self.trouble else None
        exact = not framing.chunked and framing.surplus == 0 and tape.head_complete
        ids = self.shelf.warc().write_exchange(
            tape, url=url, started=asked, payload=hasher if exact else None, truncated=truncated
        )
        believed = tape.head_complete and not (framing.chunked and not whole)
        words = [self.trouble.message if self.trouble else None, framing.problem]
        said = "; ".join(dict.fromkeys(each for each in words if each)) or None
        if framing.surplus:
            said = f"{said or 'complete'}; {framing.surplus} bytes follow the end of the message"
        status = status_of(tape.head) or 0
        exchange = Exchange(
            seq=len(self.exchanges) + 1,
            started=asked,
            ended=max(self.fetcher.now(), asked),
            url=url,
            initiator=initiator,
            record_ids=ids,
            ip=tape.ip,
            status=status,
            bytes=tape.size,
            truncated=truncated,
            outcome=said or "complete",
            tls=tape.tls,
        )
        page = Page(url=url, status=status, headers=headers, body=body, problem=said or problem)
        digest = hasher.hexdigest() if believed else None
        return _Answer(exchange=exchange, page=page, payload_sha256=digest, readable=tape.head_complete)

    def result(self) -> Capture | Failure:
        """What the walk came to."""
        finished = max(self.fetcher.now(), self.started)
        if self.answer is None:
            return self._failure(finished)
        warc = self.shelf.warc()
        if warc.responses != len(self.exchanges):
            raise RecordingError(f"{len(self.exchanges)} exchanges but {warc.responses} records; nothing is kept")
        outcome, reason = self._outcome()
        recorder = self.fetcher.recorder
        return Capture(
            outcome=outcome,
            reason=reason,
            started=self.started,
            finished=finished,
            requested_url=self.requested,
            final_url=self.answer.exchange.url,
            status=self.answer.exchange.status,
            redirects=tuple(self.redirects),
            record_id=self.answer.exchange.record_ids.response,
            payload_sha256=self.answer.payload_sha256,
            exchanges=tuple(self.exchanges),
            page=self.answer.page,
            user_agent=recorder.config.user_agent,
            proxy=without_credentials(recorder.config.proxy),
        )

    def _answered(self) -> bool:
        """Whether the last address that was wanted gave the last answer."""
        try:
            return self.answer is not None and self.answer.exchange.url == as_sent(urldefrag(self.url).url)
        except ValueError:
            return False

    def _failure(self, finished: datetime) -> Failure:
        trouble = self.trouble or Trouble(kind="unknown", message="nothing was received", again=False)
        return Failure(
            url=self.requested,
            outcome="refused" if trouble.kind == "guard" else "failed",
            kind=trouble.kind,
            reason=trouble.message,
            started=self.started,
            finished=finished,
            attempts=self.attempts,
            seen={"address": self.url, **trouble.seen},
        )

    def _outcome(self) -> tuple[Outcome, str | None]:
        """DESIGN.md, section 4: outcomes by status, and by what kept the walk from its end."""
        assert self.answer is not None
        status, trouble = self.answer.exchange.status, self.trouble
        stopped = trouble is not None and trouble.kind not in ("disconnect", "bound", "timeout", "protocol")
        if trouble is not None and (stopped or not self._answered()):
            return ("refused" if trouble.kind == "guard" else "failed"), trouble.message
        if trouble is not None and (trouble.kind == "protocol" or not self.answer.readable):
            return "failed", trouble.message
        if 200 <= status < 300 and status != 204:
            return "captured", f"the response is not whole: {trouble.message}" if trouble else None
        if status in GONE:
            return "gone", f"status {status}"
        if status in BLOCKED:
            return "blocked", f"status {status}"
        return "failed", f"status {status}"


def _hashed(framing: Framing, hasher: Hasher) -> Iterator[bytes]:
    for piece in framing.payload():
        hasher.update(piece)
        yield piece


def address_problem(url: str) -> str | None:
    """Why an address may not be asked for, in words; None when it may."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https"):
        return "only http and https are fetched"
    if not host:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name or password"
    return None


def readable(location: str) -> str:
    """A Location as text: servers send UTF-8 where headers are read as Latin-1; what is not UTF-8 stays as octets."""
    octets = location.encode("latin-1").strip()
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(each) if each < 0x80 else f"%{each:02X}" for each in octets)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header in either form (RFC 9110, 10.2.3); None where there is none that can be read."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):  # all of them met in email.utils
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
