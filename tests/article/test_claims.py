"""Claims of a page and a seed: every source kept, values normalised, agreement stated."""

import json
from dataclasses import replace

import pytest
from pages.articles import BODY, URL, a_page, a_seed

from archiver.article.analyse import read
from archiver.article.claims import dates, edtf
from archiver.credits.people.names import split


def claims(name, *, head="", above="", headers=(), seed=None):
    reading = read(seed, a_page(*BODY, head=head, above=above, headers=headers))
    return [(claim.value, claim.source) for claim in reading.claims.get(name, ())]


def ld(data):
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Council votes",
    "datePublished": "2023-03-09T23:30:00-05:00",
    "dateModified": "2023-03-10",
    "author": [{"@type": "Person", "name": "By Mia Holm and Jon Lind"}],
    "publisher": {"@id": "#pub"},
    "isAccessibleForFree": False,
}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebPage"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        json.dumps(ARTICLE)[:-1] + ",}",
        f"<!-- {json.dumps(ARTICLE)} -->",
        json.dumps(ARTICLE) + ";",
        json.dumps(ARTICLE) + " {broken",
    ],
    ids=["object", "array", "graph", "nested", "trailing comma", "comment", "semicolon", "broken tail"],
)
def test_json_ld_is_read_in_all_the_shapes_it_comes_in(data):
    assert ("Council votes", "json-ld") in claims("headline", head=ld(data))
    assert claims("published", head=ld(data))[0] == ("2023-03-10T04:30:00Z", "json-ld")
    assert claims("author", head=ld(data)) == [("Mia Holm", "json-ld"), ("Jon Lind", "json-ld")]
    assert claims("access", head=ld(data)) == [("restricted", "json-ld")]


def test_json_ld_references_are_followed_within_the_page():
    graph = {"@graph": [ARTICLE, {"@id": "#pub", "@type": "Organization", "name": "The Harbour"}]}
    assert claims("publisher", head=ld(graph)) == [("The Harbour", "json-ld")]


def test_what_is_reviewed_and_articles_of_other_addresses_claim_nothing_beside_the_pages_own():
    own = {**ARTICLE, "url": f"http://harbour.example{URL.partition('.example')[2]}/?utm_source=x"}
    other = {"@type": "NewsArticle", "author": "Kai Berg", "mainEntityOfPage": {"@id": f"{URL}/2"}}
    reviewed = {"@type": "ClaimReview", "itemReviewed": {"@type": "CreativeWork", "author": {"name": "Many Sources"}}}
    everyone = [name for name, _ in claims("author", head=ld([other, own, reviewed]))]
    assert everyone == ["Mia Holm", "Jon Lind"]
    assert [name for name, _ in claims("author", head=ld([other]))] == ["Kai Berg"]


