"""Reads `archiver serve` all the while, as a visitor who follows links at random: nothing may answer 500."""

import random
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from soaking.places import Place

_LINK = re.compile(r"""(?:href|src)=["']?([^"'\s>]+)""")
_MOST = 4 << 20
_QUERIES = (
    "library",
    '"queue reached"',
    "report",
    "%",
    "'",
    '"',
    "a" * 3000,
    "\0",
    "NEAR(",
    "Øster",
    "-",
    "crowns no such word",
)
_ODD = (
    "..%2f..%2fetc/passwd",
    "bag/%00",
    "bag/..",
    "%ff%fe",
    "?page=0",
    "?page=99999999999999999999",
    "?from=2024-13-99",
    "?sort=nonsense&q=x",
    "?format=json&q=library",
    "x" * 9000,
)


class Reader:
    """A running `archiver serve` and the thread that reads it. `statuses` counts answers; `wrong` lists faults."""

    def __init__(self, place: Place, bags: Path) -> None:
        self.statuses, self.wrong, self._dice = Counter[str](), list[str](), random.Random(3)
        self._log = (place.work / "logs/serve.err").open("wb")
        command = place.command("serve", str(bags), "--port", "0")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, env=place.env, start_new_session=True
        )
        assert self.process.stdout
        self.base = self.process.stdout.readline().decode().strip()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        seen = [self.base]
        while not self._over.wait(0.15):
            if self._dice.random() < 0.1:
                self._get(f"{self.base}?q={quote(self._dice.choice(_QUERIES))}")
                continue
            if self._dice.random() < 0.05:
                self._get(self.base + self._dice.choice(_ODD))
                continue
            address = self._dice.choice(seen[-200:])
            ours = (urljoin(address, unescape(each)) for each in _LINK.findall(self._get(address)))
            room = urlsplit(self.base).netloc
            seen += [each for each in ours if urlsplit(each).netloc == room]
            seen = [self.base, *seen[-2000:]]

    def _get(self, address: str) -> str:
        try:
            with urllib.request.urlopen(urllib.request.Request(address), timeout=120) as answer:
                self.statuses[str(answer.status)] += 1
                body: bytes = answer.read(_MOST)
                return body.decode("utf-8", "replace") if "html" in answer.headers.get("Content-Type", "") else ""
        except urllib.error.HTTPError as error:
            self.statuses[str(error.code)] += 1
            if error.code >= 500:
                self.wrong.append(f"{error.code} for {address.removeprefix(self.base)[:200]}")
        except (OSError, ValueError) as error:
            if not self._over.is_set():
                self.statuses[type(error).__name__] += 1
                self.wrong.append(f"{error} for {address.removeprefix(self.base)[:200]}")
        return ""

    def end(self) -> list[str]:
        """End it as its operator does; what was wrong."""
        self._over.set()
        self._thread.join(150)
        if self.process.poll() is not None:
            self.wrong.append(f"archiver serve ended by itself with {self.process.returncode}")
        self.process.terminate()
        begun = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        if self.process.poll() is None:
            self.wrong.append(f"archiver serve did not end within {time.monotonic() - begun:.0f} s of SIGTERM")
            self.process.kill()
        elif self.process.returncode != 0:
            self.wrong.append(f"archiver serve ended with {self.process.returncode}")
        self._log.close()
        said = Path(self._log.name).read_text("utf-8", "replace")
        if "Traceback" in said:
            self.wrong.append(f"archiver serve: a traceback: {said.strip().splitlines()[-1]}")
        return self.wrong
