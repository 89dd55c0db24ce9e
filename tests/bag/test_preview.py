"""The page of a bag that a person reads: words of one side only are marked where they stand."""

from archiver.bag.preview.diff import marked, respelt
from archiver.model import Change


def test_a_changed_word_is_marked_where_it_stands_and_the_rest_is_in_the_typography_of_the_page():
    runs = marked("It's about 340 crowns.", "It’s about 430 crowns.", [Change(seed="340", page="430")])
    assert runs == [("both", "It’s about "), ("seed", "340"), ("page", "430"), ("both", " crowns.")]


def test_a_change_whose_place_cannot_be_proven_is_not_marked():
    assert marked("a b c", "a x c", [Change(seed="q", page="x")]) is None


def test_words_in_another_typography_are_shown_from_both_sides():
    runs = respelt("the seafarers' union said", "the seafarers’ union  said")
    assert runs == [("both", "the "), ("seed", "seafarers'"), ("page", "seafarers’"), ("both", " union  said")]


def test_words_that_do_not_pair_are_shown_one_text_under_the_other():
    assert respelt("one - two", "one two") is None
    assert respelt("one two", "one\N{NO-BREAK SPACE}two") is None
