"""What is published of a bag names no other bag: neither in its record nor in WARC records that a job copied."""

import json
from pathlib import Path

from decoded import everywhere
from jobs import HOST, html, seeds
from newsroom import PARAGRAPHS, article
from wire import Server, ok

from archiver.cli import main

OTHER = "mqclosed.example"
"""The site of the bag that is closed, whose page names the same style sheet."""


def _story(number: int) -> bytes:
    style = '<link rel="stylesheet" href="http://cdn.example/s.css">'
    paragraphs = [*PARAGRAPHS, f"This is report number {number}."]
    return html(article(f"Library opens again, report {number}", paragraphs, head=style))


def _run(tmp_path: Path, server: Server, access: str, *places: Path) -> list[Path]:
    (tmp_path / f"{access}.toml").write_text(f'access = "{access}"\n')
    before = set((tmp_path / "bags").glob("*"))
    given = ["--config", str(tmp_path / f"{access}.toml"), "--bags", str(tmp_path / "bags"), "--quiet", "--pace", "0"]
    way = ["--connect-to", f":80:127.0.0.1:{server.port}", "--browser", "never", "--jobs", "1"]
    assert main(["run", *given, *way, *map(str, places)]) == 0
    return sorted(set((tmp_path / "bags").glob("*")) - before)


def test_a_published_bag_names_no_other_bag_and_no_other_site(tmp_path: Path):
    css = ok(b"p {color: red}", b"Content-Type: text/css", b"Cache-Control: public, max-age=9999")
    answers = {"/news/1": [_story(1)], "/news/2": [_story(2)], "/s.css": [css]}
    closed = seeds(tmp_path / "a", 1, hosts=(OTHER, OTHER)) / "report-001.txt"
    closed = closed.rename(closed.with_name("mqsecretname.txt"))
    closed.write_text(closed.read_text().replace("\nLibrary", "---\naccess: closed\n---\nLibrary", 1), "utf-8")
    shown = seeds(tmp_path / "b", 2) / "report-002.txt"
    with Server(answers) as server:
        _run(tmp_path, server, "open", closed, shown)
    bags = {name: each for each in (tmp_path / "bags").glob("*-*") for name in ("mqsecretname", "report-002")
            if each.name.startswith(name)}  # fmt: skip
    copied = json.loads((bags["report-002"] / "data/provenance.json").read_bytes())["capture"]["requisites"]["copied"]
    assert [each["bag"] for each in copied] == [bags["mqsecretname"].name], "the style sheet was copied"
    assert everywhere(bags["report-002"] / "data/wacz/archive", {"mqsecretname", OTHER})
    (tmp_path / "handed").mkdir()
    assert main(["publish", "--quiet", str(tmp_path / "bags"), str(tmp_path / "site")]) == 0
    assert main(["handoff", "--redact", "--form", "folder", str(bags["report-002"]), str(tmp_path / "handed")]) == 0
    assert list((tmp_path / "site").rglob("*.wacz"))
    for out in ("site", "handed"):
        assert everywhere(tmp_path / out, {"mqsecretname", OTHER}) == {}, out
        assert everywhere(tmp_path / out, {HOST, "cdn.example"})
    (copy,) = (tmp_path / "handed").glob("*-redacted")
    assert main(["validate", "--quiet", str(copy)]) == 0


def test_an_earlier_bag_of_the_same_page_is_not_named(tmp_path: Path):
    seed = seeds(tmp_path / "a", 1) / "report-001.txt"
    first = seed.rename(seed.with_name("mqsecretname.txt"))
    first.write_text(first.read_text().replace("\nLibrary", "---\naccess: closed\n---\nLibrary", 1), "utf-8")
    with Server({"/news/1": [_story(1)]}) as server:
        _run(tmp_path, server, "closed", first)
        later = seeds(tmp_path / "b", 1)
        _run(tmp_path, server, "open", later / "report-001.txt")
    (bag,) = (tmp_path / "bags").glob("report-001-*")
    assert everywhere(bag / "data/provenance.json".rpartition("/")[0], {"mqsecretname"})
    (tmp_path / "handed").mkdir()
    assert main(["publish", "--quiet", str(tmp_path / "bags"), str(tmp_path / "site")]) == 0
    assert main(["handoff", "--redact", "--form", "folder", str(bag), str(tmp_path / "handed")]) == 0
    for out in ("site", "handed"):
        assert everywhere(tmp_path / out, {"mqsecretname"}) == {}, out
    (copy,) = (tmp_path / "handed").glob("*-redacted")
    assert main(["validate", "--quiet", str(copy)]) == 0
