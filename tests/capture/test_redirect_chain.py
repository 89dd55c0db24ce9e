"""Redirects, cookies, retries and proxies: each exchange is its own record, and nothing goes where it may not."""

import socket
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.capturing import NOW, SITE, Bench, one
from servers.proxies import socks_proxy
from servers.wire import CLOSE, Server, ok

from archiver.capture.robots.policy import retry_after
from archiver.capture.urls import address_problem, readable
from archiver.capture.wire.cookies import may_be_set
from archiver.capture.wire.http_framing import headers_of
from archiver.config import ConnectTo


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


# Retries


def retries(count: int, **limits: float) -> dict[str, Any]:
    return {"limits": {"retries": count, **limits}}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again_and_each_answer_kept(status: int, tmp_path: Path):
    busy = ok(b"busy", status=b"%d Busy" % status)
    with (
        Server({"/": [busy, busy, ok(b"at last")]}) as server,
        Bench(tmp_path, server, settings=retries(3)) as bench,
    ):
        capture, files = bench.capture()
    assert [each.status for each in capture.exchanges] == [status, status, 200]
    assert [each.initiator for each in capture.exchanges] == ["seed", "retry", "retry"]
    assert [each.block for each in files.of("response")] == [busy, busy, ok(b"at last")]
    assert bench.slept == [1.0, 2.0]
    assert (capture.outcome, capture.reason) == ("captured", None)


def test_attempts_end_after_as_many_retries_as_are_allowed(tmp_path: Path):
    with (
        Server({"/": [ok(status=b"503 Busy")]}) as server,
        Bench(tmp_path, server, settings=retries(2, backoff_seconds=0.5)) as bench,
    ):
        capture, _ = bench.capture()
    assert (bench.slept, len(capture.exchanges)) == ([0.5, 1.0], 3)
    assert (capture.outcome, capture.reason) == ("failed", "status 503")


@pytest.mark.parametrize("status", [b"404 No", b"500 Oh", b"403 No", b"200 OK"])
def test_other_answers_are_taken_as_they_are(status: bytes, tmp_path: Path):
    with Server({"/": [ok(status=status)]}) as server, Bench(tmp_path, server, settings=retries(2)) as bench:
        capture, _ = bench.capture()
    assert (bench.slept, len(capture.exchanges)) == ([], 1)


@pytest.mark.parametrize(
    ("value", "slept"),
    [
        ("7", [7.0]),
        ("Sun, 01 Mar 2026 10:00:09 GMT", [pytest.approx(9 - 0.123456)]),
        ("Sun, 01 Mar 2026 09:00:00 GMT", [1.0]),
        ("0", [1.0]),
        ("soon", [1.0]),
        ("61", []),
        ("99999999999999999999", []),
        ("Mon, 01 Mar 2027 10:00:00 GMT", []),
    ],
)
def test_retry_after_is_obeyed_unless_it_is_too_long(value: str, slept: list[float], tmp_path: Path):
    busy = ok(b"busy", b"Retry-After: " + value.encode(), status=b"503 Busy")
    with Server({"/": [busy, ok(b"at last")]}) as server:
        bench = Bench(tmp_path, server, now=NOW, settings=retries(1))
        with bench:
            capture, _ = bench.capture()
    assert bench.slept == slept
    assert capture.status == (200 if slept else 503)


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,20} \d+:\d+:\d+ [+-]\d+"))
def test_no_retry_after_is_beyond_reading(value: str):
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


def test_retry_after_reads_both_forms():
    assert retry_after(format_datetime(datetime(2026, 3, 1, 10, 1, tzinfo=UTC), usegmt=True), NOW) == pytest.approx(
        60 - 0.123456
    )
    assert (retry_after("120", NOW), retry_after(None, NOW), retry_after("-1", NOW)) == (120.0, None, None)


def test_a_broken_response_is_recorded_and_asked_for_again(tmp_path: Path):
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"
    with (
        Server({"/": [(CLOSE,), (cut, CLOSE), ok(b"whole")]}) as server,
        Bench(tmp_path, server, settings=retries(3)) as bench,
    ):
        capture, files = bench.capture()
    assert [(each.truncated, each.initiator) for each in capture.exchanges] == [
        ("disconnect", "retry"),
        (None, "retry"),
    ]
    assert [each.block for each in files.of("response")] == [cut, ok(b"whole")]
    assert (capture.outcome, capture.reason, capture.page.problem) == ("captured", None, None)
    assert bench.slept == [1.0, 2.0]


