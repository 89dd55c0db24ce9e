"""Checks the header fields of WARC records: which ones a type must or must not have, and their form (WARC 1.1, 5 and
6)."""

import re
from collections import Counter
from collections.abc import Iterator

from archiver.model import Finding
from archiver.validation.rules.registry import finding

_ALWAYS = ("warc-record-id", "content-length", "warc-date", "warc-type")
_REQUIRED: dict[str, tuple[str, ...]] = {
    "warcinfo": (),
    "response": ("warc-target-uri",),
    "resource": ("warc-target-uri",),
    "request": ("warc-target-uri",),
    "metadata": (),
    "revisit": ("warc-target-uri", "warc-profile"),
    "conversion": ("warc-target-uri",),
    "continuation": ("warc-target-uri", "warc-segment-number", "warc-segment-origin-id"),
}
_ONLY_IN: dict[str, tuple[str, ...]] = {
    "warc-concurrent-to": ("response", "resource", "request", "metadata", "revisit"),
    "warc-ip-address": ("response", "resource", "request", "metadata", "revisit"),
    "warc-payload-digest": ("response", "resource", "request", "revisit", "conversion", "continuation"),
    "warc-identified-payload-type": ("response", "resource", "request", "revisit", "conversion", "continuation"),
    "warc-refers-to": ("metadata", "revisit", "conversion"),
    "warc-refers-to-target-uri": ("revisit",),
    "warc-refers-to-date": ("revisit",),
    "warc-filename": ("warcinfo",),
    "warc-segment-origin-id": ("continuation",),
    "warc-segment-total-length": ("continuation",),
    "warc-target-uri": ("response", "resource", "request", "metadata", "revisit", "conversion", "continuation"),
    "warc-warcinfo-id": ("response", "resource", "request", "metadata", "revisit", "conversion", "continuation"),
}
"""A field named here must not stand in a record of another type of the standard."""
_FOREIGN = {kind: frozenset(name for name, kinds in _ONLY_IN.items() if kind not in kinds) for kind in _REQUIRED}
_ID = re.compile(r"<[^<>\s]+>")
_DIGEST = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9+/=_-]+")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")
_LENGTH = re.compile(r"[0-9]{1,18}")
_FORMS = {
    "warc-record-id": _ID,
    "warc-concurrent-to": _ID,
    "warc-warcinfo-id": _ID,
    "warc-refers-to": _ID,
    "warc-segment-origin-id": _ID,
    "warc-block-digest": _DIGEST,
    "warc-payload-digest": _DIGEST,
    "warc-date": _DATE,
    "content-length": _LENGTH,
    "warc-segment-number": _LENGTH,
    "warc-segment-total-length": _LENGTH,
    "warc-target-uri": re.compile(r"[^\s:]+:\S*"),
    "warc-truncated": re.compile(r"[!-~]+"),
    "warc-ip-address": re.compile(r"[0-9A-Fa-f:.]+(%\w+)?"),
}


def length_of(stated: str | None) -> int | None:
    """Content-Length as a number, None where it is missing or malformed."""
    return int(stated) if stated is not None and _LENGTH.fullmatch(stated) else None


def check_fields(fields: tuple[tuple[str, str], ...], record: str, path: str) -> Iterator[Finding]:
    """Findings about the fields (names in lower case) of the record that messages call `record`."""
    single = dict(fields)
    kind = single.get("warc-type", "")
    for name in (*_ALWAYS, *_REQUIRED.get(kind, ())):
        if name not in single:
            yield finding("WARC015", path, record=record, field=name)
    if kind and kind not in _REQUIRED:
        yield finding("WARC025", path, record=record, found=kind)
    foreign = _FOREIGN.get(kind, frozenset())
    if len(single) < len(fields) or not foreign.isdisjoint(single):
        for name, count in Counter(name for name, _ in fields).items():
            if name in foreign:
                yield finding("WARC016", path, record=record, field=name)
            if count > 1 and name.startswith(("warc-", "content-")) and name != "warc-concurrent-to":
                yield finding("WARC017", path, record=record, field=name)
    for name, value in fields:
        form = _FORMS.get(name)
        if form is not None and not form.fullmatch(value):
            yield finding("WARC018", path, record=record, field=name, found=value)
