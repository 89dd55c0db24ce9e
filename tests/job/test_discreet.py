"""The profile `discreet`: every connection through the proxy that is named, and nobody learns who archives."""

import json
import os
import socket
from pathlib import Path

import pytest
from pages.browsers import HOST, MARKUP, TEXT, is_valid, needs_browser, shell, show
from reached import only
from servers.http_proxy import http_proxy
from servers.proxies import socks_proxy
from servers.sites import Site

from archiver.cli import main
from archiver.config import Config, configured, load
from archiver.errors import UsageError
from archiver.network.dial import Route
from archiver.trust.web import ask

WHO = """
organisation = "County Archive"
organisation_address = "1 Example Street"
operator = "Ada Person"
contact_name = "Ada Person"
contact_email = "ada@county.example"
contact_phone = "+00 12345"
"""
PAGE = f"<!doctype html><link rel=stylesheet href=/s.css>{MARKUP}"


def settings(folder: Path, more: str = "") -> list[str]:
    (folder / "archiver.toml").write_text(WHO + more, "utf-8")
    return ["--config", str(folder / "archiver.toml"), "--profile", "discreet"]


def everything(bag: Path) -> bytes:
    """All bytes of a bag, its WARC files unpacked."""
    import gzip

    files = [each for each in bag.rglob("*") if each.is_file()]
    return b"\n".join(
        gzip.decompress(each.read_bytes()) if each.suffix == ".gz" else each.read_bytes() for each in files
    )


def test_a_dry_run_lists_the_seeds_without_a_proxy_and_says_that_a_run_would_not_start(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("A headline\n\nWords.\n\nOriginal url: http://news.example/a\n", "utf-8")
    command = ["run", *settings(tmp_path), "--bags", str(tmp_path / "bags"), str(tmp_path / "a.txt")]
    for more, code in (([], 2), (["--proxy", "socks5h://127.0.0.1:9"], 0)):
        with only() as tried:
            assert main([*command, "--dry-run", *more]) == code
        out, err = capsys.readouterr()
        assert out == f"fetch    {tmp_path / 'a.txt'} http://news.example/a\n"
        assert ("the settings require a proxy (proxy_required): set --proxy" in err) == (code == 2)
        assert tried == []
    assert main(command) == 2
    assert not (tmp_path / "bags").exists()


def test_a_run_goes_through_the_proxy_alone_and_reveals_to_nobody_who_archives(tmp_path, capsys):
    pages = {"/story": PAGE, "/s.css": (200, "text/css", b"p {}")}
    with Site(pages) as site, http_proxy(site.port) as proxy, only(proxy.port, site.port) as tried:
        done = show(tmp_path, site, capsys, *settings(tmp_path), "--proxy", proxy.url, connect=("a:1:b:2",))
    assert (done.code, done.result["verdict"]) == (0, "same")
    assert tried == []
    assert [each.split(b" ")[1] for each in proxy.heads] == [
        f"http://{HOST}/story".encode(),
        f"http://{HOST}/s.css".encode(),
    ], "no robots.txt"
    sent = b"".join(proxy.heads)
    assert b"User-Agent: Mozilla/5.0\r\n" in sent
    assert b"archiver" not in sent.lower()
    found = everything(done.bag)
    for secret in (b"County", b"Ada", b"ada@", b"12345", b"Example Street", os.uname().release.encode()):
        assert secret not in found
    assert str(proxy.port).encode() not in found
    assert str(tmp_path).encode() not in found
    record = done.record
    assert record["host"] == {"os": None, "python": None}
    assert record["software"]["packages"] == {}
    assert (record["capture"]["proxy"], record["capture"]["robots"]) == ("not stated", "ignored")
    assert is_valid(done.bag, capsys)


def test_it_fails_closed_where_the_proxy_does_not_answer(tmp_path, capsys):
    with Site({"/story": PAGE}) as site, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = show(
            tmp_path,
            site,
            capsys,
            *settings(tmp_path, "[limits]\nretries = 0\n"),
            "--proxy",
            f"http://127.0.0.1:{port}",
        )
    assert (done.code, done.result["outcome"], site.asked) == (1, "failed", [])


def test_names_are_resolved_behind_a_socks_proxy(tmp_path, capsys):
    with Site({"/story": PAGE}) as site, socks_proxy(site.port) as proxy, only(proxy.port, site.port) as tried:
        done = show(tmp_path, site, capsys, *settings(tmp_path), "--proxy", proxy.url)
    assert (done.code, tried) == (0, [])
    assert {each[:2] for each in proxy.asked} == {(3, HOST)}


@needs_browser
def test_the_browser_goes_through_the_proxy_too_and_says_nothing_of_us(tmp_path, capsys):
    script = "fetch('/api', {method: 'POST'}).then((a) => a.text()).then((t) => { root.innerHTML = t; });"
    pages = {"/story": shell(script), "POST /api": (200, "text/plain", MARKUP.encode())}
    with Site(pages) as site, http_proxy(site.port) as proxy:
        done = show(tmp_path, site, capsys, *settings(tmp_path), "--proxy", proxy.url, connect=("a:1:b:2",))
    assert (done.code, done.record["rendering"]["failed"]) == (0, None)
    assert TEXT[0] in done.file("article.txt").decode()
    posted = next(each for each in proxy.heads if each.startswith(b"POST"))
    assert b"archiver" not in posted.lower()
    assert b"Headless" not in posted.partition(b"User-Agent: ")[2].partition(b"\r\n")[0]
    assert done.record["rendering"]["browser"]["executable"] == "not stated"
    assert is_valid(done.bag, capsys)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "require a proxy"),
        ({"proxy": "http://127.0.0.1:9", "robots": "obey"}, "robots"),
        ({"proxy": "http://127.0.0.1:9", "executor": "dask://127.0.0.1:8786"}, "executor"),
    ],
)
def test_settings_that_do_not_go_with_it_are_refused(tmp_path, capsys, given, says):
    more = "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())
    (tmp_path / "archiver.toml").write_text(f'profile = "discreet"\n{more}', "utf-8")
    (tmp_path / "a.txt").write_text("x\n\nOriginal url: http://a.example/\n", "utf-8")
    command = [
        "run",
        str(tmp_path / "a.txt"),
        "--config",
        str(tmp_path / "archiver.toml"),
        "--bags",
        str(tmp_path / "b"),
    ]
    assert main(command) == 2
    assert says in capsys.readouterr().err


