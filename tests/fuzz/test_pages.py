"""Whatever a site sends: pages, style sheets, robots.txt, headers and chunks are read, and never raise."""

import gzip
import io
import json
import zlib
from datetime import UTC, datetime
from html import escape

from fuzzing import changed, damaged, octets, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.newsroom import PARAGRAPHS, article, seed_document

from archiver.article.analyse import read
from archiver.article.page_kind import stands_instead
from archiver.capture.requisites.find import needs_of, resolved, srcset_candidates
from archiver.capture.requisites.stylesheets import sheet_references
from archiver.capture.robots.policy import Rules, retry_after
from archiver.capture.urls import address_problem, redirect_target
from archiver.capture.wire.content_codings import decoded
from archiver.capture.wire.http_framing import Framing, client_head, headers_of, values
from archiver.credits.parse import credits_of_line
from archiver.model import Page, Seed
from archiver.seeds.document import read_document

URL = "https://www.example-times.example/news/1"
SEED = read_document(seed_document(1).encode(), origin="a.txt", name="a.txt")
GRAPH = (
    '<script type="application/ld+json">{"@type": "Article", "headline": "Hens", "author": [{"name": "A B"}, "C D"],'
    ' "datePublished": "2024-03-04T10:00:00+99:00", "publisher": {"@id": "#p"}, "@graph": [{"@id": "#p", "name": 1}]}'
    "</script>"
)
META = (
    '<meta property="og:title" content="Hens"><meta property="article:published_time" content="2024-13-45">'
    '<link rel="canonical" href="//[::1"><base href="http://[x"><div itemscope itemtype="http://schema.org/Article">'
)
HTML = (
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<article>",
        "<figure><figcaption>",
        "<table><tr><td>",
        "<svg><title>",
        "<math>",
    ),
    *(
        "<script>",
        "</script>",
        "<style>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<template>",
        "<noscript>",
        "<iframe srcdoc='<img src=x>'>",
    ),
    *(
        "<img src='/p.jpg' srcset='a 1x, b 2x,,'>",
        "<a href='http://[::1'>x</a>",
        "<a href='#'>y</a>",
        "<br>" * 40,
        "&#0;",
        "&#xD800;",
        "&amp",
    ),
    *(
        "<time datetime='x'>",
        "<h1>",
        "<b>By A B</b>",
        "Photo: AFP",
        "(AFP)",
        "© dpa",
        "PARIS (Reuters) - ",
        "\u202e",
        "\ufeff",
        "\x0b",
        "<" * 30,
    ),
    *(GRAPH, META, "{", "}", '"@type"', "\\", "a " * 200),
)
PAGE = article("Hens return", PARAGRAPHS, caption="A hen (Photo: AFP)", head=GRAPH + META)
TYPES = st.sampled_from(
    [
        "text/html",
        "text/html; charset=utf-8",
        "text/html; charset=utf-16",
        "text/html;charset=nonsense",
        "",
        "image/png",
        "text/html; charset=utf-7",
    ]
)

FEWER = settings(max_examples=settings().max_examples // 4)
"""To read a page takes ten milliseconds and more."""


def judged(body: bytes, kind: str) -> None:
    page = Page(url=URL, status=200, headers=(("Content-Type", kind),), body=body)
    assert isinstance(SEED, Seed)
    for seed in (SEED, None):
        reading = read(seed, page)
        again = read(seed, page)
        assert again == reading, "the same page is read the same way twice"
    stands_instead(SEED, page, read(SEED, page), ())


@FEWER
@given(texts(*HTML), TYPES)
def test_a_page_of_any_pieces_is_read_and_the_same_way_twice(text: str, kind: str):
    judged(text.encode(), kind)


@FEWER
@given(damaged(PAGE, *(each.encode() for each in HTML)), TYPES)
def test_a_damaged_page_is_read_and_the_same_way_twice(body: bytes, kind: str):
    judged(body, kind)


@FEWER
@given(
    st.binary(max_size=200) | octets(b"\xff\xfe", b"\0", b"<\0p\0>\0", b"<html>", b"<?xml encoding='x'?>", b"\x1f\x8b"),
    TYPES,
)
def test_bytes_that_are_no_page_are_read_too(body: bytes, kind: str):
    judged(body, kind)


STATED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": ["NewsArticle"], "@id": "#a", "headline": "Hens", "author": [{"name": "A B"}, "C D"],
         "datePublished": "2024-03-04T10:00:00+01:00", "dateModified": "2024", "publisher": {"@id": "#p"}, "url": "/x",
         "image": {"@type": "ImageObject", "creditText": "Foto: dpa", "caption": "A hen"}, "keywords": "a, b",
         "articleBody": "Six hens came home.", "isAccessibleForFree": "False", "inLanguage": {"name": "de"}},
        {"@type": "Organization", "@id": "#p", "name": "Example Times"},
    ],
}  # fmt: skip


@FEWER
@given(changed(STATED), st.booleans())
def test_any_json_ld_is_read(graph: object, twice: bool):
    block = f'<script type="application/ld+json">{json.dumps(graph)}</script>'
    judged(article("Hens return", PARAGRAPHS, head=block * (1 + twice)), "text/html; charset=utf-8")


NAMES = (
    "article:published_time",
    "og:title",
    "author",
    "news_keywords",
    "dcterms.date",
    "og:url",
    "article:author",
    "copyright",
)
VALUE = texts(
    "2024-03-04", "T10:00:00", "+99:99", "Z", "99999999999", "By ", "A B", ", ", "http://[", "/", "\u202e", "´", "0000"
)


