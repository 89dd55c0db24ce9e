"""Nine captures of one article in a real pywb, framed and frameless: the seed finds its own.

Three texts, gzip, a revisit, a redirect, a soft 404, a 404, a 429, another scheme. `pip install '.[replay]'` brings
pywb; where it is missing these tests are skipped.
"""

import gzip
import json
import subprocess
import urllib.request
import zipfile
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from jobs.whole import HOST, Job, seeds
from servers.newsroom import PARAGRAPHS, article
from servers.replaying import PYTHON, needs_pywb, pywb
from servers.web_archive import State, WebArchive
from servers.wire import Server, ok

from archiver.cli import main

pytestmark = needs_pywb


URL = f"http://{HOST}/news/1"
TITLE = "Library opens again, report 1"
EARLY = article(TITLE, [*PARAGRAPHS[:-1], "This story is being updated."])
SAME = article(TITLE, [*PARAGRAPHS, "This is report number 1."])
LATE = article(
    TITLE,
    [PARAGRAPHS[0], "The opening hours were wrong in an earlier version.", *PARAGRAPHS[1:], "This is report number 1."],
)
HTML = ("Content-Type", "text/html; charset=utf-8")
CAPTURES: tuple[tuple[str, str, int, bytes, tuple[tuple[str, str], ...]], ...] = (
    ("2022-02-01T12:00:00Z", URL, 200, EARLY, (HTML,)),
    ("2022-03-01T12:00:00Z", URL, 200, gzip.compress(SAME), (HTML, ("Content-Encoding", "gzip"))),
    ("2022-04-01T12:00:00Z", "https" + URL[4:], 200, SAME, (HTML,)),
    ("2022-05-01T12:00:00Z", URL, 301, b"", (HTML, ("Location", URL + "-moved"))),
    ("2022-06-01T12:00:00Z", URL, 200, LATE, (HTML,)),
    ("2022-07-01T12:00:00Z", URL, 200, article("Page not found", ["Sorry, this page is not here."]), (HTML,)),
    ("2022-08-01T12:00:00Z", URL, 404, b"<h1>Not found</h1>", (HTML,)),
    ("2022-09-01T12:00:00Z", URL, 429, b"<h1>Too many requests</h1>", (HTML,)),
)


def record(kind: str, date: str, url: str, block: bytes, **fields: str) -> bytes:
    """A WARC record, as one gzip member."""
    head = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uuid4()}>", "WARC-Date": date, "WARC-Target-URI": url}
    head |= {"Content-Type": "application/http;msgtype=response", "Content-Length": str(len(block))}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return gzip.compress(b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n")


def fill(root: Path, name: str) -> None:
    """A collection with the captures, its index made by pywb."""
    records = []
    for date, url, status, body, headers in CAPTURES:
        lines = "".join(f"{each}: {value}\r\n" for each, value in headers)
        head = f"HTTP/1.1 {status} Archived\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
        records.append(record("response", date, url, head + body, WARC_Payload_Digest=sha1(body)))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    same = {"WARC_Refers_To_Target_URI": URL, "WARC_Refers_To_Date": "2022-06-01T12:00:00Z"}
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    records.append(
        record(
            "revisit", "2022-06-15T12:00:00Z", URL, head, WARC_Payload_Digest=sha1(LATE), WARC_Profile=profile, **same
        )
    )
    packed = b"".join(records)
    warc = root / "captures.warc.gz"
    warc.write_bytes(packed)
    for arguments in (("init", name), ("add", name, str(warc))):
        manage = "import sys; from pywb.manager.manager import main; main(sys.argv[1:])"
        subprocess.run([str(PYTHON), "-c", manage, *arguments], cwd=root, check=True, capture_output=True)


def sha1(body: bytes) -> str:
    import base64
    import hashlib

    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("family", ["pywb", "memento"])
def test_the_seed_finds_its_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str], family: str, framed: bool):
    root = tmp_path / "replay"
    root.mkdir()
    fill(root, "news")
    (root / "config.yaml").write_text(f"framed_replay: {'true' if framed else 'false'}\n", "utf-8")
    job = Job(tmp_path / "bags", capsys)
    gone = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")
    with pywb(root) as at, Server({"/news/1": [gone]}) as site:
        settings = tmp_path / "archiver.toml"
        settings.write_text(f'[[archives]]\nname = "A"\nfamily = "{family}"\nurl = "{at}/news/"\n', "utf-8")
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", str(settings))
    capture = job.record(result["bag"])["capture"]
    assert (result["outcome"], result["verdict"]) == ("gone", "same"), json.dumps(capture["archives"], indent=1)
    assert result["memento"]["datetime"][:10] in ("2022-03-01", "2022-04-01")
    assert job.valid(result["bag"])
    assert capture["memento"]["raw"] is (family == "pywb")
    assert capture["memento"]["held"] >= 6