def test_an_authority_that_nobody_named_is_not_asked():
    route = Route.of(configured({"profile": "discreet", "proxy": "http://127.0.0.1:9"}))
    with only() as tried, pytest.raises(OSError, match="not named"):
        ask("http://ocsp.example/", limit=100, route=route)
    assert tried == []


def test_a_named_authority_is_asked_through_the_proxy_without_our_name(tmp_path):
    with Site({"POST /tsr": (200, "application/timestamp-reply", b"answer")}) as site, http_proxy(site.port) as proxy:
        route = Route.of(configured({"profile": "discreet", "proxy": proxy.url}))
        with only(proxy.port, site.port):
            assert ask("http://tsa.example/tsr", limit=100, data=b"q", route=route, named=True) == b"answer"
    assert b"User-Agent: Mozilla/5.0\r\n" in proxy.heads[0]
    assert b"archiver" not in proxy.heads[0]


def test_without_a_proxy_nothing_is_connected_whoever_made_the_settings():
    with pytest.raises(UsageError, match="--proxy"):
        Route.of(Config(proxy_required=True))
    from archiver.capture.wire.recorder import Recorder

    with pytest.raises(UsageError, match="--proxy"):
        Recorder(Config(proxy_required=True))


def test_s3_goes_through_the_proxy_and_asks_no_metadata_service(monkeypatch):
    pytest.importorskip("boto3")
    from archiver.packaging.open_target import open_target

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with Site({}) as site, http_proxy(site.port) as proxy, only(proxy.port, site.port) as tried:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
        route = Route.of(configured({"profile": "discreet", "proxy": proxy.url}))
        target = open_target("s3://bucket/x", "http://s3.example", route=route)
        with pytest.raises(Exception, match="bucket"):
            target.ready(0)
        assert proxy.heads
        assert b"Mozilla/5.0" in proxy.heads[0]
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        with pytest.raises(Exception, match=r"[Cc]redentials"):
            open_target("s3://bucket/x", "http://s3.example", route=route).ready(0)
    assert tried == []


def test_the_contact_is_sent_unless_the_settings_say_otherwise(tmp_path):
    (tmp_path / "a.toml").write_text('contact_email = "a@b.example"\n', "utf-8")
    assert "a@b.example" in load(tmp_path / "a.toml", {}).user_agent
    assert "a@b.example" not in load(tmp_path / "a.toml", {"contact_in_user_agent": False}).user_agent
    discreet = load(tmp_path / "a.toml", {"profile": "discreet", "proxy": "http://127.0.0.1:9"})
    assert (discreet.user_agent, discreet.contact_email) == ("Mozilla/5.0", None)
    assert load(tmp_path / "a.toml", {"profile": "discreet", "user_agent": "X/1"}).user_agent == "X/1"


@pytest.mark.parametrize("command", ["run", "trace"])
def test_that_the_contact_is_sent_is_said_before_anything_is_asked(command, tmp_path, capsys):
    """Not where it is not sent: it is switched off, the User-Agent is the user's own, or the profile is discreet."""
    (tmp_path / "seed.txt").write_text("Title\n\nA line.\n\nOriginal url: http://127.0.0.1:9/a\n", "utf-8")
    profile = 'profile = "discreet"\nproxy = "http://127.0.0.1:9"\n'
    for number, (more, said) in enumerate((("", True), ("contact_in_user_agent = false\n", False), (profile, False),
                                           (profile + "contact_in_user_agent = true\n", False),
                                           ('user_agent = "X/1"\n', False))):  # fmt: skip
        (tmp_path / "a.toml").write_text(f'contact_email = "a@b.example"\n{more}', "utf-8")
        given = ["--config", str(tmp_path / "a.toml"), "--bags", str(tmp_path / f"bags{number}")]
        main([command, *given, str(tmp_path / "seed.txt")])
        told = capsys.readouterr().err
        assert ("a@b.example (contact_email) is sent to every site in the User-Agent" in told) is said, (more, told)
        if said:
            assert "contact_in_user_agent = false" in told


def test_what_a_socks_proxy_refuses_is_said_of_the_proxy(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("A headline\n\nWords.\n\nOriginal url: http://news.example/a\n", "utf-8")
    options = [*settings(tmp_path, "[limits]\nretries = 0\n"), "--bags", str(tmp_path / "bags"), "--browser", "never"]
    with socks_proxy(9, refuses=4) as proxy:
        assert main(["run", *options, "--proxy", proxy.url, str(tmp_path / "a.txt")]) == 1
    assert "the proxy does not connect: 0x04: Host unreachable" in capsys.readouterr().out
    assert main(["status", "--json", "--bags", str(tmp_path / "bags")]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"proxy": 1}
