"""What a page needs, as a browser would resolve it (HTML, "embedded content"; WHATWG URL; CSS Syntax 3)."""

from collections.abc import Callable

import pytest
from growth import grows_no_faster_than_linear
from hypothesis import given
from hypothesis import strategies as st
from jobs.requisites import HERE, PAGE

from archiver.capture.requisites.find import Figure, Requisite, needs_of, srcset_candidates
from archiver.capture.urls import referer_of


def needs(html: str | bytes, charset: str | None = "utf-8", **settings):
    body = html if isinstance(html, bytes) else html.encode()
    return needs_of(body, PAGE, f"text/html; charset={charset}" if charset else "text/html", **settings)


def named(html: str | bytes, **settings) -> list[tuple[str, str]]:
    """(address below the page's folder, or whole; kind)"""
    return [(each.url.removeprefix(HERE), each.kind) for each in needs(html, **settings).requisites]


EVERY_KIND = {
    '<img src="a.jpg">': [("a.jpg", "image")],
    '<img src="a.jpg" srcset="b.jpg 2x, c.jpg 3x">': [("a.jpg", "image"), ("c.jpg", "image"), ("b.jpg", "image")],
    '<picture><source srcset="a.webp 1x,b.webp 2x" type="image/webp"><img src="c.jpg"></picture>': [
        *[("b.webp", "image"), ("a.webp", "image"), ("c.jpg", "image")]
    ],
    '<img data-src="a.jpg" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">': [("a.jpg", "image")],
    '<img data-srcset="a.jpg 100w, b.jpg 200w">': [("b.jpg", "image"), ("a.jpg", "image")],
    '<img data-original="a.jpg"><img data-lazy-src="b.jpg">': [("a.jpg", "image"), ("b.jpg", "image")],
    '<noscript><img src="a.jpg"></noscript>': [("a.jpg", "image")],
    '<link rel="stylesheet" href="a.css">': [("a.css", "style")],
    '<link rel="SHORTCUT ICON" href="a.ico">': [("a.ico", "icon")],
    '<link rel="apple-touch-icon" href="a.png">': [("a.png", "icon")],
    '<link rel="preload" as="font" href="a.woff2" crossorigin>': [("a.woff2", "font")],
    '<link rel="preload" as="image" imagesrcset="a.jpg 1x, b.jpg 2x">': [("b.jpg", "image"), ("a.jpg", "image")],
    '<link rel="modulepreload" href="a.mjs">': [("a.mjs", "module")],
    '<script type=module src="a.mjs"></script>': [("a.mjs", "module")],
    '<script type="Module">import{x}from"./b.mjs";export*from\'/c.mjs\'</script>': [
        *[("b.mjs", "module"), ("https://www.paper.example/c.mjs", "module")]
    ],
    '<script>import "./a.js"</script>': [],
    '<script type=module>import("./b.js"); x.from("./c.js"); import "bare"; y = "./d.js"</script>': [],
    '<object data="a.svg" type="image/svg+xml"></object><embed src="b" type="text/html">': [
        *[("a.svg", "object"), ("b", "object")]
    ],
    '<link rel="manifest" href="a.webmanifest">': [("a.webmanifest", "other")],
    '<link rel="canonical" href="x"><link rel="alternate" href="y"><link rel="dns-prefetch" href="//z">': [],
    '<script src="a.js"></script><script>var src = "b.js"</script>': [("a.js", "script")],
    '<video src="a.mp4" poster="a.jpg"><source src="b.webm"><track src="a.vtt"></video>': [
        *[("a.jpg", "image"), ("a.mp4", "media"), ("b.webm", "media"), ("a.vtt", "media")]
    ],
    '<audio src="a.mp3"></audio>': [("a.mp3", "media")],
    '<iframe src="a.html"></iframe><iframe src="about:blank"></iframe>': [("a.html", "document")],
    "<iframe srcdoc=\"<img src='a.jpg'><iframe srcdoc='<img src=b.jpg>'></iframe>\"></iframe>": [("a.jpg", "image")],
    '<object data="a.pdf"></object><embed src="b.swf">': [("a.pdf", "media"), ("b.swf", "media")],
    '<svg><use href="a.svg#logo"></use><use xlink:href="b.svg#x"></use><use href="#here"></use></svg>': [
        *[("a.svg", "image"), ("b.svg", "image")]
    ],
    '<svg><image xlink:href="a.png"></image></svg>': [("a.png", "image")],
    "<style>@import 'a.css'; p { background: url(b.png) }</style>": [("a.css", "style"), ("b.png", "image")],
    "<p style=\"background: url('a.png')\">": [("a.png", "image")],
    '<table background="a.gif"><thead background="b.gif"><tr background="c.gif"><th background="d.gif"></table>': [
        *[("a.gif", "image"), ("b.gif", "image"), ("c.gif", "image"), ("d.gif", "image")]
    ],
    '<svg><rect filter="url(a.svg#f)" mask="url(\'b.svg#m\')" fill="url(c.svg#p) red" stroke="url(#here)"/></svg>': [
        *[("a.svg", "image"), ("b.svg", "image"), ("c.svg", "image")]
    ],
    '<svg><g clip-path="url(a.svg#c)"><path marker-end="url(b.svg#m)"/></g></svg>': [
        *[("a.svg", "image"), ("b.svg", "image")]
    ],
    '<p filter="x" mask="(y)">': [],
    '<body background="a.gif"><input type="image" src="b.gif"><input type="text" src="c.gif">': [
        *[("a.gif", "image"), ("b.gif", "image")]
    ],
    '<a href="a.html"><img src="javascript:x()"><img src="mailto:x"><img src=""><img src="#a">': [],
}


