"""One page in a browser: loaded, scrolled, its consent wall refused where it may be, kept as picture, DOM and print.

It opens no connection: the browser has the proxy of its task and nothing else. Notes of the page are bounded.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page

VIEWPORT = {"width": 1280, "height": 960}
LOCALE = "en-US"
HIGHEST = 16_000
"""Pixels of the picture of a page: what is below is left out, and said."""
LISTED, WORDS = 200, 500
"""Notes of one kind, and characters of each."""
FRAMES = 50
_SETTLE = 12.0
_SCREENS, _ENDS = 25, 2
_T = TypeVar("_T")


class Crashed(Exception):
    """The process that shows the page ended."""


class Notes:
    """What is noted of a page, bounded in number and length."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}
        self.more: dict[str, int] = {}

    def add(self, kind: str, words: str) -> None:
        """Keep a note, or count it."""
        notes = self.kept.setdefault(kind, [])
        if len(notes) < LISTED:
            notes.append(words[:WORDS])
        else:
            self.more[kind] = self.more.get(kind, 0) + 1


class Driver:
    """One page in one context. `task` is that of `archiver.browser.render`."""

    def __init__(self, browser: Browser, task: dict[str, Any]) -> None:
        self.task, self.folder, self.notes = task, Path(task["folder"]), Notes()
        self.end = time.monotonic() + float(task["seconds"])
        self.crashed = False
        agent = " ".join(each for each in (_plain_agent(browser), str(task["user_agent"])) if each)
        self.context: BrowserContext = browser.new_context(
            viewport=VIEWPORT,  # type: ignore[arg-type]
            locale=LOCALE,
            user_agent=agent,
            proxy={"server": f"http://127.0.0.1:{task['proxy']}", "bypass": "<-loopback>"},
            service_workers="block",
            accept_downloads=False,
            timezone_id="UTC",
        )
        self.about: dict[str, Any] = {
            "browser": {"name": "Chromium", "version": browser.version, "executable": task["executable"]},
            "sandbox": bool(task["sandbox"]),
            "user_agent": agent,
            "viewport": VIEWPORT,
            "locale": LOCALE,
            "timezone": "UTC",
        }
        self.page = self.context.new_page()
        self.context.on("page", self._close_other)
        self._listen(self.page)

    def _listen(self, page: Page) -> None:
        page.on("console", lambda said: self.notes.add("console_errors", said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.notes.add("script_errors", str(error)))
        page.on("requestfailed", lambda asked: self.notes.add("failed_requests", f"{asked.url}: {asked.failure}"))
        page.on("dialog", self._dismiss)
        page.on("download", lambda file: self.notes.add("downloads", file.url))
        page.on("websocket", lambda channel: self.notes.add("websockets", channel.url))
        page.on("crash", self._on_crash)

    def _on_crash(self, _: Page) -> None:
        self.crashed = True

    def _dismiss(self, dialog: Any) -> None:
        self.notes.add("dialogs", f"{dialog.type}: {dialog.message}")
        with suppress(Error):
            dialog.dismiss()

    def _close_other(self, other: Page) -> None:
        self.notes.add("popups", other.url)
        with suppress(Error):
            other.close()

    def left(self, most: float) -> float:
        """Milliseconds for a step: at most so many seconds, and at least one tenth of one."""
        return max(100.0, min(most, self.end - time.monotonic()) * 1000)

    def tried(self, what: str, step: Callable[[], _T]) -> _T | None:
        """The result of a step, or None where the page did not let it be made. Raises Crashed."""
        try:
            result = step()
        except Error as error:
            self.notes.add("steps_failed", f"{what}: {error.message.splitlines()[0]}")
            result = None
        if self.crashed:
            raise Crashed
        return result

    def run(self) -> None:
        """The page from its address to its files. Raises Crashed."""
        milliseconds = self.left(float(self.task["seconds"]) / 2)
        self.tried("load", lambda: self.page.goto(self.task["url"], wait_until="load", timeout=milliseconds))
        self.settle(_SETTLE)
        self.scroll()
        consent = self.consent_wall()
        if consent:
            self.about["consent"] = consent
            if self.task["consent"] and consent.get("button"):
                self.keep("-before")
                self.answer(consent)
        self.keep("")
        self.about["url"] = self.page.url
        self.about["title"] = (self.tried("title", self.page.title) or "")[:WORDS]
        self.about["frames"] = len(self.page.frames)

    def settle(self, most: float) -> None:
        """Wait until nothing has been asked for a while."""
        self.tried("wait", lambda: self.page.wait_for_load_state("networkidle", timeout=self.left(most)))

    def scroll(self) -> None:
        """Go down the page, as a reader would, so that what is loaded on sight is there; an endless one is left."""
        ended = 0
        for _ in range(_SCREENS):
            if self.left(60) < 20_000:
                break
            at_end = self.tried("scroll", lambda: self.page.evaluate(_SCROLL))
            ended = 0 if at_end is False else ended + 1
            if at_end is None or ended > _ENDS:
                break
            pause = 400 if ended else 120  # at its end, what the page asked for on sight may still be on its way
            self.tried("pause", lambda pause=pause: self.page.wait_for_timeout(pause))  # type: ignore[misc]
        else:
            self.notes.add("bounds", f"scrolled {_SCREENS} screens, and the page went on")
        self.settle(5.0)
        self.tried("scroll back", lambda: self.page.evaluate("window.scrollTo(0, 0)"))

    def consent_wall(self) -> dict[str, Any] | None:
        """What looks like a consent wall, in the page or its frames: its words, and the button that refuses."""
        script = (files("archiver.browser") / "consent.js").read_text("utf-8")
        words = json.loads((files("archiver.browser") / "consent.json").read_text("utf-8"))
        for frame in self.page.frames[:FRAMES]:
            found = self.tried("consent", lambda frame=frame: frame.evaluate(script, words))  # type: ignore[misc]
            if isinstance(found, dict):
                return {**_bounded(found), "frame": frame.url[:WORDS], "answered": False}
        return None

    def answer(self, consent: dict[str, Any]) -> None:
        """Press the button that was found."""
        frame = next((each for each in self.page.frames if each.url[:WORDS] == consent["frame"]), None)
        if frame is None:
            return
        button = frame.locator(str(consent["selector"])).first

        def press() -> bool:
            button.click(timeout=self.left(5))
            return True

        pressed = self.tried("answer", press)
        consent["answered"] = pressed is True
        self.settle(5.0)
        self.scroll()

    def keep(self, suffix: str) -> None:
        """Picture, DOM and print of the page as it is now."""
        height = self.tried("height", lambda: self.page.evaluate(_HEIGHT))
        if isinstance(height, (int, float)) and height > HIGHEST:
            self.notes.add("bounds", f"the picture has the first {HIGHEST} of {height} pixels")
        self._write(f"dom{suffix}.html", self.tried("DOM", lambda: self.dom().encode("utf-8", "replace")))
        self._write(f"screenshot{suffix}.png", self.tried("screenshot", lambda: self.picture(height)))
        if not suffix:
            self._write("page.pdf", self.tried("print", lambda: self.page.pdf(print_background=True, format="A4")))

    def picture(self, height: Any) -> bytes:
        tall = min(HIGHEST, max(1, int(height))) if isinstance(height, (int, float)) else VIEWPORT["height"]
        return self.page.screenshot(
            full_page=True,
            clip={"x": 0, "y": 0, "width": VIEWPORT["width"], "height": tall},
            timeout=self.left(20),
            animations="disabled",
        )

    def dom(self) -> str:
        """The document, open shadow roots included; of a frameset, that of the frame with the most words."""
        frame = self.page.main_frame
        if frame.evaluate("document.body !== null && document.body.localName === 'frameset'"):
            frame = max(self.page.frames[:FRAMES], key=_words_of)
        self.about["dom_url"] = frame.url
        return str(frame.evaluate(_DOM))

    def _write(self, name: str, data: bytes | None) -> None:
        if data is None:
            return
        bound = int(self.task["bytes"])
        if len(data) > bound and name.endswith(".html"):
            self.notes.add("bounds", f"{name} has the first {bound} of {len(data)} bytes")
            data = data[:bound].decode("utf-8", "ignore").encode()
        elif len(data) > bound:
            self.notes.add("bounds", f"{name} is left out: {len(data)} bytes are more than {bound}")
            return
        half = self.folder / f".{name}"
        half.write_bytes(data)
        half.replace(self.folder / name)

    def state(self) -> bytes:
        """`about.json`."""
        described = {**self.about, **self.notes.kept, "not_listed": self.notes.more}
        return json.dumps(described, ensure_ascii=False).encode("utf-8", "replace")


def _words_of(frame: Frame) -> int:
    with suppress(Error):
        return int(frame.evaluate("(document.body && document.body.innerText || '').length"))
    return 0


def _bounded(found: dict[str, Any]) -> dict[str, Any]:
    known = ("text", "button", "selector", "kind")
    return {name: str(found[name])[:WORDS] if found.get(name) else None for name in known}


def _plain_agent(browser: Browser) -> str:
    """The browser's own User-Agent, without the word that it has no window."""
    context = browser.new_context(offline=True)
    try:
        return str(context.new_page().evaluate("navigator.userAgent")).replace("HeadlessChrome", "Chrome")
    finally:
        context.close()


_HEIGHT = "Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0)"
_SCROLL = """() => {
  window.scrollBy(0, window.innerHeight);
  return window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
}"""
_DOM = """() => {
  const roots = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll('*')) {
      if (each.shadowRoot && roots.length < 2000) { roots.push(each.shadowRoot); walk(each.shadowRoot); }
    }
  };
  walk(document);
  const html = document.documentElement;
  const start = html.cloneNode(false).outerHTML.replace(/<\\/html>$/i, '');
  const inner = html.getHTML ? html.getHTML({shadowRoots: roots}) : html.innerHTML;
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + '\\n' : '';
  return type + start + inner + '</html>\\n';
}"""
