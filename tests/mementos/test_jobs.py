"""Whole jobs with web archives: an original that is gone, read from the capture that the seed's text chooses."""

import json
from pathlib import Path

import pytest
from jobs import HOST, Job, html, seeds, story
from newsroom import PARAGRAPHS, article
from web_archive import State, WebArchive
from wire import Server, ok

URL = f"http://{HOST}/news/1"
GONE = ok(b"<h1>Gone</h1>", b"Content-Type: text/html", status=b"410 Gone")


def page(*paragraphs: str) -> bytes:
    return article("Library opens again, report 1", list(paragraphs))


SAME = page(*PARAGRAPHS, "This is report number 1.")
OTHER = page(*PARAGRAPHS[:-1], "Nothing of this was in the seed, which has other words about other matters.")
ELSE = page("A recipe for pancakes needs flour, milk, sugar, eggs and a little patience at the stove, says our cook.")
STATES = [
    State("20220201120000", OTHER),
    State("20220301120000", SAME),
    State("20220401120000", OTHER),
    State("20230101120000", b"<h1>Not found</h1>", status=404),
]


def settings(folder: Path, *archives: dict[str, str]) -> str:
    tables = "".join(
        "[[archives]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in each.items())
        for each in archives
    )
    path = folder / "archiver.toml"
    path.write_text(f"[limits]\nretries = 0\n{tables}".replace("[limits]\nretries = 0\n", "") or "", "utf-8")
    return str(path)


def named(server: Server, family: str = "pywb", base: str = "/news/") -> dict[str, str]:
    return {"name": "the Test Archive", "family": family, "url": f"http://127.0.0.1:{server.port}{base}"}


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Job:
    return Job(tmp_path / "bags", capsys)


@pytest.mark.parametrize("family", ["pywb", "internet-archive"])
def test_a_page_that_is_gone_is_read_from_the_capture_that_matches_the_seed(tmp_path: Path, job: Job, family: str):
    archive = WebArchive(URL, STATES, family=family)
    with Server({"/news/1": [GONE]}) as site, Server(archive.answers()) as web:
        config = settings(tmp_path, named(web, family))
        code, (result,) = job.run(seeds(tmp_path / "seeds", 1), site, "--config", config)
    assert (code, result["outcome"], result["verdict"]) == (1, "gone", "same")
    assert result["comparison_source"] == "memento"
    assert result["memento"]["archive"] == "the Test Archive"
    assert result["memento"]["datetime"].startswith("2022-03-01T12:00:00")
    assert job.valid(result["bag"])
    record = job.record(result["bag"])
    memento = record["capture"]["memento"]
    assert record["capture"]["outcome"] == "gone"
    assert memento["raw"] is True
    assert memento["uri"].endswith(f"20220301120000id_/{URL}")
    assert (memento["held"], [each["status"] for each in memento["captures"]]) == (4, [200, 200, 200, 404])
    assert "matches the seed from 2022-03-01T12:00:00Z" in memento["words"]
    assert record["text"]["from"]["kind"] == record["comparison"]["source"]["kind"] == "memento"
    assert {each["from"]["kind"] for each in record["claims"]["headline"] if each["source"] != "seed"} == {"memento"}
