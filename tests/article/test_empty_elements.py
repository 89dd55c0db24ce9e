"""Elements without text cost the reader of a page as well: what is looked at of them is bounded."""

from lxml import html

from archiver.article.html.dom import text_of


def test_of_empty_elements_only_so_many_are_looked_at():
    few = html.fromstring("<p>" + "<b></b>" * 100 + "words</p>")
    many = html.fromstring("<p>before" + "<b></b>" * 20_000 + "behind</p>")
    assert text_of(few) == "words"
    assert text_of(many) == "before"
