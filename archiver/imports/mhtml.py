"""Reads a page saved as one file by a browser (MHTML, RFC 2557): parts of a multipart/related message with their
addresses. What went over the wire is not in it: browsers save what scripts have made of a page."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import cast

from archiver.errors import UsageError
from archiver.imports.bounds import DEPTH, PARTS, TEXT
from archiver.imports.har import Body
from archiver.model.imported import Stated


def read_mhtml(data: bytes, name: str) -> tuple[list[Stated], list[Body], bool]:
    """(what the file says of its making, its page first and then the other parts, whether that is not all of them).
    Raises UsageError for what is not MHTML."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        kind = message.get_content_type()
        stated = [
            Stated(name=each.lower(), value=_line(message, each)[:TEXT], source=each)
            for each in ("From", "Subject", "Date", "Snapshot-Content-Location")
            if _line(message, each)
        ]
        parts = list(_parts(message, 0)) if kind.startswith(("multipart/", "text/html")) else []
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, IndexError) as error:
        raise UsageError(f"{name}: it is not an MHTML file ({type(error).__name__})") from error
    address = _line(message, "Snapshot-Content-Location") or _line(message, "Content-Location")
    date = _date(_line(message, "Date"))
    bodies: list[Body] = []
    page = next((n for n, part in enumerate(parts[:PARTS]) if address and _is_page(part, address)), 0)
    for part in [*parts[page : page + 1], *parts[:page], *parts[page + 1 : PARTS]]:
        if body := _body(part, address if not bodies else None, date):
            bodies.append(body)
    if not bodies:
        raise UsageError(f"{name}: it is not an MHTML file: no part of it has an address (Content-Location)")
    return stated, bodies, len(parts) > PARTS


def _is_page(part: Message, address: str) -> bool:
    """Whether a part is the page that was saved, which most browsers write first."""
    return "html" in part.get_content_type() and _line(part, "Content-Location") == address


def _parts(message: Message, depth: int) -> Iterator[Message]:
    if depth > DEPTH:
        return
    if not message.is_multipart():
        yield message
        return
    for each in message.get_payload():
        yield from _parts(cast(Message, each), depth + 1)


def _body(part: Message, address: str | None, date: str | None) -> Body | None:
    url = address or _line(part, "Content-Location")
    content_id = _line(part, "Content-ID").strip("<>")
    if not url.lower().startswith(("http://", "https://")):
        if not content_id:
            return None
        url = f"cid:{content_id}"
    try:
        body = part.get_payload(decode=True)
        mime = str(part.get_content_type())
        charset = part.get_content_charset()
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    if not isinstance(body, bytes):
        return None
    mime += f"; charset={charset}" if charset else ""
    headers = tuple((name, _line(part, name)[:TEXT]) for name in ("Content-Type", "Content-Location", "Content-ID"))
    return Body(
        url=url[:8000], date=date, status=None, mime=mime, body=body, headers=tuple(each for each in headers if each[1])
    )


def _line(message: Message, name: str) -> str:
    """A header as one line; "" where there is none, or it cannot be read."""
    try:
        return " ".join(str(message.get(name) or "").split())
    except (ValueError, TypeError, LookupError, AttributeError, IndexError):
        return ""


def _date(stated: str) -> str | None:
    try:
        return parsedate_to_datetime(stated).isoformat() if stated else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