@pytest.mark.parametrize("html", EVERY_KIND)
def test_every_kind_of_requisite_is_found(html: str):
    assert named(html) == EVERY_KIND[html]


def test_of_a_srcset_only_the_largest_is_taken_by_setting():
    html = '<picture><source srcset="a.jpg 320w, b.jpg 1280w"><img src="c.jpg" srcset="d.jpg, e.jpg 1.5x"></picture>'
    assert named(html, srcset="largest") == [("b.jpg", "image"), ("c.jpg", "image"), ("e.jpg", "image")]


SETS = {
    "a.jpg": ["a.jpg"],
    "a.jpg, b.jpg 2x": ["b.jpg", "a.jpg"],
    " a.jpg 1x , b.jpg 2x ,": ["b.jpg", "a.jpg"],
    "a,b.jpg 2x,c.jpg": ["a,b.jpg", "c.jpg"],
    "a.jpg,,b.jpg 2x": ["a.jpg,,b.jpg"],
    "i/w=320,q=80/a.jpg 320w, i/w=640,q=80/a.jpg 640w": ["i/w=640,q=80/a.jpg", "i/w=320,q=80/a.jpg"],
    "data:image/png;base64,AAAA 1x, b.jpg 2x": ["b.jpg", "data:image/png;base64,AAAA"],
    "a.jpg 100w 50h, b.jpg 200w": ["b.jpg", "a.jpg"],
    "a.jpg (b, c) 2x, d.jpg 3x": ["d.jpg", "a.jpg"],
    "a.jpg 1e3w, b.jpg ..x, c.jpg -1w": ["a.jpg", "b.jpg", "c.jpg"],
    "a.jpg\n\t2x,\nb.jpg\t3x": ["b.jpg", "a.jpg"],
    ", ,": [],
}


@pytest.mark.parametrize("text", SETS)
def test_a_srcset_is_split_as_the_standard_says(text: str):
    assert srcset_candidates(text) == SETS[text]


@given(st.text(alphabet="a ,()2xw\t", max_size=60))
def test_any_srcset_is_read_and_no_candidate_has_white_space(text: str):
    assert all(each and not set(each) & set(" \t") for each in srcset_candidates(text))


# As Chromium's and Firefox's `new URL(reference, base)` give them, fragments dropped.
RESOLVED = {
    "a.jpg": HERE + "a.jpg",
    "/a.jpg": "https://www.paper.example/a.jpg",
    "../a.jpg": "https://www.paper.example/news/a.jpg",
    "../../../../a.jpg": "https://www.paper.example/a.jpg",
    "//cdn.example/a.jpg": "https://cdn.example/a.jpg",
    "///cdn.example/a.jpg": "https://cdn.example/a.jpg",
    "\\\\cdn.example\\a.jpg": "https://cdn.example/a.jpg",
    "https:\\\\cdn.example\\a.jpg?b\\c": "https://cdn.example/a.jpg?b\\c",
    "?width=3": "https://www.paper.example/news/2024/story.html?width=3",
    " \n a\n.jpg\t ": HERE + "a.jpg",
    "a.jpg#top": HERE + "a.jpg",
    "a.jpg?u=https://x.example//y": HERE + "a.jpg?u=https://x.example//y",
    "HTTP://cdn.example/a.jpg": "http://cdn.example/a.jpg",
}


