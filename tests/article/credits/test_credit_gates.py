"""What is passed over unread, because it cannot credit anybody, never is a line that does (patterns.py,
photo_patterns.py, agencies.py)."""

import csv

import pytest
from helped_lines import HELPED
from places import DATA

from archiver.credits import patterns, photo_patterns
from archiver.credits.people import agencies

LINES = [
    row["text"]
    for path in sorted(DATA.glob("credit_lines*.tsv"))
    for row in csv.DictReader(path.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
] + list(HELPED)


@pytest.mark.parametrize("around", ["{}", "avec l'{}", "({} photo)", "{}:n", "TT/{}, Mia Holm"])
def test_wherever_an_agency_is_named_a_text_is_hinted(around: str) -> None:
    assert [form for form in agencies.table() if not agencies.is_hinted(around.format(form))] == []


@pytest.mark.parametrize("name", ["Рейтером", "Интерфаксу", "Укринформа", "Интерфаксом"])
def test_an_agency_with_a_cyrillic_ending_is_hinted(name: str) -> None:
    assert agencies.is_hinted(f"сказал {name}") and agencies.find(name)


def test_prose_without_an_agency_is_not_hinted() -> None:
    assert not agencies.is_hinted("The harbour was closed on Monday, the mayor said, until the crane is mended.")


def test_a_line_is_tried_with_every_form_it_has_and_not_with_all_there_are() -> None:
    lines = [*LINES, "Ce reportage contient des informations de l'AFP"]
    fitting = [(line, form) for line in lines for form in patterns.lines() if form.pattern.fullmatch(line)]
    assert len(fitting) > 300
    assert [line for line, form in fitting if form not in patterns.of_line(line)] == []
    assert len(patterns.of_line("Editing by Mia Holm")) < len(patterns.lines()) / 2


def test_a_form_that_begins_with_who_has_one_of_its_marks_in_every_line() -> None:
    for form in (form for form in patterns.lines() if form.marks):
        matched = [line for line in LINES if form.pattern.fullmatch(line)]
        assert matched
        assert [line for line in matched if not any(mark in line.lower() for mark in form.marks)] == []


def test_every_caption_with_a_label_is_recognised_by_the_beginnings_of_its_words() -> None:
    labelled = [line for line in LINES if any(pattern.search(line) for pattern, _ in photo_patterns.caption())]
    assert len(labelled) > 300
    assert [line for line in labelled if not photo_patterns.is_labelled(line)] == []
