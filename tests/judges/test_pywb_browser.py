"""Pages whose text scripts make, replayed by pywb to a real browser: the text is there, from the WARC alone."""

import json
import shutil
from pathlib import Path

import pytest
from browsers import HOST, TEXT, needs_browser, put, shell, show
from replaying import pywb
from sites import Site

pytest.importorskip("pywb", reason="pywb is not installed; pip install '.[replay]' brings it")
pytestmark = needs_browser
POSTED = shell(
    "fetch('/api', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({id: 7})})"
    ".then((answer) => answer.json())"
    ".then((told) => { root.innerHTML = told.text.map((p) => `<p>${p}</p>`).join(''); });"
)
FORM = shell(
    "fetch('/api', {method: 'POST', body: new URLSearchParams({id: '7', of: 'a b'})})"
    ".then((answer) => answer.json())"
    ".then((told) => { root.innerHTML = told.text.map((p) => `<p>${p}</p>`).join(''); });"
)


@pytest.mark.parametrize(
    "page",
    [POSTED, FORM, shell(put()), shell("location.replace('/there');")],
    ids=["posted JSON", "posted form", "state in the page", "redirect by script"],
)
def test_the_text_is_there_when_the_bag_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str], page: str):
    from playwright.sync_api import sync_playwright

    from archiver.browser.available import executable
    from archiver.config import Config

    answer = (200, "application/json", json.dumps({"text": TEXT}).encode())
    there = "<!doctype html>" + "".join(f"<p>{each}</p>" for each in TEXT)
    with Site({"/story": page, "POST /api": answer, "/there": there}) as site:
        done = show(tmp_path, site, capsys, "--browser", "always")
    assert done.bag
    root, package = tmp_path / "replay", done.bag / "data/wacz"
    for name in ("archive", "indexes"):
        shutil.copytree(package / name, root / "collections/bag" / name)
    lines = (package / "indexes/index.cdx").read_text("utf-8").splitlines()
    stamp = next(line.split()[1] for line in lines if f'"url": "http://{HOST}/story"' in line)
    with pywb(root) as at, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(executable(Config())),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        shown = browser.new_page()
        shown.goto(f"{at}/bag/{stamp}/http://{HOST}/story")
        shown.frame_locator("#replay_iframe").get_by_text(TEXT[1]).wait_for(timeout=15_000)
        browser.close()
