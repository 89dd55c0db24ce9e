"""Drives a browser through one page; runs as a process of its own (`python -m archiver.browser.drive`).

Its task comes as JSON on standard input; files and `about.json` go into the folder it names, each complete or absent.
The exit code says how it ended: 0 done, 3 the page's process crashed, 4 the browser did not start, 5 another error.
Its words are the last line on standard error. It opens no connection; the browser has the proxy and
nothing else.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from archiver.browser.page import WORDS, Crashed, Driver

DONE, CRASHED, UNSTARTED, WRONG = 0, 3, 4, 5
SWITCHES = (
    "--disable-quic",
    # WebRTC: the first for Chromium, the second for its headless shell
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-sync",
    "--disable-translate",
    "--disable-crash-reporter",
    "--no-first-run",
    "--no-pings",
    "--dns-prefetch-disable",
    "--js-flags=--max-old-space-size=1024",
)


def main(arguments: Sequence[str] = ()) -> int:
    """Do the task on standard input."""
    del arguments
    _end_with_parent()
    task = json.load(sys.stdin)
    folder = Path(task["folder"])
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=task["executable"],
                headless=True,
                chromium_sandbox=bool(task["sandbox"]),
                args=[*SWITCHES, f"--ignore-certificate-errors-spki-list={task['spki']}"],
                # What the browser asks on its own account goes here, where nobody answers.
                proxy={"server": f"http://127.0.0.1:{task['nowhere']}", "bypass": "<-loopback>"},
                downloads_path=str(folder / "downloads"),
                timeout=float(task["seconds"]) * 500,
                handle_sigint=False,
            )
        except Error as error:
            print(_reason(error.message), file=sys.stderr)
            return UNSTARTED
        driver = None
        try:
            driver = Driver(browser, task)
            driver.run()
        except Crashed:
            return CRASHED
        except Error as error:
            if driver is not None and driver.crashed:
                return CRASHED
            print(_reason(error.message), file=sys.stderr)
            return WRONG
        finally:
            if driver is not None:
                (folder / "about.json").write_bytes(driver.state())
            with suppress(Error):
                browser.close()
    return DONE


def _reason(message: str) -> str:
    """The line of a browser's long message that says why."""
    lines = [line.strip() for line in message.splitlines() if line.strip() and "<launching>" not in line]
    relevant = (line for line in lines if "ERROR:" in line or "FATAL:" in line or "sandbox" in line.lower())
    return next(relevant, lines[0] if lines else "no reason given")[:WORDS]


def _end_with_parent() -> None:
    """Be ended with the process that started this one (prctl(2), PR_SET_PDEATHSIG)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == 1:
        os._exit(WRONG)


if __name__ == "__main__":
    sys.exit(main())
