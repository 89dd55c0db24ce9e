"""What stands at the top of a seed: headline, byline, and what is not understood."""

from datetime import date

import pytest
from pages.documents import TAIL, URL, read


def test_a_heading_mark_is_dropped_and_the_date_may_follow_on_the_next_line():
    seed = read("# The Headline\n2024-05-03\nText of the\nfirst paragraph." + TAIL)
    assert seed.headline and seed.headline.text == "The Headline" and seed.date
    assert [(p.text, p.line) for p in seed.paragraphs] == [("Text of the first paragraph.", 3)]


def test_a_headline_may_be_underlined_wrapped_or_stand_under_the_date():
    for document in ("A Long\nHeadline\n=====\n\nText.", "2024-05-03\n\nA Long Headline\n\nText."):
        seed = read(document + TAIL)
        assert seed.headline and seed.headline.text == "A Long Headline"
        assert [p.text for p in seed.paragraphs] == ["Text."]


def test_a_long_first_paragraph_is_no_headline():
    seed = read("word " * 100 + TAIL)
    assert seed.headline is None and len(seed.paragraphs) == 1


@pytest.mark.parametrize(
    "byline",
    [
        "By Jo Finch",
        "Von Mia Holm und Jan Berg",
        "Par Léa Brun",
        "BY JO FINCH",
        "By Reuters",
        "By Jo F. Finch",
        "*Por Ana Ruiz*",
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        "Bridge Opens\n{}\nMay 3, 2024",
        "Bridge Opens\n\n{}\n\nMay 3, 2024",
        "Bridge Opens\n\nMay 3, 2024\n\n{}",
        "# Bridge Opens\nMay 3, 2024\n{}",
        "May 3, 2024\n\nBridge Opens\n{}",
        "---\ntitle: Bridge Opens\ndate: 2024-05-03\n---\n\n{}",
    ],
)
def test_a_byline_below_the_headline_is_neither_headline_nor_text_nor_in_the_way_of_a_caption(head, byline):
    document = f"{head.format(byline)}\n\nA ship. Photo: Jane Doe\n\nThe article.{TAIL}"
    seed = read(document)
    assert seed.headline and seed.headline.text == "Bridge Opens"
    assert seed.date and seed.date.day == date(2024, 5, 3)
    assert seed.byline and document.split("\n")[seed.byline.line - 1] == byline
    assert seed.caption and seed.caption.credit == "Jane Doe"
    assert [p.text for p in seed.paragraphs] == ["The article."]
    assert "".join(part.raw for part in seed.parts) == document
    assert [part.raw.strip() for part in seed.parts if part.kind == "byline"] == [byline]


@pytest.mark.parametrize(
    "line",
    [
        "By the time he came, everyone knew.",
        "By Monday",
        "By May 3",
        "By noon the boats were home",
        "By Jo Finch. The boats were home.",
    ],
)
def test_an_ordinary_line_that_begins_like_a_byline_is_none(line):
    seed = read(f"Headline\n\n{line}\n\nThe article." + TAIL)
    assert seed.byline is None
    assert [*(h.text for h in seed.header), *(p.text for p in seed.paragraphs)] in (
        [line, "The article."],
        ["The article."],
    )
    assert read("By Jo Finch\n\nThe article." + TAIL).byline is None, "above the headline there is none"
    text = "A sentence of the article, which goes on for a while and then comes to an end. " * 4
    assert read(f"Headline\n\n{text}\n\nBy Jo Finch\n\nThe end." + TAIL).byline is None, "nor in the text"


@pytest.mark.parametrize(
    ("opening", "header"),
    [
        (
            "{headline}\n\nA deck below it, without a full stop\n\n{byline}\n{date}",
            ["A deck below it, without a full stop"],
        ),
        (
            "{headline}\n\nA deck below it.\n\n{byline}\nPublished {date}\nUpdated May 4, 2024, 9:12 a.m. ET",
            ["A deck below it."],
        ),
        ("Harbour News\nCulture | {date}\n\n{headline}\n\n{byline}", ["Harbour News", "Culture"]),
        ("Harbour News\n\n   Home News\n\n{headline}\n\n{byline}\n{date}", ["Harbour News", "Home News"]),
        ("{headline}\n\n{byline} | {date} | 4 min read", ["4 min read"]),
        ("{headline}\n\n4 min read\n\n{byline}\n\n{date}", ["4 min read"]),
        ("{headline}\n\n{date}\n\n{byline}\n\nLONDON", ["LONDON"]),
        ("{date}\n\n{headline}\n\n{byline}", []),
        ("{headline}\n=====\n\nPublished on {date} {byline}", []),
    ],
)
def test_an_opening_is_read_in_any_order_and_what_is_not_understood_is_header_matter(opening, header):
    made = opening.format(headline="Old Bridge Opens Again", byline="By Jo Finch", date="May 3, 2024")
    text = "The bridge is open again, the council announced on Friday, and ships may pass below it."
    seed = read(f"{made}\n\n{text}\n\nAnd that is all.\n\nOriginal url: {URL}\n")
    assert seed.headline and seed.headline.text == "Old Bridge Opens Again"
    assert seed.date and seed.date.value == "2024-05-03" and seed.byline and seed.byline.text.endswith("Jo Finch")
    assert [p.text for p in seed.paragraphs] == [text, "And that is all."]
    assert all(any(words in line.text for line in seed.header) for words in header)
