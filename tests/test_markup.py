"""A page's tree is handed from capture to article, and no more is kept than the bound allows."""

import pytest

from archiver import markup
from archiver.markup import tree_of, tree_to_read_again

PAGE = b"<html><body><p>Words</p><!-- none --></body></html>"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(markup, "_kept", {})


def test_a_tree_that_is_to_be_read_again_is_given_away_once():
    first = tree_to_read_again(PAGE, "utf-8")
    assert tree_of(PAGE, "utf-8") is first
    assert tree_of(PAGE, "utf-8") is not first


def test_another_object_of_the_same_bytes_and_another_encoding_are_parsed_anew():
    first = tree_to_read_again(PAGE, "utf-8")
    assert tree_of(PAGE + b"", "latin-1") is not first
    first = tree_to_read_again(PAGE, "utf-8")
    assert tree_of(bytes(bytearray(PAGE)), "utf-8") is not first


def test_the_oldest_of_more_than_the_bound_is_parsed_again(monkeypatch):
    pages = [PAGE.replace(b"Words", b"%d" % n) for n in range(3)]
    monkeypatch.setattr(markup, "WAITING", 2 * len(PAGE))
    trees = [tree_to_read_again(page, "utf-8") for page in pages]
    assert [tree_of(page, "utf-8") is tree for page, tree in zip(pages, trees, strict=True)] == [False, True, True]


def test_a_page_larger_than_the_bound_is_not_kept(monkeypatch):
    monkeypatch.setattr(markup, "WAITING", len(PAGE) - 1)
    assert tree_of(PAGE, "utf-8") is not tree_to_read_again(PAGE, "utf-8")
    assert markup._kept == {}


def test_comments_are_left_out_and_what_is_no_page_is_none():
    assert tree_of(PAGE, "no such encoding").xpath("//comment()") == []
    assert tree_of(b"", "utf-8") is None
