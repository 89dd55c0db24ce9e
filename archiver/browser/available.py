"""Says whether a browser can be had here: the extra, and an executable."""

import os
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from archiver.config import Config
from archiver.errors import how_to_install

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("chrome-headless-shell", "microsoft-edge"),
)
EXTRA = how_to_install("browser")
_OF_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium_headless_shell-*/chrome-linux*/headless_shell",
    "chromium_headless_shell-*/chrome-headless-shell-linux*/chrome-headless-shell",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def missing(config: Config) -> str | None:
    """What to install or set before a browser can show a page, in words; None where all is there."""
    if not _packages():
        return f"install the extra: {EXTRA}"
    if config.browser_executable is not None and not config.browser_executable.is_file():
        return f"the browser {config.browser_executable} is not there; set --browser-executable"
    if not config.browser_no_sandbox and os.geteuid() == 0:
        return "run as another user than root, for whom browsers have no sandbox, or set --browser-no-sandbox"
    if executable(config) is None:
        return "install a browser (Debian: apt install chromium), or name one with --browser-executable"
    return None


def browser_hint(config: Config) -> str | None:
    """What to do so that a browser shows the pages whose text scripts make; None where one does."""
    if config.browser == "never":
        return "a browser would show the pages whose text scripts make: --browser auto"
    needed = missing(config)
    return needed and f"to show the pages whose text scripts make in a browser, {needed}"


def executable(config: Config) -> Path | None:
    """The browser that is used: the one that is named, one of the system's, else Playwright's own."""
    if config.browser_executable is not None:
        return config.browser_executable
    return _found()


@cache
def _packages() -> bool:
    return all(find_spec(name) is not None for name in ("playwright", "cryptography"))


@cache
def _found() -> Path | None:
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    folder = Path.home() / ".cache" / "ms-playwright"
    return next((path for each in _OF_PLAYWRIGHT for path in sorted(folder.glob(each), reverse=True)), None)
