"""`archiver trace`: the states of an article, bracketed by captures of archives and own bags, within a budget."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.whole import HOST, Job, html
from places import SHARED
from servers.newsroom import PARAGRAPHS, article, seed_document
from servers.web_archive import State, WebArchive
from servers.wire import Server, ok

from archiver.cli import main
from archiver.model import Seed
from archiver.seeds.document import read_document

URL = f"http://{HOST}/news/1"
TITLE = "Library opens again, report 1"
LAST = "This is report number 1."
AGENCY = "AFP contributed reporting."
EARLY = article(TITLE, [*PARAGRAPHS, "This story is being updated.", LAST, AGENCY])
SAME = article(TITLE, [*PARAGRAPHS, LAST, AGENCY])
LATE = article(TITLE, [*PARAGRAPHS, LAST])
HTML = b"Content-Type: text/html"


def settings(folder: Path, server: Server, family: str = "pywb") -> str:
    path = folder / "archiver.toml"
    url = f"http://127.0.0.1:{server.port}/news/"
    path.write_text(f'[[archives]]\nname = "A"\nfamily = "{family}"\nurl = "{url}"\n', "utf-8")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A seed with its agency line."""
    (tmp_path / "seeds").mkdir()
    text = seed_document(1, host=HOST).replace(LAST, f"{LAST}\n\n{AGENCY}")
    assert AGENCY in text
    (tmp_path / "seeds/report-001.txt").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def traced(folder: Path, capsys: pytest.CaptureFixture[str]):
    def run(server: Server, *arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        where = ["--bags", str(folder / "bags"), "--config", settings(folder, server)]
        code = main(["trace", "--json", *where, *arguments, str(folder / "seeds/report-001.txt")])
        return code, json.loads(capsys.readouterr().out)

    return run


def stamps(count: int) -> list[str]:
    return [f"2022{n // 28 + 1:02d}{n % 28 + 1:02d}120000" for n in range(count)]


def day(number: int) -> str:
    stamp = stamps(number + 1)[-1]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T12:00:00Z"


def many(count: int, *turns: int) -> WebArchive:
    """So many captures, which turn from EARLY to SAME and to LATE at these numbers."""
    bodies = (EARLY, SAME, LATE)
    states = [State(stamp, bodies[sum(n >= each for each in turns)]) for n, stamp in enumerate(stamps(count))]
    return WebArchive(URL, states)


def test_changes_are_bracketed_by_neighbours_and_the_agency_line_is_named(traced):
    with Server(many(100, 37, 81).answers()) as web:
        code, found = traced(web, "--requests", "40")
        asked = sum(map(len, web.seen.values()))
    assert code == 0
    assert asked <= 40
    assert [(each["after"], each["before"]) for each in found["changes"]] == [(day(36), day(37)), (day(80), day(81))]
    listed = f'the credit line "{AGENCY}" is last seen {day(80)}, absent from {day(81)}'
    assert listed in found["changes"][1]["what"]
    assert [each["verdict"] for each in found["states"]][1] == "same"
    assert [each["status"] for each in found["states"]] == [200, 200, 200]
    assert (found["held"], found["read"]) == (100, asked - 1)
    assert any("not read: nothing is said" in each for each in found["notes"])
    assert list(found)[:5] == ["seed", "states", "changes", "read", "held"]
    assert list(found["states"][0]) == ["from", "to", "verdict", "seed_coverage", "uri", "status"]


def test_a_budget_is_kept_and_an_unfinished_bracket_is_wider_and_said(traced):
    with Server(many(100, 37).answers()) as web:
        _, found = traced(web, "--requests", "5")
        assert sum(map(len, web.seen.values())) == 5
    (change,) = found["changes"]
    assert change["after"] < day(37)
    assert change["before"] >= day(37)
    assert found["read"] == 4
    assert any("budget of requests is spent" in each for each in found["notes"])


def test_without_a_request_nothing_is_claimed(traced):
    with Server(many(4, 2).answers()) as web:
        code, found = traced(web, "--requests", "0")
        assert not web.seen
    assert (code, found["states"], found["changes"], found["held"]) == (1, [], [], 0)


def test_a_text_that_comes_and_goes_between_equal_ends_is_found_with_budget_left(traced):
    states = [State(stamp, LATE if 3 <= n <= 4 else SAME) for n, stamp in enumerate(stamps(9))]
    with Server(WebArchive(URL, states).answers()) as web:
        _, found = traced(web)
    assert [(each["after"], each["before"]) for each in found["changes"]] == [(day(2), day(3)), (day(4), day(5))]
    assert [each["verdict"] for each in found["states"]] == ["same", "edited", "same"]


def test_errors_are_states_of_the_list_and_no_change_of_text(traced):
    states = [
        State("20220101120000", SAME),
        State("20220201120000", b"busy", status=429),
        State("20220301120000", SAME),
        State("20230101120000", b"gone", status=404),
    ]
    with Server(WebArchive(URL, states).answers()) as web:
        _, found = traced(web)
        assert not [path for path in web.seen if "20230101120000" in path]
    assert [(each["status"], each["verdict"]) for each in found["states"]] == [
        (200, "same"),
        (429, None),
        (200, "same"),
        (404, None),
    ]
    assert found["changes"] == []
    assert any("as the archive lists it" in each for each in found["notes"])


def test_own_bags_and_the_archive_are_one_line(folder: Path, traced, capsys: pytest.CaptureFixture[str]):
    with Server({"/news/1": [html(LATE)]}) as site:
        _, (result,) = Job(folder / "bags", capsys).run(folder / "seeds", site, "--browser", "never")
    with Server(many(3).answers()) as web:
        _, found = traced(web)
    assert found["states"][-1]["uri"] == result["bag"]
    assert (found["held"], found["read"]) == (4, 4)
    assert any(AGENCY in each for each in found["changes"][-1]["what"])


FAULTS = {
    "a page for a list": ok(b"<html><p>Welcome</p></html>", HTML),
    "in trouble": ok(b"", status=b"503 Service Unavailable"),
    "too many": ok(b"slow down", status=b"429 Too Many Requests"),
    "closes": ("close",),
    "another address": ok(json.dumps({"timestamp": "20220101120000", "url": "http://other.example/"}).encode()),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_archive_without_a_list_gives_no_states(traced, fault: str):
    archive = many(3)
    archive.extra[archive.cdx_path()] = [FAULTS[fault]]
    with Server(archive.answers()) as web:
        code, found = traced(web)
    assert (code, found["states"], found["held"]) == (1, [], 0)
    assert found["notes"]


WHEN = b"Memento-Datetime: Sun, 02 Jan 2022 12:00:00 GMT"
ODD = {
    "of another page": ok(LATE, HTML, WHEN, b'Link: <http://other.example/>; rel="original"'),
    "to the live web": ok(b"", b"Location: http://live.example-times.example/", status=b"302 Found"),
    "without a date": ok(LATE, HTML),
    "in circles": ok(b"", b"Location: /news/20220102120000id_/" + URL.encode(), status=b"302 Found"),
    "in trouble": ok(b"", status=b"503 Service Unavailable"),
}


@pytest.mark.parametrize("fault", ODD)
def test_a_memento_that_is_none_is_not_read_as_a_state(traced, fault: str):
    archive = WebArchive(URL, [State(stamp, SAME) for stamp in stamps(3)])
    archive.extra[archive.path(archive.states[1])] = [ODD[fault]]
    with Server(archive.answers()) as web:
        _, found = traced(web)
    assert [(each["from"], each["to"], each["verdict"]) for each in found["states"]] == [(day(0), day(2), "same")]
    assert (found["read"], found["held"], found["changes"]) == (2, 3, [])
    assert any("listed but not given" in each for each in found["notes"])


def test_after_429_of_the_archive_itself_it_is_left_alone(traced):
    archive = many(50, 20)
    busy = ok(b"", status=b"429 Too Many Requests")
    archive.extra = {archive.path(each): [busy] for each in archive.states[1:-1]}
    with Server(archive.answers()) as web:
        _, found = traced(web)
        assert sum(map(len, web.seen.values())) <= 4
    assert any("left alone" in each for each in found["notes"])
    assert found["read"] <= 2


def test_an_endless_timemap_is_cut_and_said_to_be(folder: Path, capsys: pytest.CaptureFixture[str]):
    from email.utils import format_datetime

    answers: dict[str, Any] = {f"/news/{URL}": [ok(b"", b'Link: </map/0>; rel="timemap"')]}
    for n in range(30):
        moment = format_datetime(datetime(2022, 1, n + 1, tzinfo=UTC), usegmt=True)
        kept = f'</kept/{n}>; rel="memento"; datetime="{moment}"'
        links = f'<{URL}>; rel="original", </map/{n + 1}>; rel="timemap", {kept}'
        answers[f"/map/{n}"] = [ok(links.encode(), b"Content-Type: application/link-format")]
        answers[f"/kept/{n}"] = [ok(SAME, HTML, f"Memento-Datetime: {moment}".encode())]
    with Server(answers) as web:
        where = ["--bags", str(folder / "bags"), "--config", settings(folder, web, "memento")]
        assert main(["trace", "--json", *where, str(folder / "seeds")]) == 0
        assert sum(each.startswith("/map/") for each in web.seen) == 10
    found = json.loads(capsys.readouterr().out)
    assert (found["held"], found["read"]) == (10, 10)
    assert any("was cut: it may hold more" in each for each in found["notes"])


def test_a_slow_archive_is_left_and_said_to_be(traced, monkeypatch: pytest.MonkeyPatch):
    from archiver.mementos import client

    monkeypatch.setattr(client, "UNREACHED_SECONDS", 0.3)
    archive = many(3)
    archive.extra[archive.cdx_path()] = [(30.0, ok(b""))]
    with Server(archive.answers()) as web:
        code, found = traced(web)
        assert sum(map(len, web.seen.values())) == 1
    assert (code, found["states"]) == (1, [])
    assert any("cannot be reached" in each or "gives no whole answer" in each for each in found["notes"])


def test_a_person_sees_a_line_of_states(folder: Path, capsys: pytest.CaptureFixture[str]):
    with Server(many(20, 5, 15).answers()) as web:
        where = ["--bags", str(folder / "bags"), "--config", settings(folder, web), "--requests", "12"]
        assert main(["trace", *where, str(folder / "seeds")]) == 0
    out = capsys.readouterr().out
    assert "A" in out
    assert "11 of 20 captures read" in out
    assert "changed after" in out
    assert any(line.strip().startswith("2022-01-01  A ") for line in out.splitlines())


def test_no_sequence_of_a_page_reaches_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]):
    nasty = article(TITLE, [*PARAGRAPHS, LAST, AGENCY, "And this line has \x9b31m and \u202e in it, to turn it over."])
    archive = WebArchive(URL, [State("20220101120000", SAME), State("20220201120000", nasty)])
    with Server(archive.answers()) as web:
        main(["trace", "--config", settings(folder, web), "--bags", str(folder / "b"), str(folder / "seeds")])
    out = capsys.readouterr().out
    assert "\x9b" not in out
    assert "\u202e" not in out


