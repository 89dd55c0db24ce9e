"""What is published of a bag names no other bag: neither in its record nor in WARC records that a job copied."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from socket import socket

from builders.made_bags import ask
from jobs.whole import HOST, html, seeds
from leaks.decoded import everywhere
from leaks.outputs import outputs
from pages.serving import served
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Answer, Server, ok
from verify_blocks import failed

from archiver.cli import main

OTHER = "mqclosed.example"
"""The site of the bag that is closed, whose page names the same style sheet."""


def _story(number: int) -> bytes:
    style = '<link rel="stylesheet" href="http://cdn.example/s.css">'
    paragraphs = [*PARAGRAPHS, f"This is report number {number}."]
    return html(article(f"Library opens again, report {number}", paragraphs, head=style))


def _run(tmp_path: Path, server: Server, access: str, *places: Path, options: Sequence[str] = ()) -> list[Path]:
    (tmp_path / f"{access}.toml").write_text(f'access = "{access}"\n')
    before = set((tmp_path / "bags").glob("*"))
    given = ["--config", str(tmp_path / f"{access}.toml"), "--bags", str(tmp_path / "bags"), "--quiet", "--pace", "0"]
    way = ["--connect-to", f":80:127.0.0.1:{server.port}", "--browser", "never", "--jobs", "1"]
    assert main(["run", *given, *way, *options, *map(str, places)]) == 0
    return sorted(set((tmp_path / "bags").glob("*")) - before)


def test_a_published_bag_names_no_other_bag_and_no_other_site(tmp_path: Path):
    css = ok(b"p {color: red}", b"Content-Type: text/css", b"Cache-Control: public, max-age=9999")
    answers: dict[str, list[Answer]] = {"/news/1": [_story(1)], "/news/2": [_story(2)], "/s.css": [css]}
    closed = seeds(tmp_path / "a", 1, hosts=(OTHER, OTHER)) / "report-001.txt"
    closed = closed.rename(closed.with_name("mqsecretname.txt"))
    closed.write_text(closed.read_text().replace("\nLibrary", "---\naccess: closed\n---\nLibrary", 1), "utf-8")
    shown = seeds(tmp_path / "b", 2) / "report-002.txt"
    with Server(answers) as server:

        def later(connection: socket) -> None:
            """The page comes once the closed bag has asked for the style sheet."""
            until = time.monotonic() + 60
            while not server.seen["/s.css"] and time.monotonic() < until:
                time.sleep(0.02)
            connection.sendall(_story(2))

        answers["/news/2"] = [(later,)]
        _run(tmp_path, server, "open", closed, shown)
    bags = {name: each for each in (tmp_path / "bags").glob("*-*") for name in ("mqsecretname", "report-002")
            if each.name.startswith(name)}  # fmt: skip
    copied = json.loads((bags["report-002"] / "data/provenance.json").read_bytes())["capture"]["requisites"]["copied"]
    assert [each["bag"] for each in copied] == [bags["mqsecretname"].name], "the style sheet was copied"
    assert everywhere(bags["report-002"] / "data/wacz/archive", {"mqsecretname", OTHER})
    _given(tmp_path, bags["report-002"], {"mqsecretname", OTHER})
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
    _given(tmp_path, bag, {"mqsecretname"})
    (tmp_path / "handed").mkdir()
    assert main(["publish", "--quiet", str(tmp_path / "bags"), str(tmp_path / "site")]) == 0
    assert main(["handoff", "--redact", "--form", "folder", str(bag), str(tmp_path / "handed")]) == 0
    for out in ("site", "handed"):
        assert everywhere(tmp_path / out, {"mqsecretname"}) == {}, out
    (copy,) = (tmp_path / "handed").glob("*-redacted")
    assert main(["validate", "--quiet", str(copy)]) == 0


def _given(tmp_path: Path, bag: Path, words: set[str]) -> None:
    """No output that gives files of the open bag has the words."""
    given = ("handoff wacz", "handoff warc", "handoff dspace", "bundle", "related --json", "serve --host")
    for name, write in outputs(("library",)).items():
        if name not in given:
            continue
        out = tmp_path / f"given {name}"
        out.mkdir()
        write([bag], out)
        assert everywhere(out, words) == {}, name


def test_a_robots_file_that_was_copied_names_no_other_bag(tmp_path: Path):
    """Two addresses of one host: the second bag has the first one's robots.txt, and says so in its record."""
    answers = {"/news/1": [_story(1)], "/news/2": [_story(2)]}
    closed = seeds(tmp_path / "a", 1) / "report-001.txt"
    closed = closed.rename(closed.with_name("mqsecretname.txt"))
    closed.write_text(closed.read_text().replace("\nLibrary", "---\naccess: closed\n---\nLibrary", 1), "utf-8")
    with Server(answers) as server:
        shown = seeds(tmp_path / "b", 2) / "report-002.txt"
        _run(tmp_path, server, "open", closed, shown, options=["--robots", "obey"])
    (bag,) = (tmp_path / "bags").glob("report-002-*")
    record = json.loads((bag / "data/provenance.json").read_bytes())
    assert {each["bag"][:12] for each in record["capture"]["robots_from"]} == {"mqsecretname"}
    _given(tmp_path, bag, {"mqsecretname"})


