"""Asks each host's robots.txt once a job, records the answer, and says what it means for an address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from archiver.capture.attempt import Attempt
from archiver.capture.manners import BYTES, Robots, judge, robots_address
from archiver.capture.recording import Recording
from archiver.capture.store import Lent, Store
from archiver.capture.trouble import Trouble
from archiver.capture.walk import Asker, Walk
from archiver.capture.warc import warc_date


@dataclass(slots=True)
class RobotsDesk:
    """The robots.txt files of one capture: asked for here, or lent by another capture of the job."""

    asker: Asker
    recording: Recording
    store: Store | None
    _answers: dict[str, tuple[int | None, bytes]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def about(self, url: str) -> Robots:
        """What the host says about `url`. Raises StorageError."""
        address = robots_address(url)
        with self._lock:
            if address not in self._answers:
                self._answers[address] = self._lent(address) or self._asked(address)
            status, body = self._answers[address]
        return judge(url, status, body)

    def forbidden(self, url: str) -> Trouble | None:
        """Why an obedient visitor does not ask for `url`; None when it may."""
        said = self.about(url)
        if not said.forbids:
            return None
        why = f"robots.txt says {said.rule}" if said.rule else f"robots.txt is {said.verdict}"
        return Trouble(kind="robots", message=f"not fetched: {why}", again=False, seen={"robots": said.rule})

    def _lent(self, address: str) -> tuple[int | None, bytes] | None:
        lent = self.store.get(address) if self.store else None
        if lent is None:
            return None
        if lent.members:
            self.recording.borrow(lent)
        return lent.status or None, lent.body

    def _asked(self, address: str) -> tuple[int | None, bytes]:
        """Ask, record, lend. Redirects are followed (RFC 9309, 2.3.1.2)."""
        walk, members = Walk(self.asker, address, "robots", keep=BYTES, retries=0), list[bytes]()
        record_id = ""
        for done in walk:
            kept = self.recording.keep(done, lend=members)
            record_id = kept.record_ids.response if kept else record_id
        last = walk.answer if walk.arrived and not walk.trouble else None
        status = last.status if last else None
        body = last.page.body if last and last.page else b""
        if self.store is not None:
            lent = [] if walk.redirects else members  # what is lent is one exchange
            self.store.put(lent_from(address, last, self.recording, record_id, lent, body, self.asker.now))
        return status, body


def lent_from(
    url: str,
    done: Attempt | None,
    recording: Recording,
    record_id: str,
    members: list[bytes],
    body: bytes,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Lent:
    """What the captures to come may borrow of an address; without an answer, the fact that there was none."""
    return Lent(
        url=url,
        bag=recording.shelf.name,
        captured=warc_date(done.asked if done else now()),
        record_id=record_id,
        status=(done.status or 0) if done else 0,
        payload_sha256=done.payload_sha256 if done else None,
        content_type=(done.page.header("content-type") or "") if done and done.page else "",
        response_length=recording.length_of(record_id) if members else 0,
        warcinfo=recording.shelf.warc().info_member if members else b"",
        members=b"".join(members),
        body=body,
    )
