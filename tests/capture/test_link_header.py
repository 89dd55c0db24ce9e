"""What the header field Link says a page will need (RFC 8288)."""

import pytest
from growth import grows_no_faster_than_linear
from jobs.requisites import HERE, PAGE

from archiver.capture.requisites.find import announced
from archiver.capture.requisites.link_header import links_of

LINKS = {
    "</a.css>; rel=preload; as=style": [("/a.css", "style")],
    '<a.js>; rel="x PRELOAD"; as="script", <b.png>;rel=preload;as=image': [("a.js", "script"), ("b.png", "image")],
    '<a,b;c.png> ; title="a,b\\"; rel=none" ; rel=preload;as=image': [("a,b;c.png", "image")],
    "<a.mjs>; rel=modulepreload": [("a.mjs", "module")],
    "<x>; rel=stylesheet, <y>; rel=preconnect, <z>; rel=canonical, w; rel=preload, <v>": [],
    '<a.jpg>; rel=preload; as=image; imagesrcset="b.jpg 1x, c.jpg 2x"': [
        *[("a.jpg", "image"), ("c.jpg", "image"), ("b.jpg", "image")]
    ],
    "garbage, <a.woff2>; rel=preload; as=font; crossorigin": [("a.woff2", "font")],
    "<\u00c3\u00a9.css>; rel=preload; as=style": [("%C3%A9.css", "style")],
}


@pytest.mark.parametrize("value", LINKS)
def test_the_header_link_says_what_a_page_will_need(value):
    found = [
        (each.url.removeprefix(HERE).removeprefix("https://www.paper.example"), each.kind)
        for each in announced([("link", value)], PAGE)
    ]
    assert found == LINKS[value]


@pytest.mark.parametrize("piece", [",", "<", "<,", '"', "<a>;", '<a>;x="', '<a>;x="\\', "<a>,", ",<a", "; a=b"])
def test_any_header_link_is_read_in_linear_time(piece):
    grows_no_faster_than_linear(lambda n: list(links_of(piece * (n // len(piece)))), 20_000)
