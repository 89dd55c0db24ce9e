"""Follows one address to its end: redirects followed, failed attempts repeated. Yields what was recorded; writes
nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archiver.capture.failure_kinds import CaptureError
from archiver.capture.refresh import refresh_target
from archiver.capture.robots.policy import retry_after
from archiver.capture.single_exchange import Attempt, attempt
from archiver.capture.urls import address_problem, as_sent, redirect_target
from archiver.capture.wire.recorder import Recorder, Visit
from archiver.config import Limits
from archiver.model import Initiator

REDIRECTS = {301, 302, 303, 307, 308}
REFRESHES = 5
"""Pages in a row that lead on by themselves and are followed."""
AGAIN = {429, 502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """What a redirect chain needs to ask: recorder, cookies, clock, bounds. `may` forbids an address by giving a
    CaptureError."""

    recorder: Recorder
    visit: Visit
    limits: Limits
    spool: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    may: Callable[[str], CaptureError | None] = lambda _: None


@dataclass(slots=True)
class RedirectChain:
    """Follows an address to its answer. Iterate it once: each attempt comes as soon as it is recorded, and the
    consumer closes its raw exchange. Afterwards `answer` is the last response, `fault` what kept it from the end."""

    requester: Requester
    requested: str
    initiator: Initiator
    keep: int
    """How much of each body is kept decoded, in bytes."""
    retries: int
    redirects: list[str] = field(default_factory=list)
    answer: Attempt | None = None
    fault: CaptureError | None = None
    attempts: int = 0
    url: str = ""
    _refreshes: int = 0

    def __iter__(self) -> Iterator[Attempt]:
        """Ask, follow, ask again, within the limits."""
        self.url = self.requested
        if problem := address_problem(self.url):
            message = f"{self.url!r} cannot be asked for: {problem}"
            self.fault = CaptureError(kind="address", message=message, again=False)
            return
        initiator = self.initiator
        while self._allowed():
            yield from self._ask(initiator)
            target, initiator = self._redirected(), "redirect"
            if target is None:
                target, initiator = self._refreshed(), "refresh"
            if target is None or not self._may_follow(target):
                return
            self.url = target

    def _allowed(self) -> bool:
        forbidden = self.requester.may(self.url)
        self.fault = forbidden or self.fault
        return forbidden is None

    def _redirected(self) -> str | None:
        if self.fault or self.answer is None or self.answer.page is None or self.answer.status not in REDIRECTS:
            return None
        location = self.answer.page.header("location")
        return redirect_target(self.url, location) if location else None

    def _refreshed(self) -> str | None:
        """Where the page itself leads on to; None where it stays, or has been there: then what came is the page."""
        answer = self.answer
        if self.initiator not in ("seed", "second-view") or self.fault or not self.arrived:
            return None
        if answer is None or answer.page is None:
            return None
        if not 200 <= answer.page.status < 300 or self._refreshes == REFRESHES:
            return None
        target = refresh_target(replace(answer.page, url=self.url))
        if target is None or as_sent(target) in map(as_sent, (self.requested, *self.redirects)):
            return None
        self._refreshes += 1
        return target

    def _may_follow(self, target: str) -> bool:
        limit = self.requester.limits.redirects
        if len(self.redirects) >= limit:
            again = " in a circle" if target in self.redirects or target == self.requested else ""
            self.fault = CaptureError(kind="redirects", message=f"more than {limit} redirects{again}", again=False)
            return False
        self.redirects.append(target)
        problem = address_problem(target)
        if problem:
            self.url = target
            self.fault = CaptureError(kind="guard", message=f"a redirect leads to {target!r}: {problem}", again=False)
        return problem is None

    def _ask(self, initiator: Initiator) -> Iterator[Attempt]:
        """One address, with as many attempts as it may have."""
        for number in range(self.retries + 1):
            limits = self.requester.limits
            self.attempts += 1
            try:
                url = as_sent(self.url)
            except ValueError as error:
                message = f"{self.url!r} cannot be asked for: {error}"
                self.fault = CaptureError(kind="address", message=message, again=False)
                return
            done = attempt(
                self.requester.recorder,
                self.requester.visit,
                url,
                "retry" if number else initiator,
                asked=self.requester.now(),
                keep=self.keep,
                limits=limits,
                spool=self.requester.spool,
            )
            done.ended = max(self.requester.now(), done.asked)
            self.fault = done.fault
            if done.page is not None:
                self.answer = done
            yield done
            wanted = done.fault.again if done.fault else done.status in AGAIN
            wait = limits.backoff_seconds * 2**number
            if done.page and done.status in AGAIN:
                wait = max(wait, retry_after(done.page.header("retry-after"), self.requester.now()) or 0)
            if not wanted or number == self.retries or wait > limits.retry_after_seconds:
                return
            self.requester.sleep(wait)

    @property
    def arrived(self) -> bool:
        """Whether the last address asked for gave the last answer."""
        try:
            return self.answer is not None and self.answer.url == as_sent(self.url)
        except ValueError:
            return False
