"""Pages whose text scripts make, replayed by pywb to a real browser: the text is there, from the WARC alone."""

import json
import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from pages.browsers import HOST, TEXT, is_valid, needs_browser, put, shell, show
from servers.replaying import needs_pywb, pywb
from servers.sites import Site

pytestmark = [needs_pywb, needs_browser]
POSTED = shell(
    "fetch('/api', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({id: 7})})"
    ".then((answer) => answer.json())"
    ".then((story) => { root.innerHTML = story.text.map((p) => `<p>${p}</p>`).join(''); });"
)
FORM = shell(
    "fetch('/api', {method: 'POST', body: new URLSearchParams({id: '7', of: 'a b'})})"
    ".then((answer) => answer.json())"
    ".then((story) => { root.innerHTML = story.text.map((p) => `<p>${p}</p>`).join(''); });"
)


SCROLLER = shell(
    "let n = 0, busy = false; const more = () => { if (busy || n > 2) return; busy = true;"
    "fetch('/part/' + n).then((a) => a.text()).then((t) => { const p = document.createElement('p');"
    "p.style.minHeight = '1500px'; p.textContent = t; root.append(p); n += 1; busy = false; }); };"
    "more(); addEventListener('scroll', more);"
)
WALL = shell(
    "const wall = document.createElement('div'); wall.id = 'wall';"
    "wall.style = 'position:fixed;inset:0;background:#fff';"
    "wall.innerHTML = '<p>We and our partners use cookies to store and read personal data on your device.</p>'"
    " + '<button id=yes>Accept all</button> <button class=no>Reject all</button>'; document.body.append(wall);"
    "wall.querySelector('.no').onclick = () => fetch('/answer', {method: 'POST', body: new URLSearchParams({a: 'no'})})"
    f".then(() => {{ wall.remove(); {put()} }});"
)
SCROLL = "for (let n = 1; n < 9; n += 1) setTimeout(() => scrollTo(0, 600 * n), 300 * n);"


@dataclass(frozen=True)
class Case:
    """A page, how it is captured, and what a reader of the replay does."""

    page: str
    more: tuple[str, ...] = ()
    scheme: str = "http"
    press: str = ""
    last: str = TEXT[1]
    scroll: bool = False


CASES = {
    "posted JSON": Case(POSTED),
    "posted form": Case(FORM),
    "state in the page": Case(shell(put())),
    "redirect by script": Case(shell("location.replace('/there');")),
    "infinite scroller": Case(SCROLLER, last=TEXT[2], scroll=True),
    "consent wall": Case(WALL, more=("--consent",), press=".no"),
    "HTTPS with a private CA": Case(POSTED, scheme="https"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_text_is_there_when_the_bag_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str):
    from playwright.sync_api import sync_playwright

    from archiver.browser.available import executable
    from archiver.config import Config

    case = CASES[name]
    answer = (200, "application/json", json.dumps({"text": TEXT}).encode())
    there = "<!doctype html>" + "".join(f"<p>{each}</p>" for each in TEXT)
    pages = {"/story": case.page, "POST /api": answer, "/there": there, "POST /answer": (200, "text/plain", b"")}
    pages |= {f"/part/{n}": (200, "text/plain", each.encode()) for n, each in enumerate(TEXT)}
    context, more = None, list(case.more)
    if case.scheme == "https":
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
        more += ["--ca-bundle", str(tmp_path / "roots.pem")]
    with Site(pages, tls=context) as site:
        done = show(tmp_path, site, capsys, "--browser", "always", *more, scheme=case.scheme)
    assert done.bag
    assert is_valid(done.bag, capsys)
    assert done.record["rendering"]["comparison"]["verdict"] in ("same", "typographic"), done.about
    root, package = tmp_path / "replay", done.bag / "data/wacz"
    for folder in ("archive", "indexes"):
        shutil.copytree(package / folder, root / "collections/bag" / folder)
    lines = (package / "indexes/index.cdx").read_text("utf-8").splitlines()
    address = f"{case.scheme}://{HOST}/story"
    stamp = next(line.split()[1] for line in lines if f'"url": "{address}"' in line)
    with pywb(root) as at, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(executable(Config())),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        shown = browser.new_page()
        shown.goto(f"{at}/bag/{stamp}/{address}")
        replay = shown.frame_locator("#replay_iframe")
        if case.press:
            replay.locator(case.press).click(timeout=15_000)
        if case.scroll:
            replay.get_by_text(TEXT[0]).wait_for(timeout=15_000)
            replay.locator("body").evaluate(f"() => {{ {SCROLL} }}")
        replay.get_by_text(case.last).wait_for(timeout=15_000)
        browser.close()
