"""Fetches a seed's address and returns a Capture or a Failure: robots.txt, the page with its redirects, its resources.

Every response that came is written to the WARC, whatever its status; without one for the page, nothing is kept and the
Failure says what was seen. Does not judge the text of a page.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from archiver.capture.capture_writer import CaptureFiles, Recording
from archiver.capture.cookie_file import CookieFile
from archiver.capture.failure_kinds import CaptureError
from archiver.capture.redirect_chain import RedirectChain, Requester
from archiver.capture.requisites.fetch import Collector, Concurrency
from archiver.capture.robots.fetch import RobotsFiles
from archiver.capture.robots.policy import Robots
from archiver.capture.shared_cache import SharedCache
from archiver.capture.single_exchange import Attempt
from archiver.capture.wire.http_framing import part_of
from archiver.capture.wire.recorder import Recorder, Visit
from archiver.markup.media_types import content_type_of, is_html
from archiver.model import Capture, Exchange, Failure, Outcome, Page, Recorded

GONE = {404, 410}
BLOCKED = {401, 402, 403, 407, 429, 451}


@dataclass(slots=True)
class Fetcher:
    """Fetches originals with one recorder. `now` and `sleep` are the clock of the job; `cache` has the responses
    that its captures share; None: nothing is shared."""

    recorder: Recorder
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    cache: SharedCache | None = None
    concurrency: Concurrency = field(default_factory=Concurrency)
    cookies: CookieFile | None = None
    """Of subscriptions: sent with pages and their requisites, each to its own host alone."""

    def session(self, files: CaptureFiles) -> "Session":
        """What one capture is made with, for whoever goes on recording after `fetch`."""
        recording = Recording(files)
        requester = Requester(
            recorder=self.recorder,
            visit=self._visit(),
            limits=self.recorder.config.limits,
            spool=files.spool,
            now=self.now,
            sleep=self.sleep,
        )
        robots = _RobotsPolicy(self.recorder.config.robots, RobotsFiles(requester, recording, self.cache))
        return Session(requester=robots.applied_to(requester), recording=recording, robots=robots)

    def _visit(self) -> Visit:
        visit = self.recorder.visit()
        if self.cookies:
            self.cookies.put_into(visit.cookies)
        return visit

    def _logged_in(self, exchanges: list[Exchange]) -> tuple[str, ...]:
        """The hosts of pages that got cookies of the file: robots.txt is asked for without."""
        if self.cookies is None:
            return ()
        sent = (each.url for each in exchanges if each.initiator != "robots" and self.cookies.go_to(each.url))
        return tuple(dict.fromkeys(urlsplit(url).hostname or "" for url in sent))

    def fetch(self, url: str, files: CaptureFiles, session: "Session | None" = None) -> Capture | Failure:
        """Fetch an address with all that belongs to it. Raises StorageError, and RecordingError when the record is not
        whole."""
        config, started, begun = self.recorder.config, self.now(), self.concurrency.idle_clock()
        session = session or self.session(files)
        recording, robots, requester = session.recording, session.robots, session.requester
        chain = RedirectChain(requester, url, "seed", keep=config.limits.page_bytes, retries=config.limits.retries)
        final = None
        for done in chain:
            final = recording.keep(done) or final
        answer, requisites = chain.answer, None
        if answer is not None and answer.page is not None:
            if config.requisites and worth_showing(answer.page):
                collector = Collector(requester, recording, self.cache, config, begun, self.concurrency)
                requisites = collector.collect(answer.page)
            recording.check()
        finished = max(self.now(), started)
        if answer is None or answer.page is None or final is None:
            if self.cache:
                for address in robots.files.asked:
                    self.cache.disown(address, files.name)
            return _failure(chain, robots, recording, started, finished)
        outcome, reason = outcome_of(chain, answer, answer.page)
        return Capture(
            outcome=outcome,
            reason=reason,
            started=started,
            finished=finished,
            requested_url=chain.requested,
            final_url=final.url,
            status=final.status,
            redirects=tuple(chain.redirects),
            record_id=final.record_ids.response,
            payload_sha256=answer.payload_sha256,
            exchanges=tuple(recording.exchanges),
            page=answer.page,
            user_agent=config.user_agent,
            proxy=config.stated_proxy,
            robots=robots.verdict,
            robots_rule=robots.for_seed.rule if robots.for_seed else None,
            robots_from=tuple(robots.files.known_from),
            crawl_delay=robots.for_seed.delay if robots.for_seed else None,
            requisites=requisites,
            index=tuple(recording.index),
            logged_in=self._logged_in(recording.exchanges),
        )


@dataclass(slots=True)
class _RobotsPolicy:
    """The robots policy of a capture; `for_seed` is what robots.txt says about the seed's own address."""

    policy: str
    files: RobotsFiles
    for_seed: Robots | None = None

    def applied_to(self, requester: Requester) -> Requester:
        """The same requester, which keeps to the policy."""
        return requester if self.policy == "ignore" else replace(requester, may=self._may)

    def _may(self, url: str) -> CaptureError | None:
        if self.for_seed is None:
            self.for_seed = self.files.about(url)
        return self.files.forbidden(url) if self.policy == "obey" else None

    @property
    def verdict(self) -> str:
        """For the record."""
        if self.policy == "ignore":
            return "ignored"
        return self.for_seed.verdict if self.for_seed else "not-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one capture is made with: who asks, within which policy, and where it is written."""

    requester: Requester
    recording: Recording
    robots: _RobotsPolicy


def worth_showing(page: Page) -> bool:
    """Whether a page is HTML that a reader would see, so that its requisites matter."""
    return 200 <= page.status < 300 and is_html(page.body, content_type_of(page.headers))


def _failure(
    chain: RedirectChain, robots: _RobotsPolicy, recording: Recording, started: datetime, finished: datetime
) -> Failure:
    fault = chain.fault or CaptureError(kind="unknown", message="nothing was received", again=False)
    return Failure(
        url=chain.requested,
        outcome="refused" if fault.kind in ("guard", "robots") else "failed",
        kind=fault.kind,
        reason=fault.message,
        started=started,
        finished=finished,
        attempts=chain.attempts,
        seen={"address": chain.url, **fault.seen},
        crawl_delay=robots.for_seed.delay if robots.for_seed else None,
        outage=fault.kind == "dns" and fault.again,
        recorded=Recorded(
            exchanges=tuple(recording.exchanges),
            index=tuple(recording.index),
            robots=robots.verdict,
            robots_rule=robots.for_seed.rule if robots.for_seed else None,
            robots_from=tuple(robots.files.known_from),
        ),
    )


def outcome_of(chain: RedirectChain, answer: Attempt, page: Page) -> tuple[Outcome, str | None]:
    """The outcome (docs/bag-format.md, section 4.3), by status, and by what stopped the redirect chain."""
    status, fault = page.status, chain.fault
    stopped = fault is not None and fault.kind not in ("disconnect", "bound", "timeout", "protocol")
    if fault is not None and (stopped or not chain.arrived):
        return ("refused" if fault.kind in ("guard", "robots") else "failed"), fault.message
    if fault is not None and (fault.kind == "protocol" or not answer.raw.head_complete):
        return "failed", fault.message
    if 200 <= status < 300:
        lacks = fault.message if fault else part_of(status, page.headers)
        return "captured", f"the response is not whole: {lacks}" if lacks else None
    if status in GONE:
        return "gone", f"status {status}"
    if status in BLOCKED:
        return "blocked", f"status {status}"
    return "failed", f"status {status}"
