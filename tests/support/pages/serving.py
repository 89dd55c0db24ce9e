"""`archiver serve` in this process, real browsers on its pages, and listeners that ought to stay silent."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from servers.sites import Site

from archiver.cli import main
from archiver.serve.replay_files import read_scripts
from archiver.serve.run_servers import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCRIPTS = Path(os.environ.get("ARCHIVER_REPLAY_FILES", ROOT / ".venv/replaywebpage"))
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
needs_scripts = pytest.mark.skipif(
    read_scripts(SCRIPTS) is None, reason="ReplayWeb.page is not there: archiver serve --get-replay --replay-files DIR"
)


@contextmanager
def served(bags: Path, cache: Path, *, scripts: Path = SCRIPTS, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of the room of these bags, with its token."""
    with serving(
        bags, host=host, port=0, scripts=scripts, cache=cache, today=lambda: datetime.now(UTC).date()
    ) as address:
        yield address


@contextmanager
def browser() -> Iterator[Any]:
    """A real Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield made
        finally:
            made.close()


class Listener:
    """A TCP and a UDP port of loopback; `heard` has what came, also a connection on which nothing was said."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.tcp, self.udp = self._tcp.getsockname()[1], self._udp.getsockname()[1]

    def __enter__(self) -> "Listener":
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._receive, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._tcp.close()
        self._udp.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    said = connection.recv(200)
                except OSError:
                    said = b""
                self.heard.append(("tcp", said))

    def _receive(self) -> None:
        while True:
            try:
                said, _ = self._udp.recvfrom(2000)
            except OSError:
                return
            self.heard.append(("udp", said[:40]))


def bag_pages(folder: Path, pages: dict[str, str], *options: str, more: Any = None) -> Path:
    """Bags of these pages, path -> markup, made by `archiver run`; the seed's text is the page's first paragraph."""
    seeds, bags = folder / "seeds", folder / "bags"
    seeds.mkdir(parents=True)
    for number, (path, markup) in enumerate(pages.items()):
        first = markup.partition("<p>")[2].partition("</p>")[0]
        text = f"{path.strip('/').title()}\n\n{first}\n\nOriginal url: http://news.example{path}\n"
        (seeds / f"{number}.txt").write_text(text, encoding="utf-8")
    with Site({**pages, **(more or {})}) as site:
        way = ("--connect-to", f":80:127.0.0.1:{site.port}")
        usual = ("--quiet", "--pace", "0", "--browser", "never")
        main(["run", str(seeds), "--bags", str(bags), *usual, *way, *options])
    return bags
