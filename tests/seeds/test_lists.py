"""Lists of seeds: CSV and JSON Lines, row by row, and what is refused without stopping the rest."""

import json
from pathlib import Path

import pytest

from archiver.config import Limits
from archiver.digest import sha256
from archiver.model import Seed, SeedRefused
from archiver.seeds import lists
from archiver.seeds.sources import count_seeds, read_seeds


@pytest.fixture
def listed(tmp_path: Path):
    """What a list of this content gives."""

    def read(content: str | bytes, name: str = "list.csv") -> list[Seed | SeedRefused]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert count_seeds([str(path)]) is None
        return list(read_seeds([str(path)], limits=Limits()))

    return read


def seeds(read: list[Seed | SeedRefused]) -> list[Seed]:
    return [each for each in read if isinstance(each, Seed)]


def refused(read: list[Seed | SeedRefused]) -> list[SeedRefused]:
    return [each for each in read if isinstance(each, SeedRefused)]


ROW = 'https://a.example/1,Hens return,2024-03-04,"Six hens came home.\n\nNobody knows from where."\n'


def test_a_row_is_its_own_seed_and_no_document_is_made_of_it(listed):
    [seed] = seeds(listed(f"url,headline,date,text\n{ROW}"))
    assert seed.url == "https://a.example/1"
    assert (seed.headline.text, str(seed.date.day), len(seed.paragraphs)) == ("Hens return", "2024-03-04", 2)
    assert seed.origin.endswith("list.csv:2")
    assert seed.name == "a.example-1.txt"
    assert seed.data == ROW.encode() and seed.format == "row"
    assert [(p.text, p.line) for p in seed.paragraphs] == [("Six hens came home.", 1), ("Nobody knows from where.", 3)]
    assert (seed.list.name, seed.list.row, seed.list.used, seed.list.dropped) == (
        *("list.csv", 1, ("url", "headline", "date", "text"), ()),
    )
    assert seed.list.sha256 == sha256(f"url,headline,date,text\n{ROW}".encode())


@pytest.mark.parametrize("header", ["URL;Title;Published;Body", "Address\tTitle\tDate\tText", "original url,x,y,z"])
def test_columns_are_known_by_their_names_in_any_case_and_separated_as_spreadsheets_do(listed, header):
    delimiter = next(each for each in ";\t," if each in header)
    [seed] = seeds(listed(f"{header}\n{delimiter.join(('https://a.example/1', 'Hens', '', ''))}\n"))
    assert seed.url == "https://a.example/1"


def test_a_list_of_addresses_alone_needs_no_names(listed):
    read = listed("https://a.example/1\n\n  \nhttps://b.example/2,x\n")
    assert [each.url for each in seeds(read)] == ["https://a.example/1", "https://b.example/2"]
    assert [each.origin[-2:] for each in read] == [":1", ":4"]


def test_lines_of_json_are_objects_of_the_same_names(listed):
    rows = [json.dumps({"url": "https://a.example/1", "title": "Hens", "other": [1]}), "", "[1]", "{", '{"url": 5}']
    read = listed("\n".join(rows), "list.jsonl")
    assert [each.headline.text for each in seeds(read)] == ["Hens"]
    assert [each.line for each in refused(read)] == [3, 4, 5]


def test_a_row_that_cannot_be_used_is_refused_with_its_line_and_the_others_go_on(listed):
    read = listed("url\nhttps://a.example/1\nnonsense\nhttps://user:x@a.example/\nhttps://b.example/\n")
    assert [each.line for each in refused(read)] == [3, 4]
    assert len(seeds(read)) == 2
    assert "password" in refused(read)[1].problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,place\na,b\n", "no column of addresses"),
        ('url\n"https://a.example/\n' + "x\n" * 100_000, "no CSV from here on"),
        (b"\xff\xfeu\x00r\x00l\x00\n", "not UTF-16"),
        (b"url\nhttps://a.example/\xff\n", "not UTF-8"),
    ],
)
def test_what_is_no_list_is_one_refusal_that_says_so(listed, content, says):
    [refusal] = refused(listed(content))
    assert says in refusal.problem


def test_a_line_without_end_is_not_read_into_memory(listed, monkeypatch):
    monkeypatch.setattr(lists, "_LONGEST_ROW", 1000)
    read = listed("url\nhttps://a.example/\n" + "x" * 5000)
    assert len(seeds(read)) == 1
    assert "more than 1,000 characters" in refused(read)[0].problem


def test_utf_16_as_spreadsheets_write_it_is_read(listed):
    [seed] = seeds(listed("url;title\r\nhttps://a.example/1;Hühner\r\n".encode("utf-16")))
    assert seed.headline.text == "Hühner"


def test_a_folder_or_a_missing_file_under_the_name_of_a_list_is_refused(tmp_path):
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing")
    [refusal] = refused(list(read_seeds([str(tmp_path / "gone.csv")], limits=Limits())))
    assert "cannot be read" in refusal.problem


def test_a_row_that_is_read_as_nothing_is_refused(tmp_path):
    """The bytes of a row alone may be taken for another encoding than its file's."""
    path = tmp_path / "list.tsv"
    path.write_bytes(b"url\ttitle\n\x00\n")
    (refused,) = read_seeds([str(path)], limits=Limits())
    assert isinstance(refused, SeedRefused) and refused.problem == "no address in the row"
