"""Dates that a page prints between its heading and its text, where nothing else states them."""

import pytest
from pages.articles import BODY, a_response, a_seed, escaped

from archiver.article.analyse import read


def dates_of(line: str, *, head: str = "", after: str = "") -> tuple[list[str], list[str]]:
    body = "".join(f"<p>{each}</p>" for each in escaped(*BODY))
    page = f"<html lang=en><head>{head}</head><body><article><h1>Fish Market</h1>{line}{body}{after}</article></body>"
    claims = read(a_seed(*BODY), a_response(f"<!DOCTYPE html>{page}</html>".encode())).claims
    return tuple([c.value for c in claims.get(name, ()) if c.source == "visible"] for name in ("published", "modified"))


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("<p>Published: June 8, 2022 at 5:00 am | Updated: June 9, 2022</p>", ["2022-06-08"], ["2022-06-09"]),
        ("<div>By Mia Holm<br>Published Nov. 18, 2022</div>", ["2022-11-18"], []),
        ("<div><span>8 juin 2022</span> • <span>Mis à jour le 9 juin 2022</span></div>", [], ["2022-06-09"]),
        ("<p>June 8, 2022</p>", [], []),
        ("<p>Veröffentlicht am 4. April 2022, 14:30 Uhr</p>", ["2022-04-04"], []),
        ("<p>The fair opens on June 8, 2022</p>", [], []),
        ("<p>June 2022</p>", [], []),
        ("<aside><p>June 8, 2022</p></aside>", [], []),
    ],
)
def test_a_line_that_is_a_labelled_date_before_the_text_is_that_of_the_article(line, published, modified):
    assert dates_of(line) == (published, modified)


def test_a_date_behind_the_text_or_beside_a_stated_one_is_not_taken():
    assert dates_of("", after="<p>Published June 8, 2022</p>") == ([], [])
    stated = '<meta property="article:published_time" content="2022-06-07T23:00:00Z">'
    assert dates_of("<p>Published June 8, 2022</p>", head=stated) == ([], [])
