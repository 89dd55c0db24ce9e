"""Bytes to text: the order of the witnesses, the labels of the WHATWG table, and what is not HTML."""

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
        ("windows-1252", b"\x80\x81\x8d\x8f\x90\x9d\x85\xff", "€\x81\x8d\x8f\x90\x9d…ÿ"),
        ("windows-1251", b"\x98\xe0", "\x98а"),
        ("windows-1253", b"\x81\xaa\xd2\xe1", "\x81\ufffd\ufffdα"),
        ("windows-1255", b"\x9f\xca\xd9\xe0", "\x9f\u05ba\ufffdא"),
        ("windows-874", b"\x84\xa1\xdb", "\x84ก\ufffd"),
        ("koi8-ru", b"\xae\xbe\xa4", "ўЎє"),
        ("iso-8859-6", b"\xa1\xc7", "\ufffdا"),
    ],
)
def test_single_byte_encodings_are_read_by_the_standards_indexes(label, body, text):
    """Encoding, 9: the windows encodings have C1 controls where Python has nothing."""
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


@pytest.mark.parametrize("label", ["hz-gb-2312", "iso-2022-kr", "replacement", "cp949", "mac-roman"])
def test_a_label_that_is_no_way_to_read_a_text_is_passed_over(label):
    assert decode("Käse".encode(), f"text/html; charset={label}") == ("Käse", "utf-8")


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("gb2312", "朱镕基".encode("gbk") + b"\x80\xff.", "朱镕基€\ufffd."),
        ("shift_jis", "①円".encode("cp932") + b"\x81", "①円\ufffd"),
        ("euc-jp", b"\xad\xa1\xa1\xc1\x8e\xb1\x8f\xb0\xa1.\xff.", "①～ｱ丂.\ufffd."),
        ("iso-2022-jp", b"\x1b(I1\x1b(B.", "ｱ."),
        ("us-ascii", b"caf\xe9 \x9d!", "café \x9d!"),
        ("utf-16le", b"a\x00\x00\xd8b\x00", "a\ufffdb"),
        ("utf-8", b"a\xffb\xc3", "a\ufffdb\ufffd"),
        ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
        ("big5", b"\xff\xa4\xa4", "\ufffd中"),
    ],
)
def test_bytes_that_do_not_fit_are_replaced_and_nothing_behind_them_is_lost(label, body, text):
    """Encoding, 4.1: the error mode of a page is replacement."""
    assert decode(body, f"text/html; charset={label}")[0] == text


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("text/html charset=koi8-r", "windows-1252"),
        ("text/html; charset=koi8-r", "koi8-r"),
        ('text/html; charset="koi8-r"', "koi8-r"),
        ("text/html;x=1;charset=koi8-r", "koi8-r"),
        ('text/html; x="; charset=utf-8"; charset=koi8-r', "koi8-r"),
        ("application/x-httpd-php; charset=utf-8, text/html; charset=koi8-r", "koi8-r"),
        ("text/html; charset=koi8-r, */*", "koi8-r"),
        ("text/html; charset=koi8-r, text/html", "koi8-r"),
    ],
)
def test_the_charset_of_a_content_type_is_read_as_fetch_says(stated, name):
    assert decode(b"K\xe4se", stated)[1] == name


def test_a_meta_may_say_x_user_defined_and_means_windows_1252():
    assert decode(b"<meta charset=x-user-defined>\x93K\xe4se\x94", None)[1] == "windows-1252"
    assert decode(b'<?xml version="1.0" encoding="windows-1251"?><html>\xd0', "application/xml")[1] == "windows-1251"


@pytest.mark.parametrize(
    ("body", "stated", "words"),
    [
        (b"<?xml version='1.0'?><rss><channel/></rss>", "text/xml", "rss"),
        (b"<!-- a --><svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "svg"),
        (b"\x00\x01\x02\x03 no text at all", None, "binary"),
        (b"no markup", "*/*", None),
        (b"no markup", "nonsense", None),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xml", None),
        (b"<p>words", "text/html charset=utf-8", None),
    ],
)
def test_what_is_a_page_is_recognised_by_type_and_bytes(body, stated, words):
    found = not_html(body, stated)
    assert found is None if words is None else words in found


LANGUAGES = {
    "ru": ("windows-1251", "Железный мост закроют на ремонт"),
    "bg-BG": ("windows-1251", "Железният мост ще бъде затворен"),
    "ja": ("euc-jp", "図書館は今月から工具の貸し出しも始めた"),
    "ja-JP": ("shift_jis", "図書館は今月から工具の貸し出しも始めた"),
    "zh-CN": ("gb18030", "老铁桥将从六月一日起关闭"),
    "zh-Hant-TW": ("big5", "老鐵橋將從六月一日起關閉"),
    "ko": ("euc-kr", "나루터에 전기 배 들어온다"),
    "he": ("windows-1255", "הגשר הישן ייסגר לשנתיים"),
    "ar": ("windows-1256", "إغلاق الجسر القديم لمدة عامين"),
    "el": ("iso-8859-7", "Κλείνει για δύο χρόνια η γέφυρα"),
    "th": ("windows-874", "สะพานเก่าจะปิดสองปี"),
    "tr": ("windows-1254", "Köprü iki yıl boyunca kapalı kalacak, şehir açıkladı"),
    "pl": ("iso-8859-2", "Most zostanie zamknięty na dwa lata, źródło"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_without_a_declaration_a_page_is_read_in_the_encoding_of_its_language(language, quote):
    name, words = LANGUAGES[language]
    codec = {"windows-874": "cp874", "shift_jis": "cp932", "euc-kr": "cp949"}.get(name, name)
    text = f"<!DOCTYPE html><html class=no-js lang={quote}{language}{quote}><body><p>{words}</p>"
    assert decode(text.encode(codec), "text/html") == (text, name)
    assert decode(text.encode(), "text/html") == (text, "utf-8")


def test_a_language_whose_encoding_does_not_fit_the_bytes_says_nothing():
    assert decode(b"<html lang=ja><p>K\x85 se", None) == ("<html lang=ja><p>K… se", "windows-1252")
    assert decode(b"<html lang=de><p>K\xe4se", None) == ("<html lang=de><p>Käse", "windows-1252")


def test_a_page_in_utf8_with_a_few_bytes_of_another_encoding_is_utf8():
    body = "Железный мост закроют с первого июня на ремонт. ".encode() * 3 + b"caf\xe9"
    assert decode(body, None) == (body.decode("utf-8", "replace"), "utf-8")
    assert decode(b"<html lang=ru>" + body, None)[1] == "utf-8"
    assert decode("é".encode() + b"caf\xe9 K\xe4se", None)[1] == "windows-1252"
