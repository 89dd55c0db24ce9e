"""Dates that are not certain are said in words wherever a person reads them."""

import pytest

from archiver.bag.preview.facts import day, is_certain_day
from archiver.model.day_words import day_words, short_day_words
from archiver.templates import _environment
from archiver.view.terminal import claim_lines


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("2019-06-03", "2019-06-03"),
        ("2019-06-03?", "2019-06-03, uncertain"),
        ("2019-06?", "2019-06, uncertain"),
        ("2019~", "2019, approximate"),
        ("2019-06-03%", "2019-06-03, uncertain and approximate"),
        ("[2022-03-04,2022-04-03]", "2022-03-04 or 2022-04-03"),
        ("2022-02-24T10:00:00Z", "2022-02-24T10:00:00Z"),
        ("when was it?", "when was it?"),
        ("[]", "[]"),
        ("", ""),
    ],
)
def test_what_is_not_certain_of_a_date_is_said_in_words(stated, words):
    assert day_words(stated) == words


def test_a_short_date_begins_with_the_day():
    assert short_day_words("2022-02-24T10:00:00Z") == "2022-02-24"
    assert short_day_words("2022-02-24?") == "2022-02-24, uncertain"
    assert short_day_words("[2022-03-04,2022-04-03]") == "2022-03-04 or 2022-04-03"


def test_the_page_of_a_bag_writes_each_day_out():
    assert day("[2022-03-04,2022-04-03]") == "4 March 2022 or 3 April 2022"
    assert day("2022-03-04?") == "4 March 2022, uncertain"
    assert [is_certain_day(each) for each in ("2022-03-04", "2022-03-04?", "[2022-03-04,2022-04-03]", "soon?")] == [
        True,
        False,
        False,
        False,
    ]


def test_show_says_that_a_guessed_date_is_uncertain_and_leaves_other_claims_alone():
    claims = {
        "headline": [{"value": "2019-06-03?", "source": "json-ld"}],
        "published": [{"value": "2019-06-03?", "source": "visible"}],
    }
    lines = "\n".join(claim_lines({"claims": claims, "agreement": {}}))
    assert "    2019-06-03, uncertain   (visible)" in lines
    assert "    2019-06-03?   (json-ld)" in lines


def test_pages_that_are_served_do_not_cut_a_date_in_the_middle():
    page = _environment().from_string("{{ stated | day }}")
    assert page.render(stated="[2022-03-04,2022-04-03]") == "2022-03-04 or 2022-04-03"
    assert page.render(stated="2022-03-04?") == "2022-03-04, uncertain"
