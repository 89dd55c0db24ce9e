"""Mail whose headers attack the reader: encodings that are not of text, parameters and quotes without end."""

import pytest

from archiver.model.text_codecs import text_codec
from archiver.seeds.formats import mail
from archiver.seeds.refusal import Refusal

BODY = b"MIME-Version: 1.0\r\n\r\nOriginal url: https://example.org/a\r\nA first line of text.\r\n"
FROM = b"From: A <a@example.org>\r\n"


@pytest.mark.parametrize(
    "label", ["zlib", "idna", "punycode", "unicode_escape", "uu", "rot13", "undefined", "mbcs", "utf-7"]
)
@pytest.mark.parametrize(
    "header",
    [
        "Subject: =?{}?q?..=5Cud800?=",
        "Content-Type: text/plain; charset={}",
        'Content-Type: text/plain; charset="{}"',
        "Content-Type: text/plain; charset*={}''utf-8",
        "Content-Disposition: inline; filename*={}''..a",
    ],
)
def test_a_stated_encoding_that_is_not_of_text_is_not_used(header, label):
    data = FROM + header.format(label).encode() + b"\r\n" + BODY.replace(b"text.", b"text \xc3\xa9.")
    try:
        document = mail.read(data, "a.eml")
    except Refusal:
        return
    assert document.encoding != label
    str(document).encode("utf-8")


@pytest.mark.parametrize(
    "header",
    [b"From: " + b"(" * 20_000, b"Content-Transfer-Encoding: " + b"(" * 20_000, b"To: " + b"[" * 20_000],
)
def test_nesting_without_end_is_refused_or_cut(header):
    try:
        mail.read(header + b"\r\n" + BODY, "a.eml")
    except Refusal as refused:
        assert refused.advice


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: text/plain; " + b";a*1*=1" * 20_000,
        b"From: " + b'"' * 20_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000,
    ],
)
def test_only_the_head_of_a_header_is_parsed(header, monkeypatch):
    seen = []
    parse = mail.EmailPolicy.header_fetch_parse
    monkeypatch.setattr(mail.EmailPolicy, "header_fetch_parse", lambda *args: seen.append(len(args[2])) or parse(*args))
    mail.read(header + b"\r\n" + BODY, "a.eml")
    assert seen and max(seen) <= 2_000


def test_the_headers_of_all_parts_together_are_bounded():
    part = b"--b\r\nContent-Type: text/x; " + b"a=b;" * 250 + b"\r\n\r\n\r\n"
    data = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 400 + b"--b--\r\n"
    with pytest.raises(Refusal, match="headers"):
        mail.read(data, "a.eml")


@pytest.mark.parametrize(
    ("label", "codec"),
    [("UTF8", "utf-8"), ("Latin-1", "iso8859-1"), ("windows-1251", "cp1251"), ("ANSI_X3.4-1968", "ascii")],
)
def test_a_text_encoding_has_its_codec(label, codec):
    assert text_codec(label) == codec


@pytest.mark.parametrize(
    "label", ["zlib", "zlib_codec", "bz2", "hex", "idna", "punycode", "", "x" * 1_000, "ütf-8", "os", "../utf_8"]
)
def test_nothing_else_is_ever_looked_up(label, monkeypatch):
    monkeypatch.setattr("codecs.lookup", lambda name: pytest.fail(name))
    assert text_codec(label) is None