def test_related_articles_in_a_list_claim_nothing():
    related = {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Elsewhere"}]}
    assert "Elsewhere" not in dict(claims("headline", head=ld(related)))


@pytest.mark.parametrize("data", ["[" * 100_000, '{"@graph":' * 50_000, "null", '"x"', '{"a": ' + "9" * 10_000 + "}"])
def test_hostile_json_is_no_claim_and_no_error(data):
    assert [source for _, source in claims("headline", head=ld(data))] == ["visible"]


def test_meta_names_and_open_graph_are_distinguished():
    head = (
        '<meta property="og:title" content="Council votes"><meta name="DC.title" content="Council, votes">'
        '<meta property="article:published_time" content="2023-03-09T10:00:00+0100">'
        '<meta name="parsely-pub-date" content="2023-03-09T09:00:00Z"><meta name="date" content="nonsense">'
    )
    assert claims("headline", head=head)[:2] == [("Council votes", "open-graph"), ("Council, votes", "meta")]
    assert claims("published", head=head)[:2] == [
        ("2023-03-09T09:00:00Z", "open-graph"),
        ("2023-03-09T09:00:00Z", "meta"),
    ]


def test_the_address_the_headers_and_time_elements_are_sources():
    above = '<time class="updated" datetime="2023-03-11">x</time><time datetime="2023-03-09T10:00">y</time>'
    headers = (("Last-Modified", "Fri, 10 Mar 2023 08:00:00 GMT"),)
    assert claims("published", above=above) == [("2023-03-09T10:00:00", "visible"), ("2023-03-09", "url")]
    assert claims("modified", above=above, headers=headers) == [
        ("2023-03-11", "visible"),
        ("2023-03-10T08:00:00Z", "http"),
    ]


def test_a_title_loses_the_papers_name_where_the_page_says_the_headline_alone():
    head = "<title>Council Votes to Close Fish Market | The Harbour</title>"
    reading = read(None, a_page(*BODY, head=head))
    assert {claim.value for claim in reading.claims["headline"]} == {"Council Votes to Close Fish Market"}
    assert reading.claims["headline"][0].raw.endswith("| The Harbour")
    assert reading.agreement["headline"].accord == "single"


def test_each_claim_says_where_it_stood():
    reading = read(a_seed(*BODY), a_page(*BODY, head=ld({"@graph": [ARTICLE]})))
    places = {claim.source: claim.at for claim in reading.claims["published"]}
    assert places == {"seed": "line 3", "json-ld": "/html/head/script $.@graph[0].datePublished", "url": "path"}


@pytest.mark.parametrize(
    ("published", "accord"),
    [("2023-03-09T23:30:00-05:00", "agree"), ("2023-03-09", "agree"), ("2023-03-10T01:00:00+01:00", "conflict")],
)
def test_a_day_agrees_with_the_local_day_of_a_moment(published, accord):
    head = f'<meta property="article:published_time" content="{published}">'
    assert read(a_seed(*BODY), a_page(*BODY, head=head)).agreement["published"].accord == accord


@pytest.mark.parametrize(
    ("canonical", "accord"),
    [
        (f"{URL}/?utm_source=x#top", "agree"),
        ("https://www.harbour.example/other", "conflict"),
        ("/2023/03/09/council-votes", "agree"),
    ],
)
def test_addresses_agree_without_fragment_trailing_slash_and_tracking(canonical, accord):
    head = f'<link rel="canonical" href="{canonical}">'
    assert read(a_seed(*BODY), a_page(*BODY, head=head)).agreement["canonical_url"].accord == accord


def test_headlines_agree_whatever_their_quotes_and_case():
    head = '<meta property="og:title" content="Council votes to close fish market">'
    assert read(a_seed(*BODY), a_page(*BODY, head=head)).agreement["headline"].accord == "agree"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2022-02-24", "2022-02-24"),
        ("20220224", "2022-02-24"),
        ("2022-02-24T12:00:00+03:00", "2022-02-24T09:00:00Z"),
        ("2022-02-24 12:00:00 +0300", "2022-02-24T09:00:00Z"),
        ("2022-02-24T12:00:00.123Z", "2022-02-24T12:00:00Z"),
        ("2022-02-24T12:00", "2022-02-24T12:00:00"),
        ("Thu, 24 Feb 2022 12:00:00 GMT", "2022-02-24T12:00:00Z"),
        ("1645704000", "2022-02-24T12:00:00Z"),
        ("1645704000000", "2022-02-24T12:00:00Z"),
        ("February 24, 2022", "2022-02-24"),
        ("Feb. 24th, 2022", "2022-02-24"),
        ("24 February 2022", "2022-02-24"),
        ("24.2.2022", "2022-02-24"),
    ],
)
def test_dates_become_iso_8601(raw, value):
    assert dates.parse(raw).value == value


@pytest.mark.parametrize(
    "raw", ["", "yesterday", "03/04/2022", "2022-13-40", "0001-01-01T00:00:00+23:00", "9" * 64, "x" * 999]
)
def test_what_is_no_sure_date_is_none(raw):
    assert dates.parse(raw) is None


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2022/02/24/x", "2022-02-24"),
        ("/2022/feb/24/x", "2022-02-24"),
        ("/x-20220224", "2022-02-24"),
        ("/2022/99/24", None),
    ],
)
def test_an_address_may_carry_a_day(path, day):
    assert dates.in_path(path) == day


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Mia Holm and Jon Lind", ["Mia Holm", "Jon Lind"]),
        ("Von Mia Holm und Jon Lind, dpa", ["Mia Holm", "Jon Lind", "dpa"]),
        ("Par Le Phare et AFP", ["Le Phare", "AFP"]),
        ("Mia Holm (mia.holm@harbour.example)", ["Mia Holm"]),
        ("By Mia Holm March 7, 2024 7:55 AM", ["Mia Holm"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Ana Ruiz y Luis Gil", ["Ana Ruiz", "Luis Gil"]),
        ("12:30", []),
    ],
)
def test_bylines_are_split_into_clean_names(raw, names):
    assert split(raw) == names


STATED = ld({"@type": "NewsArticle", "author": {"name": "Mia Holm"}})


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("By Mia Holm and Jon Lind", ["Mia Holm", "Jon Lind"]),
        ("By Mia HolmOur reporter at sea", ["Mia Holm"]),
        ("By Kai Berg", []),
        ("By Kai Berg, dpa", ["dpa"]),
        ("By Mia Holmberg", []),
    ],
)
def test_a_visible_byline_is_the_articles_when_it_names_whom_the_data_name(shown, found):
    byline = f'<p class="byline">{shown}</p>'
    assert [name for name, source in claims("author", head=STATED, above=byline) if source == "visible"] == found


