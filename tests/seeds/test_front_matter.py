"""YAML front matter of seeds."""

from datetime import date

import pytest
from pages.documents import TAIL, URL, read, refused


def test_front_matter_gives_what_the_body_does_not_have():
    seed = read(
        "---\ntitle: A Title\ndate: 2024-05-03\nOriginal-URL: https://a.example/x\n"
        "rights: no\nsupplied_by:\n  - A\n---\nText."
    )
    assert seed.headline and (seed.headline.text, seed.headline.line) == ("A Title", 2)
    assert seed.date and (seed.date.day, seed.date.line) == (date(2024, 5, 3), 3)
    assert (seed.url, seed.url_line) == ("https://a.example/x", 4)
    assert seed.front_matter["rights"] == "no" and seed.front_matter["supplied_by"] == ["A"]
    assert [p.text for p in seed.paragraphs] == ["Text."]


def test_headline_and_date_of_the_body_come_before_those_of_the_front_matter():
    seed = read(f"---\ntitle: Noted\ndate: 2020-01-01\nurl: {URL}\n---\n# Printed\n\nMay 3, 2024\n\nText." + TAIL)
    assert seed.headline and seed.headline.text == "Printed" and seed.date and seed.date.day.year == 2024


def test_a_rule_at_the_top_is_no_front_matter():
    seed = read("---\nHeadline\n---\nText." + TAIL)
    assert not seed.front_matter and seed.headline and seed.headline.text == "Headline"


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("title: 'x\nurl: y\n", 4),
        ("a: b: c\n", 2),
        ("title: x\ntitle: y\n", 3),
        ("a: &a [x]\nb: *a\n", 3),
        ("a: " + "[" * 2000 + "\n", 2),
        ("a: " + "[" * 20 + "]" * 20 + "\n", 2),
        ("{[a]: b}\n", 2),
        ("a: b\x01\n", 2),
    ],
)
def test_broken_or_hostile_front_matter_is_refused_with_its_line(yaml, line):
    refusal = refused(f"---\n{yaml}---\nHeadline" + TAIL)
    assert refusal.line == line and "front matter" in refusal.problem


def test_front_matter_that_is_not_closed_or_too_large_is_refused():
    assert refused("---\ntitle: x\nText." + TAIL).line == 1
    assert refused("---\ntitle: x\n" + "a: b\n" * 20_000 + "---\n" + TAIL).line == 1


def test_a_front_matter_address_and_another_one_below_are_two():
    assert "second address" in refused("---\nurl: https://a.example/\n---\nHeadline" + TAIL).problem
