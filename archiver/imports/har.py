"""Reads an HTTP Archive (HAR 1.2): bodies and headers as a browser's developer tools wrote them down, not as they went
over the wire."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archiver.errors import UsageError
from archiver.imports.bounds import PARTS, TEXT
from archiver.model.imported import Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One answer in a file that has no records: `headers` are those that the file has, without cookies."""

    url: str
    date: str | None
    status: int | None
    mime: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    location: str | None = None
    ip: str | None = None
    problem: str | None = None
    """Why nothing of it can be used."""


WITHOUT = "the HAR file was saved without the content of this answer"
_PRIVATE = ("cookie", "set-cookie", "authorization", "proxy-authorization")
"""What gives access, and goes into no bag from a HAR file."""


def read_har(data: bytes, name: str) -> tuple[list[Stated], Iterator[Body], bool]:
    """(what the file says of its making, its entries, whether that is not all of them). Raises UsageError for what is
    no HAR."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
        log = document["log"]
        entries = log["entries"]
        if not isinstance(entries, list):
            raise TypeError("log.entries is not a list")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{name}: it is not a HAR file ({type(error).__name__}: {str(error)[:100]})") from error
    stated = []
    for who in ("creator", "browser"):
        program = log.get(who)
        if isinstance(program, dict) and isinstance(program.get("name"), str):
            value = f"{program['name']} {program.get('version') or ''}".strip()
            stated.append(Stated(name=who, value=value[:TEXT], source=f"log.{who}"))
    if isinstance(log.get("comment"), str) and log["comment"]:
        stated.append(Stated(name="comment", value=log["comment"][:TEXT], source="log.comment"))
    return stated, _entries(entries[:PARTS]), len(entries) > PARTS


def _entries(entries: list[Any]) -> Iterator[Body]:
    for each in entries:
        try:
            yield _entry(each)
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            continue  # an entry that says nothing, as of a request that failed


def _entry(entry: dict[str, Any]) -> Body:
    request, response = entry["request"], entry["response"]
    if request["method"] != "GET":
        raise ValueError("it is not a page that was asked for")
    content = response.get("content") or {}
    text = content.get("text") or ""
    held = isinstance(content.get("text"), str) or content.get("size") == 0
    packed = content.get("encoding") == "base64"
    body = base64.b64decode(text) if packed else str(text).encode("utf-8", "replace")
    headers = tuple(
        (str(each["name"])[:200], str(each["value"])[:TEXT])
        for each in response.get("headers") or []
        if isinstance(each, dict) and "name" in each and "value" in each
    )[:200]
    location = next((value for name, value in headers if name.lower() == "location"), None) or response.get(
        "redirectURL"
    )
    mime = str(content.get("mimeType") or "")
    if not packed and mime.partition(";")[0].strip().lower().startswith("text/"):
        mime = f"{mime.partition(';')[0].strip()}; charset=utf-8"  # what stands in JSON is Unicode
    return Body(
        url=str(request["url"])[:8000],
        date=entry.get("startedDateTime") if isinstance(entry.get("startedDateTime"), str) else None,
        status=int(response["status"]),
        mime=mime[:200],
        body=body,
        headers=tuple(each for each in headers if each[0].lower() not in _PRIVATE),
        location=str(location)[:TEXT] if location else None,
        ip=str(entry["serverIPAddress"]).strip("[]")[:64] if entry.get("serverIPAddress") else None,
        problem=None if held or location else WITHOUT,
    )
