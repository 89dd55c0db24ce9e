"""A seed's address in, a Capture or a Failure out: robots.txt, the page with its redirects, what the page needs.

Every response that came is written to the WARC, whatever its status; without one for the page, nothing is kept and the
Failure says what was seen. Does not judge the text of a page.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archiver.capture.capture_writer import Recording, Shelf
from archiver.capture.failure_kinds import Trouble
from archiver.capture.fetch_requisites import Collector, idle_clock
from archiver.capture.recorder import Recorder
from archiver.capture.redirect_chain import Asker, Walk
from archiver.capture.robots_fetch import RobotsDesk
from archiver.capture.robots_policy import Robots
from archiver.capture.shared_cache import Store
from archiver.capture.single_exchange import Attempt
from archiver.config import without_credentials
from archiver.model import Capture, Failure, Outcome, Page

GONE = {404, 410}
BLOCKED = {401, 402, 403, 407, 429, 451}


@dataclass(slots=True)
class Fetcher:
    """Fetches originals with one recorder. `now` and `sleep` are the clock of the job; `store` is what its captures
    lend each other, None for nothing."""

    recorder: Recorder
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    store: Store | None = None

    def fetch(self, url: str, shelf: Shelf) -> Capture | Failure:
        """Fetch an address with all that belongs to it. Raises StorageError, and RecordingError when the record is not
        whole."""
        config, started, begun = self.recorder.config, self.now(), idle_clock()
        recording = Recording(shelf)
        with self.recorder.visit() as visit:
            asker = Asker(recorder=self.recorder, visit=visit, limits=config.limits, spool=shelf.spool,
                          now=self.now, sleep=self.sleep)  # fmt: skip
            manners = _Manners(config.robots, RobotsDesk(asker, recording, self.store))
            asker = manners.with_them(asker)
            walk = Walk(asker, url, "seed", keep=config.limits.page_bytes, retries=config.limits.retries)
            final = None
            for done in walk:
                final = recording.keep(done) or final
            answer, requisites = walk.answer, None
            if answer is not None and answer.page is not None:
                if config.requisites and worth_showing(answer.page):
                    requisites = Collector(asker, recording, self.store, config, begun).collect(answer.page)
                recording.check()
        finished = max(self.now(), started)
        if answer is None or answer.page is None or final is None:
            if self.store:
                for address in manners.desk.asked:
                    self.store.disown(address, shelf.name)
            return _failure(walk, manners, started, finished)
        outcome, reason = outcome_of(walk, answer, answer.page)
        return Capture(
            outcome=outcome,
            reason=reason,
            started=started,
            finished=finished,
            requested_url=walk.requested,
            final_url=final.url,
            status=final.status,
            redirects=tuple(walk.redirects),
            record_id=final.record_ids.response,
            payload_sha256=answer.payload_sha256,
            exchanges=tuple(recording.exchanges),
            page=answer.page,
            user_agent=config.user_agent,
            proxy=without_credentials(config.proxy),
            robots=manners.verdict,
            robots_rule=manners.seeds.rule if manners.seeds else None,
            robots_from=tuple(manners.desk.known_from),
            crawl_delay=manners.seeds.delay if manners.seeds else None,
            requisites=requisites,
            index=tuple(recording.index),
        )


@dataclass(slots=True)
class _Manners:
    """The robots policy of a capture; `seeds` is what robots.txt says about the seed's own address."""

    policy: str
    desk: RobotsDesk
    seeds: Robots | None = None

    def with_them(self, asker: Asker) -> Asker:
        """The same asker, minding the policy."""
        return asker if self.policy == "ignore" else replace(asker, may=self._may)

    def _may(self, url: str) -> Trouble | None:
        if self.seeds is None:
            self.seeds = self.desk.about(url)
        return self.desk.forbidden(url) if self.policy == "obey" else None

    @property
    def verdict(self) -> str:
        """For the record."""
        if self.policy == "ignore":
            return "ignored"
        return self.seeds.verdict if self.seeds else "not-asked"


def worth_showing(page: Page) -> bool:
    """Whether a page is HTML that a reader would see, so that its requisites matter."""
    kind = (page.header("content-type") or "text/html").lower()
    return 200 <= page.status < 300 and "html" in kind and bool(page.body)


def _failure(walk: Walk, manners: _Manners, started: datetime, finished: datetime) -> Failure:
    trouble = walk.trouble or Trouble(kind="unknown", message="nothing was received", again=False)
    return Failure(
        url=walk.requested,
        outcome="refused" if trouble.kind in ("guard", "robots") else "failed",
        kind=trouble.kind,
        reason=trouble.message,
        started=started,
        finished=finished,
        attempts=walk.attempts,
        seen={"address": walk.url, **trouble.seen},
        crawl_delay=manners.seeds.delay if manners.seeds else None,
    )


def outcome_of(walk: Walk, answer: Attempt, page: Page) -> tuple[Outcome, str | None]:
    """The outcome (docs/bag-format.md, section 4.3), by status, and by what kept the walk from its end."""
    status, trouble = page.status, walk.trouble
    stopped = trouble is not None and trouble.kind not in ("disconnect", "bound", "timeout", "protocol")
    if trouble is not None and (stopped or not walk.arrived):
        return ("refused" if trouble.kind in ("guard", "robots") else "failed"), trouble.message
    if trouble is not None and (trouble.kind == "protocol" or not answer.tape.head_complete):
        return "failed", trouble.message
    if 200 <= status < 300:
        return "captured", f"the response is not whole: {trouble.message}" if trouble else None
    if status in GONE:
        return "gone", f"status {status}"
    if status in BLOCKED:
        return "blocked", f"status {status}"
    return "failed", f"status {status}"