def test_of_a_bag_that_names_a_closed_one_a_bundle_leaves_out_what_names_it_and_says_so(tmp_path: Path, capsys):
    """The record is given as a copy; what is left can be checked against the seal, tag files too."""
    seed = seeds(tmp_path / "a", 1) / "report-001.txt"
    first = seed.rename(seed.with_name("mqsecretname.txt"))
    first.write_text(first.read_text().replace("\nLibrary", "---\nrights_holder: Other\n---\nLibrary", 1), "utf-8")
    with Server({"/news/1": [_story(1)]}) as server:
        _run(tmp_path, server, "open", first)
        _run(tmp_path, server, "open", seeds(tmp_path / "b", 1) / "report-001.txt")
    (bag,) = (tmp_path / "bags").glob("report-001-*")
    (other,) = (tmp_path / "bags").glob("mqsecretname-*")
    assert main(["bundle", "--quiet", "--output", str(tmp_path / "before"), str(bag)]) == 0
    assert everywhere(tmp_path / "before" / bag.name, {"mqsecretname"}), "it is open: the sealed files name it"
    assert not (tmp_path / "before/left-out.txt").exists()
    assert main(["restrict", "--access", "closed", "--reason", "asked", "--quiet", str(other)]) == 0
    capsys.readouterr()
    assert main(["bundle", "--json", "--output", str(tmp_path / "after"), str(bag)]) == 0
    (held,) = json.loads(capsys.readouterr().out)["held_back"]
    assert "data/provenance.json" in held["why"]
    assert "bag-info.txt" in held["why"]
    assert "another bag" in held["why"]
    told = json.loads((tmp_path / "after/record-without-names.json").read_bytes())
    assert told["record"]["previous"][0]["bag"] == "another bag"
    assert told["record"]["seed"]["original_url"] == "http://www.example-times.example/news/1"
    left = {line[66:]: line[:64] for line in (tmp_path / "after/left-out.txt").read_text().splitlines()}
    assert told["of"]["sha256"] == left["data/provenance.json"]
    assert (tmp_path / "after" / bag.name / "data/wacz/archive").is_dir(), "its own exchanges name nobody"
    assert failed(tmp_path / "after") == []
    for line in ((tmp_path / "after/left-out.txt").read_text(), "0" * 64 + "  data/nothing.txt\n"):
        (tmp_path / "after/left-out.txt").write_text(line.replace(left["bag-info.txt"][:6], "000000", 1))
        assert "Is the bag whole?" in failed(tmp_path / "after")


def test_others_are_given_the_access_copy_of_a_bag_that_names_others(tmp_path: Path):
    seed = seeds(tmp_path / "a", 1) / "report-001.txt"
    first = seed.rename(seed.with_name("mqsecretname.txt"))
    first.write_text(first.read_text().replace("\nLibrary", "---\nrights_holder: Other\n---\nLibrary", 1), "utf-8")
    with Server({"/news/1": [_story(1)]}) as server:
        _run(tmp_path, server, "closed", first)
        _run(tmp_path, server, "open", seeds(tmp_path / "b", 1) / "report-001.txt")
    (bag,) = (tmp_path / "bags").glob("report-001-*")
    with served(tmp_path / "bags", tmp_path / "cache", host="0.0.0.0") as address:
        status, _, body = ask(address, f"bags/{bag.name}/data/provenance.json")
        assert (status, json.loads(body)["redaction"]["of"]["name"]) == (200, bag.name)
        assert json.loads(body)["previous"][0]["bag"] == "another-bag-1"
        assert b"its access copy" in ask(address, f"bags/{bag.name}")[2]
        status, _, body = ask(address, f"bags/{bag.name}/get/zip")
        assert status == 200
        (tmp_path / "bag.zip").write_bytes(body)
    assert main(["validate", "--quiet", str(tmp_path / "bag.zip")]) == 0
    with served(tmp_path / "bags", tmp_path / "here") as address:
        sealed = ask(address, f"bags/{bag.name}/data/provenance.json")[2]
        assert sealed == (bag / "data/provenance.json").read_bytes()
