"""Bytes to text: the order of the witnesses, the labels of the WHATWG table, and what is no HTML."""

import pytest

from archiver.markup.encodings import decode, in_utf8
from archiver.markup.media_types import not_html

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


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("windows-1252", b"\x80\x81\x8d\x8f\x90\x9d\x85\xff", "€…ÿ"),
        ("windows-1251", b"\x98\xe0", "а"),
        ("windows-1253", b"\x81\xaa\xd2\xe1", "\ufffd\ufffdα"),
        ("windows-1255", b"\x9f\xca\xd9\xe0", "\u05ba\ufffdא"),
        ("windows-874", b"\x84\xa1\xdb", "ก\ufffd"),
        ("koi8-ru", b"\xae\xbe\xa4", "ўЎє"),
        ("iso-8859-6", b"\xa1\xc7", "\ufffdا"),
    ],
)
def test_single_byte_encodings_are_read_by_the_standards_indexes(label, body, text):
    """Encoding, 9: the windows encodings have C1 controls where Python has nothing; `decode` drops them."""
    assert decode(body, f"text/html; charset={label}")[0] == text


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("csISOLatin1", "windows-1252"),
        ("ISO-IR-100", "windows-1252"),
        ("iso_8859-2:1987", "iso-8859-2"),
        ("sun_eu_greek", "iso-8859-7"),
        ("ansi_x3.4-1968", "windows-1252"),
        ("cskoi8r", "koi8-r"),
        ("iso-ir-58", "gbk"),
    ],
)
def test_every_label_of_the_standard_is_known(label, name):
    assert decode(b"a", f"text/html; charset={label}") == ("a", name)


@pytest.mark.parametrize("label", ["hz-gb-2312", "iso-2022-kr", "replacement", "x-user-defined", "cp949", "mac-roman"])
def test_a_label_that_is_no_way_to_read_a_text_is_passed_over(label):
    assert decode("Käse".encode(), f"text/html; charset={label}") == ("Käse", "utf-8")