@pytest.mark.parametrize("reference", RESOLVED)
def test_a_reference_is_resolved_as_a_browser_does(reference: str):
    assert [each.url for each in needs(f'<img src="{reference}">').requisites] == [RESOLVED[reference]]


@pytest.mark.parametrize(
    "reference",
    ["https://user:secret@cdn.example/a.jpg", "http://[::1", "http://a:b/", "https:///", "ftp://a.example/b"],
)
def test_what_cannot_or_must_not_be_asked_for_is_no_requisite(reference: str):
    assert needs(f'<img src="{reference}">').requisites == ()


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("/other/", "https://www.paper.example/other/a.jpg"),
        ("//cdn.example/x/y", "https://cdn.example/x/a.jpg"),
        ("", HERE + "a.jpg"),
        ("javascript:void(0)", HERE + "a.jpg"),
        ("data:text/html,x", HERE + "a.jpg"),
        ("http://[", HERE + "a.jpg"),
    ],
)
def test_the_first_base_counts_where_it_is_an_address(base: str, address: str):
    html = f'<base target="_top"><base href="{base}"><base href="/late/"><img src="a.jpg">'
    assert needs(html).requisites == (Requisite(address, "image"),)


@pytest.mark.parametrize(
    ("charset", "char", "query"),
    [
        ("utf-8", "é", "%C3%A9"),
        ("iso-8859-1", "é", "%E9"),
        ("iso-8859-1", "’", "%92"),
        ("windows-1251", "Я", "%DF"),
        ("windows-1251", "é", "%26%23233%3B"),
        ("iso-2022-jp", "表日", "%1B$BI=F|%1B(B"),
        ("shift_jis", "表", "%95\\"),
    ],
)
def test_a_query_is_sent_in_the_encoding_of_the_document(charset: str, char: str, query: str):
    encoded = {"iso-8859-1": "cp1252"}.get(charset, charset)
    body = f'<img src="/a.jpg?q={char}&amp;r=1">'.encode(encoded, "xmlcharrefreplace")
    assert [each.url for each in needs(body, charset).requisites] == [f"https://www.paper.example/a.jpg?q={query}&r=1"]


def test_the_encoding_may_be_stated_by_the_document_itself():
    body = '<meta charset="windows-1251"><img src="a.jpg?Я">'.encode("cp1251")
    assert [each.url for each in needs(body, None).requisites] == [HERE + "a.jpg?%DF"]


def test_a_photo_belongs_to_the_caption_of_its_figure_or_near_it():
    html = """<figure><picture><source srcset="a2.jpg 2x"><img src="a.jpg"></picture>
      <figcaption>The  library\n on Monday. AFP</figcaption></figure>
      <div class="photo"><img src="b.jpg"><p class="wp-caption-text">A reader in the hall</p></div>
      <figure><img src="c.jpg"></figure><p class="caption">Alone</p>"""
    assert [(each.caption, [url.removeprefix(HERE) for url in each.images]) for each in needs(html).figures] == [
        ("The library on Monday. AFP", ["a2.jpg", "a.jpg"]),
        ("A reader in the hall", ["b.jpg"]),
    ]


