"""The WARC files of bags, replayed by pywb through each bag's own index: a reader gets what the server sent.

pywb patches the whole interpreter when it is imported, so it runs in a process of its own. `pip install '.[replay]'`
brings it; where it is missing these tests are skipped.
"""

import gzip
import json
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders.pictures import jpeg
from jobs.whole import HOST, Job, seeds, story
from servers.newsroom import PARAGRAPHS, article
from servers.replaying import PYTHON, needs_pywb, pywb
from servers.wire import Server, chunked, ok

from archiver.cli import main

pytestmark = needs_pywb


STYLE = b"h1 { color: #234 } /* \xc3\xa9 */\r\n" * 400
IMAGE = jpeg() + bytes(range(256)) * 300
"""A photo, and after its end every byte there is."""
LINK = '<link rel="stylesheet" href="/s.css">'
ODD = "/o[1]|100%.css?x[]=%7E%2f|"
"""A path that other readers of addresses would spell anew."""
PACKED = gzip.compress(article("Report 0", [*PARAGRAPHS, "This is report number 0."], head=LINK, caption="Tea."))
ANSWERS = {
    "/news/0": [
        chunked(PACKED[:7], PACKED[7:], head=b"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n")
    ],
    # pywb takes a metadata record of any type but one for a page.
    "/news/1": [
        b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"
        + story(1, head=f'{LINK}<link rel="stylesheet" href="{ODD}">', caption="Tea.")
    ],
    ODD: [ok(b"p { color: red }", b"Content-Type: text/css\r\nCache-Control: private")],
    "/p.jpg": [ok(IMAGE, b"Content-Type: image/jpeg")],
    "/s.css": [chunked(STYLE[:5000], STYLE[5000:], head=b"Content-Type: text/css\r\nCache-Control: max-age=600\r\n")],
}
SENT = {
    "/news/0": PACKED,
    "/news/1": ANSWERS["/news/1"][0].split(b"\r\n\r\n", 2)[2],
    "/p.jpg": IMAGE,
    "/s.css": STYLE,
    ODD: b"p { color: red }",
}
"""The bodies without chunk framing; a coding of the content stays on."""


@dataclass(frozen=True)
class Collection:
    """A bag as pywb has it: `index` are (timestamp, address) of its lines with status 200."""

    name: str
    index: list[tuple[str, str]]
    warcs: list[str]


def collection(bag: Path, name: str, root: Path) -> Collection:
    """The bag's WARC files and index, copied to where pywb looks for them."""
    folder, package = root / "collections" / name, bag / "data/wacz"
    shutil.copytree(package / "archive", folder / "archive")
    shutil.copytree(package / "indexes", folder / "indexes")
    lines = [line.split(" ", 2) for line in (folder / "indexes/index.cdx").read_text("utf-8").splitlines()]
    index = [(stamp, json.loads(rest)) for _, stamp, rest in lines]
    return Collection(
        name=name,
        index=[(stamp, entry["url"]) for stamp, entry in index if str(entry["status"]) == "200"],
        warcs=sorted(each.name for each in (folder / "archive").iterdir()),
    )


def replayed(at: str, name: str, stamp: str, url: str) -> tuple[bytes, str | None]:
    """The body of the memento as it was (`id_`), not decoded, and its Content-Encoding."""
    request = urllib.request.Request(f"{at}/{name}/{stamp}id_/{url}", headers={"Accept-Encoding": "gzip"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=20) as response:
        return response.read(), response.headers["Content-Encoding"]


def test_pywb_replays_bags_byte_for_byte_as_the_server_sent_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A page, a chunked and gzipped page, a photo and a style sheet, of its own capture and borrowed from another."""
    job = Job(tmp_path / "bags", capsys)
    with Server(ANSWERS) as server:
        code, results = job.run(seeds(tmp_path / "seeds", 0, 1), server)
    assert (code, [each["outcome"] for each in results]) == (0, ["captured", "captured"])
    root = tmp_path / "replay"
    bags = [collection(job.bags / each["bag"], f"bag{n}", root) for n, each in enumerate(results)]
    assert sorted(len(each.warcs) for each in bags) == [1, 2], "one bag borrowed the style sheet of the other"
    with pywb(root) as at:
        for n, bag in enumerate(bags):
            paths = {url.removeprefix(f"http://{HOST}"): (stamp, url) for stamp, url in bag.index}
            assert set(paths) == {f"/news/{n}", "/p.jpg", "/s.css", *([ODD] if n else [])}
            for path, (stamp, url) in paths.items():
                body, coding = replayed(at, bag.name, stamp, url)
                assert body == SENT[path], f"{path}: {len(body)} bytes, not {len(SENT[path])}"
                assert coding == ("gzip" if path == "/news/0" else None)


def test_wb_manager_unpacks_a_bag_handed_over_as_wacz(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    job, answers = Job(tmp_path / "bags", capsys), {**ANSWERS}
    with Server(answers) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1, 1), server)
    root, given = tmp_path / "replay", tmp_path / "given"
    given.mkdir()
    root.mkdir()
    assert main(["handoff", "--quiet", "--form", "wacz", str(job.bags / result["bag"]), str(given)]) == 0
    (wacz,) = given.glob("*.wacz")
    for command in (["init", "news"], ["add", "--unpack-wacz", "news", str(wacz)]):
        code = "import sys; from pywb.manager.manager import main; main(sys.argv[1:])"
        done = subprocess.run(
            [str(PYTHON), "-c", code, *command], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with pywb(root) as at:
        body, _ = replayed(at, "news", "2030", f"http://{HOST}/news/1")
        assert body == SENT["/news/1"]
        body, _ = replayed(at, "news", "2030", f"http://{HOST}{ODD}")
        assert body == SENT[ODD]