@FEWER
@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUE), max_size=8))
def test_whatever_meta_elements_say_is_read(said: list[tuple[str, str]]):
    metas = "".join(f'<meta name="{name}" property="{name}" content="{escape(value)}">' for name, value in said)
    judged(article("Hens return", PARAGRAPHS, head=metas), "text/html; charset=utf-8")


@given(
    texts(
        "By ",
        "Foto: ",
        "AFP",
        "dpa",
        "/",
        ", ",
        " and ",
        "(",
        ")",
        "mit Material von ",
        "©",
        "Reporting by ",
        "; ",
        "Editing by ",
        ".",
        "-",
        "\n",
        "Ö",
        "'",
    )
)
def test_a_line_of_any_words_is_tried_for_credits(text: str):
    for credit in credits_of_line(text, "line 1"):
        assert credit.name.strip()


@given(
    texts(
        *HTML,
        "<link rel=stylesheet href='a.css'>",
        "<style>@import 'x';</style>",
        "<base href='http://[x'>",
        "<base href='ftp://x'>",
        "url(",
        "<source srcset='",
    ),
    TYPES,
)
def test_requisites_of_any_page_are_addresses_that_may_be_asked_for(text: str, kind: str):
    needs = needs_of(text.encode(), URL, kind)
    for each in needs.requisites:
        assert address_problem(each.url) is None


@given(
    octets(
        b"@import ",
        b"url(",
        b")",
        b"'a.css'",
        b'"',
        b"@font-face{src:",
        b"}",
        b"{",
        b"/*",
        b"*/",
        b"\\",
        b'@charset "x";',
        b"image-set(",
        b"src(",
        b"\n",
        b";",
    ),
    st.sampled_from([None, "utf-8", "utf-16", "nonsense", "rot13", "utf-7"]),
)
def test_references_of_any_style_sheet_are_addresses_that_may_be_asked_for(sheet: bytes, charset: str | None):
    references, encoding, _ = sheet_references(sheet, f"text/css; charset={charset}")
    for each in resolved(references, URL, encoding).requisites:
        assert address_problem(each.url) is None


@given(texts(",", " ", "1x", "2w", "data:image/png;base64,AA==", "a.jpg", "(", ")", "\n"))
def test_any_srcset_has_candidates_that_stand_in_it(text: str):
    assert all(each in text for each in srcset_candidates(text))


@given(
    octets(
        b"User-agent: ",
        b"*",
        b"archiver",
        b"\n",
        b"Disallow: ",
        b"/",
        b"Allow: ",
        b"$",
        b"%2",
        b"Crawl-delay: ",
        b"1e999",
        b"nan",
        b"-1",
        b"#",
        b"\xff",
        b"\r",
        b"***",
    ),
    texts("/", "?", "%", "*", "$", "a", "\\"),
    st.sampled_from([None, 200, 204, 301, 404, 429, 500]),
)
def test_any_robots_txt_says_something_about_any_address(body: bytes, path: str, status: int | None):
    robots = Rules(status, body).about(f"https://a.example/{path}")
    assert robots.delay is None or 0 < robots.delay <= 300


@given(texts("Wed, 21 Oct 2015 07:28:00 GMT", "1", "-", "e", ".", "99999999999", " ", "GMT", "²", "Feb 30"))
def test_any_retry_after_is_seconds_or_nothing(value: str):
    seconds = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC))
    assert seconds is None or seconds >= 0


@given(
    texts("http://", "//", "/", "?", "#", "[", "]", ":", "@", "\\", "%zz", "..", "é").map(
        lambda t: t.encode().decode("latin-1")
    )
)
def test_any_location_leads_somewhere_or_to_what_may_not_be_asked_for(location: str):
    target = redirect_target("http://a.example/x#y", location)
    assert isinstance(address_problem(target), str | None)


MESSAGE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
PIECES = (
    b"5\r\nhello\r\n",
    b"0\r\n",
    b"\r\n",
    b"FFFFFFFFFFFFFFFFF\r\n",
    b"-1\r\n",
    b"5;x=y\r\n",
    b"X: y\r\n",
    b"\n",
    b"00\r\n",
)


@given(
    damaged(MESSAGE, b"Content-Length: 3\r\n", b"Content-Length: 4, 5\r\n", b" folded\r\n", b":", b"\0", b"\r"),
    octets(*PIECES),
)
def test_any_message_is_framed_and_no_more_is_given_than_came(head: bytes, body: bytes):
    framing = Framing(io.BytesIO(head + body), head)
    payload = b"".join(framing.payload())
    assert len(payload) + framing.surplus <= len(head) + len(body)
    assert client_head(head).endswith(b"\r\n\r\n")
    for name in ("content-encoding", "transfer-encoding"):
        values(headers_of(head), name)


BODY = gzip.compress(b"hello harbour " * 20, mtime=0)


@given(
    damaged(BODY, BODY, zlib.compress(b"x" * 5000), b"\x1f\x8b"),
    st.just(["gzip"]) | st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd", "identity", "x-gzip"]), max_size=4),
    st.integers(1, 500),
)
def test_any_coded_body_is_decoded_within_its_bound(body: bytes, codings: list[str], limit: int):
    found = decoded(iter([body[:7], body[7:]]), codings, limit)
    assert len(found.body) <= limit
    assert found.body or found.problem or not body
