"""What a page says about copies of it is kept as claims of `access`, with source and place."""

import pytest
from servers.newsroom import PARAGRAPHS, article

from archiver.article.analyse import read
from archiver.model import Page

HEAD = {
    '<meta name="robots" content="index, NOARCHIVE">': [("noarchive", "meta")],
    '<meta name="googlebot" content="noarchive"><meta name="robots" content="index">': [("noarchive", "meta")],
    '<meta name="tdm-reservation" content="1">': [("tdm-reservation: 1", "meta")],
    '<meta name="tdm-policy" content="https://www.paper.example/tdm.json">': [
        ("tdm-policy: https://www.paper.example/tdm.json", "meta")
    ],
    '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>': [
        ("restricted", "json-ld")
    ],
    '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "True"}</script>': [
        ("free", "json-ld")
    ],
    '<meta itemprop="isAccessibleForFree" content="False">': [("restricted", "microdata")],
    '<meta name="robots" content="noindex, nofollow"><meta name="description" content="noarchive">': [],
}


def access(head: str = "", *headers: tuple[str, str]) -> list[tuple[str, str]]:
    body = article("Library opens again", PARAGRAPHS, head=head)
    page = Page(
        url="https://www.paper.example/a", status=200, headers=(("Content-Type", "text/html"), *headers), body=body
    )
    return [(each.value, each.source) for each in read(None, page).claims.get("access", ())]


@pytest.mark.parametrize("head", HEAD)
def test_what_tags_say_is_claimed(head: str):
    assert access(head) == HEAD[head]


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        (("X-Robots-Tag", "noarchive, noindex"), [("noarchive", "http")]),
        (("x-robots-tag", "otherbot: noarchive"), [("noarchive", "http")]),
        (("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 GMT"), []),
        (("TDM-Reservation", "1"), [("tdm-reservation: 1", "http")]),
    ],
)
def test_what_headers_say_is_claimed(header: tuple[str, str], claims: list[tuple[str, str]]):
    assert access("", header) == claims


def test_headers_count_for_what_is_no_page_too():
    page = Page(url="https://www.paper.example/a.pdf", status=200, body=b"%PDF-1.4",
                headers=(("Content-Type", "application/pdf"), ("X-Robots-Tag", "noarchive")))  # fmt: skip
    assert [each.value for each in read(None, page).claims["access"]] == ["noarchive"]
