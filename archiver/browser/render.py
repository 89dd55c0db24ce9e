"""Shows one page in a browser: starts it in a process of its own, answers its requests, bounds it, and clears up.

The browser can reach the relay and nothing else. Whatever a page does to it, what is left in the end is a `Rendering`:
the files that could be had, or the reason why there are none.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import archiver
from archiver.browser import processes
from archiver.browser.available import executable
from archiver.browser.proxy import ProxyServer
from archiver.browser.relay import Relay
from archiver.browser.stand_in import stand_in
from archiver.capture.fetch import Session
from archiver.config import NEUTRAL, UNSTATED, Config
from archiver.errors import StorageError
from archiver.model import Rendering

FILES = ("screenshot.png", "dom.html", "page.pdf", "screenshot-before.png", "dom-before.html")
BYTES = 64 << 20
"""Of one file of a rendering."""
ABOUT = 8 << 20
TRIES = 2
"""How often a page is shown whose process crashes."""
_GRACE = 5.0
_STEP = 0.25


def render(url: str, session: Session, config: Config, folder: Path) -> Rendering:
    """Show `url`. The files lie in `folder`, which exists and is the caller's to remove. Raises StorageError."""
    now = session.requester.now
    started, rendering, peak = now(), None, 0
    for number in range(TRIES):
        try:
            own = folder / f"{number}"
            own.mkdir()
            rendering, crashed, took = _shown(url, session, config, own, started)
        except OSError as error:
            raise StorageError.from_os(f"show {url} in a browser", error) from error
        peak = max(peak, took)
        if not crashed:
            break
    assert rendering is not None
    about = {**rendering.about, "memory_peak_bytes": peak, "tries": number + 1}
    if not config.state_system:
        about["browser"] = {**(about.get("browser") or {}), "executable": UNSTATED}
    return Rendering(
        url=rendering.url,
        started=started,
        finished=max(now(), started),
        files=rendering.files,
        about=about,
        refused=rendering.refused,
        unanswered=rendering.unanswered,
        dom=rendering.dom,
        failed=rendering.failed,
    )


def _shown(url: str, session: Session, config: Config, folder: Path, started: datetime) -> tuple[Rendering, bool, int]:
    """(what came of one try, whether the page's process crashed, bytes of memory at the most). Raises OSError."""
    limits, monotonic = config.limits, time.monotonic
    until = monotonic() + limits.browser_seconds
    relay = Relay(session, limits, until)
    tls = stand_in(folder, started)
    server = ProxyServer(relay, tls, relay.note)
    try:
        with _nowhere() as nowhere:
            task = {
                "url": url,
                "folder": str(folder),
                "executable": str(executable(config)),
                "sandbox": not config.browser_no_sandbox,
                "proxy": server.port,
                "nowhere": nowhere,
                "spki": tls.spki,
                "user_agent": agent_of(config),
                "seconds": max(1.0, limits.browser_seconds - _GRACE),
                "consent": config.consent,
                "bytes": BYTES,
            }
            code, words, peak = _run(task, folder, until, limits.browser_bytes, monotonic)
    finally:
        left = processes.end(folder)
        server.close()
    about = _about(folder)
    files = {name: folder / name for name in FILES if (folder / name).is_file()}
    failed = words if code != 0 else None if "dom.html" in files else "the page gave no document"
    if left:
        about["processes_left"] = len(left)
    rendering = Rendering(
        url=str(about.get("url") or url),
        started=started,
        finished=started,
        files=files,
        about=about,
        refused=tuple(relay.refused),
        unanswered=tuple(relay.failed),
        dom=_start_of(files.get("dom.html"), limits.page_bytes),
        failed=failed,
    )
    return rendering, code == _CRASHED, peak


_CRASHED = 3


def agent_of(config: Config) -> str:
    """What follows the browser's own words in its User-Agent: who asks, as the capture says too; nothing where nobody
    is to be reported."""
    return "" if config.user_agent == NEUTRAL else config.user_agent


def _run(
    task: dict[str, Any], folder: Path, until: float, most: int, monotonic: Callable[[], float]
) -> tuple[int, str, int]:
    """(exit code, why it is not 0, bytes of memory at the most)."""
    home = folder / "home"
    home.mkdir()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(Path(archiver.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]),
        # What a browser writes, wherever it would like to, is below the folder, and goes with it.
        **{name: str(home) for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")},
    }
    with tempfile.TemporaryFile(dir=folder) as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "archiver.browser.drive"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment,
            start_new_session=True,
        )
        peak, words = 0, ""
        try:
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(json.dumps(task).encode())
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_STEP)
                peak = max(peak, processes.memory(folder))
                if peak > most:
                    words = f"the browser took more than {most} bytes of memory"
                elif monotonic() > until:
                    words = f"the browser was not done after {task['seconds'] + _GRACE:g} seconds"
                if words:
                    break
        finally:
            if process.poll() is None:
                process.kill()
            code = process.wait()
        said.seek(0)
        lines = said.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    if words:
        return -1, words, peak
    if code == _CRASHED:
        return code, "the browser's process for the page crashed", peak
    return code, f"the browser failed: {(lines or ['no reason given'])[-1][:500]}" if code else "", peak


@contextmanager
def _nowhere() -> Iterator[int]:
    """A port of loopback that takes no connection: it is bound, so that nobody else answers there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _about(folder: Path) -> dict[str, Any]:
    try:
        with (folder / "about.json").open("rb") as file:
            about = json.loads(file.read(ABOUT))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _start_of(path: Path | None, size: int) -> bytes:
    if path is None:
        return b""
    with path.open("rb") as file:
        return file.read(size)
