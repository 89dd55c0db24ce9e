"""What style sheets name, and in which encoding."""

import pytest
from jobs.requisites import HERE, PAGE

from archiver.capture.requisites.find import resolved
from archiver.capture.requisites.stylesheets import css_references, sheet_references

CSS = {
    "a { background: url(a.png) }": [("a.png", "image")],
    "a { background: URL( 'a b.png' ) }": [("a b.png", "image")],
    'a { background: url("a\\62.png") }': [("ab.png", "image")],
    "a { background: u\\72l(a.png) }": [("a.png", "image")],
    "a { background: u\\rl(a.png) } b { background: \\000055 RL(b.png) }": [("a.png", "image"), ("b.png", "image")],
    "a { background: im\\61ge\\2Dset('a.png' 1x) }": [("a.png", "image")],
    "a { background: image\\-set('a.png' 1x) }": [("a.png", "image")],
    "@\\49mport 'a.css'; @im\\port 'b.css';": [("a.css", "style"), ("b.css", "style")],
    "@import 'a.css' screen; @import url(b.css) layer(x);": [("a.css", "style"), ("b.css", "style")],
    "@font-face { font-family: x; src: url(a.woff2) format('woff2'), url(a.woff) }": [
        *[("a.woff2", "font"), ("a.woff", "font")]
    ],
    "@media print { @font-face { src: url(a.woff) } p { background: url(a.png) } }": [
        *[("a.woff", "font"), ("a.png", "image")]
    ],
    "a { background: image-set('a.png' 1x, url(b.png) 2x) }": [("a.png", "image"), ("b.png", "image")],
    "a { background: -webkit-image-set('a.png' type('image/png') 1x) }": [("a.png", "image")],
    "a { content: 'url(a.png)' } /* url(b.png) */": [],
    "@namespace url(http://www.w3.org/2000/svg); @charset 'utf-8';": [],
    "a { b { background: url(a.png) } }": [("a.png", "image")],
    "a{x:y}b{background:url(a.png)}c{x:y}": [("a.png", "image")],
    "a { background: url(a.png": [("a.png", "image")],
}


@pytest.mark.parametrize("text", CSS)
def test_css_names_what_a_browser_would_load(text: str):
    assert list(css_references(text)) == CSS[text]


def test_the_encoding_of_a_sheet_is_taken_from_mark_header_rule_in_that_order():
    sheet = 'a{background:url("é.png")}'
    for body, charset in (
        ("\ufeff".encode() + sheet.encode(), "latin1"),
        (sheet.encode("latin1"), "latin1"),
        (b'@charset "iso-8859-1";' + sheet.encode("latin1"), None),
        (sheet.encode(), None),
        (b'@charset "utf-16";' + sheet.encode(), "no-such-charset"),
    ):
        stated = f"text/css; charset={charset}" if charset else None
        assert sheet_references(body, stated)[0] == (("é.png", "image"),)


def test_what_a_sheet_names_is_in_the_encoding_of_the_sheet():
    sheet = 'a{background:url("q.png?å")}'.encode("cp1252")
    references, encoding, _ = sheet_references(sheet, "text/css", "windows-1252")
    found = resolved(references, PAGE, encoding)
    assert [each.url.removeprefix(HERE) for each in found.requisites] == ["q.png?%E5"]
    assert found.encoding == "windows-1252"
    utf16 = 'a{background:url("å.png?å")}'.encode("utf-16")
    references, encoding, _ = sheet_references(utf16, "text/css")
    assert [each.url.removeprefix(HERE) for each in resolved(references, PAGE, encoding).requisites] == [
        "%C3%A5.png?%C3%A5"
    ]
