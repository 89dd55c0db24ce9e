"""What the two servers answer, and what they do not: by raw requests on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from builders.made_bags import ask
from pages.serving import needs_scripts, served
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.packaging.package import package
from archiver.packaging.source import source
from archiver.serve.replay import POLICY
from archiver.serve.wacz_file import span


@pytest.fixture(scope="module")
def bags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    with newsroom(pages_for(range(3))) as site:
        seeds = write_seeds(folder / "seeds", range(3))
        assert (
            main(["run", str(seeds), "--bags", str(folder / "bags"), "--quiet", "--browser", "never", *site.options])
            == 0
        )
    return folder / "bags"


@pytest.fixture(scope="module")
def room(bags: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(bags, tmp_path_factory.mktemp("cache")) as address:
        yield address


def listed(address: str, query: str = "") -> dict:
    status, _, body = ask(address, f"?format=json{'&' if query else ''}{query}")
    assert status == 200
    return json.loads(body)


def names(bags: Path) -> list[str]:
    return sorted(each.name for each in bags.iterdir() if each.name[0] != ".")


def test_the_list_says_what_there_is(room: str, bags: Path):
    found = listed(room)
    assert found["total"] == 3
    assert sorted(each["name"] for each in found["bags"]) == names(bags)
    assert set(found["bags"][0]) == {"name", "headline", "url", "date", "verdict", "outcome", "agencies"}


@pytest.mark.parametrize("path", ["", "style.css", "bags/nothing", "bags/..%2f..%2fetc", "?q=x&format=json", "nowhere"])
def test_every_answer_has_the_headers_that_keep_others_out(room: str, path: str):
    _, headers, _ = ask(room, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_another_name_of_this_machine_is_refused(room: str):
    port = urlsplit(room).port
    for name in (
        f"evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        f"127.0.0.1:{(port or 0) + 1}",
        "",
        f"127.0.0.1.evil:{port}",
    ):
        assert ask(room, Host=name)[0] == 421, name
    assert ask(room, Host=f"localhost:{port}")[0] == 200


def test_without_the_token_there_is_nothing(room: str):
    origin = room.rsplit("/", 2)[0]
    for path in ("/", "/x/", "/?format=json", "/style.css", "//", "/%2e%2e/"):
        status, _, body = ask(origin, path)
        assert status == 404
        assert b"bag" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND"])
def test_only_get_and_head(room: str, method: str):
    assert ask(room, method=method)[0] in (405, 501)
    status, headers, body = ask(room, method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000


def test_no_path_leads_out_of_a_bag(room: str, bags: Path):
    name = names(bags)[0]
    (bags / "secret.txt").write_text("out of reach")
    for path in (
        "data/../../secret.txt",
        "data/..%2f..%2fsecret.txt",
        "data/%2e%2e/%2e%2e/secret.txt",
        "../secret.txt",
        "data//etc/passwd",
        "data/%00",
        "data/\\..\\..\\secret.txt",
        "data/%2fetc%2fpasswd",
        "data/",
        "data",
    ):
        status, _, body = ask(room, f"bags/{name}/{path}")
        assert status in (400, 404), path
        assert b"out of reach" not in body
    for path in ("bags/..", "bags/.", "bags/.archiver", "bags/.archiver/check", "bags/secret.txt", "bags/%2e%2e/check"):
        assert ask(room, path)[0] == 404, path
    (bags / "secret.txt").unlink()


def test_a_link_in_a_bag_is_not_followed(bags: Path, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file.txt").write_text("out of reach")
    bag = tmp_path / "bags" / "evil"
    (bag / "data").mkdir(parents=True)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "data/link.txt").symlink_to(tmp_path / "outside/file.txt")
    (bag / "data/folder").symlink_to(tmp_path / "outside")
    os.mkfifo(bag / "data/pipe.txt")
    with served(tmp_path / "bags", tmp_path / "cache") as address:
        assert listed(address)["total"] == 1
        for path in ("data/link.txt", "data/folder/file.txt", "data/pipe.txt", "get/tar"):
            status, _, body = ask(address, f"bags/evil/{path}")
            assert status in (404, 409), path
            assert b"out of reach" not in body


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '""',
        "'",
        "AND",
        "NOT NOT",
        "a OR",
        "headline:x",
        "NEAR(a b, 2)",
        "*",
        "^",
        "-",
        "(",
        ")",
        "{a b}: c",
        "a*b",
        "\0",
        "\ud800",
        "%",
        "_",
        "x" * 100_000,
        '"' * 100_000,
        "ab " * 33_000,
        "é" * 17_000,
        "'; DROP TABLE bags; --",
        "<script>alert(1)</script>",
        "\u202e",
        "北京" * 1000,
    ],
)
def test_whatever_is_typed_has_an_answer(room: str, typed: str):
    asked = quote(typed.encode("utf-8", "surrogatepass"))
    for end in ("", "&format=json"):
        status, _, body = ask(room, f"?q={asked}{end}")
        assert status == 200
        assert b"Traceback" not in body
        assert b"<script" not in body
    assert listed(room)["total"] == 3


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999", "from=x", "to=2024-99-99", "sort=x", "verdict=%00"]
)
def test_parameters_that_mean_nothing_have_an_answer(room: str, query: str):
    assert ask(room, f"?{query}")[0] == 200
    assert listed(room, query)["total"] in (0, 3)


def test_a_line_without_end_is_refused(room: str):
    at = urlsplit(room)
    with socket.create_connection((at.hostname, at.port), timeout=20) as connection:
        connection.sendall(b"GET /" + b"a" * (1 << 20))
        assert connection.recv(100).startswith(b"HTTP/1.1 414")


def test_connections_are_bounded(room: str):
    at = urlsplit(room)
    held = [socket.create_connection((at.hostname, at.port), timeout=20) for _ in range(80)]
    closed = 0
    for each in held[64:]:
        each.settimeout(20)
        closed += each.recv(1) == b""
    assert closed > 0
    for each in held:
        each.close()


def test_downloads_are_those_of_the_packaging_room(room: str, bags: Path):
    name = names(bags)[0]
    for form in ("tar", "zip", "wacz"):
        made = package(source(bags / name), form)
        status, headers, body = ask(room, f"bags/{name}/get/{form}")
        assert status == 200
        assert body == b"".join(made.items[-1].stream())
        assert headers["content-disposition"].startswith("attachment")
    with tarfile.open(fileobj=BytesIO(ask(room, f"bags/{name}/get/tar")[2])) as archive:
        assert f"{name}/bagit.txt" in archive.getnames()
    assert ask(room, f"bags/{name}/get/exe")[0] == 404


def test_validation_and_certificate_are_made_on_request(room: str, bags: Path):
    name = names(bags)[0]
    assert b"not validated here yet" in ask(room, f"bags/{name}")[2]
    status, _, body = ask(room, f"bags/{name}/check")
    assert status == 200
    assert b"Passed" in body
    assert b"validated here: passed" in ask(room, f"bags/{name}")[2]
    status, _, body = ask(room, f"bags/{name}/get/certificate")
    assert status == 200
    assert b"<html" in body


def test_the_page_of_a_bag_is_still(room: str, bags: Path):
    name = names(bags)[0]
    status, headers, body = ask(room, f"bags/{name}/data/ro-crate-preview.html")
    assert status == 200
    assert body == (bags / name / "data/ro-crate-preview.html").read_bytes()
    assert headers["content-security-policy"].startswith("sandbox")
    assert "allow-scripts" not in headers["content-security-policy"]


@needs_scripts
def test_the_replay_has_its_policy_and_ranges(room: str, bags: Path):
    name = names(bags)[0]
    page = ask(room, f"bags/{name}/replay")[2].decode()
    source_ = page.partition('<iframe title="Replay of the archived page" src="')[2].partition("#")[0]
    assert urlsplit(source_).port == (urlsplit(room).port or 0) + 1
    frame = page.partition("<iframe")[2].partition(">")[0]
    assert 'sandbox="allow-scripts allow-same-origin allow-forms"' in frame
    for path in ("", "replay/", "replay/sw.js", "ui.js", "player.js", "bag.wacz", "nothing"):
        assert ask(source_, path)[1]["content-security-policy"].startswith(POLICY), path
    assert ask(source_, Sec_Fetch_Dest="document")[0] == 403
    assert ask(source_, Sec_Fetch_Dest="iframe")[0] == 200
    whole = ask(source_, "bag.wacz")[2]
    assert zipfile.ZipFile(BytesIO(whole)).testzip() is None
    assert whole == ask(room, f"bags/{name}/get/wacz")[2]
    for stated, first, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-20000", 100, 20_001),
        ("bytes=-22", len(whole) - 22, None),
    ):
        status, headers, body = ask(source_, "bag.wacz", Range=stated)
        assert (status, body) == (206, whole[first:end])
        assert headers["content-range"].endswith(f"/{len(whole)}")
    assert ask(source_, "bag.wacz", Range=f"bytes={len(whole)}-")[0] == 416
    other = source_.rstrip("/").rpartition("/")[0]
    assert ask(other + "/", "0" * 32 + "/bag.wacz")[0] == 404, "a key that was not given out"


def test_without_the_scripts_the_page_says_how_to_get_them(bags: Path, tmp_path: Path):
    with served(bags, tmp_path / "cache", scripts=tmp_path / "none") as address:
        status, _, body = ask(address, f"bags/{names(bags)[0]}/replay")
    assert status == 200
    assert b"archiver serve --get-replay" in body
    assert b"<iframe" not in body


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-1000", (99, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-5", (0, 100)),
        ("bytes=0-1,3-4", (0, 100)),
        ("lines=0-1", (0, 100)),
        ("bytes=a-b", (0, 100)),
        ("bytes=-", (0, 100)),
        ("x", (0, 100)),
    ],
)
def test_ranges(stated: str, found: tuple[int, int] | None):
    assert span(stated, 100) == found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_and_cleanly(bags: Path, tmp_path: Path, number: signal.Signals):
    command = [sys.executable, "-m", "archiver", "serve", str(bags), "--port", "0", "--replay-files", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        at = urlsplit(address)
        with socket.create_connection((at.hostname, at.port)):  # somebody is still there
            assert listed(address)["total"] == 3
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_said(bags: Path, room: str, capsys: pytest.CaptureFixture[str]):
    assert main(["serve", str(bags), "--port", str(urlsplit(room).port)]) == 3
    assert "another --port" in capsys.readouterr().err
    assert main(["serve", str(bags / "nothing")]) == 2
