"""Cookies of a subscription go where they belong, and into nothing that is derived from a bag."""

import gzip
import json
import tarfile
from pathlib import Path

import pytest
from jobs.whole import HOST, Job, html, seeds
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server

from archiver.capture.cookie_file import read_cookies
from archiver.cli import main
from archiver.errors import UsageError

MARK = "M4RKERcookie77"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "cookies.txt"
    path.write_text("# Netscape HTTP Cookie File\n\n" + "\n".join(lines) + "\n")
    return path


def row(domain: str, *, below: str = "FALSE", path: str = "/", secure: str = "FALSE", expires: str = "0") -> str:
    return "\t".join((domain, below, path, secure, expires, "session", MARK))


@pytest.mark.parametrize(
    ("line", "url", "sent"),
    [
        (row("news.example"), "http://news.example/a", True),
        (row("#HttpOnly_news.example"), "https://news.example/a", True),
        (row("news.example"), "http://sub.news.example/a", False),
        (row(".news.example", below="TRUE"), "http://sub.news.example/a", True),
        (row(".news.example", below="TRUE"), "http://badnews.example/a", False),
        (row("news.example"), "http://other.example/news.example", False),
        (row("news.example", path="/paper"), "http://news.example/paper/1", True),
        (row("news.example", path="/paper"), "http://news.example/papers", False),
        (row("news.example", secure="TRUE"), "http://news.example/", False),
        (row("news.example", secure="TRUE"), "https://news.example/", True),
        (row("news.example", expires="1000"), "http://news.example/", False),
    ],
)
def test_a_cookie_goes_to_its_host_path_and_scheme_alone(tmp_path: Path, line: str, url: str, sent: bool):
    assert read_cookies(written(tmp_path, line)).go_to(url) is sent


@pytest.mark.parametrize(
    "line", ["news.example FALSE / FALSE 0 session x", "{}", row("com"), row("news.example", path="x")]
)
def test_what_is_no_cookie_names_its_line_and_shows_nothing_of_it(tmp_path: Path, line: str):
    with pytest.raises(UsageError, match="line 3") as error:
        read_cookies(written(tmp_path, line))
    assert MARK not in str(error.value)


def test_cookies_reach_the_sealed_request_and_no_copy_record_or_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    here = html(article("Library opens again, report 1", [*PARAGRAPHS, "This is report number 1."]), b"Set-Cookie: s=1")
    away = b"HTTP/1.1 302 Found\r\nLocation: http://tracker.example/x\r\nContent-Length: 0\r\n\r\n"
    with Server({"/news/1": [here], "/s.css": [away], "/x": [html(b"x")]}) as server:
        job = Job(tmp_path / "bags", capsys)
        cookies = written(tmp_path, row(HOST))
        options = ["--cookies", str(cookies), "--browser", "never"]
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    assert code == 0
    bag = tmp_path / "bags" / result["bag"]
    (warc,) = (bag / "data/wacz/archive").iterdir()
    assert MARK.encode() in gzip.decompress(warc.read_bytes())
    record = json.loads((bag / "data/provenance.json").read_text())
    assert record["capture"]["logged_in"] == [HOST]
    assert record["rights"]["access"] != "open"
    for file in bag.rglob("*"):
        if file.is_file() and file != warc:
            assert MARK.encode() not in file.read_bytes(), file
            assert b"cookies.txt" not in file.read_bytes(), file
    assert "while logged in" in (bag / "data/ro-crate-preview.html").read_text()
    main(["show", str(bag)])
    main(["export", str(bag), "--form", "csv"])
    printed = capsys.readouterr().out
    assert "while logged in" in printed
    assert MARK not in printed
    (tmp_path / "out").mkdir()
    assert main(["handoff", "--redact", str(bag), str(tmp_path / "out")]) == 0
    (package,) = (tmp_path / "out").glob("*.tar")
    with tarfile.open(package) as tar:
        for member in tar.getmembers():
            data = tar.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            plain = gzip.decompress(data) if member.name.endswith(".gz") else data
            assert MARK.encode() not in plain, member.name


def test_a_redirect_to_another_site_takes_no_cookie_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    away = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/x\r\nContent-Length: 0\r\n\r\n"
    with Server({"/news/1": [away], "/x": [html(article("Library opens again", PARAGRAPHS))]}) as server:
        job = Job(tmp_path / "bags", capsys)
        options = [
            "--cookies",
            str(written(tmp_path, row(HOST))),
            "--browser",
            "never",
            "--config",
            str(tmp_path / "c.toml"),
        ]
        (tmp_path / "c.toml").write_text('access = "open"\n')
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, *options)
    bag = tmp_path / "bags" / result["bag"]
    (warc,) = (bag / "data/wacz/archive").iterdir()
    data = gzip.decompress(warc.read_bytes())
    assert data.count(MARK.encode()) == 1
    record = json.loads((bag / "data/provenance.json").read_text())
    assert record["capture"]["logged_in"] == [HOST]
    assert record["rights"]["access"] == "restricted"
