"""What html-validate and axe-core say of the pages of bags (`make judges` gets both), hostile words among them."""

import subprocess
from pathlib import Path

import pytest
from pages.browsers import needs_browser
from pages.shown_pages import AXE, chromium, faults
from places import ROOT
from servers.newsroom import newsroom, pages_for, seed_document

from archiver.cli import main
from archiver.demo.tour import run_demo

HTML_VALIDATE = ROOT / ".venv/html-validate/node_modules/.bin/html-validate"
pytestmark = [
    pytest.mark.judges,
    pytest.mark.skipif(not HTML_VALIDATE.exists(), reason="html-validate is not there: 'make judges' gets it from npm"),
]
HOSTILE = '</title><script>alert(1)</script> \u202egnp.exe\ufffe & "quoted" <!-- \x1b[31m'


def judged(*pages: Path) -> str:
    command = [str(HTML_VALIDATE), "--preset", "standard", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def test_every_page_of_the_demo_is_valid_html(tmp_path: Path):
    run_demo(tmp_path / "bags", say=lambda _: None)
    pages = list(tmp_path.glob("bags/*/data/ro-crate-preview.html"))
    assert len(pages) == 9
    assert judged(*pages) == ""


def test_a_page_of_hostile_words_is_valid_html(tmp_path: Path):
    text = seed_document(0).replace("Library opens again, report 0", HOSTILE).replace("Nobody", f"Nobody {HOSTILE}")
    (tmp_path / "seed.txt").write_text(text, encoding="utf-8")
    with newsroom(pages_for(range(1))) as site:
        where = ["--bags", str(tmp_path / "bags"), "--quiet", *site.options]
        assert main(["run", str(tmp_path / "seed.txt"), *where]) == 0
    (page,) = tmp_path.glob("bags/*/data/ro-crate-preview.html")
    assert judged(page) == ""


def test_the_judge_does_judge(tmp_path: Path):
    (tmp_path / "page.html").write_text("<!DOCTYPE html>\n<html lang='en'><p id=a id=b><blink>x</p></html>")
    assert "element" in judged(tmp_path / "page.html")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: 'make judges' gets it from npm")
@needs_browser
def test_axe_finds_nothing_in_the_pages_at_both_widths_in_light_dark_and_print(tmp_path: Path):
    run_demo(tmp_path / "bags", say=lambda _: None)
    with chromium() as browser:
        assert faults(browser, sorted(tmp_path.glob("bags/*/data/ro-crate-preview.html"))) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: 'make judges' gets it from npm")
@needs_browser
def test_axe_does_judge(tmp_path: Path):
    (tmp_path / "bag/data").mkdir(parents=True)
    path = tmp_path / "bag/data/page.html"
    path.write_text("<!DOCTYPE html><html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    with chromium() as browser:
        assert any("image-alt" in each for each in faults(browser, [path]))
