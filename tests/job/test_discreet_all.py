"""The profile `discreet` where only the proxy answers: archives, authorities and S3 too, and nobody else is tried."""

import json

import pytest
from builders.pki import authorities, needs_openssl
from jobs.whole import HOST, seeds
from reached import only
from servers.http_proxy import http_proxy
from servers.lying_s3 import lying
from servers.newsroom import PARAGRAPHS, article
from servers.web_archive import State, WebArchive
from servers.wire import Server, ok

from archiver.cli import main

URL = f"http://{HOST}/news/1"
GONE = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")
PAGE = article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."])


@needs_openssl
def test_archives_authorities_and_s3_are_reached_through_the_proxy_alone(tmp_path, capsys, monkeypatch):
    pytest.importorskip("boto3", reason="the extra 's3' is not installed")
    archive = WebArchive(URL, [State("20220301120000", PAGE)], family="pywb")
    tables = '[[archives]]\nname = "the Test Archive"\nfamily = "pywb"\nurl = "http://archive.example/news/"\n'
    config = tmp_path / "archiver.toml"
    config.write_text(f"pace = 0.0\n{tables}", "utf-8")
    discreet = ["--config", str(config), "--profile", "discreet", "--proxy"]
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "y"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    asked: list[bytes] = []

    # 1. The page is gone; an archive that is named has it.
    # (What follows on a connection that is kept reaches the server as the proxy was asked for it.)
    found = dict(archive.answers())
    site = Server(
        {"/news/1": [GONE], **found, **{f"http://archive.example{path}": each for path, each in found.items()}}
    )
    with site, http_proxy(site.port) as proxy, only(proxy.port, site.port) as tried:
        command = ["run", "--json", "--browser", "never", "--bags", str(tmp_path / "bags"), *discreet, proxy.url]
        main([*command, str(seeds(tmp_path / "seeds", 1))])
        said = capsys.readouterr()
        parsed = json.loads(said.out.splitlines()[-1])
        asked += proxy.heads
    assert (parsed["outcome"], parsed["comparison_source"], parsed["verdict"]) == ("gone", "memento", "same"), (
        parsed,
        said.err,
    )
    assert tried == []
    bag = tmp_path / "bags" / parsed["bag"]

    (tmp_path / "pki").mkdir()
    # 2. Signed, with a timestamp of the authority that is named; nobody is asked what was revoked.
    with authorities(tmp_path / "pki") as pki:
        port = int(pki.site.rpartition(":")[2])
        keys = pki.signer.write(tmp_path / "keys")
        with http_proxy(port) as proxy, only(proxy.port, port) as tried:
            command = ["sign", *keys, "--timestamp", "http://tsa.example/tsa", *discreet, proxy.url, str(bag)]
            assert main(command) in (0, 1)
            said = capsys.readouterr()
            asked += proxy.heads
            assert {head.split(b" ")[1] for head in proxy.heads} == {b"http://tsa.example/tsa"}, said.err
        assert tried == []

    # 3. Delivered to a server that the proxy reaches.
    with lying() as store:
        port = int(store.address.rpartition(":")[2])
        with http_proxy(port) as proxy, only(proxy.port, port) as tried:
            command = ["handoff", "--json", *discreet[:4], "--endpoint", "http://s3.example"]
            monkeypatch.setenv("ARCHIVER_PROXY", proxy.url)
            config.write_text(f'proxy = "{proxy.url}"\n', "utf-8")
            assert main([*command, str(bag), "s3://library/in"]) == 0, capsys.readouterr()
            assert proxy.heads
            asked += proxy.heads
        assert tried == []
    assert b"archiver" not in b"".join(asked).lower()
    assert {head.split(b"/")[2] for head in asked} == {b"archive.example", HOST.encode(), b"tsa.example", b"s3.example"}
