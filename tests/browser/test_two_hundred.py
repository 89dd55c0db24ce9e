"""Hostile pages in a row, of every kind: no process and no profile is left, and memory stays within its bound."""

import json
import os
import resource
import tempfile
from pathlib import Path

import pytest
from pages.browsers import HOST, TEXT, needs_browser, put, shell
from servers.sites import Site

from archiver.cli import main

pytestmark = needs_browser
KINDS = {
    "endless load": put() + "fetch('/slow');",
    "dialogs": put() + "for (let i = 0; i < 30; i += 1) alert('again ' + i);",
    "downloads": put() + "for (let i = 0; i < 5; i += 1) { const a = document.createElement('a'); a.href = '/file' + i;"
    "a.download = 'x.zip'; a.click(); }",
    "popups": put() + "for (let i = 0; i < 20; i += 1) window.open('/popup' + i);",
    "websockets": put() + "for (let i = 0; i < 50; i += 1) new WebSocket('ws://news.example/' + i);",
    "crash": put() + "setTimeout(() => { location.href = 'chrome://crash'; const all = []; for (;;) "
    "all.push(new ArrayBuffer(1 << 28)); }, 20);",
    "frames": put() + "for (let i = 0; i < 2000; i += 1) root.append(document.createElement('iframe'));",
    "loop": "for (;;) ;",
    "late loop": put() + "setTimeout(() => { for (;;) ; }, 300);",
    "workers": put() + "for (let i = 0; i < 20; i += 1) new Worker(URL.createObjectURL(new Blob(['for (;;) ;'])));",
}
BYTES = 3 << 30


def hostile(folder: Path, capsys: pytest.CaptureFixture[str], count: int, *more: str) -> list[dict]:
    """So many pages, each kind in turn; what was reported of each."""
    kinds = list(KINDS)
    pages: dict = {f"/{n}": shell(KINDS[kinds[n % len(kinds)]]) for n in range(count)}
    pages |= {"/slow": (200, "text/plain", b"x")}
    (folder / "seeds").mkdir()
    text = "\n\n".join(TEXT)
    for n in range(count):
        seed = f"Bridge stays open\n\n{text}\n\nOriginal url: http://{HOST}/{n}\n"
        (folder / f"seeds/{n:03}.txt").write_text(seed, "utf-8")
    (folder / "archiver.toml").write_text("pace = 0.0\n[limits]\nbrowser_seconds = 12.0\n", "utf-8")
    with Site(pages) as site:
        capsys.readouterr()
        main(
            [
                *(
                    "run",
                    str(folder / "seeds"),
                    "--bags",
                    str(folder / "bags"),
                    "--config",
                    str(folder / "archiver.toml"),
                ),
                *("--json", "--browser-no-sandbox", "--browser", "always"),
                *("--connect-to", f":80:127.0.0.1:{site.port}", *more),
            ]
        )
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def nothing_is_left(before: set[Path]) -> None:
    """Nothing of this process, or of one that has ended: others may show pages here at the same time."""
    after = set(Path(tempfile.gettempdir()).glob("archiver-browser-*")) - before
    gone = {each.name for each in after if (pid := int(each.name.split("-")[2])) == os.getpid() or not running(pid)}
    assert gone == set()
    lines = [line for each in Path("/proc").glob("[0-9]*") if (line := command_of(each))]
    of_browsers = [line for line in lines if b"archiver-browser-" in line and b"--user-data-dir" in line]
    known = {each.name.encode() for each in before | after}
    assert [line for line in of_browsers if not any(name in line for name in known)] == []


def running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def command_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def judged(folder: Path, found: list[dict], count: int) -> None:
    """Every seed has a bag whose record says what came of its page, and none took more memory than it may."""
    assert len(found) == count
    for each in found:
        assert each["bag"], each
        about = json.loads((folder / "bags" / each["bag"] / "data/rendering/rendering.json").read_text("utf-8"))
        assert (about.get("memory_peak_bytes") or 0) <= BYTES * 1.2, about["memory_peak_bytes"]
        record = json.loads((folder / "bags" / each["bag"] / "data/provenance.json").read_text("utf-8"))
        assert record["rendering"]["failed"] is None or record["rendering"]["failed"].strip()
    assert main(["validate", "--quiet", str(folder / "bags")]) == 0


@pytest.fixture
def before() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("archiver-browser-*"))


def test_one_page_of_every_kind(tmp_path, capsys, before):
    found = hostile(tmp_path, capsys, len(KINDS))
    judged(tmp_path, found, len(KINDS))
    nothing_is_left(before)


@pytest.mark.stress
def test_two_hundred_pages_in_a_row(tmp_path, capsys, before):
    """In two processes; memory of this one, which coordinates, does not grow with their number."""
    first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = hostile(tmp_path, capsys, 200, "--jobs", "2")
    judged(tmp_path, found, 200)
    nothing_is_left(before)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first) >> 10 < 200  # MiB
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    assert largest < 2048, f"{largest} MiB"
