"""Bytes to text: the order of the witnesses, the labels of the WHATWG table, and what is no HTML."""

import pytest

from archiver.article.html.charset import decode, in_utf8, not_html

META = '<meta charset="{}">'


def test_a_byte_order_mark_is_believed_before_header_and_meta():
    assert decode("\ufeffKäse".encode("utf-16-le"), "text/html; charset=iso-8859-1") == ("Käse", "utf-16le")


def test_the_header_is_believed_before_the_meta():
    body = (META.format("windows-1251") + "Käse").encode("latin-1")
    assert decode(body, "text/html; charset=latin1")[0].endswith("Käse")


def test_the_meta_is_believed_before_the_bytes():
    text = META.format("windows-1251") + "Рынок"
    assert decode(text.encode("cp1251"), "text/html") == (text, "windows-1251")
    http_equiv = '<meta http-equiv=Content-Type content="text/html; charset=koi8-r">Рынок'
    assert decode(http_equiv.encode("koi8-r"), None) == (http_equiv, "koi8-r")


def test_a_page_saved_as_utf8_under_its_old_meta_is_read_as_utf8():
    text = META.format("gb2312") + "人民日报"
    assert decode(text.encode(), None) == (text, "utf-8")


def test_a_meta_within_a_comment_says_nothing():
    body = b"<!-- <meta charset=windows-1251> -->K\xe4se"
    assert decode(body, None) == ("<!-- <meta charset=windows-1251> -->Käse", "windows-1252")


def test_without_a_witness_valid_utf8_is_utf8_and_all_else_windows_1252():
    assert decode("Käse".encode(), None) == ("Käse", "utf-8")
    assert decode(b"\x93K\xe4se\x94", None) == ("“Käse”", "windows-1252")
    assert decode("Käse".encode() + b"\xe2\x80", None) == ("Käse\ufffd", "utf-8")


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", "“quoted”"),
        ("gb2312", "gb18030", "鱼市场"),
        ("shift_jis", "cp932", "①魚市場"),
        ("euc-kr", "cp949", "어시장"),
        ("iso-8859-9", "cp1254", "balıkçı"),
        ("big5", "big5hkscs", "魚市場"),
    ],
)
def test_labels_mean_what_browsers_mean(label, codec, text):
    assert decode(text.encode(codec), f"text/html; charset={label}")[0] == text


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "rot13", "base64", "no-such-thing", ""])
def test_a_label_no_browser_knows_is_passed_over(label):
    assert decode(b"a+AGE-\\x41", f"text/html; charset={label}") == ("a+AGE-\\x41", "utf-8")


@pytest.mark.parametrize(
    "body",
    [
        "Käse €".encode(),
        b"\xef\xbb\xbfK\xc3\xa4se",
        b"K\xe4se",
        "Käse".encode("utf-16"),
        "a\0b\x7fc\x85d\x84e\ufdd0f\uffffg".encode(),
        "Käse".encode() + b"\xe2\x80",
        b"",
    ],
)
def test_in_utf8_it_is_the_same_text(body):
    text, name = decode(body, "text/html")
    assert in_utf8(body, "text/html") == (text.encode(), name)


def test_characters_no_html_may_hold_are_dropped():
    assert decode(b"a\x00b\x08c\x0bd\n", None)[0] == "abcd\n"


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", "text/html", "empty"),
        (b" \n", None, "empty"),
        (b"%PDF-1.7", "text/html", "PDF"),
        (b"\x89PNG\r\n", None, "PNG"),
        (b'{"a": 1}', "text/html", "JSON"),
        (b"<p>", "application/json", "application/json"),
        (b"plain words", "text/plain", "text/plain"),
    ],
)
def test_what_is_no_html_is_named(body, content_type, words):
    assert words in not_html(body, content_type)


@pytest.mark.parametrize("content_type", [None, "text/html", "application/xhtml+xml", "text/plain"])
def test_html_is_html(content_type):
    assert not_html(b"<!DOCTYPE html><p>x", content_type) is None
