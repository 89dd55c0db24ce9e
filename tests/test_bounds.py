"""Markup is bounded before a parser sees it: attributes, tags, levels. What is cut is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.markup import bounds
from archiver.markup.document import Document, document_of

HTML = "text/html; charset=utf-8"


def read(markup: str) -> Document:
    return document_of(markup.encode(), HTML)


def depth(tree) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        element, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(child, level + 1) for child in element]
    return deepest


@pytest.mark.parametrize("levels", [10, 255, 300, 511, 600, 3_000, 50_000])
@pytest.mark.parametrize("tag", ["div", "b", "section", "ul><li", "x-a"])
def test_however_deep_a_page_is_nested_all_its_text_is_read(levels, tag):
    opening = f"<{tag}>"
    found = read(f"<p>First</p>{opening * levels}Deep<p>One</p><p>Two</p>{f'</{tag[:3]}>' * levels}<p>Last</p>")
    words = " ".join("".join(found.tree.itertext(with_tail=True)).split())
    assert all(word in words for word in ("First", "Deep", "One", "Two", "Last"))
    assert found.cut == ()
    assert depth(found.tree) <= bounds.MAX_DEPTH + 5
    assert (found.note is not None) == (levels * (1 + tag.count("<")) > bounds.MAX_DEPTH)


def test_paragraphs_beyond_the_last_level_stay_paragraphs_side_by_side():
    found = read("<div>" * 800 + "<p>One</p><p>Two</p>" + "</div>" * 800)
    assert [each.text for each in found.tree.iter("p")] == ["One", "Two"]


@pytest.mark.parametrize("value", ["1", "'>'", '"<p>"', "'a b c'"])
def test_attributes_beyond_the_bound_are_cut_and_reported(value):
    many = " ".join(f"a{n}={value}" for n in range(5_000))
    found = read(f"<p class=kept {many}>Words</p><p>Last")
    (first, last) = found.tree.iter("p")
    assert (first.text, last.text, first.get("class")) == ("Words", "Last", "kept")
    assert len(first.attrib) == bounds.MAX_ATTRIBUTES
    assert found.cut == (f"1 element has more than {bounds.MAX_ATTRIBUTES} attributes, of which the rest is not read",)


@pytest.mark.parametrize(
    "around",
    [
        "<script>var a = '@';</script>",
        "<style>@</style>",
        "<!-- @ -->",
        "<textarea>@</textarea>",
        "<title>@</title>",
        '<p title="@">x</p>',
    ],
)
def test_what_only_looks_like_a_tag_is_left_as_it_is(around):
    page = around.replace("@", "<b " + "c " * 500 + ">") + "<p>Last"
    assert bounds.bounded(page.encode()) == bounds.Bounded(page.encode())
    assert bounds.flattened(page.encode()).markup == page.encode()


def test_tags_beyond_the_bound_are_cut_and_reported(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_TAGS", 100)
    found = read("<p>x" * 200)
    assert (len(list(found.tree.iter("p"))), found.cut) == (100, ("only the first 100 tags of the page are read",))


def test_texts_of_more_than_ten_million_characters_are_read():
    found = read(f"<script>{'x' * 11_000_000}</script><p>{'word ' * 2_100_000}</p><p>Last")
    assert list(found.tree.iter("p"))[-1].text == "Last"
    assert found.cut == ()


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div a=1>", "</div>", "<b", " a='>'", ">", "<!--", "-->", "<script>", "</script>", "'", '"'),
        *("=", "/", "<", " c=d ", "<br/>", "<li>", "<table><tr><td>", "<!doctype html>", "<![CDATA[", "]]>", "&amp;"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_writing_a_page_anew_changes_nothing_where_no_bound_is_met(markup):
    assert bounds._Rewriter(flatten=False).result(markup.encode()).markup == markup.encode()
    assert bounds.bounded(markup.encode()).markup == markup.encode()