def test_a_captioned_photo_is_an_image_even_where_a_link_calls_it_an_icon():
    html = '<link rel="icon" href="a.jpg"><figure><img src="a.jpg"><figcaption>Words</figcaption></figure>'
    found = needs(html)
    assert found.requisites == (Requisite(HERE + "a.jpg", "image"),)
    assert found.figures == (Figure(caption="Words", images=(HERE + "a.jpg",)),)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "deep": lambda n: b"<div>" * (n * 20) + b'<img src="a.jpg">',
    "many": lambda n: b"".join(b'<img src="%d.jpg">' % i for i in range(n * 10)),
    "nested figures": lambda n: b"<figure><img src=a.jpg><figcaption>x</figcaption>" * (n * 3 // 10),
    "captions": lambda n: b'<div class="caption"><img src="a.jpg">' * (n * 3 // 10),
    "a long srcset": lambda n: b'<img srcset="' + b"a ((((, " * (n * 50) + b'">',
    "commas": lambda n: b'<img srcset="' + b"," * (n * 300) + b'">',
    "a long address": lambda n: b'<img src="' + b"a/../" * (n * 100) + b'">',
    "brackets of css": lambda n: b"<style>a{" + b"({[" * (n * 30) + b"url(x)</style>",
    "a style of nothing": lambda n: b"<style>" + b"a;" * (n * 100) + b"url(</style>",
    "modules": lambda n: b"<script type=module>" + b"import from'./a" * (n * 8) + b"</script>",
    "imports": lambda n: b"<style>" + b"@import 'x.css';" * (n * 6) + b"</style>",
    "not HTML": lambda n: bytes(range(256)) * (n // 10),
    "nothing": lambda n: b"",
    "an unknown charset": lambda n: b"<img src=a.jpg>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_read_in_linear_time_to_a_bounded_number_of_addresses(name: str):
    charset = "x-klingon" if name == "an unknown charset" else "utf-8"
    found = needs(HOSTILE[name](10_000), charset)
    assert len(found.requisites) <= 20_000
    assert sum(len(each.images) for each in found.figures) <= 200 * 200 * 2
    grows_no_faster_than_linear(lambda n: needs(HOSTILE[name](n), charset), 10_000)


@pytest.mark.parametrize(
    ("page", "url", "referer"),
    [
        ("https://a.example/x?y", "https://a.example/z", "https://a.example/"),
        ("https://a.example/x?y", "https://b.example/z", "https://a.example/"),
        ("https://a.example/x", "http://a.example/z", None),
        ("http://a.example/x", "https://b.example/z", "http://a.example/"),
        ("https://ada:pw@a.example/x", "https://a.example/z", "https://a.example/"),
    ],
)
def test_the_host_of_a_requisite_learns_the_origin_of_the_page_alone(page, url, referer):
    assert referer_of(page, url) == referer


@pytest.mark.parametrize(
    ("stated", "head", "byte"),
    [
        ("text/html; charset=windows-1252", b"", b"\x9d"),
        ("text/html; charset=gb2312", b"", "镕".encode("gbk")),
        ("text/html; charset=shift_jis", b"", "①".encode("cp932") + b"\x81"),
        ("text/html; charset=us-ascii", b"", b"\xe9"),
        ("text/html", b"<meta charset=utf-16>", "é".encode()),
        ("text/html; charset=x-user-defined", b"", b"\x80"),
        ("text/html charset=utf-8", b"", b"\xff"),
        ("application/xml", b"<?xml version='1.0' encoding='iso-8859-1'?>", b"\xe9"),
        (None, b"", b"\xff\xfe"),
    ],
)
def test_what_no_encoding_maps_ends_no_page(stated, head, byte):
    body = head + b"<html><p>X" + byte + b"X</p><img src=/last.png>"
    assert [each.url for each in needs_of(body, PAGE, stated).requisites] == ["https://www.paper.example/last.png"]


def test_a_query_is_in_the_encoding_of_the_page_and_controls_are_kept():
    body = b'<img src="/a?\x9d\xe9">'
    assert [each.url for each in needs_of(body, PAGE, "text/html; charset=iso-8859-1").requisites] == [
        "https://www.paper.example/a?%9D%E9"
    ]


XHTML = """<?xml version="1.0"?><?xml-stylesheet type="text/css" href="a.css?x=1&amp;y"?>
<?xml-stylesheet href='b.xsl' type='text/xsl'?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head/><body>
<?xml-stylesheet href="late.css"?><p>x</p></body></html>"""


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("application/xhtml+xml", [("a.css?x=1&y", "style"), ("b.xsl", "other")]),
        ("text/xml", [("a.css?x=1&y", "style"), ("b.xsl", "other")]),
        ("text/html", []),
    ],
)
def test_an_xml_document_names_sheets_before_its_root(kind, found):
    needed = needs_of(XHTML.encode(), PAGE, kind).requisites
    assert [(each.url.removeprefix(HERE), each.kind) for each in needed] == found
