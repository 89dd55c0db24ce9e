"""`<time>` without `datetime`: the date in words that is the article's own is its date of publication."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.articles import a_page

from archiver.article.analyse import read
from archiver.article.claims import dates

LONG = "The council voted on Tuesday to close the fish market for good, after a debate of four hours in the town hall."
TEXT = f"<p>{LONG}</p>" * 4
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
FORMS = {
    "en": ("{month} {day}, {year}", "Published {month} {day}, {year}", "{day} {month} {year}"),
    "de": ("{day}. {month} {year}", "Veröffentlicht am {day}. {month} {year}", "{day}.{number}.{year}"),
    "fr": ("{day} {month} {year}", "Publié le {day} {month} {year} à 10h30"),
    "es": ("{day} de {month} de {year}", "Publicado el {day} de {month} de {year}"),
    "ru": ("{day} {month} {year}", "{day} {month} {year} г., 10:30"),
    "pl": ("{day} {month} {year}",),
    "ja": ("{year}年{number}月{day}日",),
    "ko": ("{year}년 {number}월 {day}일",),
}
PLACES = (
    "<article><h1>Council votes</h1><time>{}</time>{text}</article>",
    "<article><header><h1>Council votes</h1><div><b>By Mia</b><time>{}</time></div></header>{text}</article>",
    "<article><div class=kicker><time>{}</time></div><h1>Council votes</h1>{text}</article>",
    "<article><header><p><time>{}</time></p></header><div><h1>Council votes</h1></div>{text}</article>",
    "<main><h1>Council votes</h1><p>A standfirst.</p><p class=meta><a href=/x><time>{}</time></a></p>{text}</main>",
    "<h1>Council votes</h1><figure><img src=a.jpg><figcaption>A.</figcaption></figure><p><time>{}</time></p>{text}",
    "<h2>Council votes</h2><time>{}</time>{text}",
)
ELSEWHERE = (
    "<article><h1>Council votes</h1>{text}</article><aside><time>{}</time></aside>",
    "<article><h1>Council votes</h1>{text}</article><ul><li><time>{}</time> Another story</li></ul>",
    "<article><h1>Council votes</h1>{text}</article><section class=comments><div><time>{}</time>No!</div></section>",
    "<article><h1>Council votes</h1><div id=user-comments><p><time>{}</time></p></div></article>",
    "<article><h1>Council votes</h1>{text}<p><time>{}</time></p></article>",
    "<article><h1>Council votes</h1><article class=card><time>{}</time></article>{text}</article>",
    "<article><h1>Council votes</h1><div class=related-stories><time>{}</time></div>{text}</article>",
    "<nav><time>{}</time></nav><article><h1>Council votes</h1>{text}</article>",
    "<h2>Council votes</h2>{text}<time>{}</time><h2>Another</h2><time>3 May 2021</time>",
)


def stated(body: str, name: str = "published") -> list[tuple[str, str]]:
    page = replace(a_page(), url="https://www.harbour.example/council", body=f"<!doctype html>{body}".encode())
    claims = read(None, page).claims.get(name, ())
    return [(each.value, each.source) for each in claims if not each.at.startswith("htmldate")]


def written(day: date, language: str, form: str) -> str:
    month = MONTHS[language].split()[day.month - 1] if language in MONTHS else ""
    return form.format(day=day.day, month=month, number=day.month, year=day.year)


days = st.dates(date(1996, 1, 1), date(2026, 11, 30))
forms = st.sampled_from([(language, form) for language, each in FORMS.items() for form in each])


@given(day=days, form=forms, place=st.sampled_from(PLACES))
def test_the_articles_own_date_is_read_in_many_languages_wherever_a_page_puts_it(day, form, place):
    body = place.format(written(day, *form), text=TEXT)
    assert stated(body) == [(day.isoformat(), "visible")], body


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_date_of_something_else_is_not_the_articles(place):
    assert stated(place.format("11 February 2020", text=TEXT)) == []


@pytest.mark.parametrize(
    "text",
    [
        "3 hours ago",
        "yesterday",
        "Feb. 11",
        "February 2020 was cold",
        "vor 2 Stunden",
        "10:30",
        "",
        "11 of 2020",
        "x" * 99,
    ],
)
def test_what_is_no_day_is_no_date_of_publication(text):
    assert stated(PLACES[0].format(text, text=TEXT)) == []


def test_abbreviated_months_and_weekdays_are_read():
    for text in (
        "Feb. 11, 2020",
        "Tues., Feb. 11, 2020",
        "Di., 11. Feb. 2020",
        "11 févr. 2020",
        "Tuesday 11 February 2020",
    ):
        assert stated(PLACES[1].format(text, text=TEXT)) == [("2020-02-11", "visible")], text


def test_a_date_of_an_update_is_one():
    body = PLACES[0].format("Feb. 11, 2020</time><time>Updated Feb. 12, 2020", text=TEXT)
    assert (stated(body), stated(body, "modified")) == ([("2020-02-11", "visible")], [("2020-02-12", "visible")])
    body = PLACES[0].format("Feb. 11, 2020</time><time class=updated>12 février 2020", text=TEXT)
    assert stated(body, "modified") == [("2020-02-12", "visible")]


def test_a_date_for_machines_goes_before_one_in_words():
    body = PLACES[0].format('Feb. 11, 2020</time><time datetime="2020-02-10T12:00:00Z">yesterday', text=TEXT)
    assert stated(body) == [("2020-02-10T12:00:00Z", "visible")]


def test_numbers_that_may_be_two_days_are_both():
    assert stated(PLACES[0].format("03/04/2022", text=TEXT)) == [("[2022-03-04,2022-04-03]", "visible")]


@pytest.mark.parametrize("value", ["2023-03-09?", "[2022-03-04,2022-04-03]", "2022-03-04~", "XXXX-03-04"])
def test_what_is_not_sure_is_not_read_as_a_sure_day(value):
    assert dates.parse(value) is None
