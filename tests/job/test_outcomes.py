"""What becomes of answers that are not the whole article, run after run (docs/capture/outcomes.md)."""

import json
from pathlib import Path

import pytest
from servers.newsroom import PARAGRAPHS, Answer, article, newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.ledger.answers import Answer as Kept
from archiver.ledger.answers import ask_again
from archiver.model import Unread
from archiver.validation.validator import validate_bag

PLACE = ("www.example-times.example", "/news/0")
HEADLINE = "Library opens again, report 0"
WELL = pages_for(range(1))[PLACE]
EMPTY = Answer(b"")
SHELL = Answer(b'<html><head><title>Times</title></head><body><div id="root"></div><script src="/a.js"></script>')
OTHER = Answer(
    article("News of the day", [f"Something else happened in district {n}, it was said." for n in range(40)])
)
PDF = Answer(b"%PDF-1.4 %\xe2\xe3 1 0 obj", headers={"Content-Type": "application/pdf"})
NOTICE = Answer(b"<html><title>Maintenance</title><body><p>We will be back soon.</p></body></html>")
GONE = Answer(b"<h1>Gone</h1>", status=410)
CUT = Answer(article(HEADLINE, PARAGRAPHS), missing=500)
NOTHING = Answer(b"<!doctype html><html><head>", missing=5000)


@pytest.fixture
def runs(tmp_path, capsys):
    """Runs a job once for each answer that the one page gives: (code, result, stderr) and how often it was asked."""
    seeds = write_seeds(tmp_path / "seeds", range(1))

    def go(*answers, options=()):
        found = []
        pages = {}
        with newsroom(pages) as site:
            for answer in answers:
                pages[PLACE] = answer
                before = site.asked[PLACE]
                words = ["run", str(seeds), "--json", "--pace", "0", "--browser", "never"]
                words += ["--bags", str(tmp_path / "bags"), *site.options]
                code = main([*words, *options])
                out, err = capsys.readouterr()
                found.append((code, json.loads(out), err, site.asked[PLACE] - before))
        return found

    return go


def bags(tmp_path: Path) -> list[Path]:
    return sorted(each for each in (tmp_path / "bags").iterdir() if not each.name.startswith("."))


@pytest.mark.parametrize(
    ("answer", "kind"), [(EMPTY, "empty"), (NOTICE, "notice"), (NOTHING, "cut")], ids=["empty", "notice", "cut"]
)
def test_an_answer_that_could_not_be_read_is_asked_for_again_by_the_next_run(answer, kind, runs, tmp_path):
    (code, first, _, _), (again, second, _, asked) = runs(answer, WELL)
    assert (code, first["outcome"]) == (1, "unread")
    record = json.loads((tmp_path / "bags" / first["bag"] / "data/provenance.json").read_bytes())
    assert record["capture"]["unread"]["kind"] == kind
    assert validate_bag(tmp_path / "bags" / first["bag"]).ok
    assert asked
    assert (again, second["outcome"], second["verdict"]) == (0, "captured", "same")


@pytest.mark.parametrize("answer", [SHELL, OTHER, PDF, GONE], ids=["shell", "other page", "pdf", "gone"])
def test_what_another_run_would_not_change_is_asked_for_again_with_retry_alone(answer, runs, tmp_path):
    (code, _, _, _), (plain, _, _, asked) = runs(answer, WELL)
    assert (code, plain, asked) == (1, 1, 0)
    [(retried, second, _, asked)] = runs(WELL, options=["--retry"])
    assert asked
    assert (retried, second["outcome"]) == (0, "captured")


@pytest.mark.parametrize("delivers", [False, True], ids=["bags here", "delivered"])
def test_an_article_that_is_cut_in_the_same_way_each_time_has_one_bag(delivers, runs, tmp_path):
    """It is asked for by each run; a job that kept its bags made one of it each time."""
    (tmp_path / "library").mkdir()
    options = ["--deliver", str(tmp_path / "library")] if delivers else []
    found = runs(CUT, CUT, CUT, options=options)
    assert [(each["outcome"], each["partial"], asked > 0) for _, each, _, asked in found] == [
        ("captured", True, True)
    ] * 3
    assert len({each["bag"] for _, each, _, _ in found}) == 1
    assert len(list((tmp_path / "library").glob("*.tar")) if delivers else bags(tmp_path)) == 1


