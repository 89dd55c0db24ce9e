"""Words and marks of a text, and what of them is the same."""

from collections import Counter

import pytest

from archiver.words import has_words, keys, said, words


@pytest.mark.parametrize(
    "text", ["It's 340,000 -- no, more.", "`a'", "``a''", "a---b", "a...", "snake_case 1.5 (x)", ""]
)
def test_a_text_has_the_same_keys_alone_and_beside_characters_that_are_not_ascii(text):
    assert (*keys(text), "é") == keys(f"{text} é")


def test_quotes_and_dashes_of_any_form_have_one_key():
    assert keys("``a'' -- it's") == keys("“a” – it’s") == keys('"a" - it`s')


def test_words_are_said_without_case_and_marks_and_counted_so_but_kept_with_their_case_among_keys():
    text = "The harbour, the Straße: 340,000!"
    assert has_words(keys(text))
    assert not has_words(keys("— … ()"))
    assert said(text) == ("the", "harbour", "the", "strasse", "340,000")
    assert words(keys(f"{text} HARBOUR")) == Counter({"the": 2, "harbour": 2, "strasse": 1, "340,000": 1})
