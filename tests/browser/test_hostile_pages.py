"""Pages that would hold a browser up, fill it or end it: what is left is a bag, no process and no profile."""

import json

import pytest
from pages.browsers import MARKUP, is_valid, left_behind, needs_browser, put, shell, show
from servers.sites import Site

pytestmark = needs_browser
SLOW = "[limits]\nbrowser_seconds = 12.0\n"


def settings(tmp_path, text: str) -> list[str]:
    (tmp_path / "archiver.toml").write_text(text, "utf-8")
    return ["--config", str(tmp_path / "archiver.toml")]


NUISANCES = {
    "dialogs": "for (let i = 0; i < 30; i += 1) alert('again ' + i); confirm('sure?'); prompt('who?');",
    "downloads": "const a = document.createElement('a'); a.href = '/file'; a.download = 'x.zip'; a.click();",
    "popups": "for (let i = 0; i < 5; i += 1) window.open('/popup' + i);",
    "websockets": "for (let i = 0; i < 50; i += 1) new WebSocket('ws://news.example/' + i);",
    "console_errors": "for (let i = 0; i < 5000; i += 1) console.error('x'.repeat(2000));",
    "script_errors": "for (let i = 0; i < 400; i += 1) setTimeout(() => { throw new Error('no'); });",
}


@pytest.mark.parametrize("kind", NUISANCES)
def test_a_nuisance_is_noted_within_bounds_and_the_page_is_shown(tmp_path, capsys, kind):
    pages = {"/story": shell(put() + NUISANCES[kind]), "/file": (200, "application/zip", b"PK" * 100)}
    with Site(pages) as site:
        done = show(tmp_path, site, capsys, "--browser", "always")
    assert done.about["failed"] is None
    noted = done.about[kind]
    assert 1 <= len(noted) <= 200
    assert all(len(each) <= 500 for each in noted)
    assert done.record["rendering"]["comparison"]["verdict"] in ("same", "typographic")
    assert is_valid(done.bag, capsys)
    assert left_behind() == []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("setTimeout(() => { for (;;) ; }, 50);", "not done"),
        ("setTimeout(() => { const all = []; for (;;) all.push(new ArrayBuffer(1 << 26).slice(0)); }, 50);", ""),
    ],
    ids=["loops", "takes memory"],
)
def test_a_page_that_does_not_end_is_ended_and_the_capture_stands(tmp_path, capsys, script, reason):
    with Site({"/story": f"<!doctype html>{MARKUP}<script>{script}</script>"}) as site:
        more = settings(tmp_path, SLOW + "browser_bytes = 1500000000\n")
        done = show(tmp_path, site, capsys, "--browser", "always", *more)
    assert (done.code, done.result["verdict"]) == (0, "same")
    failed = done.record["rendering"]["failed"]
    assert failed is None or reason in failed
    assert failed or not reason
    assert is_valid(done.bag, capsys)
    assert left_behind() == []


def test_a_stream_that_never_ends_is_cut_and_kept(tmp_path, capsys):
    from servers.wire import Server, ok

    def forever():
        while True:
            yield b"data: more\n\n" * 100

    page = shell(put() + "new EventSource('/stream');").encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    answers = {"/story": [ok(page, b"Content-Type: text/html")], "/stream": [(head, forever())]}
    with Server(answers) as server:
        more = settings(tmp_path, "[limits]\nbrowser_seconds = 60.0\nrequisite_bytes = 200000\n")
        done = show(tmp_path, server, capsys, "--browser", "always", *more)
    stream = [each for each in done.record["capture"]["exchanges"] if each["url"].endswith("/stream")]
    assert [each["truncated"] for each in stream][:1] == ["length"]
    assert is_valid(done.bag, capsys)
    assert left_behind() == []


def test_a_crashed_page_is_shown_once_more_and_then_failed(tmp_path, capsys, monkeypatch):
    from archiver.browser import render

    done = []
    run = render._run

    def crashing(task, *rest):
        done.append(task["url"])
        return run({**task, "url": "chrome://crash"}, *rest)

    monkeypatch.setattr(render, "_run", crashing)
    with Site({"/story": f"<!doctype html>{MARKUP}"}) as site:
        shown = show(tmp_path, site, capsys, "--browser", "always")
    assert len(done) == 2
    assert "crashed" in shown.record["rendering"]["failed"]
    assert (shown.code, shown.result["verdict"]) == (0, "same")
    assert is_valid(shown.bag, capsys)
    assert left_behind() == []


def test_two_thousand_frames_are_shown_within_the_bounds(tmp_path, capsys):
    script = put() + "for (let i = 0; i < 2000; i += 1) root.append(document.createElement('iframe'));"
    with Site({"/story": shell(script)}) as site:
        done = show(
            tmp_path, site, capsys, "--browser", "always", *settings(tmp_path, "[limits]\nbrowser_seconds = 60.0\n")
        )
    assert done.code == 0
    assert done.about["memory_peak_bytes"] < 3072 << 20
    assert is_valid(done.bag, capsys)
    assert left_behind() == []


def test_more_requests_than_the_bound_are_refused(tmp_path, capsys):
    script = put() + "for (let i = 0; i < 30; i += 1) fetch('/n' + i).catch(() => 0);"
    with Site({"/story": shell(script)}) as site:
        done = show(
            tmp_path, site, capsys, "--browser", "always", *settings(tmp_path, "[limits]\nbrowser_requests = 5\n")
        )
    assert len([path for path in site.paths() if path.startswith("/n")]) <= 5
    assert "more than 5 requests" in json.dumps(done.about["refused_requests"])
    assert is_valid(done.bag, capsys)
