"""The examples of docs/python.md are run, one after the other, in one namespace."""

import re
import shutil

import pytest
from places import ROOT

import archiver
from archiver.demo.server import serve
from archiver.demo.tour import SEEDS

PAGE = (ROOT / "docs/python.md").read_text("utf-8")
EXAMPLES = re.findall(r"^## (\d+)\. (.+?)\n.*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("python")
    shutil.copytree(SEEDS, folder / "seeds")
    names: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch, serve() as newspaper:
        patch.chdir(folder)
        first = archiver.read_seed("seeds/ferry-strike.txt")
        list(archiver.archive([first], bags="before", connect_to=[newspaper.connect_to], pace=0))
        page = next((folder / "before").glob("ferry-*/data/wacz/archive/*.warc.gz"))
        (folder / "page.html").write_bytes(body_of(page))
        names["newspaper"] = newspaper.connect_to
        for number, title, code in EXAMPLES:
            exec(compile(code, f"docs/python.md, {number}. {title}", "exec"), names)
    return names


def body_of(warc) -> bytes:
    from warcio.archiveiterator import ArchiveIterator

    with warc.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response" and "robots" not in record.rec_headers["WARC-Target-URI"]:
                return record.content_stream().read()
    raise AssertionError("no page")


def test_there_are_twelve_examples_each_with_its_number():
    assert [number for number, _, _ in EXAMPLES] == [str(n) for n in range(1, 13)]


def test_every_example_does_what_is_said_of_it(ran):
    assert ran["article"].text
    assert ran["reading"].comparison.verdict == "edited"
    assert {each.outcome for each in ran["results"]} == {"captured", "gone", "blocked", "unread"}
    assert ran["report"].ok
    assert "extraction" not in ran["report"].not_checked
    assert ran["warc"][:2] == b"\x1f\x8b"
    assert (ran["sent"].outcome, ran["taken"].outcome, ran["read"].outcome) == ("delivered", "received", "good")
    assert len(ran["captures"]) == 1
    assert ran["whole"]["outcomes"]
    assert (ran["published"].bags > ran["published"].whole) and ran["evidence"].files


def test_every_function_of_the_api_is_in_the_table():
    listed = set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE))
    functions = {name for name in archiver.__all__ if name.islower()}
    assert listed == functions
