"""Who wrote the article, of all whom the page names: not the site, accounts, or authors of other articles."""

import json

import pytest
from pages.articles import BODY, a_page

from archiver.article.analyse import read
from archiver.credits.people.names import are_names, split


def authors(*, head="", above="", body=BODY):
    reading = read(None, a_page(*body, head=head, above=above))
    return [claim.value for claim in reading.claims.get("author", ())]


def ld(author, **more):
    data = {"@type": "NewsArticle", "author": author, **more}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


SITE = '<meta property="og:site_name" content="The Harbour">'


@pytest.mark.parametrize(
    ("author", "found"),
    [
        ({"@type": "Person", "givenName": "Mia", "familyName": "Holm"}, ["Mia Holm"]),
        ({"@type": "Person", "name": ["Mia Holm", "Jon Lind"]}, ["Mia Holm", "Jon Lind"]),
        ([{"name": {"@value": "x"}}, "Mia Holm"], ["Mia Holm"]),
    ],
    ids=["first and last name", "list of names", "unreadable and name"],
)
def test_persons_in_json_ld_are_read_in_the_shapes_they_come_in(author, found):
    assert authors(head=ld(author)) == found


def test_the_creator_of_json_ld_is_an_author():
    assert authors(head=ld(None, creator=["Mia Holm"])) == ["Mia Holm"]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (ld({"name": "harbour.example"}), ["harbour.example"]),
        (ld({"name": "The Harbour"}) + SITE, ["The Harbour"]),
        (ld({"name": "The Harbour"}) + SITE + '<meta name="author" content="Mia Holm">', ["Mia Holm"]),
        (ld({"name": "The Harbour"}) + SITE + '<meta name="author" content="dpa">', ["dpa"]),
        (ld({"name": "The Harbour and AFP"}) + SITE, ["The Harbour", "AFP"]),
        (
            ld({"name": "Mia Holm"})
            + '<meta name="author" content="Quay Media"><meta name="copyright" content="(c) Quay Media 2023">',
            ["Mia Holm"],
        ),
    ],
    ids=[
        "its address alone",
        "alone",
        "beside a person",
        "beside an agency",
        "together with one",
        "owner of the rights",
    ],
)
def test_the_site_is_an_author_only_where_nobody_else_is_or_in_one_byline_with_them(head, found):
    assert authors(head=head) == found


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ('<ul><li>3 minutes</li><li>By: <a href="/m">Mia Holm</a>, <a href="/j">Jon Lind</a></li></ul>', 2),
        ("<div><span>By</span> <a href='/m'>Mia Holm</a></div>", 1),
        ("<div>By Mia Holm on Thursday, March 9th, 2023 at 11:08 a.m.</div>", 1),
        ("<div>By autumn the market will be closed</div>", 0),
        ("<div>By Land and Sea</div>", 0),
        ("<aside><div>By Mia Holm</div></aside>", 0),
        ("<figure><span>By Mia Holm</span></figure>", 0),
        ('<div class="related"><div>By Mia Holm</div></div>', 0),
        ("<article><div>By Mia Holm</div></article>", 0),
        ('<div class="no-promo"><h1>Market</h1><div>By Mia Holm</div></div>', 1),
    ],
    ids=[
        "list",
        "span",
        "date",
        "sentence",
        "phrase",
        "aside",
        "figure",
        "related",
        "article in the article",
        "beside a heading",
    ],
)
def test_an_unmarked_line_after_the_heading_is_a_byline_when_it_holds_names_alone(above, found):
    assert authors(above=above) == ["Mia Holm", "Jon Lind"][:found]


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("<ul><li><strong>Autorin/Autor</strong> Mia Holm</li></ul>", ["Mia Holm"]),
        ("<dl><dt>Author:</dt><dd>Mia Holm</dd></dl>", ["Mia Holm"]),
        ("<p><b>Author</b> of the plan is the mayor of this old town, said Mia Holm.</p>", []),
        ("<address>Mia Holm</address>", ["Mia Holm"]),
        ("<address>12 Quay Street, Oldport</address>", []),
    ],
)
def test_labels_and_addresses_identify_authors(above, found):
    assert authors(above=above) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('<p style="text-align: right"><b>Mia Holm</b></p>', ["Mia Holm"]),
        ('<p align="right">Mia Holm</p><p>More of it.</p>', []),
        ('<p align="right"><a href="/next">Read More</a></p>', []),
        ('<p align="right">It will be missed by all of us.</p>', []),
    ],
    ids=["signature", "not last", "link", "sentence"],
)
def test_names_at_the_right_under_the_text_sign_it(line, found):
    assert authors(body=(*BODY, f"</p>{line}<p hidden>" if "More of" in line else f"</p><div>{line}</div>")) == found


@pytest.mark.parametrize(
    ("head", "above"),
    [
        ("", '<div typeof="schema:NewsArticle"><span property="schema:author">Mia Holm</span></div>'),
        ("", '<span property="dc:creator">Mia Holm</span>'),
        ('<meta itemprop="author" content="Mia Holm">', ""),
        (
            "",
            '<div itemscope itemtype="https://schema.org/NewsArticle"><i itemprop="author creator">Mia Holm</i></div>',
        ),
    ],
    ids=["RDFa", "Dublin Core in RDFa", "microdata in the head", "two properties"],
)
def test_microdata_and_rdfa_are_read_where_they_speak_of_the_article(head, above):
    page = read(None, a_page(*BODY, head=head, above=above))
    assert [(c.value, c.source) for c in page.claims["author"]] == [("Mia Holm", "microdata")]


def test_microdata_of_a_comment_claims_nothing():
    comment = '<div itemscope itemtype="https://schema.org/Comment"><i itemprop="author">Mia Holm</i></div>'
    assert authors(above=comment) == []


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Mia Holm in Oldport", ["Mia Holm"]),
        ("Associated Press in New Harbour", ["Associated Press"]),
        ("Made in Oldport", ["Made in Oldport"]),
        ("Mia Holm, MS, RDN", ["Mia Holm"]),
        ("Mia Holm, AFP", ["Mia Holm", "AFP"]),
        ("Von unserer Redaktion", []),
        ("Our Foreign Staff", ["Our Foreign Staff"]),
    ],
)
def test_places_degrees_and_nobody_are_no_names(raw, found):
    assert split(raw) == found


@pytest.mark.parametrize(
    ("text", "are"),
    [
        ("By Mia Holm and Jon Lind", True),
        ("Von Anna von der Heide, dpa", True),
        ("Автор: Мария Холм", True),
        ("By Mia Holm, Jon Lind and Kai Berg who contributed to all of this guide", False),
        ("By the sea", False),
        ("Mia", False),
        ("", False),
    ],
)
def test_a_line_of_names_is_distinguished_from_a_sentence(text, are):
    assert are_names(text) is are
