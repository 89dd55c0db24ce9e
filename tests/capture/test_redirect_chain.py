"""Redirects, cookies, retries and proxies: each exchange is its own record, and nothing goes where it may not."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.capturing import SITE, Bench, one
from servers.wire import CLOSE, Server, ok

from archiver.capture.urls import address_problem, readable
from archiver.capture.wire.cookies import may_be_set
from archiver.capture.wire.http_framing import headers_of


def moved(to: bytes, *head: bytes, status: bytes = b"302 Found") -> bytes:
    return ok(b"moved", b"Location: " + to, *head, status=status)


def test_redirects_are_exchanges_of_their_own(tmp_path: Path):
    answers = {
        "/": [moved(b"/a", status=b"301 Moved")],
        "/a": [moved(b"//other.example/b?x=1", status=b"307 Later")],
        "/b?x=1": [moved(b"c", status=b"303 See")],
        "/c": [ok(b"the end")],
    }
    with Server(answers) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture(SITE + "/#part")
    redirects = (SITE + "/a#part", "http://other.example/b?x=1#part", "http://other.example/c#part")
    assert capture.redirects == redirects
    assert [each.url for each in capture.exchanges] == [SITE + "/", *(each.removesuffix("#part") for each in redirects)]
    assert [each.initiator for each in capture.exchanges] == ["seed", "redirect", "redirect", "redirect"]
    assert [each.seq for each in capture.exchanges] == [1, 2, 3, 4]
    assert [each.block for each in files.of("response")] == [answers[path][0] for path in answers]
    assert (capture.outcome, capture.page.body, capture.record_id) == (
        *("captured", b"the end"),
        capture.exchanges[-1].record_ids.response,
    )


def test_the_body_of_a_redirect_is_recorded_and_bounded(tmp_path: Path):
    answers = {"/": [moved(b"/a")[:-5] + b"m" * 5], "/a": [ok(b"a" * 100)]}
    with Server(answers) as server, Bench(tmp_path, server, settings={"limits": {"response_bytes": 90}}) as bench:
        capture, files = bench.capture()
    assert [each.truncated for each in capture.exchanges] == [None, "length"]
    assert files.of("response")[0].block.endswith(b"mmmmm")


def test_cookies_are_kept_within_a_seed_and_never_reach_another(tmp_path: Path):
    cookies = (b"Set-Cookie: visit=1; Path=/", "Set-Cookie: town=Tromsø".encode(), b"Set-Cookie: s=2; Secure")
    with Server({"/": [moved(b"/a", *cookies)], "/a": [ok()]}) as server, Bench(tmp_path, server) as bench:
        bench.capture()
        assert b"\r\nCookie: visit=1; town=Troms\xc3\xb8\r\n" in server.seen["/a"][0]
        bench.capture(SITE + "/a")
        assert b"Cookie" not in server.seen["/a"][1]
        bench.capture()
        assert b"Cookie" not in server.seen["/"][1]


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        (["a=1; Path=/", "a=; Path=/; Max-Age=-1", "b=2"], b"b=2"),
        (["a=; Max-Age=0", "a=1; Path=/"], b"a=1"),
        (["a=1; Path=/", "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=3; Path=/"], b"a=3"),
        (["__Host-a=1; Path=/", "__Secure-b=1", "__host-c=1; Secure; Path=/", "d=4"], b"d=4"),
    ],
)
def test_cookies_of_one_answer_are_taken_in_its_order_and_as_browsers_take_them(fields, sent, tmp_path: Path):
    cookies = [b"Set-Cookie: " + each.encode() for each in fields]
    with Server({"/": [moved(b"/a", *cookies)], "/a": [ok()]}) as server, Bench(tmp_path, server) as bench:
        bench.capture()
        assert b"\r\nCookie: " + sent + b"\r\n" in server.seen["/a"][0]


@pytest.mark.parametrize(
    ("field", "secure", "taken"),
    [
        ("__Host-a=1; Secure; Path=/", True, True),
        ("__Host-a=1; Secure; Path=/; Domain=example.org", True, False),
        ("__Host-a=1; Secure", True, False),
        ("__Secure-a=1; Secure; Domain=example.org", True, True),
        ("__Secure-a=1", True, False),
        ("a=1; SECURE", False, False),
        ("a=__Host-; HttpOnly", False, True),
        ("", False, True),
    ],
)
def test_names_and_secure_promise_where_a_cookie_comes_from(field: str, secure: bool, taken: bool):
    """RFC 6265bis, 4.1.3 and 5.7."""
    assert may_be_set(field, secure=secure) is taken


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (b"bytes 0-4/5", True),
        (b"bytes 0-4/*", True),
        (b"Bytes 0-4/9", False),
        (b"bytes 4-8/9", False),
        (b"bytes 4-8/*", False),
        (b"lines 1-2/3", True),
    ],
)
def test_an_answer_that_is_a_part_by_its_own_word_is_not_whole(value: bytes, whole: bool, tmp_path: Path):
    """RFC 9110, 15.3.7: the message is whole, so nothing of the record is truncated; the article is not."""
    capture, files = one(ok(b"hello", b"Content-Range: " + value, status=b"206 Partial Content"), tmp_path)
    said = f"the server sent a part of it: {value.decode()}"
    assert capture.reason == (None if whole else f"the response is not whole: {said}")
    assert capture.page.problem == (None if whole else said)
    assert (capture.outcome, capture.truncated, files.of("response")[0].all("WARC-Truncated")) == ("captured", None, [])


def test_a_first_line_that_is_no_status_line_is_named(tmp_path: Path):
    answer = (b"HTTP/1.1\t200\tOK\r\nContent-Length: 2\r\n\r\nhi", CLOSE)
    with Server({"/": [answer]}) as server, Bench(tmp_path, server) as bench:
        assert bench.failure().reason == "the status line is not HTTP: 'HTTP/1.1\\t200\\tOK\\r'"


def test_cookies_of_a_host_are_not_sent_to_another(tmp_path: Path):
    answers = {"/": [moved(b"http://other.example/a", b"Set-Cookie: visit=1")], "/a": [ok()]}
    with Server(answers) as server, Bench(tmp_path, server) as bench:
        bench.capture()
        assert b"Cookie" not in server.seen["/a"][0]


@pytest.mark.parametrize(("to", "circle"), [(b"/", True), (b"/?again", True), (None, False)])
def test_redirects_end_at_the_bound(to: bytes | None, circle: bool, tmp_path: Path):
    answers = {"/": [moved(to or b"/0")], "/?again": [moved(b"/")]}
    answers |= {f"/{n}": [moved(b"/%d" % (n + 1))] for n in range(9)}
    with Server(answers) as server, Bench(tmp_path, server, settings={"limits": {"redirects": 4}}) as bench:
        capture, _ = bench.capture()
    assert (capture.outcome, len(capture.exchanges), len(capture.redirects)) == ("failed", 5, 4)
    assert capture.reason == "more than 4 redirects" + (" in a circle" if circle else "")


REFUSED = {
    b"http://169.254.169.254/latest/": "169.254.169.254: not a public address",
    b"http://[::ffff:127.0.0.1]/": "not a public address",
    b"http://2130706433/": "127.0.0.1: not a public address",
    b"http://0x7f.1/": "127.0.0.1: not a public address",
    b"ftp://news.example/": "only http and https are fetched",
    b"file:///etc/passwd": "only http and https are fetched",
    b"javascript:alert(1)": "only http and https are fetched",
    b"http://user:secret@news.example/": "it carries a user name or password",
    b"http://user@news.example/": "it carries a user name or password",
    b"http://:80/": "not a well-formed address",
    b"http://news.example:99999/": "not a well-formed address",
    b"http://[::1": "not a well-formed address",
}


@pytest.mark.parametrize("to", REFUSED)
def test_a_redirect_out_of_bounds_is_refused_and_the_answer_that_sent_it_kept(to: bytes, tmp_path: Path):
    with Server({"/": [moved(to)]}) as server, Bench(tmp_path, server) as bench:
        capture, files = bench.capture()
    assert (capture.outcome, capture.status, len(capture.exchanges)) == ("refused", 302, 1)
    assert REFUSED[to] in (capture.reason or "")
    assert files.of("response")[0].block == moved(to)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/søk?by=Tromsø".encode(), "/s%C3%B8k?by=Troms%C3%B8"),
        ("/voilà".encode(), "/voil%C3%A0"),
        (b"/s\xf8k", "/s%F8k"),
        (b"/with space", "/with%20space"),
        (b"  /padded\t", "/padded"),
        (b"", ""),
        (b"\\b\\c", "/b/c"),
        (b"http:/b", "/b"),
        (b"/b\tc", "/bc"),
        (b"/a?", "/a?"),
        (b"/50%|[1]%7E", "/50%|[1]%7E"),
        (b"///news.example/b", "/b"),
    ],
)
def test_a_location_is_followed_in_the_bytes_it_was_sent_in(location: bytes, path: str, tmp_path: Path):
    with Server({"/": [moved(location)], path: [ok()]}) as server, Bench(tmp_path, server) as bench:
        capture, _ = bench.capture()
        assert list(server.seen) == (["/", path] if path else ["/"])
    assert capture.status == (200 if path else 302)


@given(st.binary(max_size=40))
def test_no_location_is_beyond_reading(octets: bytes):
    readable(octets.decode("latin-1")).encode()


@pytest.mark.parametrize("url", ["http://user:secret@news.example/", "ftp://news.example/x", "http://", "http://[::1/"])
def test_a_seed_whose_address_may_not_be_asked_for_is_a_failure_without_a_request(url: str, tmp_path: Path):
    with Server({}) as server, Bench(tmp_path, server) as bench:
        failure = bench.failure(url)
        assert (failure.kind, failure.outcome, server.connections) == ("address", "failed", 0)
    assert address_problem(url)


def test_sixteen_threads_against_one_server_get_every_record_right(tmp_path: Path):
    """Each path answers with its own bytes, some chunked, some gone, some redirected; no two ever mix."""
    paths = [f"/{n}" for n in range(160)]
    answers = {path: [ok(path.encode() * 999, b"X-Path: " + path.encode())] for path in paths}
    answers |= {f"/to{path}": [moved(path.encode())] for path in paths}
    wrong: list[str] = []
    with Server(answers) as server, Bench(tmp_path, server) as bench:

        def work(mine: list[str]) -> None:
            for path in mine:
                capture, files = bench.capture(f"{SITE}/to{path}")
                blocks = [each.block for each in files.of("response")]
                asked = [each.block.split(b" ")[1].decode() for each in files.of("request")]
                if blocks != [*answers[f"/to{path}"], *answers[path]] or asked != [f"/to{path}", path]:
                    wrong.append(path)
                if headers_of(blocks[1])[0] != ("X-Path", path) or capture.page.body != path.encode() * 999:
                    wrong.append(path)

        threads = [threading.Thread(target=work, args=(paths[n::16],)) for n in range(16)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(20)
        seen = {path: len(heads) for path, heads in server.seen.items()}
    assert not wrong
    assert seen == dict.fromkeys(answers, 1)