def test_nobody_named_and_no_bag_is_said(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["trace", "--json", "--bags", str(folder / "none"), str(folder / "seeds")]) == 1
    assert "no archive is named" in capsys.readouterr().out
    assert not (folder / "none").exists()


@given(st.lists(st.integers(0, 3), min_size=2, max_size=40), st.integers(0, 60))
def test_each_capture_is_read_at_most_once_and_all_of_them_with_budget_enough(texts, budget):
    from archiver.tracing.points import Point, next_to_read

    begin = datetime(2022, 1, 1, tzinfo=UTC)
    points = [Point(moment=begin + timedelta(days=n), uri=str(n), status=200) for n in range(len(texts))]
    read = []
    while len(read) < budget and (point := next_to_read(points, begin + timedelta(days=5))) is not None:
        assert not point.read
        point.instead = f"text {texts[int(point.uri)]}"
        read.append(point.uri)
    assert len(set(read)) == len(read) == min(budget, len(texts))


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="../shared/seeds is absent: the user's seed is not here")
def test_the_users_seed_has_its_states_named_and_its_exact_spelling_in_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The three states that are known of that page, built from the seed's own words: an early one, a later one with
    other spelling and marks, and no capture with the seed's."""
    path = next((SHARED / "seeds").glob("*.txt"))
    seed = read_document(path.read_bytes(), origin=str(path), name=path.name)
    assert isinstance(seed, Seed)
    words = [each.text.replace("Zelenskyy", "Zelenskiy") for each in seed.paragraphs]
    marks = str.maketrans({'"': "”", "'": "’"})
    later = [each.translate(marks) for each in words]
    early = [*later[:3], *later[4:-1], "This story is being updated."]
    headline = seed.headline.text if seed.headline else ""
    states = [State(f"2022030{n + 1}120000", article(headline, early if n < 3 else later)) for n in range(8)]
    archive = WebArchive(seed.url, states)
    with Server(archive.answers()) as web:
        where = ["--bags", str(tmp_path / "bags"), "--config", settings(tmp_path, web)]
        assert main(["trace", "--json", *where, str(path)]) == 0
        found = json.loads(capsys.readouterr().out)
    assert [(each["from"], each["to"]) for each in found["states"]] == [
        ("2022-03-01T12:00:00Z", "2022-03-03T12:00:00Z"),
        ("2022-03-04T12:00:00Z", "2022-03-08T12:00:00Z"),
    ]
    assert not {"same"} & {each["verdict"] for each in found["states"]}
    (change,) = found["changes"]
    assert (change["after"], change["before"]) == ("2022-03-03T12:00:00Z", "2022-03-04T12:00:00Z")
    (result,) = [each for each in found["notes"] if "exact spelling occurs in none of the 2 texts" in each]
    assert "Zelenskyy" in result


@pytest.mark.parametrize("as_json", [True, False])
def test_with_redact_no_token_of_an_address_is_shown(as_json: bool, folder: Path, capsys: pytest.CaptureFixture[str]):
    """Neither in the seed's address nor in what is said of the archive, which has no capture of it."""
    address = f"{URL}?access_token=S3CRETX9&page=1"
    seed = folder / "seeds/report-001.txt"
    seed.write_text(seed.read_text("utf-8").replace(f"<{URL}>", f"<{address}>"), "utf-8")
    archive = WebArchive(address, [State("20220101120000", EARLY), State("20220201120000", SAME)])
    with Server(archive.answers()) as web:
        where = ["--config", settings(folder, web), "--bags", str(folder / "b"), *(["--json"] if as_json else [])]
        for redact in (False, True):
            main(["trace", *where, *(["--redact"] if redact else []), str(seed)])
            out = capsys.readouterr().out
            assert ("S3CRETX9" in out) is not redact, out
            assert "page=1" in out