@pytest.mark.parametrize("family", ["pywb", "memento"])
def test_the_states_of_the_article_are_traced(tmp_path: Path, capsys: pytest.CaptureFixture[str], family: str):
    root = tmp_path / "replay"
    root.mkdir()
    fill(root, "news")
    (root / "config.yaml").write_text("framed_replay: false\n", "utf-8")
    folder = seeds(tmp_path / "seeds", 1)
    with pywb(root) as at:
        settings = tmp_path / "archiver.toml"
        settings.write_text(f'[[archives]]\nname = "A"\nfamily = "{family}"\nurl = "{at}/news/"\n', "utf-8")
        code = main(["trace", "--json", "--config", str(settings), "--bags", str(tmp_path / "bags"), str(folder)])
    found = json.loads(capsys.readouterr().out)
    assert code == 0, found
    listed = [(each["from"][:10], each["to"][:10], each["verdict"], each["status"]) for each in found["states"]]
    assert [each for each in listed if each[2]] == [
        ("2022-02-01", "2022-02-01", "edited", 200),
        ("2022-03-01", "2022-04-01", "same", 200),
        ("2022-06-01", "2022-06-15", "edited", 200),
    ], json.dumps(found, indent=1)
    assert [each[3] for each in listed if not each[2]][-3:] == [200, 404, 429], "soft 404, 404, 429"
    assert [(each["after"][:10], each["before"][:10]) for each in found["changes"]] == [
        ("2022-02-01", "2022-03-01"),
        ("2022-04-01", "2022-06-01"),
    ]
    assert found["held"] == 9


def test_the_access_copy_replays_the_memento_under_the_originals_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Derived, and labelled so; the sealed index has no alias, and the WARC files are the bag's."""
    state = State("20220301120000", SAME)
    archive, job = WebArchive(URL, [state]), Job(tmp_path / "bags", capsys)
    gone = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")
    settings = tmp_path / "archiver.toml"
    with Server({"/news/1": [gone]}) as site, Server(archive.answers()) as web:
        url = f"http://127.0.0.1:{web.port}/news/"
        settings.write_text(f'[[archives]]\nname = "A"\nfamily = "pywb"\nurl = "{url}"\n', "utf-8")
        folder = seeds(tmp_path / "seeds", 1)
        _, (result,) = job.run(folder, site, "--config", str(settings), "--browser", "never")
    name, target = result["bag"], tmp_path / "target"
    target.mkdir()
    for _ in range(2):  # the second time it is found there, unchanged
        assert main(["handoff", "--form", "wacz", str(job.bags / name), str(target)]) == 0
    sealed = (job.bags / name / "data/wacz/indexes/index.cdx").read_text("utf-8")
    assert sealed.count(f'"url": "{URL}"') == 1, "the original's own answer, 410"
    with zipfile.ZipFile(target / f"{name}.access.wacz") as copy:
        assert all(each.compress_type == zipfile.ZIP_STORED for each in copy.infolist())
        package = json.loads(copy.read("datapackage.json"))
        for each in package["resources"]:
            data = copy.read(each["path"])
            assert (len(data), f"sha256:{sha256(data).hexdigest()}") == (each["bytes"], each["hash"])
        warc = copy.read(f"archive/{name}.warc.gz")
        (tmp_path / "replay").mkdir()
        copy.extractall(tmp_path / "replay/collections/copy")
    assert warc == job.warc(name).read_bytes()
    assert "Derived access copy" in package["description"]
    assert (package["mainPageUrl"], package["mainPageDate"]) == (URL, "2022-03-01T12:00:00Z")
    (alias,) = package["derived"]["aliases"]
    assert alias == {"url": URL, "datetime": "2022-03-01T12:00:00Z", "answer_of": f"{url}20220301120000id_/{URL}"}
    (tmp_path / "replay/config.yaml").write_text("framed_replay: false\n", "utf-8")
    with (
        pywb(tmp_path / "replay") as at,
        urllib.request.urlopen(f"{at}/copy/20220301120000id_/{URL}", timeout=60) as answer,
    ):
        assert answer.read() == SAME
        assert answer.headers["Memento-Datetime"] == "Tue, 01 Mar 2022 12:00:00 GMT"


def test_a_bag_without_a_memento_has_no_access_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    job, target = Job(tmp_path / "bags", capsys), tmp_path / "target"
    target.mkdir()
    with Server({"/news/1": [ok(SAME, b"Content-Type: text/html")]}) as site:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--browser", "never")
    assert main(["handoff", "--form", "wacz", str(job.bags / result["bag"]), str(target)]) == 0
    assert (target / f"{result['bag']}.wacz").is_file()
    assert not list(target.glob("*.access.wacz"))