@pytest.mark.parametrize("delivers", [False, True], ids=["bags here", "delivered"])
def test_the_answer_of_the_last_bag_makes_no_further_one_though_nobody_answered_in_between(delivers, tmp_path, capsys):
    """Twice nobody answers, which has no bag; the bag before is remembered."""
    seeds, library = write_seeds(tmp_path / "seeds", range(1)), tmp_path / "library"
    library.mkdir()
    told = []
    for answers in (True, False, False, True):
        with newsroom({PLACE: EMPTY}) as site:
            words = ["run", str(seeds), "--json", "--pace", "0", "--browser", "never", "--bags", str(tmp_path / "bags")]
            words += site.options if answers else ["--connect-to", ":80:127.0.0.1:9"]
            main([*words, *(["--deliver", str(library)] if delivers else [])])
        told.append(json.loads(capsys.readouterr().out))
        failed, last = told[-1]["outcome"] == "failed", told[0]["bag"]
        assert main(["status", "--bags", str(tmp_path / "bags")]) == 0
        assert (f"[last bag: {last}]" in capsys.readouterr().out) == failed
        if not delivers:
            assert main(["show", "--bags", str(tmp_path / "bags"), last]) == 0
            out = capsys.readouterr().out
            assert ("since then: " in out) == ("Z the page could not be had: " in out) == failed
    assert [each["outcome"] for each in told] == ["unread", "failed", "failed", "unread"]
    assert [each["bag"] for each in told] == [told[0]["bag"], None, None, told[0]["bag"]]
    assert len(list(library.glob("*.tar")) if delivers else bags(tmp_path)) == 1


@pytest.mark.parametrize(("uri", "same"), [("a", True), ("b", False)])
def test_a_dead_domain_with_the_same_copy_in_an_archive_is_the_same_answer(uri, same):
    """There is neither a status nor a payload: with `--retry` each run made one more bag of it."""
    found = Kept(memento={"archive": "x", "datetime": "2024-03-04T12:00:00Z", "uri": "a"})
    detail = Kept(memento={"archive": "x", "datetime": "2024-03-04T12:00:00Z", "uri": uri}).detail("failed")
    assert found.is_that_of(detail) is same
    assert not Kept().is_that_of(Kept().detail("failed"))
    assert not found.is_that_of(Kept(status=410, memento=found.memento).detail("gone"))


def test_an_article_whose_body_was_cut_is_captured_in_part_and_asked_for_again(runs, tmp_path, capsys):
    (code, first, err, _), (again, second, _, asked) = runs(CUT, WELL)
    assert (code, first["outcome"], first["partial"]) == (1, "captured", True)
    assert "1 in part" in err
    record = json.loads((tmp_path / "bags" / first["bag"] / "data/provenance.json").read_bytes())
    assert record["capture"]["truncated"] == "disconnect"
    assert asked
    assert (again, "partial" in second) == (0, False)


def test_status_counts_what_is_unread_and_what_is_there_in_part(runs, tmp_path, capsys):
    runs(CUT)
    assert main(["status", "--bags", str(tmp_path / "bags")]) == 0
    assert "1 captured (1 in part)" in capsys.readouterr().out


def test_the_same_answer_again_makes_no_further_bag(runs, tmp_path):
    night = runs(EMPTY, EMPTY, NOTICE, NOTICE, NOTICE, WELL)
    assert [asked > 0 for *_, asked in night] == [True] * 6
    assert [code for code, *_ in night] == [1] * 5 + [0]
    made = [result["bag"] for _, result, *_ in night]
    assert made[0] == made[1] != made[2] == made[3] == made[4] != made[5]
    assert len(bags(tmp_path)) == 3
    assert all(validate_bag(each).ok for each in bags(tmp_path))


def test_a_bag_that_somebody_took_away_is_made_again(runs, tmp_path):
    import shutil

    [(_, first, _, _)] = runs(EMPTY)
    shutil.rmtree(tmp_path / "bags" / first["bag"])
    [(_, second, _, _)] = runs(EMPTY)
    assert (tmp_path / "bags" / second["bag"]).is_dir()


def test_a_ledger_that_is_made_anew_knows_what_was_unread(runs, tmp_path, capsys):
    runs(SHELL)
    assert main(["status", "--bags", str(tmp_path / "bags"), "--rebuild", "--json"]) == 0
    [seed] = json.loads(capsys.readouterr().out)["seeds"]
    assert (seed["outcome"], seed["kind"], seed["detail"]["needs"]) == ("unread", "shell", "browser")
    [(_, _, _, asked)] = runs(WELL)
    assert not asked


def test_a_response_cut_at_the_size_allowed_is_asked_for_again_when_more_is_allowed():
    answer = Kept(status=200, truncated="length", limit=1000)
    assert not ask_again("captured", answer.detail("captured"))
    assert ask_again("captured", answer.detail("captured"), able=("limits.response_bytes",))


def test_a_detail_of_an_older_ledger_says_nothing():
    assert not ask_again("gone", None)
    assert not ask_again("captured", {"kind": "dns"})
    assert Kept(status=200, unread=Unread(kind="empty"), payload_sha256="0" * 64).is_that_of(None) is False
