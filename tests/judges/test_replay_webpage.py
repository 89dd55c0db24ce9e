"""The demo's bags in a real browser: each, zipped, replays in ReplayWeb.page, and its own page asks for nothing.

Needs `chromium` (Debian has it) and ReplayWeb.page's two scripts, which `make judges` takes from npm; skipped where
one is absent. The browser is given loopback only, and reports what it shows to a server here.
"""

import io
import json
import os
import shutil
import subprocess
import threading
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import pytest
from builders.pki import issue
from places import ROOT

from archiver.cli import main
from archiver.demo.tour import run_demo

SCRIPTS = ROOT / ".venv/replaywebpage"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.judges,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]
needs_scripts = pytest.mark.skipif(
    not (SCRIPTS / "ui.js").is_file(), reason="ReplayWeb.page is not there: 'make judges' gets it"
)
PATIENCE = 30
"""Seconds for a page to be shown."""
# The replayed page is a frame in the shadow of a frame in the shadow of the element: all of this one origin.
PLAYER = """<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>
<replay-web-page source="/{name}.wacz" url="{url}" embed="replayonly" replayBase="/replay/" style="height:900px">
</replay-web-page>
<script>
const frames = root => [...root.querySelectorAll("*")].flatMap(each =>
  each.shadowRoot ? frames(each.shadowRoot) :
  each.tagName == "IFRAME" && each.contentDocument ? [each, ...frames(each.contentDocument)] : []);
const timer = setInterval(() => {{
  const page = frames(document).find(each => each.src.includes("mp_/"))?.contentDocument;
  if (page?.readyState != "complete" || !page.body.innerText || [...page.images].some(each => !each.complete)) return;
  clearInterval(timer);
  const images = [...page.images].map(each => [each.src, each.naturalWidth]);
  fetch("/seen", {{method: "POST", body: JSON.stringify({{text: page.body.textContent, images}})}})
    .then(() => location.replace("/{next}"));
}}, 100);
setTimeout(() => location.reload(), 8000); // a service worker that was just installed may miss its first page
</script>"""


