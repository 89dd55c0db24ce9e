"""Makes one HTTP exchange: asked, recorded, read; not yet written to a WARC.

Runs in any thread. What is kept of the body in memory is the caller's choice; the raw exchange has all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver.capture.failure_kinds import CaptureError
from archiver.capture.wire.content_codings import decoded
from archiver.capture.wire.http_framing import Framing, Sent, part_of, status_of, values
from archiver.capture.wire.raw_exchange import RawExchange
from archiver.capture.wire.recorder import Recorder, Visit
from archiver.config import Limits
from archiver.digest import Hasher
from archiver.model import Initiator, Page, Unread


@dataclass(slots=True)
class Attempt:
    """An address that was asked. `page` is None when no HTTP response came; `fault` says what went wrong."""

    url: str
    initiator: Initiator
    asked: datetime
    ended: datetime
    raw: RawExchange
    fault: CaptureError | None
    page: Page | None
    payload: Hasher
    exact: bool
    """Whether the payload is the rest of the block after its head."""
    believed: bool
    """Whether the payload is whole enough to state its digest."""
    said: str | None
    """What is wrong with the message, in words."""
    sent: Sent | None = None
    """What another client sent; None for a GET of our own."""

    @property
    def status(self) -> int | None:
        """Of the response, if one came."""
        return self.page.status if self.page else None

    @property
    def payload_sha256(self) -> str | None:
        """Of the de-chunked, still content-encoded body."""
        return self.payload.hexdigest() if self.believed else None


def attempt(
    recorder: Recorder,
    visit: Visit,
    url: str,
    initiator: Initiator,
    *,
    asked: datetime,
    keep: int,
    limits: Limits,
    spool: Path,
    sent: Sent | None = None,
) -> Attempt:
    """Ask for `url`, an address as it is sent, or send what another client `sent` there; keep at most `keep` bytes of
    the decoded body. The caller sets `ended` and closes the raw exchange.

    Raises StorageError when a large response cannot be kept on disk.
    """
    raw, fault = recorder.exchange(visit, url, spool, limits, sent)
    try:
        done = _read(raw, fault, url, initiator, asked, keep, bodiless=sent is not None and sent.method == "HEAD")
        done.sent = sent
        return done
    except BaseException:
        raw.close()
        raise


def _read(
    raw: RawExchange,
    fault: CaptureError | None,
    url: str,
    initiator: Initiator,
    asked: datetime,
    keep: int,
    *,
    bodiless: bool,
) -> Attempt:
    payload = Hasher()
    if status_of(raw.head) is None:
        return Attempt(url, initiator, asked, asked, raw, fault, None, payload, False, False, None)
    framing, headers = Framing(raw.block(), raw.head, raw.headers, bodiless=bodiless), raw.headers
    plain = decoded(_hashed(framing, payload), values(headers, "content-encoding"), keep)
    whole = framing.problem is None and fault is None
    if framing.problem and (fault is None or fault.kind == "disconnect"):
        fault = CaptureError(kind="disconnect", message=framing.problem, again=not framing.broken)
    words = [fault.message if fault else None, framing.problem]
    said = "; ".join(dict.fromkeys(each for each in words if each)) or None
    if framing.surplus:
        said = f"{said or 'complete'}; {framing.surplus} bytes follow the end of the message"
    status = status_of(raw.head) or 0
    part = part_of(status, headers)
    page = Page(
        url=url,
        status=status,
        headers=headers,
        body=plain.body,
        problem="; ".join(dict.fromkeys(each for each in (part, said, plain.problem) if each)) or None,
        unread=Unread(kind="coding", needs=plain.needs) if plain.problem and not plain.body else None,
    )
    exact = not framing.chunked and framing.surplus == 0 and raw.head_complete
    believed = raw.head_complete and not (framing.chunked and not whole)
    return Attempt(url, initiator, asked, asked, raw, fault, page, payload, exact, believed, said)


def _hashed(framing: Framing, hasher: Hasher) -> Iterator[bytes]:
    for piece in framing.payload():
        hasher.update(piece)
        yield piece
