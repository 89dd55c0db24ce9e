"""Validation and certificate of a bag on request, each in a process of its own that ends after a time.

A process, since a check of a hostile bag must be ended from outside, and one answer must not slow down others.
"""

import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archiver.errors import Refused

SECONDS = 300.0
"""What a check may take."""
_AT_ONCE = 2
_LARGEST = 8 << 20
"""Bytes of a report that are read."""
_KEPT = 200
_PIPE = subprocess.PIPE


class Checks:
    """Runs checks, at most two at once; reports are kept while a bag looks the same. `options` are those of
    `archiver validate` and `certify`: whom to trust."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options = tuple(options)
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._reports: OrderedDict[tuple[Path, str], Mapping[str, Any]] = OrderedDict()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def kept(self, bag: Path, look: str) -> Mapping[str, Any] | None:
        """The report of a bag that looked like this when it was validated here; None where there is none."""
        return self._reports.get((bag, look))

    def validate(self, bag: Path, look: str) -> Mapping[str, Any]:
        """The report of `archiver validate --format json` on a bag. Raises Refused where it cannot be made."""
        if report := self.kept(bag, look):
            return report
        output = self._run("validate", "--format", "json", "--", str(bag))
        try:
            report = json.loads(output)["bags"][0]
            if not isinstance(report, dict):
                raise TypeError
        except (ValueError, LookupError, TypeError) as error:
            raise Refused("no report was made; 'archiver validate' in a terminal says why") from error
        self._reports[(bag, look)] = report
        while len(self._reports) > _KEPT:
            self._reports.popitem(last=False)
        return report

    def certificate(self, bag: Path) -> bytes:
        """The draft of a certificate, a page. Raises Refused where the bag is not valid."""
        return self._run("certify", "--html", "--", str(bag))

    def stop(self) -> None:
        """End what runs."""
        self._stopped = True
        for each in list(self._running):
            each.kill()

    def _run(self, *arguments: str) -> bytes:
        if not self._places.acquire(timeout=60):
            raise Refused("other bags are being checked: try again in a minute")
        command = [sys.executable, "-m", "archiver", arguments[0], "--quiet", *self._options, *arguments[1:]]
        try:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as it:
                self._running.add(it)
                ending = threading.Timer(SECONDS, it.kill)
                ending.start()
                said: list[bytes] = []
                assert it.stdout
                assert it.stderr
                errors = threading.Thread(target=lambda: said.append(it.stderr.read(4_000)), daemon=True)  # type: ignore[union-attr]
                errors.start()
                try:
                    output = it.stdout.read(_LARGEST + 1)
                    if len(output) > _LARGEST:
                        it.kill()
                    code = it.wait()
                    errors.join(5)
                finally:
                    ending.cancel()
                    it.kill()
                    self._running.discard(it)
        finally:
            self._places.release()
        if len(output) > _LARGEST:
            raise Refused("the report is too long to be shown; 'archiver validate' in a terminal prints it")
        if code < 0:
            raise Refused(f"the check was ended after {SECONDS:.0f} seconds; 'archiver validate' has no bound")
        if not output:
            lines = b"".join(said).decode("utf-8", "replace").strip().splitlines()
            raise Refused(lines[-1].removeprefix("archiver: ") if lines else "no report was made")
        return output
