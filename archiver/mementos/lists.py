"""Reads what archives say they hold: CDX answers and TimeMaps (RFC 7089, section 5; RFC 6690). Pure, bounded, linear.

Whoever answers is not trusted: captures of other addresses, invalid times, and what is not a list are left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from archiver.mementos.addresses import folded, joined, moment_of

MOST = 10_000
"""Captures of one list that are looked at."""
_MIME = {"text/html", "application/xhtml+xml"}
_LINK = re.compile(r"\s*<([^<>]{1,8192})>")
_PARAMETER = re.compile(r'\s*;\s*([A-Za-z*-]{1,40})\s*(?:=\s*(?:"([^"]{0,2000})"|([^\s";,]{0,2000})))?')


class NotAList(Exception):
    """The answer is not a list of captures; the message says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A capture that an archive lists: its moment and original address; status, digest where stated; `uri` of a
    TimeMap's memento."""

    moment: datetime
    original: str
    status: int | None = None
    digest: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMap:
    """One page of a TimeMap: its mementos and the addresses of further pages."""

    captures: tuple[Listed, ...]
    pages: tuple[str, ...]


def http_date(text: str | None) -> datetime | None:
    """A Memento-Datetime or Accept-Datetime (RFC 7089, section 2.1.1), UTC; None for an invalid one."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def cdx_captures(body: bytes, url: str) -> list[Listed]:
    """The captures of `url` in a CDX answer: JSON rows under a row of names, JSON objects one a line, or columns.

    Raises NotAList.
    """
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return []
    rows = list(_rows(text))
    wanted = folded(url)
    return [each for row in rows[:MOST] if (each := _listed(row, wanted))]


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    if text.startswith("[") and not text.startswith("[{"):
        try:
            table = json.loads(text)
            names = [str(each) for each in table[0]] if table else []
            yield from (dict(zip(names, row, strict=False)) for row in table[1 : MOST + 1])
        except (ValueError, TypeError, RecursionError) as error:
            raise NotAList("the answer is not a list of captures: JSON that cannot be read") from error
        return
    for number, line in enumerate(text.splitlines()):
        if number >= MOST:
            return
        start = line.find("{")
        try:
            row = json.loads(line[start:]) if start >= 0 else None
        except (ValueError, RecursionError):
            row = None
        if row is None and (parts := line.split(" ")) and len(parts) >= 6 and moment_of(parts[1]):
            row = dict(
                zip(("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest"), parts, strict=False)
            )
        if not isinstance(row, dict):
            raise NotAList("the answer is not a list of captures but " + ("a page" if "<" in text[:200] else "a text"))
        head = line[:start].split() if start > 0 else []
        yield {"timestamp": head[1], **row} if len(head) >= 2 else row


def _listed(row: Mapping[str, Any], wanted: str) -> Listed | None:
    moment = moment_of(str(row.get("timestamp", "")))
    original = row.get("original") or row.get("url")
    if moment is None or not isinstance(original, str) or folded(original) != wanted:
        return None
    status, mime = str(row.get("statuscode") or row.get("status") or ""), row.get("mimetype") or row.get("mime")
    digest = row.get("digest")
    known = int(status) if re.fullmatch("[1-9][0-9]{2}", status, re.ASCII) else None
    if isinstance(mime, str) and mime not in _MIME | {"warc/revisit", "unk", "-", ""} and known in (None, 200):
        return None
    said = digest.rpartition(":")[2] if isinstance(digest, str) and digest not in ("", "-") else None
    return Listed(moment=moment, original=original, status=known, digest=said)


def timemap_of(body: bytes, at: str, url: str) -> TimeMap:
    """A TimeMap in link format: relations in any order, attributes beyond those of the standard left alone.

    Raises NotAList.
    """
    text = body.decode("utf-8", "replace").strip()
    if text and not text.startswith("<"):
        raise NotAList("the answer is not a TimeMap in link format")
    captures: list[Listed] = []
    pages: list[str] = []
    original, count = url, 0
    for target, said in links_of(text):
        count += "rel" in said
        relations = said.get("rel", "").lower().split()
        if "original" in relations:
            original = target
        elif "memento" in relations and len(captures) < MOST:
            if (moment := http_date(said.get("datetime"))) is not None:
                captures.append(Listed(moment=moment, original=url, uri=joined(at, target)))
        elif "timemap" in relations and "self" not in relations and joined(at, target) != at:
            pages.append(joined(at, target))
    if text and not count:
        raise NotAList("the answer is not a TimeMap but " + ("a page" if "html" in text[:500].lower() else "a text"))
    if folded(original) != folded(url):
        raise NotAList(f"the TimeMap is one of another address: {original[:200]}")
    return TimeMap(captures=tuple(captures), pages=tuple(dict.fromkeys(pages)))


def links_of(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The links of a Link header or a link-format document (RFC 8288, section 3): target and parameters. Ends at the
    first thing that is not a link."""
    at = 0
    while match := _LINK.match(text, at):
        at, said = match.end(), dict[str, str]()
        while parameter := _PARAMETER.match(text, at):
            if parameter.end() == at:
                break
            at = parameter.end()
            said.setdefault(parameter[1].lower(), parameter[2] if parameter[2] is not None else parameter[3] or "")
        yield match[1], said
        while at < len(text) and text[at] in ", \t\r\n":
            at += 1


def related(headers: Iterable[str], relation: str) -> str | None:
    """The target of the first link with this relation in Link headers."""
    for header in headers:
        for target, said in links_of(header):
            if relation in said.get("rel", "").lower().split():
                return target
    return None
