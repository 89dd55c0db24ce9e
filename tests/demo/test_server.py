"""The made-up newspaper: every address answers as the demo needs it, the same bytes each time."""

import gzip
import http.client
import re
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from archiver.cli import main
from archiver.demo import server
from archiver.demo.server import BOTE, COURIER, NEWSPAPER, VISNYK, Server, answer, serve

FERRY = "/2024/03/12/ferry-crews-call-off-strike"


@pytest.fixture
def newspaper() -> Iterator[Server]:
    with serve() as served:
        yield served


def get(served: Server, host: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.connect_to.to_port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": host, **headers})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_a_story_is_sent_compressed_in_chunks_to_whoever_takes_gzip(newspaper):
    response, body = get(newspaper, COURIER, FERRY, **{"Accept-Encoding": "gzip"})
    assert response.status == 200
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert response.headers.get_all("Set-Cookie") == ["visit=1; Path=/; HttpOnly", "consent=unasked; Path=/"]
    assert gzip.decompress(body) == (NEWSPAPER / COURIER / f"{FERRY[1:]}.html").read_bytes()


def test_a_story_is_sent_plain_to_whoever_does_not_take_gzip(newspaper):
    response, body = get(newspaper, COURIER, FERRY)
    assert "content-encoding" not in response.headers
    assert b"<h1>Ferry Crews Call Off Strike" in body


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (COURIER, "/2022/11/04/fish-market-to-reopen-with-heated-stalls", 410),
        (COURIER, "/2024/02/27/dredging-budget-doubles", 403),
        (COURIER, "/no/such/page", 404),
        ("elsewhere.example", FERRY, 404),
        (VISNYK, FERRY, 404),
        (BOTE, "/lokales/sturmflut-fischmarkt-20231114", 200),
        (VISNYK, "/2024/05/plavucha-biblioteka?utm=1", 200),
    ],
)
def test_absence_and_paywall_are_recognised_by_their_status(newspaper, host, path, status):
    assert get(newspaper, host, path)[0].status == status


def test_the_old_address_of_a_story_leads_to_its_new_one(newspaper):
    response, _ = get(newspaper, COURIER, "/news/1187.html")
    assert response.status == 301
    new = response.headers["Location"].removeprefix(f"http://{COURIER}")
    assert get(newspaper, COURIER, new)[0].status == 200


@pytest.mark.parametrize("path", ["/../server.py", "/%2e%2e/server.py", "//etc/passwd", f"/../{BOTE}/robots.txt", "*"])
def test_no_path_reaches_a_file_outside_the_table(newspaper, path):
    response, body = get(newspaper, COURIER, path)
    assert (response.status, b"no page at this address" in body) == (404, True)


@pytest.mark.parametrize("host", ["..", "", COURIER.upper() + "/..", "."])
def test_no_host_names_a_folder(newspaper, host):
    assert get(newspaper, host, "/robots.txt")[0].status == 404


def test_the_same_request_gets_the_same_bytes():
    assert answer(COURIER, FERRY, compress=True) == answer(COURIER, FERRY, compress=True)


def test_every_file_of_the_newspaper_is_reachable_and_every_entry_has_its_file():
    served = {f"{host}/{each.file}" for host, table in server._HOSTS.items() for each in table.values()}
    kept = {p.relative_to(NEWSPAPER).as_posix() for p in NEWSPAPER.rglob("*") if p.is_file()}
    assert served | {f"{COURIER}/not-found.html"} == kept


def test_pages_are_in_the_charset_they_or_their_header_name():
    for host, path, charset in (
        (BOTE, "/lokales/sturmflut-fischmarkt-20231114", "cp1252"),
        (VISNYK, "/2024/05/plavucha-biblioteka", "cp1251"),
    ):
        page = (NEWSPAPER / host / f"{path[1:]}.html").read_bytes()
        assert "</html>" in page.decode(charset)
        with pytest.raises(UnicodeDecodeError):
            page.decode("utf-8")
    assert (
        b"charset=windows-1251"
        in answer(VISNYK, "/2024/05/plavucha-biblioteka", compress=False).partition(b"\r\n\r\n")[0]
    )


def test_pictures_are_whole_and_of_the_kind_their_name_says():
    for path in NEWSPAPER.rglob("img/*"):
        data = path.read_bytes()
        if path.suffix == ".jpg":
            assert data.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF") and data.endswith(b"\xff\xd9")
        elif path.suffix == ".png":
            assert data.startswith(b"\x89PNG\r\n\x1a\n") and png_is_sound(data)
        else:
            assert ElementTree.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"


def png_is_sound(data: bytes) -> bool:
    at, kinds = 8, []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        kinds.append(kind)
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        at += 12 + length
    return kinds[0] == b"IHDR" and kinds[-1] == b"IEND"


def test_the_newspaper_ends_with_its_block_even_when_a_client_stays_silent(monkeypatch):
    monkeypatch.setattr(server._Handler, "timeout", 0.2)
    before = threading.active_count()
    with serve() as served:
        silent = socket.create_connection(("127.0.0.1", served.connect_to.to_port or 0))
        get(served, COURIER, "/")
    silent.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        get(served, COURIER, "/")


def test_the_newspaper_travels_inside_the_package():
    assert (files("archiver.demo") / "newspaper" / COURIER / "index.html").is_file()
    assert len([each for each in (files("archiver.demo") / "seeds").iterdir() if each.name.endswith(".txt")]) == 9


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused_in_words(port, capsys):
    assert main(["demo", "--serve", port]) == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_a_folder_beside_serve_is_refused(capsys):
    assert main(["demo", "--serve", "0", "bags"]) == 2
    assert "--serve makes no bags" in capsys.readouterr().err


def test_the_newspaper_alone_is_served_until_it_is_interrupted(capsys, monkeypatch):
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    assert main(["demo", "--serve"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"run --connect-to :80:127\.0\.0\.1:\d+ --pace 0 ", said)


def test_a_port_that_is_taken_is_one_line(newspaper, capsys):
    assert main(["demo", "--serve", str(newspaper.connect_to.to_port)]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1
