"""The article is distinguished from what stands in its place."""

import pytest
from servers.newsroom import PARAGRAPHS, article, seed_document

from archiver.article.analyse import read
from archiver.article.page_kind import Instead, stands_instead
from archiver.model import Page, Seed, Unread
from archiver.seeds.document import read_document

ADDRESS = "http://www.example-times.example/news/1"
HTML = (("Content-Type", "text/html; charset=utf-8"),)
FILLER = [
    f"Something else entirely happened in district number {n}, and the council took note of it." for n in range(30)
]


def seed_of(text: str = seed_document(1)) -> Seed:
    found = read_document(text.encode(), origin="seed.txt", name="seed.txt")
    assert isinstance(found, Seed)
    return found


FACTS_ONLY = seed_of(f"Library opens again, report 1\n\nMarch 4, 2024\n\nOriginal url: {ADDRESS}\n")


def judged(body, *, seed=None, url=ADDRESS, status=200, headers=HTML, redirects=(), truncated=None, **page_facts):
    seed = seed or seed_of()
    body = body if isinstance(body, bytes) else body.encode()
    page = Page(url=url, status=status, headers=headers, body=body, **page_facts)
    return stands_instead(seed, page, read(seed, page), redirects, truncated=truncated)


def notice(title: str, words: str = "", extra: str = "") -> str:
    return f"<html><head><title>{title}</title>{extra}</head><body><h1>{title}</h1><p>{words}</p></body></html>"


def test_the_article_is_the_article_whatever_scripts_it_carries():
    scripts = (
        '<script src="https://geo.captcha-delivery.com/x.js"></script><script>window._incapsula_resource=1</script>'
    )
    page = article("Library opens again, report 1", PARAGRAPHS, head=scripts)
    assert judged(page) is None


def test_an_article_that_only_its_script_data_holds_is_not_called_gone():
    data = "".join(f"<script>window.__data.push({paragraph!r})</script>" for paragraph in PARAGRAPHS)
    assert judged(f"<html><body><p>Loading</p>{data}</body></html>") is None


@pytest.mark.parametrize(
    ("page", "whose"),
    [
        (notice("Just a moment...", "Checking your browser", "<script>window._cf_chl_opt={}</script>"), "Cloudflare"),
        (notice("Access Denied", "Reference #18.1 https://errors.edgesuite.net/18.1"), "Akamai"),
        (
            notice("example.com", "", '<iframe src="https://geo.captcha-delivery.com/captcha/?a=1"></iframe>'),
            "DataDome",
        ),
        (notice("Access to this page has been denied", '<div id="px-captcha"></div>'), "PerimeterX"),
    ],
)
def test_a_challenge_page_is_blocked_and_says_whose_it_is(page, whose):
    for status in (200, 202):
        found = judged(page, status=status)
        assert (found.outcome, whose in found.reason) == ("blocked", True)


@pytest.mark.parametrize(
    ("page", "whose"),
    [
        (notice("Access Denied", "You don't have permission. Reference&#32;&#35;18&#46;2f"), "Akamai"),
        (notice("Making sure you&#39;re not a bot!", "Loading"), "Anubis"),
        (notice("Request Rejected", "The requested URL was rejected. Please consult with your administrator."), "F5"),
        (notice("Blocked", "Your access to this site has been limited by the site owner"), "Wordfence"),
        (notice("Vercel Security Checkpoint"), "Vercel"),
        (notice("Robot or human?", "Press a button"), "captcha"),
        (notice("Just a moment...", "<script>window._cf_chl_opt={}</script>"), "Cloudflare"),
    ],
)
def test_a_challenge_is_one_whatever_status_it_comes_with(page, whose):
    for status in (200, 405, 503):
        found = judged(page, status=status)
        assert found is not None
        assert (found.outcome, whose in found.reason, str(status) in found.reason) == ("blocked", True, True)


@pytest.mark.parametrize("value", ["challenge", "captcha"])
def test_a_header_makes_an_error_a_challenge(value):
    found = judged("", status=405, headers=(*HTML, ("X-Amzn-WAF-Action", value)))
    assert found == Instead(outcome="blocked", reason="status 405, but the page is a challenge of AWS WAF")


def test_only_a_whole_title_is_that_of_a_filter():
    assert judged(notice("Forbidden City Opens Again", "Visitors came.")).outcome == "unread"
    assert judged(notice("Access denied for user 'wp'@'localhost'"), status=500) is None
    assert judged(notice("Access Denied", "Go away."), status=500).outcome == "blocked"


def test_an_error_of_a_services_customer_is_an_error():
    page = notice("Error", "Oops", '<script src="https://a.token.awswaf.com/a/challenge.js"></script>')
    assert judged(page, status=500, headers=(*HTML, ("X-DataDome", "protected"))) is None


def test_a_shell_with_the_script_that_cloudflare_puts_into_every_page_is_a_shell():
    script = '<script src="/cdn-cgi/challenge-platform/h/b/scripts/jsd/main.js"></script>'
    assert judged(notice("Example", "", script)).unread == Unread(kind="shell", needs="browser")


def test_a_page_of_which_the_bound_left_no_article_is_cut_not_empty():
    problem = "only the first 8388608 bytes of the page are read"
    assert judged("<html><body>   ", problem=problem).unread == Unread(kind="cut", needs="limits.page_bytes")


def test_a_challenge_recognised_by_its_header_alone_is_blocked():
    found = judged(notice("Wait"), headers=(*HTML, ("CF-Mitigated", "challenge")))
    assert found == Instead(outcome="blocked", reason="status 200, but the page is a challenge of Cloudflare")


