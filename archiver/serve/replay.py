"""The origin where captured pages run (docs/show/serve.md, replay): ReplayWeb.page, the WACZ of the bag that is
replayed, and nothing else.

A captured page is a program of somebody else. It runs in this origin, never in the room's, and every answer, those of
the service worker too, has a policy by which it reaches this origin alone: no network, no other port of this machine.
Each bag lies below a key of its own, which the room gives out; a captured page learns that of its own bag.
"""

import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from threading import Lock

from archiver.errors import ArchiverError
from archiver.serve.reply import Reply, Request, plain
from archiver.serve.wacz_file import WaczFiles, span
from archiver.templates import render

POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'self'; frame-src 'self'"
"""The Content-Security-Policy of every answer of this origin; who may have it in a frame is added to it."""
PERMISSIONS = ", ".join(
    f"{each}=()"
    for each in (
        *("accelerometer", "browsing-topics", "camera"),
        *("display-capture", "geolocation", "gyroscope", "hid", "identity-credentials-get", "local-fonts"),
        *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb"),
        *("window-management", "xr-spatial-tracking"),
    )
)
ALLOWLIST = "(response-origin)"
"""Connection-Allowlist: what a Content-Security-Policy does not reach (WebRTC, connections made ahead) stays here
too, in browsers that know it (Chromium)."""
_OF_PAGES = {"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
"""Captured pages name their address to the service worker, which needs it to find what they link to."""
_KEPT = 10_000
_JS = "text/javascript; charset=utf-8"


def policy(room: str) -> dict[str, str]:
    """The headers of every answer of the replay, the service worker's included; `room` is the origin of the room."""
    return {
        "Content-Security-Policy": f"{POLICY}; frame-ancestors 'self' {room}",
        "Connection-Allowlist": ALLOWLIST,
        "Permissions-Policy": PERMISSIONS,
    }


class Replay:
    """The application of the replay's origin. `allowed` says whether a bag may be replayed, each time anew; `files_of`
    which folder's files are given of it (ArchiverError where none are)."""

    def __init__(
        self,
        scripts: dict[str, bytes] | None,
        headers: dict[str, str],
        allowed: Callable[[Path], bool],
        files_of: Callable[[Path], Path],
    ) -> None:
        self.scripts = scripts
        self._headers = headers
        self._allowed, self._files_of = allowed, files_of
        self._secret = secrets.token_bytes(32)
        self._bags: OrderedDict[str, Path] = OrderedDict()
        self._lock = Lock()
        self._wacz = WaczFiles()

    def key_of(self, bag: Path) -> str:
        """The path below which a bag is replayed from now on."""
        key = hmac.new(self._secret, str(bag).encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._bags[key] = bag
            self._bags.move_to_end(key)
            while len(self._bags) > _KEPT:
                self._bags.popitem(last=False)
        return key

    def __call__(self, request: Request) -> Reply:
        """The answer to a request."""
        bag = self._bags.get(request.parts[0]) if request.parts else None
        if bag is None or self.scripts is None or not self._allowed(bag):
            return plain(HTTPStatus.NOT_FOUND, "not found")
        match request.parts[1:]:
            case ("",):
                return self._framed(request, render("serve/player.html"))
            case ("player.js",):
                return Reply(kind=_JS, body=_own("player.js"))
            case ("ui.js",) | ("replay", "ui.js"):
                return Reply(kind=_JS, body=self.scripts["ui.js"])
            case ("bag.wacz",):
                return self._archive(bag, request.range)
            case ("replay", "") | ("replay", "index.html"):
                return self._framed(request, render("serve/replay_frame.html"))
            case ("replay", "sw.js"):
                fixed = json.dumps(
                    {**self._headers, "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
                )
                return Reply(kind=_JS, body=f"const FIXED = {fixed};\n".encode() + _own("sw.js"))
            case ("replay", "replaywebpage.js"):
                return Reply(kind=_JS, body=self.scripts["sw.js"])
        return plain(HTTPStatus.NOT_FOUND, "not found")

    def _framed(self, request: Request, page: str) -> Reply:
        """A page that is shown in a frame of the room alone: by itself it could lead its window elsewhere."""
        if request.destination not in ("", "iframe"):
            return plain(HTTPStatus.FORBIDDEN, "this page is shown in the frame of the room only")
        return Reply(body=page.encode())

    def _archive(self, bag: Path, stated: str) -> Reply:
        try:
            wacz = self._wacz.of(self._files_of(bag))
        except ArchiverError as error:
            return plain(HTTPStatus.NOT_FOUND, f"cannot be replayed: {error}")
        kind, headers = "application/wacz", {"Accept-Ranges": "bytes"}
        if not stated:
            return Reply(kind=kind, stream=wacz.read(0, wacz.size), length=wacz.size, headers=headers)
        found = span(stated, wacz.size)
        if found is None:
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            return Reply(status=status, kind=kind, headers={**headers, "Content-Range": f"bytes */{wacz.size}"})
        first, end = found
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{wacz.size}"
        length = end - first
        return Reply(status=206, kind=kind, stream=wacz.read(first, end), length=length, headers=headers)


def _own(name: str) -> bytes:
    return files("archiver.serve").joinpath(name).read_bytes()
