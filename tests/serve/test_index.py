"""The search index follows the bags: new, changed, removed, restricted ones; it is made from them alone."""

import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from builders.bags import Builder
from builders.made_bags import Made

from archiver.serve.run_servers import _index
from archiver.serve.words import folded, query_of


@pytest.fixture
def made(tmp_path: Path):
    with Made(tmp_path) as made:
        yield made


def test_new_changed_and_removed_bags_are_noticed(made: Made):
    made.bag("one", headline="Harbour opens", text="The quay was rebuilt.")
    assert made.found("quay") == ["one"]
    made.bag("two", headline="Harbour closes", text="The quay sank.")
    assert made.found("quay") == ["one", "two"]
    made.bag("one", headline="Harbour opens", text="The pier was rebuilt.")
    assert made.found("quay") == ["two"]
    assert made.found("pier") == ["one"]
    shutil.rmtree(made.bags / "two")
    assert made.found("quay") == []
    assert made.found("") == ["one"]


def test_an_index_that_is_lost_or_damaged_is_made_anew(made: Made):
    made.bag("one", headline="Harbour opens")
    assert made.found("harbour") == ["one"]
    place = made.bags / ".archiver/search.sqlite"
    assert place.is_file()
    made.stop()
    for damage in ("lost", "cut", "scribbled", "empty", "another"):
        data = place.read_bytes()
        if damage == "lost":
            place.unlink()
        elif damage == "cut":
            place.write_bytes(data[: len(data) // 2])
        elif damage == "scribbled":
            place.write_bytes(data[:4096] + random.Random(1).randbytes(len(data) - 4096))
        elif damage == "empty":
            place.write_bytes(b"")
        else:
            place.write_bytes(b"not a database at all" * 1000)
        made.start()
        assert made.found("harbour") == ["one"], damage
        made.stop()
    made.start()
    place.unlink()
    made.bag("two", headline="Harbour closes")
    assert made.found("harbour") == ["one", "two"], "lost while it is served"
    place.write_bytes(place.read_bytes()[:8192] + random.Random(1).randbytes(200_000))
    made.bag("three", headline="Harbour")
    for _ in range(100):
        if made.status("?q=harbour&format=json") == 200 and made.found("harbour") == ["one", "three", "two"]:
            break
        time.sleep(0.1)
    assert made.found("harbour") == ["one", "three", "two"], "damaged while it is served"


def test_where_the_bags_are_read_only_the_index_is_in_the_cache(made: Made, monkeypatch: pytest.MonkeyPatch):
    made.bag("one", headline="Harbour opens")
    made.stop()
    shutil.rmtree(made.bags / ".archiver")
    (made.bags / ".archiver").write_text("in the way: nothing can be written below it")
    made.start()
    assert made.found("harbour") == ["one"]
    assert list(made.cache.rglob("search.sqlite"))


@pytest.mark.parametrize(
    ("text", "typed", "is_found"),
    [
        ("北京的港口重新开放", "北京", True),
        ("北京的港口重新开放", "港口重新", True),
        ("北京的港口重新开放", "北港", False),
        ("北京的港口重新开放", "口", True),
        ("東京タワーで火災", "タワー", True),
        ("أعيد فتح المرفأ القديم", "المرفأ", True),
        ("أعيد فتح المرفأ القديم", "مرفأ", True),
        ("أعيد فتح المَرْفَأ القديم", "المرفأ القديم", True),
        ("서울에서 항구가 열렸다", "서울에서", True),
        ("ท่าเรือเปิดอีกครั้ง", "เปิด", True),
        ("पुराना बंदरगाह खुला", "बंदरगाह", True),
        ("Гавань снова открыта", "ГАВАНЬ", True),
        ("Der Straßenhafen", "strassenhafen", True),
        ("Café d’été", "cafe ete", True),
        ("The harbours", "harbour", True),
        ("The harbour", "harbours", False),
        ("one two three", '"two three"', True),
        ("one two three", '"one three"', False),
        ("one two three", "three one", True),
        ("one two three", "three four", False),
        ("C++ and AT&T", "AT&T", True),
    ],
)
def test_words_of_many_scripts_are_found(made: Made, text: str, typed: str, is_found: bool):
    made.bag("one", headline="x", text=text)
    assert (made.found(typed) == ["one"]) is is_found


def test_names_days_and_outcomes_narrow_down(made: Made):
    afp = {
        "name": "AFP",
        "kind": "organisation",
        "agency": "Agence France-Presse",
        "role": "contributor",
        "of": "article",
    }
    made.bag("one", headline="A", date="2024-03-12", credited=[afp], publisher="Courier", verdict="same")
    made.bag(
        "two", headline="B", date="2024-04-01T10:00:00Z", people=["Ínes Halloran"], outcome="gone", verdict="no-text"
    )
    made.bag("three", headline="C")
    assert made.found("", agency="AFP") == made.found("", agency="agence france-presse") == ["one"]
    assert made.found("", person="ines halloran") == ["two"]
    assert made.found("halloran") == ["two"]
    assert made.found("", publisher="courier") == ["one"]
    assert made.found("", verdict="no-text") == made.found("", outcome="gone") == ["two"]
    assert made.found("", **{"from": "2024-03-12", "to": "2024-03-12"}) == ["one"]
    assert made.found("", **{"from": "2024-03-13"}) == ["two"]
    assert made.ordered(sort="newest") == ["two", "one", "three"]
    assert made.ordered(sort="oldest") == ["one", "two", "three"]
    assert made.ordered(sort="headline") == ["one", "two", "three"]


def test_relevance_puts_the_headline_before_the_text(made: Made):
    made.bag("text", headline="Other things", text="A ferry is named here, once.")
    made.bag("headline", headline="Ferry", text="Nothing more.")
    assert made.ordered(q="ferry") == ["headline", "text"]


HOSTILE = (
    [],
    "x",
    7,
    None,
    {"seed": 5, "capture": [], "claims": "x", "credits": {"a": 1}, "text": {"file": "../../../etc/passwd"}},
)


@pytest.mark.parametrize("record", HOSTILE)
def test_a_record_of_anything_is_listed_and_breaks_nothing(made: Made, record: object):
    made.bag("good", headline="Harbour")
    made.raw("evil", json.dumps(record).encode())
    assert made.found("") == ["evil", "good"]
    assert made.found("root") == []
    assert made.status("bags/evil") == 200


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"seed": {"headline": "\\ud800\\u0000"}}'])
def test_a_record_that_is_none_is_listed(made: Made, data: bytes):
    made.raw("evil", data)
    assert made.found("") == ["evil"]
    assert made.status("bags/evil") == 200


def test_a_record_without_end_and_one_that_is_a_pipe_are_not_read(made: Made):
    made.raw("large", b"")
    with (made.bags / "large/data/provenance.json").open("wb") as file:
        file.truncate(40 << 20)
    made.raw("pipe", b"")
    (made.bags / "pipe/data/provenance.json").unlink()
    os.mkfifo(made.bags / "pipe/data/provenance.json")
    assert made.found("") == ["large", "pipe"]


def test_names_that_are_hostile_are_quoted(made: Made):
    name = "a?b#c%2f<img src=x>&'\""
    made.bag(name, headline="Harbour")
    assert made.found("harbour") == [name]
    page = made.page("")
    assert "<img" not in page
    link = page.partition('<h2 dir="auto"><a href="')[2].partition('"')[0]
    assert made.status(link.split("/", 2)[2]) == 200


def test_what_is_taken_down_is_not_there_and_back_when_it_is_lifted(made: Made):
    made.bag("one", headline="Harbour")
    made.bag("two", headline="Harbour")
    assert made.found("harbour") == ["one", "two"]
    made.note("one", "takedown")
    assert made.found("harbour") == ["two"]
    assert (
        made.status("bags/one")
        == made.status("bags/one/get/tar")
        == made.status("bags/one/data/provenance.json")
        == 404
    )
    made.note("one", "lift")
    assert made.found("harbour") == ["one", "two"]


def test_a_log_of_restrictions_that_cannot_be_read_shows_nothing(made: Made):
    made.bag("one", headline="Harbour")
    assert made.found("") == ["one"]
    (made.bags / ".archiver/access.jsonl").write_text("scribbled\n")
    assert made.status("") == 503
    assert made.status("bags/one") == 503


def test_only_one_bag_is_served_where_one_is_named(made: Made):
    made.bag("one", headline="Harbour")
    made.bag("two", headline="Harbour")
    made.stop()
    made.start(made.bags / "two")
    assert made.found("") == ["two"]
    assert made.status("bags/one") == 404


def test_words_are_folded_alike_in_text_and_query():
    assert folded("ÉTÉ Straße") == "ete strasse"
    assert query_of('say "two words" Longer it')[0] == '"say" AND "two words" AND "longer" * AND "it"'
    assert query_of("*** -- ( )")[0] is None
    assert query_of("a " * 5000)[1] is False


def test_a_folder_that_is_not_of_bags_stays_as_it_is(tmp_path: Path):
    mine = tmp_path / "clippings"
    mine.mkdir()
    (mine / "a.txt").write_text("a")
    _index(mine, tmp_path / "cache", None)
    assert [each.name for each in mine.iterdir()] == ["a.txt"]
    Builder().write(mine / "a-bag")
    _index(mine, tmp_path / "cache", None)
    assert (mine / ".archiver/search.sqlite").exists()
