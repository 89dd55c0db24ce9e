"""Requests to authorities: through guard and proxy, never redirected where something is sent."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from servers.proxies import socks_proxy

from archiver.config import Config, ConnectTo
from archiver.errors import UsageError
from archiver.network.dial import Route, check_proxy
from archiver.trust import web
from archiver.trust.web import ask


@contextmanager
def site(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback: (its address, the paths that were asked for)."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_an_address_out_of_a_certificate_is_judged_as_a_seeds_is():
    with site({"/list.crl": (200, {}, b"x")}) as (url, asked):
        for address in (
            f"{url}/list.crl",
            url.replace("127.0.0.1", "localhost"),
            url.replace("127.0.0.1", "2130706433"),
        ):
            with pytest.raises(OSError, match="not a public address"):
                ask(address, limit=10)
        assert asked == []
        assert ask(f"{url}/list.crl", limit=10, named=True) == b"x"
        assert ask(f"{url}/list.crl", limit=10, route=Route(allow_private=True)) == b"x"
        port = int(url.rpartition(":")[2])
        led = Route(connect_to=(ConnectTo(host="ca.example", port=80, to_host="127.0.0.1", to_port=port),))
        assert ask("http://ca.example/list.crl", limit=10, route=led) == b"x"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_question_that_is_sent_is_never_sent_elsewhere(status):
    with site({}) as (inner, seen), site({"/tsa": (status, {"Location": f"{inner}/internal-admin"}, b"")}) as (url, _):
        with pytest.raises(OSError, match="not sent elsewhere"):
            ask(f"{url}/tsa", limit=10, data=b"?", named=True)
        assert seen == []


def test_a_redirected_list_is_judged_at_each_step_even_on_the_host_that_was_named():
    answers = {
        "/a": (302, {"Location": "/b"}, b""),
        "/b": (200, {}, b"x"),
        "/c": (302, {"Location": "file:///etc"}, b""),
    }
    with site(answers) as (url, asked):
        with pytest.raises(OSError, match="not a public address"):
            ask(f"{url}/a", limit=10, named=True)
        assert asked == ["GET /a"]
        assert ask(f"{url}/a", limit=10, route=Route(allow_private=True)) == b"x"
        with pytest.raises(OSError, match="redirects to what"):
            ask(f"{url}/c", limit=10, route=Route(allow_private=True))


def test_redirects_end_and_answers_are_bounded():
    with site({"/a": (302, {"Location": "/a"}, b""), "/b": (200, {}, b"x" * 20)}) as (url, asked):
        with pytest.raises(OSError, match="more than 3 times"):
            ask(f"{url}/a", limit=10, route=Route(allow_private=True))
        assert len(asked) == 4
        with pytest.raises(OSError, match="more than 10 bytes"):
            ask(f"{url}/b", limit=10, named=True)


def test_an_http_proxy_is_asked_for_what_is_public_and_for_nothing_else():
    with site({"http://ca.example/list.crl": (200, {}, b"x")}) as (proxy, asked):
        route = Route.of(Config(proxy=proxy))
        assert ask("http://ca.example/list.crl", limit=10, route=route) == b"x"
        assert asked == ["GET http://ca.example/list.crl"]
        with pytest.raises(OSError, match="not a public address"):
            ask("http://127.0.0.1/list.crl", limit=10, route=route)
        with pytest.raises(OSError, match="tunnel"):
            ask("https://ca.example/", limit=10, route=route)
        assert len(asked) == 1


def test_a_socks_proxy_is_given_the_name_and_nothing_is_resolved_here(monkeypatch):
    with site({"/list.crl": (200, {}, b"x")}) as (url, asked), socks_proxy(int(url.rpartition(":")[2])) as proxy:
        monkeypatch.setattr(web, "SECONDS", 10.0)
        assert ask("http://ca.onion.example/list.crl", limit=10, route=Route.of(Config(proxy=proxy.url))) == b"x"
        assert proxy.asked == [(3, "ca.onion.example", 80)]
        with pytest.raises(OSError, match="not a public address"):
            ask("http://10.0.0.1/", limit=10, route=Route.of(Config(proxy=proxy.url)))
        assert len(proxy.asked) == 1
        assert asked == ["GET /list.crl"]


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9050", "socks4://x:1", "ftp://x", "127.0.0.1:9050", "http://"])
def test_a_proxy_that_would_resolve_names_here_or_is_none_is_refused(proxy):
    with pytest.raises(UsageError, match="--proxy"):
        check_proxy(proxy)


def test_a_proxy_that_refuses_is_named_and_not_the_authority_alone():
    with site({}) as (proxy, _):
        pass  # nobody listens there any more
    with pytest.raises(OSError, match=f"the proxy {proxy} cannot be reached: "):
        ask("http://ca.example/tsr", limit=10, data=b"q", route=Route.of(Config(proxy=proxy)))