def test_of_several_bylines_the_one_that_fits_the_data_best_is_taken():
    bylines = '<p class="byline">By Kai Berg, Mia Holm</p><p class="byline">By Mia Holm</p>'
    assert claims("author", head=STATED, above=bylines) == [("Mia Holm", "json-ld"), ("Mia Holm", "visible")]


@pytest.mark.parametrize(
    "line",
    [
        '<p>By <a rel="author" href="/a">Nora Quill</a> and Ben Ashdown</p>',
        '<p>By <a rel="author" href="/a">Nora Quill</a> and <a rel="author" href="/b">Ben Ashdown</a></p>',
        '<div>Von <a rel="author" href="/a">Nora Quill</a> und Ben Ashdown</div>',
    ],
)
def test_who_stands_beside_the_link_to_an_author_is_one_too(line):
    assert [value for value, _ in claims("author", above=line)] == ["Nora Quill", "Ben Ashdown"]


def test_a_link_to_an_author_in_other_words_is_taken_alone():
    for line in ('<p>Follow <a rel="author" href="/a">Nora Quill</a> on our site, she writes daily.</p>',):
        assert [value for value, _ in claims("author", above=line)] == ["Nora Quill"]


def test_without_data_the_first_visible_byline_is_taken():
    bylines = '<p class="byline">By Kai Berg</p><p class="byline">By Mia Holm</p>'
    assert claims("author", above=bylines) == [("Kai Berg", "visible")]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<meta name="dc.creator" content="Holm, Mia">', ["Mia Holm"]),
        ('<meta name="author" content="Mia.holm">', []),
        ('<meta name="author" content="paper.example, Oldport, Norland">', []),
        (
            '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Mia Holm">',
            ["Mia Holm"],
        ),
        ('<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Ten minutes">', []),
    ],
    ids=["inverted", "account", "site and town", "labelled", "labelled as something else"],
)
def test_names_in_metadata_are_read_as_they_are_meant(head, found):
    assert [name for name, _ in claims("author", head=head)] == found


def test_what_a_person_does_is_no_further_name():
    assert split("By Mia Holm, News Reporter") == ["Mia Holm"]
    assert split("Mia Holm, professor of the law of tides at Oldport university") == ["Mia Holm"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2022-02", "2022-02"),
        ("2022", "2022"),
        ("03/04/2022", "[2022-03-04,2022-04-03]"),
        ("03/25/2022", "2022-03-25"),
        ("25-03-2022", "2022-03-25"),
        ("04/04/2022", "2022-04-04"),
        ("2022-02-24?", "2022-02-24?"),
        ("2022-02-30?", None),
        ("2022-13", None),
        ("31/31/2022", None),
        ("1" * 100_000, None),
    ],
)
def test_a_date_that_is_not_sure_is_written_in_edtf(raw, value):
    assert edtf.parse(raw) == value


@pytest.mark.parametrize(
    ("raw", "accord"),
    [("2023-03", "agree"), ("09/03/2023", "agree"), ("2022", "conflict"), ("10/04/2023", "conflict")],
)
def test_an_unsure_date_agrees_with_each_day_it_may_be_and_stands_behind_the_sure(raw, accord):
    reading = read(None, a_page(*BODY, head=f'<meta name="date" content="{raw}">'))
    assert [claim.source for claim in reading.claims["published"]] == ["url", "meta"]
    assert reading.agreement["published"].accord == accord


UNDATED = '<html><body><h1>Council votes</h1><div class="date">March 9, 2023</div><p>x</p><p>© 2019</p></body></html>'


def test_htmldate_is_asked_where_the_page_states_no_date_and_its_answer_is_unsure():
    page = replace(a_page(), url="https://www.harbour.example/council", body=UNDATED.encode())
    (claim,) = read(None, page).claims["published"]
    assert (claim.value, claim.source, claim.at.partition(" ")[0]) == ("2023-03-09?", "visible", "htmldate")


def test_a_year_of_copyright_is_no_date_and_a_date_that_is_stated_is_enough():
    page = replace(a_page(), url="https://www.harbour.example/council")
    undated = replace(page, body=UNDATED.replace("March 9, 2023", "").encode())
    stated = replace(page, body=UNDATED.replace("<p>x", '<time datetime="2023-03-10">x</time><p>').encode())
    assert "published" not in read(None, undated).claims
    assert [claim.value for claim in read(None, stated).claims["published"]] == ["2023-03-10"]


def test_a_labelled_date_is_read():
    page = replace(a_page(), url="https://www.harbour.example/council")
    for line, day in (
        ("<li><strong>Datum</strong> 9.3.2023</li>", "2023-03-09"),
        ("<b>日期：</b>2023年3月9日", "2023-03-09"),
    ):
        (claim,) = read(None, replace(page, body=f"<h1>x</h1>{line}".encode())).claims["published"]
        assert claim.value == day
