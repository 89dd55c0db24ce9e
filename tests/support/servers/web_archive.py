"""A hand-made web archive on loopback: CDX, TimeGate, TimeMap and mementos of one address, faithful unless asked not to
be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from servers.wire import Answer, ok


@dataclass(frozen=True)
class State:
    """A capture: its timestamp, the archived status, body and headers."""

    stamp: str
    body: bytes
    status: int = 200
    head: tuple[bytes, ...] = (b"Content-Type: text/html; charset=utf-8",)
    digest: str | None = None
    url: str | None = None
    """Where it is another address than the one asked for."""


def memento_datetime(stamp: str) -> str:
    moment = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return format_datetime(moment, usegmt=True)


@dataclass
class WebArchive:
    """Answers of a server for the captures of `url`, in the family's own paths below `base`."""

    url: str
    states: Sequence[State]
    family: str = "pywb"
    base: str = "/news/"
    extra: dict[str, Sequence[Answer]] = field(default_factory=dict)

    def cdx_path(self, url: str | None = None) -> str:
        wanted = f"?url={quote(url or self.url, safe='')}&output=json&limit=5000"
        if self.family == "internet-archive":
            return f"{self.base}cdx/search/cdx{wanted}&fl=timestamp,original,mimetype,statuscode,digest"
        return f"{self.base}cdx{wanted}"

    def path(self, state: State, modifier: str = "id_") -> str:
        prefix = f"{self.base}web/" if self.family == "internet-archive" else self.base
        return f"{prefix}{state.stamp}{modifier}/{state.url or self.url}"

    def cdx(self) -> bytes:
        rows = [
            [each.stamp, each.url or self.url, "text/html", str(each.status), each.digest or f"D{n}"]
            for n, each in enumerate(self.states)
        ]
        if self.family == "internet-archive":
            names = ["timestamp", "original", "mimetype", "statuscode", "digest"]
            return json.dumps([names, *rows] if rows else []).encode()
        names = ["timestamp", "url", "mime", "status", "digest"]
        return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()

    def memento(self, state: State) -> bytes:
        link = f'<{state.url or self.url}>; rel="original"'.encode()
        stated = b"Memento-Datetime: " + memento_datetime(state.stamp).encode()
        return ok(state.body, stated, b"Link: " + link, *state.head, status=b"%d Archived" % state.status)

    def answers(self) -> Mapping[str, Sequence[Answer]]:
        listed = ok(self.cdx(), b"Content-Type: application/json")
        found: dict[str, Sequence[Answer]] = {self.cdx_path(): [listed]}
        found |= {self.path(each): [self.memento(each)] for each in self.states}
        return found | self.extra
