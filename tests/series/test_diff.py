"""`archiver diff`: what changed between two bags of one article."""

import hashlib
import json
from pathlib import Path

import pytest
from builders.pictures import jpeg, xmp
from jobs.whole import Job, html, seeds
from servers.newsroom import PARAGRAPHS, article
from servers.wire import Server, ok

from archiver.cli import main

TITLE = "Library opens again, report 1"
AGENCY = "AFP contributed reporting."
FIRST = [*PARAGRAPHS, "The council of Harlow paid 340,000 crowns for it.", "This is report number 1.", AGENCY]
SECOND = [each.replace("340,000", "430,000").replace("Harlow", "Varn") for each in FIRST]
THIRD = [each for each in SECOND if each != AGENCY]


@pytest.fixture
def bags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[Path]:
    """Three captures of one address, and a fourth that is the third once more."""
    job, folder = Job(tmp_path / "bags", capsys), seeds(tmp_path / "seeds", 1)
    found = []
    for text in (FIRST, SECOND, THIRD, THIRD):
        with Server({"/news/1": [html(article(TITLE, text))]}) as server:
            _, (result,) = job.run(folder, server, "--recapture")
        found.append(job.bags / result["bag"])
    return found


def compared(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["diff", "--json", *map(str, arguments)])
    return code, json.loads(capsys.readouterr().out)


def test_a_dropped_agency_line_and_changed_words_are_found(bags: list[Path], capsys: pytest.CaptureFixture[str]):
    first, second, third, again = bags
    code, found = compared(capsys, first, second)
    codes = {each["code"] for each in found["findings"]}  # type: ignore[attr-defined]
    assert (code, found["same"]) == (1, False)
    assert {"number-changed", "name-changed"} <= codes
    code, found = compared(capsys, third, second)  # the order of the arguments does not matter
    assert code == 1
    assert found["older"]["bag"] == second.name  # type: ignore[index]
    assert [each["name"] for each in found["credits"]["dropped"]] == ["AFP"]  # type: ignore[index]
    codes = {each["code"] for each in found["findings"]}  # type: ignore[attr-defined]
    assert {"credit-dropped", "paragraph-removed"} <= codes
    assert compared(capsys, third, again)[0] == 0


def test_people_are_shown_the_same(bags: list[Path], capsys: pytest.CaptureFixture[str]):
    assert main(["diff", str(bags[0]), str(bags[2])]) == 1
    out = capsys.readouterr().out
    assert "credit-dropped: AFP (contributor): AFP contributed reporting." in out
    assert "[-340,000-]" in out
    assert main(["diff", str(bags[2]), str(bags[3])]) == 0
    assert "same: text, claims, credits, notices and photo" in capsys.readouterr().out


def test_a_notice_that_a_page_got_or_lost_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    job, folder, found = Job(tmp_path / "bags", capsys), seeds(tmp_path / "seeds", 1), []
    notice = "Correction: the library reopened on Friday, not on Monday."
    for text in (PARAGRAPHS, [*PARAGRAPHS, notice]):
        with Server({"/news/1": [html(article(TITLE, text))]}) as server:
            _, (result,) = job.run(folder, server, "--recapture")
        found.append(job.bags / result["bag"])
    _, said = compared(capsys, *found)
    assert [each["text"] for each in said["notices"]["added"]] == [notice]  # type: ignore[index]
    assert said["notices"]["dropped"] == []  # type: ignore[index]
    assert main(["diff", *map(str, found)]) == 1
    assert f"notice added: correction: {notice}" in capsys.readouterr().out


def test_what_is_no_bag_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_bag_names_the_earlier_ones_and_history_lists_them(bags: list[Path], capsys: pytest.CaptureFixture[str]):
    folder = bags[0].parent
    record = json.loads((bags[2] / "data/provenance.json").read_bytes())
    assert [each["bag"] for each in record["previous"]] == [bags[0].name, bags[1].name]
    seal = hashlib.sha256((bags[1] / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert record["previous"][1]["seal"] == seal
    assert f"Previous-Bag: {bags[1].name}" in (bags[2] / "bag-info.txt").read_text("utf-8").replace("\n  ", " ")
    assert "previous" not in json.loads((bags[0] / "data/provenance.json").read_bytes())
    assert main(["validate", "--quiet", str(bags[2])]) == 0
    capsys.readouterr()
    assert main(["history", "--json", "--bags", str(folder), record["seed"]["original_url"]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["bag"] for each in found] == [each.name for each in bags]
    assert found[0]["findings"] == found[3]["findings"] == []
    assert "credit-dropped" in {each["code"] for each in found[2]["findings"]}
    assert main(["history", "--bags", str(folder), "http://nobody.example/"]) == 0
    assert "no bag of http://nobody.example/" in capsys.readouterr().out


def test_another_photo_under_the_same_words_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    job, folder, found = Job(tmp_path / "bags", capsys), seeds(tmp_path / "seeds", 1), []
    page = html(article(TITLE, FIRST, caption="The hall. Photo: AFP"))
    for credit in ("AFP", "AFP", "Jane Roe"):
        picture = ok(jpeg(xmp=xmp(caption="The hall", credit=credit)), b"Content-Type: image/jpeg")
        with Server({"/news/1": [page], "/p.jpg": [picture]}) as server:
            _, (result,) = job.run(folder, server, "--recapture", "--browser", "never")
        found.append(job.bags / result["bag"])
    code, same = compared(capsys, found[0], found[1])
    assert (code, same["same"], same["findings"]) == (0, True, [])
    code, other = compared(capsys, found[1], found[2])
    digests = [other[each]["photo"] for each in ("older", "newer")]  # type: ignore[index]
    assert all(digests)
    assert (code, other["same"]) == (1, False)
    assert other["findings"] == [{"code": "photo-changed", "message": f"sha256 {digests[0]} became {digests[1]}"}]
