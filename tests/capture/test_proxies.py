"""Captures through HTTP and SOCKS proxies."""

from pathlib import Path

from jobs.capturing import SITE, Bench
from servers.proxies import socks_proxy
from servers.wire import Server, ok


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


def test_a_socks_proxy_is_given_names_and_the_record_has_no_address(tmp_path: Path):
    with Server({"/a?b": [ok(b"through")]}) as server, socks_proxy(server.port) as proxy:
        with Bench(tmp_path, server, settings={"proxy": proxy.url}) as bench:
            capture, _ = bench.capture(SITE + "/a?b")
        assert (capture.final.ip, capture.proxy, capture.page.body) == (None, proxy.url, b"through")
        assert proxy.asked
        assert {(kind, host) for kind, host, _ in proxy.asked} == {(3, "news.example")}
