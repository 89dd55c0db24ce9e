"""`archiver read`, what `run --dry-run` says of the same seeds, and what of a folder is left alone."""

import io
import json
import sys

import pytest

from archiver.cli import main

ARTICLE = "Bridge Opens Again\n\nMay 3, 2024\n\nBy Jo Finch\n\nA ship. Photo: Port\n\nIt is [open](#) again.\n\n"
KEYS = (
    *(
        "seed",
        "url",
        "url_line",
        "url_guessed",
        "headline",
        "date",
        "byline",
        "captions",
        "paragraphs",
        "links",
        "header",
    ),
    *("tags", "notes"),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seeds = tmp_path / "s"
    (seeds / "sub").mkdir(parents=True)
    (seeds / "a.txt").write_text(ARTICLE + "Original url: https://a.example/x.\n")
    (seeds / "b.md").write_text(ARTICLE + "https://a.example/y\n")
    (seeds / "c.csv").write_text("Titel;Link;Notiz;Farbe\nBrücke;https://a.example/z;gesehen;rot\n")
    (seeds / "README.md").write_text("x")
    (seeds / "p.odt").write_text("x")
    (seeds / "q.odt").write_text("x")
    (seeds / "d.json").write_text('{"a": 1}')
    return seeds


def test_each_seed_is_an_object_of_the_stated_keys_and_others_say_why_not(folder, capsys):
    assert main(["read", "--json", "s"]) == 1
    parsed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first, second, third, *left = parsed
    assert [key for key in first if key in KEYS] == list(KEYS)
    assert (first["url"], first["url_line"], first["date"]) == ("https://a.example/x", 11, "2024-05-03")
    assert first["captions"] == [{"text": "A ship.", "credit": "Port", "line": 7}]
    assert first["paragraphs"] == [{"line": 9, "text": "It is open again."}]
    assert first["links"] == [{"text": "open", "href": "#", "line": 9}]
    assert second["refused"] and second["line"] == 11 and "'https://a.example/y'" in second["reason"]
    assert (third["headline"], third["notes"], third["url"]) == ("Brücke", ["gesehen"], "https://a.example/z")
    assert [(each["seed"], each["left_alone"]) for each in left] == [
        *(("s/README.md", True), ("s/d.json", True), ("s/p.odt", True), ("s/q.odt", True), ("s/sub", True)),
    ]


def test_the_address_is_guessed_where_asked_for_and_that_is_said(folder, capsys):
    assert main(["read", "--json", "--guess-url", "s/b.md"]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert parsed["url_guessed"] and parsed["url"] == "https://a.example/y"
    assert main(["run", "--dry-run", "--guess-url", "s/b.md"]) == 0
    assert "guessed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.xlsx", "b.ODS"])
def test_of_a_spreadsheet_csv_is_asked_for(name, tmp_path, capsys):
    (tmp_path / "c.txt").write_text("Original url: https://a.example/x\n")
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    assert main(["read", str(tmp_path / name)]) == 1
    assert f"{name}: a spreadsheet; save it as CSV in UTF-8, with a column url" in capsys.readouterr().out
    assert main(["read", str(tmp_path)]) == 0
    assert f"{name[1:].lower()}, to be saved as CSV" in capsys.readouterr().out


def test_lines_of_a_row_are_called_so(tmp_path, capsys):
    (tmp_path / "list.csv").write_text("url,headline\nhttps://a.example/x,Bridge\n")
    assert main(["read", str(tmp_path / "list.csv")]) == 0
    assert "https://a.example/x  (line 1 of the row)\n" in capsys.readouterr().out


def test_a_run_names_what_it_leaves_alone_once_and_grouped(folder, capsys):
    assert main(["run", "--dry-run", "s"]) == 1
    out, err = capsys.readouterr()
    assert err.count("left alone") == 1 and "5 left alone: 2 .odt" in err and "p.odt, q.odt" in err
    assert "'.' behind the address was left off" in out


def test_people_read_the_same_in_lines(folder, capsys):
    assert main(["read", "s"]) == 1
    out = capsys.readouterr().out
    assert "headline  Bridge Opens Again  (line 1)" in out and "refused  s/b.md:11:" in out


def test_a_dash_reads_addresses_from_standard_input(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = io.TextIOWrapper(io.BytesIO(b"https://a.example/1\n# later\n\n<https://b.example/2>\nnonsense\n"))
    monkeypatch.setattr(sys, "stdin", lines)
    assert main(["read", "--json", "-"]) == 1
    parsed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["seed"], each.get("url")) for each in parsed] == [
        *(("-:1", "https://a.example/1"), ("-:4", "https://b.example/2"), ("-:5", None)),
    ]


def test_facts_that_are_kept_apart_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(
        "Case number: 12\nSupplied-By: B\n\n" + ARTICLE + "Original url: https://a.example/x\n"
    )
    (tmp_path / "b.txt").write_text(ARTICLE + "Original url: https://a.example/x\n")
    assert main(["read", "--json", "a.txt", "b.txt"]) == 0
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first["private"] == ["case_number", "supplied_by"]
    assert second["private"] == []
    (tmp_path / "archiver.toml").write_text('private = "none"\noperator = "A"\n')
    assert main(["read", "a.txt"]) == 0
    said = "private   case_number, operator, supplied_by  (private = none: docs/keep/private.md)"
    assert said in capsys.readouterr().out


def test_the_last_lines_are_shown_as_what_they_are_and_whom_they_credit(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(
        "Bridge Opens Again\n\nA ship. Photo: Port\n\nIt is open, AFP said.\n\nThis story is being updated.\n\n"
        "AFP contributed reporting.\n\nOriginal url: https://a.example/x\n"
    )
    assert main(["read", "a.txt"]) == 0
    out = capsys.readouterr().out
    assert "\n          5 It is open, AFP said.\n" in out
    assert "\n  last line This story is being updated.  (line 7)\n" in out
    assert "\n  credit    AFP contributed reporting.  (line 9)\n" in out
    assert "\n  credited  AFP: contributor  (line 9)\n            Port: photo (image)  (line 3)\n" in out
    assert main(["read", "--json", "a.txt"]) == 0
    stated = json.loads(capsys.readouterr().out)
    assert stated["credits"] == [
        {"name": "AFP", "role": "contributor", "of": "article", "at": "line 9", "text": "AFP contributed reporting."},
        {"name": "Port", "role": "photo", "of": "image", "at": "line 3", "text": "Port"},
    ]
    assert [each["line"] for each in stated["paragraphs"]] == [5, 7, 9], "as before"