@pytest.mark.parametrize(
    ("url", "outcome", "words"),
    [
        ("https://consent.example.com/collect?to=1", "blocked", "consent page"),
        ("http://www.example-times.example/login?next=/news/1", "blocked", "login or subscription page"),
        ("http://www.example-times.example/", "unread", "front page"),
    ],
)
def test_a_redirect_away_from_the_article_is_recognised_by_where_it_led(url, outcome, words):
    found = judged(article("Example Times", FILLER), url=url, redirects=(url,))
    assert (found.outcome, words in found.reason) == (outcome, True)
    facts = judged(article("Example Times", FILLER), seed=FACTS_ONLY, url=url, redirects=(url,))
    assert facts.outcome == outcome


def test_a_redirect_to_the_articles_new_address_is_the_article():
    url = "http://www.example-times.example/"
    assert judged(article("Library opens again, report 1", PARAGRAPHS), url=url, redirects=(url,)) is None


@pytest.mark.parametrize(
    "words",
    [
        "Sorry, the page you are looking for does not exist.",
        "This article is no longer available.",
        "Diese Seite wurde nicht gefunden.",
        "Cette page n’existe plus.",
        "Страница не найдена",
        "ページが見つかりません",
    ],
)
def test_a_soft_404_is_gone(words):
    found = judged(notice("Example Times", words))
    assert found.outcome == "gone"
    assert "the page says" in found.reason
    assert judged(notice("Example Times", words), seed=FACTS_ONLY).outcome == "gone"


def test_a_consent_wall_at_status_200_is_blocked():
    assert judged(notice("Before you continue", "We and our 812 partners")).outcome == "blocked"


def test_a_stub_before_a_paywall_is_blocked_by_its_markup():
    markup = '<script type="application/ld+json">{"isAccessibleForFree": false, "headline": "x"}</script>'
    found = judged(article("Library opens again, report 1", ["Subscribe to read on."], head=markup))
    assert found.outcome == "blocked"
    assert "isAccessibleForFree" in found.reason


def test_a_long_page_with_nothing_of_the_seed_is_another_page_and_not_said_to_be_gone():
    found = judged(article("News of the day", FILLER))
    assert found == Instead(
        outcome="unread",
        reason="status 200, but neither the seed's headline nor its words are on the page",
        unread=Unread(kind="other-page"),
    )


def test_a_page_that_was_rewritten_under_its_headline_is_the_article():
    assert judged(article("Library opens again, report 1", FILLER)) is None


def test_an_error_status_is_judged_by_its_status_alone():
    assert judged(notice("Not here", "This article is no longer available."), status=404) is None


def test_a_seed_of_facts_whose_headline_is_on_the_page_is_the_article():
    assert judged(article("Library opens again, report 1", FILLER), seed=FACTS_ONLY) is None


SHELL = '<html><head><title>The Harbour Courier</title></head><body><div id="root"></div><script src="/a.js"></script>'


@pytest.mark.parametrize("seed", [None, FACTS_ONLY], ids=["seed with a body", "seed of facts"])
@pytest.mark.parametrize(
    ("kind", "needs", "body", "more"),
    [
        ("shell", "browser", SHELL, {}),
        ("shell", "browser", '<html><head><script>location.replace("/b")</script></head><body></body></html>', {}),
        ("frameset", "browser", '<html><frameset cols="50%,50%"><frame src=a><frame src=b></frameset></html>', {}),
        ("empty", "retry", "", {}),
        ("empty", "retry", "<html><head><title>x</title></head><body></body></html>", {}),
        ("cut", "retry", "<!DOCTYPE html><html><head>", {"truncated": "disconnect"}),
        ("cut", "limits.response_bytes", "<!DOCTYPE html><html><head>", {"truncated": "length"}),
        ("type", None, b"%PDF-1.4\n%\xe2\xe3\n1 0 obj", {"headers": (("Content-Type", "application/pdf"),)}),
        ("type", None, b"\xff\xd8\xff\xe0" + b"0" * 3000, {"headers": (("Content-Type", "image/jpeg"),)}),
        ("coding", None, b"", {"unread": Unread(kind="coding"), "problem": "the body is encoded as x"}),
        ("notice", "retry", notice("Maintenance", "We will be back soon. Please try again in an hour."), {}),
    ],
)
def test_what_could_not_be_read_as_the_article_is_unread_with_what_it_needs(kind, needs, body, more, seed):
    found = judged(body, seed=seed, **more)
    assert (found.outcome, found.unread) == ("unread", Unread(kind=kind, needs=needs))


@pytest.mark.parametrize("kind", ["application/pdf", "application/json", "text/plain"])
def test_an_answer_that_is_not_html_is_unread_though_its_bytes_hold_the_words_of_the_seed(kind):
    words = "\n".join(PARAGRAPHS).encode()
    body = {"application/pdf": b"%PDF-1.4\n", "application/json": b'{"body": "', "text/plain": b""}[kind] + words
    found = judged(body, headers=(("Content-Type", kind),))
    assert found is not None, "captured, without a line of text"
    assert (found.outcome, found.unread) == ("unread", Unread(kind="type"))


@pytest.mark.parametrize(
    "sentence",
    [
        "The statue was removed on Tuesday after the council had voted, and it does not exist in any catalogue.",
        "The ship could not be found, the coast guard said, and the search has been called off until the morning.",
        "Maintenance of the bridge will be back soon on the agenda; the mayor will try again later this year.",
    ],
)
def test_words_of_a_short_article_are_no_notice(sentence):
    """A seed that keeps an address alone has no words to know the article by."""
    address_only = seed_of(f"{ADDRESS}\n")
    more = "The council of the town met for three hours on Tuesday evening and heard eleven speakers on the matter. "
    assert judged(article("The council met", [sentence, more * 5]), seed=address_only) is None
