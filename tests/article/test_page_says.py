"""What a page says it is instead of the article, in its title, its heading and the small print beside a stub."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.newsroom import PARAGRAPHS, seed_document
from servers.newsroom import article as served

from archiver.article.analyse import read
from archiver.article.page_kind import stands_instead
from archiver.model import Page, Seed
from archiver.seeds.document import read_document

ADDRESS = "http://www.example-times.example/news/1"
HEADLINE = "Library opens again, report 1"
TEASERS = [f"District {n} has a new fountain, and the council took note of it on Monday." for n in range(30)]
GONE = (
    "This article is no longer available",
    "お探しのページは見つかりませんでした",
    "Diese Seite existiert nicht",
    "Oops! We can't find that page",
    "La página que busca no existe",
    "الصفحة غير موجودة",
    "הדף לא נמצא",
    "페이지를 찾을 수 없습니다",
)
DENIED = (
    "You don't have permission to access this page",
    "This content is not available in your country",
    "Diese Seite ist in Ihrem Land nicht verfügbar",
    "Accès refusé",
    "Доступ запрещён",
)
WALLS = (
    "Subscribe to read the full story",
    "This article is for subscribers only.",
    "Il vous reste 80 % de cet article à lire.",
    "Jetzt weiterlesen mit einem Abo",
    "Suscríbete para seguir leyendo",
    "この記事は有料会員限定です",
    "Материал доступен подписчикам",
)


def article(headline: str, paragraphs: list[str]) -> str:
    return served(headline, paragraphs).decode()


def seed_of(headline: str = HEADLINE) -> Seed:
    found = read_document(seed_document(1).replace(HEADLINE, headline).encode(), origin="seed.txt", name="seed.txt")
    assert isinstance(found, Seed)
    return found


def outcome(body: str, seed: Seed | None = None) -> str | None:
    seed = seed or seed_of()
    page = Page(url=ADDRESS, status=200, headers=(("Content-Type", "text/html; charset=utf-8"),), body=body.encode())
    found = stands_instead(seed, page, read(seed, page), ())
    return found.outcome if found else None


def said_in(place: str, words: str) -> str:
    title, heading, small = ("Example Times" if place != each else words for each in ("title", "heading", "small"))
    body = "" if place != "small" else f"<p>{small}</p>"
    return f"<html><head><title>{title}</title></head><body><h1>{heading}</h1><p>Sorry.</p>{body}</body></html>"


@pytest.mark.parametrize("place", ["title", "heading", "small"])
@pytest.mark.parametrize(
    ("words", "meant"), [*((each, "gone") for each in GONE), *((each, "blocked") for each in DENIED)]
)
def test_a_notice_is_one_wherever_the_page_says_it(place, words, meant):
    assert outcome(said_in(place, words)) == meant


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(GONE), st.lists(st.sampled_from(TEASERS), min_size=4, max_size=9))
def test_a_main_heading_says_what_the_page_is_though_teasers_follow(words, teasers):
    more = "".join(f"<div><a href='/{n}'>{each}</a></div>" for n, each in enumerate(teasers))
    page = f"<html><head><title>Example Times</title></head><body><h1>{words}</h1><p>Read on:</p>{more}</body></html>"
    assert outcome(page) == "gone"


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("element", ["<h3>{}</h3>", "<p>{}</p>", "<div class='x'><span>{}</span></div>"])
def test_the_beginning_of_the_article_before_a_wall_is_blocked(wall, element):
    stub = article(HEADLINE, [PARAGRAPHS[0]]).replace("</article>", element.format(wall) + "</article>")
    assert outcome(stub) == "blocked"
    assert outcome(article(HEADLINE, [PARAGRAPHS[0]])) is None, "short, and nothing says why"
    whole = article(HEADLINE, PARAGRAPHS).replace("</article>", element.format(wall) + "</article>")
    assert outcome(whole) is None, "all of it is there"


@pytest.mark.parametrize("words", [*GONE[:1], *DENIED[:2], "Why the press wants you to subscribe to continue"])
def test_what_the_seeds_own_headline_says_is_no_notice(words):
    assert outcome(article(words, ["The council answered at length."]), seed_of(words)) is None


def test_a_list_whose_teasers_are_for_subscribers_is_another_page_and_no_wall():
    page = article("News of the day", [f"{each} For subscribers only." for each in TEASERS])
    assert outcome(page) == "unread"


def with_data(*nodes: dict[str, object]) -> Page:
    data = json.dumps([{"@context": "https://schema.org", "@type": "NewsArticle", **node} for node in nodes])
    body = article(HEADLINE, PARAGRAPHS).replace(
        "</head>", f"<script type='application/ld+json'>{data}</script></head>"
    )
    return Page(url=ADDRESS, status=200, headers=(), body=body.encode())


def credited(page: Page) -> set[str]:
    return {each.name for each in read(seed_of(), page).credits}


OTHER = {
    "headline": "Mayor resigns over the budget of the harbour",
    "url": "http://www.example-times.example/news/77",
    "author": {"@type": "Person", "name": "Jon Lind"},
    "image": {"@type": "ImageObject", "url": "http://x.example/a.jpg", "creditText": "Ola Brandt"},
}


def test_an_article_of_another_address_and_headline_in_the_data_credits_nobody_here():
    assert credited(with_data(OTHER)) == set()
    assert not read(seed_of(), with_data(OTHER)).claims.get("author")


@pytest.mark.parametrize(
    "change",
    [
        {"headline": HEADLINE},
        {"headline": "Town library opens again"},
        {"url": ADDRESS},
        {"url": None},
        {"headline": None},
    ],
)
def test_data_that_are_about_this_article_by_address_or_headline_are_read(change):
    assert credited(with_data({key: value for key, value in (OTHER | change).items() if value})) >= {"Jon Lind"}


@pytest.mark.parametrize(
    "words",
    [
        "We and our partners store and access information on your device. Accept cookies to go on.",
        "Um unsere Seite mit Werbung zu nutzen, stimmen Sie der Verwendung von Cookies zu.",
        "Avec votre accord, nos partenaires et nous utilisons des cookies.",
        "Мы используем cookie, чтобы показывать рекламу.",
    ],
)
def test_a_short_page_that_asks_for_cookies_is_a_consent_wall_unless_it_is_the_article(words):
    banner = f"<div><p>{words}</p><button>OK</button></div>"
    assert outcome(f"<html><head><title>Example Times</title></head><body>{banner}</body></html>") == "blocked"
    video = f"<h1>{HEADLINE}</h1><video src=a.mp4></video><p>Watch the opening.</p>"
    assert outcome(f"<html><head><title>{HEADLINE}</title></head><body>{video}{banner}</body></html>") is None


@pytest.mark.parametrize("title", ["Sign in", "Log in to your account", "Anmelden", "Connexion", "ログイン"])
def test_a_page_that_asks_for_a_password_and_says_so_is_a_login(title):
    form = "<form><input name=u><input type='password' name=p></form>"
    page = f"<html><head><title>Example Times</title></head><body><h1>{title}</h1><p>Hello.</p>{{}}</body></html>"
    assert outcome(page.format(form)) == "blocked"
    assert outcome(page.format("")) == "unread"
