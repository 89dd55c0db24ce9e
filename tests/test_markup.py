"""A page is decoded, bounded and parsed once; its tree is handed from capture to article."""

import pytest

from archiver.markup import document
from archiver.markup.document import document_of, document_to_read_again

PAGE = b"<html><body><p>Words</p><!-- none --></body></html>"
HTML = "text/html; charset=utf-8"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(document, "_kept", {})


def test_a_tree_that_is_to_be_read_again_is_given_away_once():
    first = document_to_read_again(PAGE, HTML)
    assert document_of(PAGE, HTML) is first
    assert document_of(PAGE, HTML) is not first


def test_another_object_of_the_same_bytes_and_another_encoding_are_parsed_anew():
    first = document_to_read_again(PAGE, HTML)
    assert document_of(PAGE, "text/html; charset=latin-1") is not first
    first = document_to_read_again(PAGE, HTML)
    assert document_of(bytes(bytearray(PAGE)), HTML) is not first


def test_the_oldest_of_more_than_the_bound_is_parsed_again(monkeypatch):
    pages = [PAGE.replace(b"Words", b"%d" % n) for n in range(3)]
    monkeypatch.setattr(document, "WAITING", 2 * len(PAGE))
    kept = [document_to_read_again(page, HTML) for page in pages]
    assert [document_of(page, HTML) is each for page, each in zip(pages, kept, strict=True)] == [False, True, True]


def test_a_page_larger_than_the_bound_is_not_kept(monkeypatch):
    monkeypatch.setattr(document, "WAITING", len(PAGE) - 1)
    assert document_of(PAGE, HTML) is not document_to_read_again(PAGE, HTML)
    assert document._kept == {}


def test_comments_are_left_out_and_what_is_no_page_is_none():
    assert document_of(PAGE, "text/html; charset=no-such-encoding").tree.xpath("//comment()") == []
    assert document_of(b"", HTML).tree is None


def test_a_page_that_two_ask_for_before_it_is_read_is_parsed_once():
    first = document_to_read_again(PAGE, HTML)
    assert document_to_read_again(PAGE, HTML) is first
    assert document_of(PAGE, HTML) is first
