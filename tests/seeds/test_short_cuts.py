"""What spares the reading of a line never changes what is read in it."""

import re
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from archiver.dates import tokens
from archiver.seeds import captions
from archiver.seeds.addresses import labelled
from archiver.seeds.formats import text as plain_text
from archiver.seeds.lines import Line

NEVER = re.compile(r"(?!)")
WORDS = st.sampled_from(
    [
        *(
            "original",
            "Source",
            "source'",
            "URL",
            "link",
            "from",
            "via",
            "quelle",
            "The",
            "ministry",
            "原文",
            "链接",
            "l'original",
        ),
        *(
            "http://a.example/b",
            "www.a.example",
            "//a.example",
            "<https://a.example>",
            "[link]",
            "mailto:a@b.example",
            "data:",
        ),
        *(
            ":",
            "：",
            "=",
            "-",
            "—",
            "(",
            '"',
            "#",
            "*",
            "\t",
            "|",
            "original:",
            "3",
            "“",
            "_url_",
            "sourcehttp://a.example",
        ),
    ]
)
LINES = st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "  ", "\u00a0"])), max_size=8).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


@given(LINES | st.text(max_size=60))
@example("source' ")
@example("Originalhttp://a.example/b")
def test_a_line_whose_first_word_announces_nothing_has_no_label(line: str):
    quick = labelled.read_label(line)
    with patch.object(labelled, "_FIRST_WORD", NEVER):
        assert labelled.read_label(line) == quick


MARKS = st.sampled_from(
    [
        *"#*_[]()<>&|`\\-+•.0123;^ \t",
        "a",
        "word",
        "**",
        "](",
        "[^",
        "&amp;",
        "</p>",
        "<b ",
        "1. ",
        "10) ",
        "\n",
        "\u2003",
    ]
)


@given(st.lists(MARKS, max_size=14).map("".join))
def test_a_line_with_none_of_their_characters_has_no_marks(raw: str):
    line = Line(number=1, raw=raw.replace("\n", "") + "\n", blank=False)
    assert plain_text._has_sign(line) == (plain_text._SIGNS.search(line.raw) is not None)


@given(st.text(st.sampled_from("aZ09 .,/-:'\t\x1c\x1f\x00\x7f_"), max_size=40))
@example("3 Jan. 2022, 10:45")
def test_ascii_is_taken_apart_as_all_else(text: str):
    quick = list(tokens.split_tokens(text))
    apart = [each for each in tokens.split_tokens(f"{text}\u00a0") if each.start < len(text)]
    assert apart == quick


CREDITS = st.sampled_from(
    ["Photo: ", "Foto：", "photo by ", "Picture courtesy of ", "fot. ", "Ann Lee", "NTB", ". ", "(", ")"]
)


@given(st.lists(CREDITS | st.sampled_from(["and so it went on ", "x" * 90]), max_size=12).map("".join))
def test_a_label_far_from_the_end_credits_nothing(whole: str):
    quick = captions._labelled(whole)
    with patch.object(captions, "_LONGEST_CREDIT_LABEL", len(whole)):
        assert captions._labelled(whole) == quick