class Handler(BaseHTTPRequestHandler):
    """Serves what is in `files`, ranges too, and keeps what it was asked and sent."""

    protocol_version = "HTTP/1.1"
    files: dict[str, tuple[str, bytes]]
    asked: list[str]
    reports: Queue[str]

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        self.reports.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.reply(200, "text/plain", b"")

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        kind, data = self.files.get(path, ("text/plain", b""))
        total, extra = len(data), {}
        wanted = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
        if wanted[1] and data:
            first = int(wanted[0]) if wanted[0] else total - int(wanted[2])
            last = int(wanted[2]) if wanted[0] and wanted[2] else total - 1
            data = data[max(0, first) : last + 1]
            extra = {"Content-Range": f"bytes {max(0, first)}-{min(last, total - 1)}/{total}"}
        self.reply(206 if extra else 200 if path in self.files else 404, kind, data, extra)

    def do_HEAD(self) -> None:
        self.do_GET()

    def reply(self, status: int, kind: str, data: bytes, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(extra or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def served(files: dict[str, tuple[str, bytes]]) -> Iterator[tuple[str, type[Handler]]]:
    """A loopback server of these files; where it is, and what it was asked and sent."""

    class Its(Handler):
        pass

    Its.files, Its.asked, Its.reports = files, [], Queue()
    with ThreadingHTTPServer(("127.0.0.1", 0), Its) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", Its
        server.shutdown()


def chromium(profile: Path, *arguments: str) -> list[str]:
    assert CHROMIUM
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [
        CHROMIUM,
        *sandbox,
        *("--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        *arguments,
    ]


@contextmanager
def showing(address: str, profile: Path) -> Iterator[None]:
    """Chromium with a page open, until the block ends."""
    command = chromium(profile, "--remote-debugging-port=0", address)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            yield
        finally:
            browser.terminate()


@pytest.fixture(scope="module")
def bags(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("demo") / "bags"
    run_demo(folder, say=lambda _: None)
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))


def zipped(folder: Path, target: Path) -> bytes:
    """The folder as a WACZ: what is in `archive/` stored."""
    with zipfile.ZipFile(target, "w") as file:
        for each in sorted(path for path in folder.rglob("*") if path.is_file()):
            how = zipfile.ZIP_STORED if each.parent.name == "archive" else zipfile.ZIP_DEFLATED
            file.write(each, each.relative_to(folder), how)
    return target.read_bytes()


@needs_scripts
def test_replaywebpage_shows_the_text_and_the_photos_of_every_zipped_bag(bags: list[Path], tmp_path: Path):
    script = "text/javascript"
    files = {
        "/ui.js": (script, (SCRIPTS / "ui.js").read_bytes()),
        "/replay/sw.js": (script, (SCRIPTS / "sw.js").read_bytes()),
    }
    for number, bag in enumerate(bags):
        page = json.loads((bag / "data/wacz/pages/pages.jsonl").read_text("utf-8").splitlines()[1])
        files[f"/{bag.name}.wacz"] = ("application/wacz", zipped(bag / "data/wacz", tmp_path / f"{bag.name}.wacz"))
        player = PLAYER.format(name=bag.name, url=page["url"], next=number + 1)
        files[f"/{number}"] = ("text/html", player.encode())
    with served(files) as (at, server), showing(f"{at}/0", tmp_path / "profile"):
        count = 0
        for bag in bags:
            seen = json.loads(server.reports.get(timeout=PATIENCE))
            text = (bag / "data/text/article.txt").read_text("utf-8") if (bag / "data/text").exists() else ""
            words = " ".join(seen["text"].split())
            missing = [each for each in text.split("\n\n") if " ".join(each.split()) not in words]
            assert missing == [], bag.name
            index = (bag / "data/wacz/indexes/index.cdx").read_text("ascii").splitlines()
            entries = [json.loads(line.split(" ", 2)[2]) for line in index]
            photos = {each["url"] for each in entries if each["status"] == "200" and each["mime"].startswith("image/")}
            placed = {url for url, _ in seen["images"]} & photos
            assert placed == {url for url, width in seen["images"] if width}, f"{bag.name}: a photo does not show"
            count += len(placed)
        assert count >= len(bags), "photos were seen"


# What its service worker found is in a database of this origin: the page shows only how many checks were made.
VERIFIED = """<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>
<replay-web-page source="/signed.wacz" url="{url}" embed="replayonly" replayBase="/replay/" style="height:900px">
</replay-web-page>
<script>
const done = request => new Promise((good, bad) => {{
  request.onsuccess = () => good(request.result); request.onerror = () => bad(request.error); }});
const timer = setInterval(async () => {{
  for (const {{name}} of await indexedDB.databases()) {{
    const opened = await done(indexedDB.open(name));
    const rows = opened.objectStoreNames.contains("verification")
      ? await done(opened.transaction("verification").objectStore("verification").getAll()) : [];
    opened.close();
    if (rows.some(each => each.id == "signature")) {{
      clearInterval(timer);
      fetch("/seen", {{method: "POST", body: JSON.stringify(rows)}});
      return;
    }}
  }}
}}, 300);
setTimeout(() => location.reload(), 10000); // a service worker that was just installed may miss its first page
</script>"""


def forged(wacz: bytes, target: Path) -> bytes:
    """The WACZ with one bit of its signature changed."""
    with zipfile.ZipFile(io.BytesIO(wacz)) as before, zipfile.ZipFile(target, "w") as after:
        for each in before.infolist():
            data = before.read(each)
            if each.filename == "datapackage-digest.json":
                closing = json.loads(data)
                signature = bytearray(b64decode(closing["signedData"]["signature"]))
                signature[-1] ^= 1
                closing["signedData"]["signature"] = b64encode(signature).decode()
                data = json.dumps(closing).encode()
            after.writestr(each.filename, data)
    return target.read_bytes()


@needs_scripts
@pytest.mark.parametrize("is_forged", [False, True])
def test_replaywebpage_verifies_the_signature_of_a_wacz_that_was_handed_off(
    is_forged: bool, bags: list[Path], tmp_path: Path
):
    _, key, _, certificate = issue("Ada Archivist", kind="p384").write(tmp_path / "keys")
    (tmp_path / "set.toml").write_text(f'key = "{key}"\ncertificate = "{certificate}"\n')
    (tmp_path / "out").mkdir()
    config = ["--config", str(tmp_path / "set.toml")]
    assert main(["handoff", *config, "--form", "wacz", str(bags[0]), str(tmp_path / "out")]) == 0
    wacz = (tmp_path / f"out/{bags[0].name}.wacz").read_bytes()
    page = json.loads((bags[0] / "data/wacz/pages/pages.jsonl").read_text("utf-8").splitlines()[1])
    files = {
        "/ui.js": ("text/javascript", (SCRIPTS / "ui.js").read_bytes()),
        "/replay/sw.js": ("text/javascript", (SCRIPTS / "sw.js").read_bytes()),
        "/signed.wacz": ("application/wacz", forged(wacz, tmp_path / "forged.wacz") if is_forged else wacz),
        "/page": ("text/html", VERIFIED.format(url=page["url"]).encode()),
    }
    with served(files) as (at, server), showing(f"{at}/page", tmp_path / "profile"):
        rows = {each["id"]: each for each in json.loads(server.reports.get(timeout=PATIENCE))}
    assert rows["signature"]["matched"] is not is_forged


def test_the_page_of_a_bag_asks_for_nothing_but_itself(bags: list[Path], tmp_path: Path):
    page = (bags[0] / "data/ro-crate-preview.html").read_bytes()
    with served({"/page.html": ("text/html", page)}) as (at, server):
        command = chromium(tmp_path / "profile", "--dump-dom", f"{at}/page.html")
        shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert server.asked == ["/page.html"]
    assert "<h1" in shown.stdout