def test_a_connection_that_is_refused_is_tried_again(tmp_path: Path):
    with Server({}) as server:
        pass
    with Bench(tmp_path, server, settings=retries(2)) as bench:
        failure = bench.failure()
    assert (failure.kind, failure.attempts, bench.slept) == ("connect", 3, [1.0, 2.0])


def test_a_connection_that_is_never_made_ends_in_time(tmp_path: Path):
    """A listener whose queue is full drops the handshake."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        crowd = [socket.socket() for _ in range(8)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        to = ConnectTo(host=None, port=None, to_host="127.0.0.1", to_port=port)
        with Bench(tmp_path, settings={"connect_to": (to,), "limits": {"connect_seconds": 0.2}}) as bench:
            failure = bench.failure()
        for each in crowd:
            each.close()
    assert (failure.kind, failure.reason) == ("timeout", "cannot connect to news.example:80: no answer in time")


# --proxy


def test_a_proxy_is_asked_in_absolute_form_and_the_record_has_no_address(tmp_path: Path):
    with Server({SITE + "/a?b": [ok(b"through")]}) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        with Bench(tmp_path, proxy, settings={"proxy": address}) as bench:
            capture, files = bench.capture(SITE + "/a?b#c")
            (seen,) = proxy.seen[SITE + "/a?b"]
    assert seen.startswith(b"GET http://news.example/a?b HTTP/1.1\r\n")
    assert [each.block for each in files.of("request")] == [seen]
    assert (capture.final.ip, capture.proxy, capture.page.body) == (None, address, b"through")
    assert not any(each.all("WARC-IP-Address") for each in files.records)
    assert files.of("response")[0]["WARC-Target-URI"] == SITE + "/a?b"


def test_a_proxy_is_not_asked_for_this_machine(tmp_path: Path):
    with Server({}) as proxy, Bench(tmp_path, proxy, settings={"proxy": f"http://127.0.0.1:{proxy.port}"}) as bench:
        for host in ("localhost", "localhost.", "a.localhost", "127.0.0.1", "[::1]", "2130706433", "169.254.169.254"):
            failure = bench.failure(f"http://{host}/")
            assert (failure.kind, failure.outcome) == ("guard", "refused"), host
        assert not proxy.seen


def test_a_proxy_that_fails_is_named_as_the_cause(tmp_path: Path):
    with Server({"news.example:443": [ok(b"no", status=b"403 Forbidden")]}) as proxy:
        settings = {"proxy": f"http://127.0.0.1:{proxy.port}"}
        with Bench(tmp_path, proxy, settings=settings) as bench:
            failure = bench.failure("https://news.example/")
    assert (failure.kind, "403 Forbidden" in failure.reason) == ("proxy", True), failure.reason
    with Bench(tmp_path, proxy, settings=settings) as bench:
        failure = bench.failure()
    assert (failure.kind, "refused" in failure.reason) == ("proxy", True), failure.reason


def test_credentials_of_a_proxy_are_not_stated(tmp_path: Path):
    with Server({SITE + "/": [ok()]}) as proxy:
        settings = {"proxy": f"http://user:secret@127.0.0.1:{proxy.port}"}
        with Bench(tmp_path, proxy, settings=settings) as bench:
            capture, _ = bench.capture()
    assert capture.proxy == f"http://127.0.0.1:{proxy.port}"


# Many at once


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


def test_a_socks_proxy_is_given_names_and_the_record_has_no_address(tmp_path: Path):
    with Server({"/a?b": [ok(b"through")]}) as server, socks_proxy(server.port) as proxy:
        with Bench(tmp_path, server, settings={"proxy": proxy.url}) as bench:
            capture, _ = bench.capture(SITE + "/a?b")
        assert (capture.final.ip, capture.proxy, capture.page.body) == (None, proxy.url, b"through")
        assert proxy.asked
        assert {(kind, host) for kind, host, _ in proxy.asked} == {(3, "news.example")}
