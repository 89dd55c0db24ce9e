"""Fetches each host's robots.txt once per job, records the answer, and says what it means for an address."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock

from archiver.capture.capture_writer import Recording
from archiver.capture.failure_kinds import CaptureError
from archiver.capture.redirect_chain import RedirectChain, Requester
from archiver.capture.robots.policy import BYTES, Robots, Rules, product_of, robots_address
from archiver.capture.shared_cache import LARGEST, CachedResponse, SharedCache
from archiver.capture.single_exchange import Attempt
from archiver.capture.wire.http_framing import values
from archiver.model import Copied, Page
from archiver.schemas.moments import moment_text


@dataclass(slots=True)
class RobotsFiles:
    """The robots.txt files of one capture: asked for here, or shared by another capture of the job."""

    requester: Requester
    recording: Recording
    cache: SharedCache | None
    known_from: list[Copied] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _rules: dict[str, Rules] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def about(self, url: str) -> Robots:
        """What the host says about `url`. Raises StorageError."""
        address = robots_address(url)
        with self._lock:
            if address not in self._rules:
                product = product_of(self.requester.recorder.config.user_agent)
                self._rules[address] = Rules(*self._answer(address), product)
            rules = self._rules[address]
        return rules.about(url)

    def forbidden(self, url: str) -> CaptureError | None:
        """Why a capture that obeys robots.txt does not ask for `url`; None when it may."""
        said = self.about(url)
        if not said.forbids:
            return None
        if said.verdict == "disallowed":
            why = f"robots.txt says {said.rule or 'no'}"
            return CaptureError(kind="robots", message=f"not fetched: {why}", again=False, seen={"robots": said.rule})
        why = "robots.txt cannot be read, and without it nothing is fetched under 'obey'"
        return CaptureError(kind="robots-unreachable", message=f"not fetched: {why}", again=False)

    def _answer(self, address: str) -> tuple[int | None, bytes]:
        if self.cache is None:
            return self._asked(address)
        with self.cache.turn(address) as cached:
            if cached is None:
                return self._asked(address)
            if cached.record_id:
                self.known_from.append(self.recording.copy_cached(cached))
            return cached.status or None, cached.body

    def _asked(self, address: str) -> tuple[int | None, bytes]:
        """Ask, record, share. Redirects are followed (RFC 9309, 2.3.1.2). The cookies of the page are not sent."""
        self.asked.append(address)
        requester = replace(self.requester, visit=self.requester.recorder.visit())
        chain, members, record_id = (
            RedirectChain(requester, address, "robots", keep=BYTES, retries=0),
            list[bytes](),
            "",
        )
        for done in chain:
            kept = self.recording.keep(done, members=members if done.raw.size <= LARGEST else None)
            record_id = kept.record_ids.response if kept else record_id
        last = chain.answer if chain.arrived and not chain.fault else None
        body = last.page.body if last and last.page else b""
        if self.cache is not None:
            # Only a single exchange is shared, and nothing that depends on a page or a person.
            whole = last and last.page and not chain.redirects and impersonal(last.page, last)
            cached = cached_response_of(
                address, last, self.recording, record_id, members if whole else [], body, requester.now
            )
            self.cache.put(cached)
        return last.status if last else None, body


def impersonal(page: Page, done: Attempt) -> bool:
    """Whether a response may be shared with other bags: public, the same for everybody, and not HTML."""
    control, vary = values(page.headers, "cache-control"), values(page.headers, "vary")
    private = any(each.startswith(("private", "no-cache")) for each in control)
    personal = page.header("set-cookie") is not None or b"\r\ncookie:" in bytes(done.raw.request).lower()
    kind = (page.header("content-type") or "html").lower()
    return not (private or personal or {"cookie", "authorization", "*"} & set(vary) or "html" in kind)


def cached_response_of(
    url: str,
    done: Attempt | None,
    recording: Recording,
    record_id: str,
    members: list[bytes],
    body: bytes,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> CachedResponse:
    """What later captures may copy for an address; without an answer, the fact that there was none."""
    return CachedResponse(
        url=url,
        bag=recording.files.name,
        captured=moment_text(done.asked if done else now()),
        record_id=record_id,
        status=(done.status or 0) if done else 0,
        payload_sha256=done.payload_sha256 if done else None,
        content_type=(done.page.header("content-type") or "") if done and done.page else "",
        response_length=recording.length_of(record_id) if members else 0,
        warcinfo=recording.files.warc().info_member if members else b"",
        members=b"".join(members),
        body=body,
    )
