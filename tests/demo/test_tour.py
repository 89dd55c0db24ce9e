"""`archiver demo`, whole: it archives the made-up newspaper, says what it found, and is as right the second time."""

import shutil
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from archiver.demo import tour
from archiver.demo.tour import EXPECTED, SEEDS, run_demo


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Path, int, list[str]]:
    folder = tmp_path_factory.mktemp("demo") / "demo-bags"
    said: list[str] = []
    return folder, run_demo(folder, say=said.append), said


def bags(folder: Path) -> dict[str, bytes]:
    return {
        each.name: (each / "tagmanifest-sha256.txt").read_bytes() for each in folder.iterdir() if each.name[0] != "."
    }


def test_every_seed_of_the_demo_has_an_expectation():
    assert sorted(EXPECTED) == sorted(each.name for each in SEEDS.iterdir())


def test_every_seed_ends_as_expected_in_a_valid_bag(first):
    folder, code, said = first
    assert not [line for line in said if "NOT" in line]
    assert code == 0
    assert len(bags(folder)) == len(EXPECTED)


def test_bagit_calls_every_bag_valid(first):
    for each in bags(first[0]):
        bagit.Bag(str(first[0] / each)).validate()


def test_the_edited_page_is_described_to_the_paragraph(first):
    found = " ".join("\n".join(first[2]).split())
    assert "[-already pays-] {+has paid for years+}," in found
    assert "[-340,000-] {+430,000+}" in found
    assert "line 21 not on the page" in found
    assert "Correction: An earlier version" in found
    assert "-> http://www.harbour-courier.example/2024/03/12/council-minutes" in found
    assert "-> http://www.harbour-courier.example/archive/2011/walkout" in found


def test_credits_name_who_contributed_and_not_who_was_spoken_to(first):
    credited = {tuple(line.split()[:3]) for line in first[2]}
    assert ("ferry-strike", "AFP", "contributor") in credited
    assert ("tide-gauge", "Reuters", "source") in credited
    assert ("sturmflut", "dpa", "contributor") in credited
    assert not [each for each in credited if each[:2] == ("herring-talks", "Reuters")]


def test_what_is_said_fits_a_terminal_and_carries_no_control_characters(first):
    assert all(line.isprintable() for line in first[2])
    table = [line for line in first[2] if str(first[0]) not in line]
    assert max(map(len, table)) <= 100


def test_it_ends_with_the_commands_to_try_next(first):
    at = first[2].index("Try next:")
    assert [line.split()[:2] for line in first[2][at + 2 :]] == [
        ["archiver", "serve"],
        ["archiver", "show"],
        ["archiver", "validate"],
        ["archiver", "status"],
        ["archiver", "run"],
    ]


def test_a_second_run_makes_no_second_bag_and_ends_the_same(first):
    folder, _, _ = first
    before, said = bags(folder), []
    assert run_demo(folder, say=said.append) == 0
    assert bags(folder) == before
    assert "  9 of 9 were done by an earlier run and stayed as they are." in said


def test_an_outcome_nobody_expected_is_named_and_ends_in_one(first, monkeypatch):
    wrong = replace(EXPECTED["hale-light.txt"], outcome="gone", verdict=None)
    monkeypatch.setattr(tour, "EXPECTED", {**EXPECTED, "hale-light.txt": wrong})
    said: list[str] = []
    assert run_demo(first[0], say=said.append) == 1
    assert len([line for line in said if "NOT AS EXPECTED" in line]) == 1


def test_a_bag_damaged_or_removed_since_is_reported_and_ends_in_one(tmp_path):
    run_demo(tmp_path / "bags", say=lambda _: None)
    victim = next((tmp_path / "bags").glob("ferry-strike-*")) / "data" / "provenance.json"
    victim.write_bytes(victim.read_bytes()[:100])
    shutil.rmtree(next((tmp_path / "bags").glob("hale-light-*")))
    said: list[str] = []
    assert run_demo(tmp_path / "bags", say=said.append) == 1
    assert next(line for line in said if "NOT VALID" in line).split()[0] == "ferry-strike"
    assert [line.split()[3][:10] for line in said if "is no longer here" in line] == ["hale-light"]
