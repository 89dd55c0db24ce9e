"""Pages that lead on by themselves: meta refresh and the header Refresh."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.capturing import SITE, Bench
from servers.wire import Server, ok

from archiver.capture.refresh import read_refresh

HTML = b"Content-Type: text/html; charset=utf-8"
END = [ok(b"<p>The harbour opened again.</p>", HTML)]


def page(content: str, before: str = "") -> bytes:
    return ok(f'<html><head>{before}<meta http-equiv="refresh" content="{content}"></head></html>'.encode(), HTML)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (page("0; url=/b"), "/b"),
        (ok(b"<META HTTP-EQUIV=REFRESH CONTENT=\"0;URL='/b'\">", HTML), "/b"),
        (page("3,/b"), "/b"),
        (page("0 url = b?x=1"), "/b?x=1"),
        (page("0; url=c", before='<base href="/sub/">'), "/sub/c"),
        (page("0; url=/söt?q=ö"), "/s%C3%B6t?q=%C3%B6"),
        (ok(b"<p>wait</p>", HTML, b"Refresh: 0; url=/b"), "/b"),
        (ok(b"<p>wait</p>", HTML, "Refresh: 5;url=/ö".encode()), "/%C3%B6"),
        (ok('<meta http-equiv="refresh" content="0;url=/b">'.encode("utf-16"), b"Content-Type: text/html"), "/b"),
    ],
)
def test_a_page_that_leads_on_is_followed_and_both_answers_kept(answer: bytes, path: str, tmp_path: Path):
    with Server({"/": [answer], path: END}) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture(SITE + "/#part")
    assert [each.initiator for each in capture.exchanges] == ["seed", "refresh"]
    assert (capture.outcome, capture.final_url) == ("captured", SITE + path)
    assert capture.redirects == (f"{SITE}{path}#part",)
    assert [each.block for each in files.of("response")] == [answer, END[0]]


@pytest.mark.parametrize(
    "answer",
    [
        page("300; url=/b"),
        page("300"),
        page("0"),
        page("0; url=/#top"),
        page("0; url=javascript:x()"),
        page("0; url=http://user:pw@news.example/b"),
        page("soon; url=/b"),
        ok(b'<noscript><meta http-equiv="refresh" content="0; url=/b"></noscript><p>text', HTML),
        ok(b'<template><meta http-equiv="refresh" content="0; url=/b"></template><p>text', HTML),
        ok(b'<!-- <meta http-equiv="refresh" content="0; url=/b"> --><p>text', HTML),
        ok(b'<meta http-equiv="refresh" content="0; url=/b">', b"Content-Type: text/plain"),
    ],
)
def test_a_page_that_stays_is_the_page(answer: bytes, tmp_path: Path):
    with Server({"/": [answer], "/b": END}) as server, Bench(tmp_path, server) as bench:
        capture, _ = bench.capture()
        assert list(server.seen) == ["/"]
    assert (capture.outcome, capture.redirects, capture.final_url) == ("captured", (), SITE + "/")


def test_a_page_that_is_gone_stays_gone_wherever_it_leads(tmp_path: Path):
    gone = ok(b'<meta http-equiv="refresh" content="0; url=/b">', HTML, status=b"404 Not Found")
    with Server({"/": [gone], "/b": END}) as server, Bench(tmp_path, server) as bench:
        assert bench.capture()[0].outcome == "gone"


def test_pages_that_lead_in_a_circle_or_on_for_ever_are_what_came_last(tmp_path: Path):
    with Server({"/": [page("0;url=/b")], "/b": [page("0;url=/")]}) as server, Bench(tmp_path, server) as bench:
        capture, _ = bench.capture()
    assert (capture.outcome, len(capture.exchanges), capture.final_url) == ("captured", 2, SITE + "/b")
    answers = {"/": [page("0;url=/0")], **{f"/{n}": [page(f"0;url=/{n + 1}")] for n in range(9)}}
    with Server(answers) as server, Bench(tmp_path, server) as bench:
        capture, _ = bench.capture()
    assert (capture.outcome, len(capture.exchanges)) == ("captured", 6)


def test_a_page_leads_nowhere_that_the_guard_forbids(tmp_path: Path):
    with Server({"/": [page("0;url=http://169.254.169.254/latest/")]}) as server, Bench(tmp_path, server) as bench:
        capture, _ = bench.capture()
    assert (capture.outcome, len(capture.exchanges)) == ("refused", 1)
    assert "not a public address" in (capture.reason or "")


@given(st.text(max_size=60))
def test_no_value_is_beyond_reading(value: str):
    found = read_refresh(value)
    assert found is None or found.strip() == found != ""
