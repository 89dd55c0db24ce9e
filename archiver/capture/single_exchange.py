"""One exchange: asked, recorded, read; not yet written to a WARC.

Runs in any thread. What is kept of the body in memory is the caller's choice; the tape has all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver.capture.failure_kinds import Trouble
from archiver.capture.content_codings import decoded
from archiver.capture.http_framing import Framing, status_of, values
from archiver.capture.raw_exchange import Tape
from archiver.capture.recorder import Recorder, Visit
from archiver.config import Limits
from archiver.digest import Hasher
from archiver.model import Initiator, Page, Unread


@dataclass(slots=True)
class Attempt:
    """An address that was asked. `page` is None when no HTTP response came; `trouble` says what went wrong."""

    url: str
    initiator: Initiator
    asked: datetime
    ended: datetime
    tape: Tape
    trouble: Trouble | None
    page: Page | None
    payload: Hasher
    exact: bool
    """Whether the payload is the rest of the block after its head."""
    believed: bool
    """Whether the payload is whole enough to state its digest."""
    said: str | None
    """What is wrong with the message, in words."""

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
) -> Attempt:
    """Ask for `url`, an address as it is sent; keep at most `keep` bytes of the decoded body. The caller sets `ended`
    and closes the tape.

    Raises StorageError when a large response cannot be kept on disk.
    """
    tape, trouble = recorder.exchange(visit, url, spool, limits)
    try:
        return _read(tape, trouble, url, initiator, asked, keep)
    except BaseException:
        tape.close()
        raise


def _read(tape: Tape, trouble: Trouble | None, url: str, initiator: Initiator, asked: datetime, keep: int) -> Attempt:
    payload = Hasher()
    if status_of(tape.head) is None:
        return Attempt(url, initiator, asked, asked, tape, trouble, None, payload, False, False, None)
    framing, headers = Framing(tape.block(), tape.head, tape.headers), tape.headers
    plain = decoded(_hashed(framing, payload), values(headers, "content-encoding"), keep)
    whole = framing.problem is None and trouble is None
    if framing.problem and (trouble is None or trouble.kind == "disconnect"):
        trouble = Trouble(kind="disconnect", message=framing.problem, again=not framing.broken)
    words = [trouble.message if trouble else None, framing.problem]
    said = "; ".join(dict.fromkeys(each for each in words if each)) or None
    if framing.surplus:
        said = f"{said or 'complete'}; {framing.surplus} bytes follow the end of the message"
    page = Page(
        url=url,
        status=status_of(tape.head) or 0,
        headers=headers,
        body=plain.body,
        problem="; ".join(dict.fromkeys(each for each in (said, plain.problem) if each)) or None,
        unread=Unread(kind="coding", needs=plain.needs) if plain.problem and not plain.body else None,
    )
    exact = not framing.chunked and framing.surplus == 0 and tape.head_complete
    believed = tape.head_complete and not (framing.chunked and not whole)
    return Attempt(url, initiator, asked, asked, tape, trouble, page, payload, exact, believed, said)


def _hashed(framing: Framing, hasher: Hasher) -> Iterator[bytes]:
    for piece in framing.payload():
        hasher.update(piece)
        yield piece
