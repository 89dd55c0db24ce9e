"""Which of a page's headlines comes first, and what each of them says without the site's name."""

import json

import pytest
from pages.articles import BODY, a_page, a_response

from archiver.article.analyse import read
from archiver.article.claims.headlines import without_site
from archiver.words import keys

HEADLINE = "Council Votes to Close Fish Market"


def headlines(head="", above=""):
    return [(c.value, c.source) for c in read(None, a_page(*BODY, head=head, above=above)).claims["headline"]]


def ld(headline):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": headline})}</script>'


def og(title):
    return f'<meta property="og:title" content="{title}">'


def test_two_sound_headlines_stand_in_the_order_of_their_sources():
    found = headlines(head=og("Market to close, council says") + ld("Council closes market"))
    assert found[:2] == [("Council closes market", "json-ld"), ("Market to close, council says", "open-graph")]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("Council votes to close the …", "Council votes to close the old fish market"),
        ("Council votes to close the...", "Council votes to close the old fish market"),
        ("COUNCIL CLOSES MARKET", "Council closes market"),
        ("Mayor &quot;sorry&quot; for market", 'Council "sorry" for the market'),
    ],
    ids=["cut off", "cut off with three dots", "in capitals", "escaped twice, in other words"],
)
def test_a_damaged_headline_stands_behind_the_sound_one_and_is_kept(worse, better):
    found = [value for value, _ in headlines(head=ld(worse) + og(better.replace('"', "&quot;")))]
    assert found[0] == better
    assert worse.replace("&quot;", '"') in found


@pytest.mark.parametrize(
    "headline", ["Who will buy the market...", "COUNCIL CLOSES MARKET", "Mayor says: &quot;no&quot;"]
)
def test_a_headline_that_nothing_says_better_stays_first(headline):
    assert headlines(head=ld(headline))[0][1] == "json-ld"


def test_an_escaped_headline_of_the_same_words_stays_first_and_is_read():
    found = headlines(head=ld("Mayor &#8216;sorry&#8217; for market") + og("Mayor 'sorry' for market"))
    assert found[0] == ("Mayor ‘sorry’ for market", "json-ld")


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Council closes market | The Harbour", "Council closes market"),
        ("Council closes market - Harbour.example", "Council closes market"),
        ("The Harbour: Council closes market", "The Harbour: Council closes market"),
        ("The Harbour | Council closes market", "Council closes market"),
        ("Market to close | Town | The Harbour", "Market to close | Town"),
        ("Alone here | Town | The Harbour", "Alone here"),
        ("Alone here：The Harbour", "Alone here"),
        ("Alone here - and elsewhere", "Alone here"),
        ("Rents - up again", "Rents - up again"),
        ("|" * 1000, "|" * 1000),
    ],
)
def test_a_headline_loses_what_follows_it_elsewhere_and_the_sites_name(title, short):
    sites = {keys("The Harbour"), keys("harbour.example")}
    assert without_site(title, {keys("Alone here")}, {*sites, keys("Harbour.example")}) == short


def test_the_host_is_a_name_of_the_site():
    assert ("Market to close", "open-graph") in headlines(head=og("Market to close - harbour.example"))


def test_a_kicker_in_the_heading_is_parted_from_the_headline():
    page = f"<h1><span>At the quay</span><span>{HEADLINE}</span></h1><p>{BODY[0]}</p>"
    claims = read(None, a_response(page.encode())).claims["headline"]
    assert [claim.value for claim in claims] == [f"At the quay {HEADLINE}"]
