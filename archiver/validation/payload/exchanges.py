"""Compares the exchanges in the record with the records of the WARC (docs/bag-format.md, sections 4.3 and 4.4)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from archiver.model import Finding
from archiver.validation.payload.provenance import RECORD, Record
from archiver.validation.rules.registry import finding
from archiver.validation.warc.reader import WarcRecord


def check_exchanges(record: Record, warc: Sequence[WarcRecord]) -> Iterator[Finding]:
    """Findings where the record and the WARC disagree: `expected` is what the WARC has, `found` what the record
    states."""
    by_id = {each.id: each for each in warc}
    count = len(record.get(list, "capture", "exchanges") or [])
    responses = sum(each.type == "response" for each in warc)
    if count != responses:
        yield finding("REC006", RECORD, expected=responses, found=count)
    answers = set()
    for number in range(count):
        yield from _exchange(record, number, by_id)
        answers.add(record.get(str, "capture", "exchanges", number, "record_ids", "response"))
    yield from _page(record, by_id, answers)


def _exchange(record: Record, number: int, by_id: Mapping[str, WarcRecord]) -> Iterator[Finding]:
    keys = ("capture", "exchanges", number)
    field = f"capture.exchanges[{number}]"
    url = record.get(str, *keys, "url")
    begun, ended = record.time(*keys, "started"), record.time(*keys, "ended")
    for kind in ("request", "response", "metadata"):
        stated = record.get(str, *keys, "record_ids", kind)
        if stated is None:
            continue  # a missing request or response breaks the schema
        found = by_id.get(stated)
        if found is None or found.type != kind:
            yield finding("REC004", RECORD, field=f"{field}.record_ids.{kind}", kind=f"a {kind}", found=stated)
            continue
        yield from _same(f"{field}.url", found.url, url)
        moment = _moment(found.get("warc-date"))
        if moment and begun and ended and not begun.replace(microsecond=0) <= moment <= ended:
            yield finding("REC005", RECORD, field=f"{field}.started", expected=moment, found=f"{begun} to {ended}")
        if kind == "response":
            yield from _answer(record, keys, field, found)
            if record.get(str, *keys, "record_ids", "metadata") is None and not found.get("warc-truncated"):
                yield from _same(f"{field}.bytes", found.length, record.get(int, *keys, "bytes"))


def _answer(record: Record, keys: tuple[str | int, ...], field: str, found: WarcRecord) -> Iterator[Finding]:
    """Compares the facts that both an exchange and the capture state about a response."""
    yield from _same(f"{field}.status", found.status, record.get(int, *keys, "status"))
    truncated, stated = found.get("warc-truncated"), record.get(str, *keys, "truncated")
    if truncated != stated:
        yield finding("REC005", RECORD, field=f"{field}.truncated", expected=truncated, found=stated)
    if (address := found.get("warc-ip-address")) is not None:
        yield from _same(f"{field}.ip", address, record.get(str, *keys, "ip"))


def _page(record: Record, by_id: Mapping[str, WarcRecord], answers: set[str | None]) -> Iterator[Finding]:
    """Compares what the capture states with the exchange that gave the page."""
    stated = record.get(str, "capture", "record_id")
    if stated is None:
        return
    if stated not in answers:
        yield finding("REC007", RECORD, field="capture.record_id", other="capture.exchanges", found=stated)
    page = by_id.get(stated)
    if page is None or page.type != "response":
        yield finding("REC004", RECORD, field="capture.record_id", kind="a response", found=stated)
        return
    yield from _same("capture.final_url", page.url, record.get(str, "capture", "final_url"))
    yield from _answer(record, ("capture",), "capture", page)
    payload = record.get(str, "capture", "payload_sha256")
    if payload is not None and payload != page.payload_sha256:
        yield finding("REC008", RECORD, expected=page.payload_sha256, found=payload)


def _same(field: str, expected: str | int | None, found: str | int | None) -> Iterator[Finding]:
    if found is not None and expected != found:
        yield finding("REC005", RECORD, field=field, expected=expected, found=found)


def _moment(stated: str | None) -> datetime | None:
    """A WARC-Date as a time, to the microsecond; None for one that is absent, malformed, or only a day."""
    if stated is None or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", stated):
        return None
    seconds, _, fraction = stated.removesuffix("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{seconds}.{fraction[:6].ljust(6, '0')}+00:00")
    except ValueError:
        return None
