"""The address that a seed states: where it stands, how it is spelt, and what is refused."""

import pytest
from pages.documents import TAIL, URL, read, refused

from archiver.model import FormerKey


@pytest.mark.parametrize(
    "line",
    [
        f"Original url: <{URL}>",
        f"Original URL: {URL}",
        f"ORIGINAL URL:{URL}",
        f"original-url : {URL}",
        f"Original url {URL}",
        f"Original url\n{URL}",
        f"Original url:\n{URL}",
        f"Original url:\n\n\n<{URL}>",
        f"Original url: [the page]({URL})",
        f"Original url:\n[{URL}]({URL})",
        f"**Original url:** <{URL}>",
        f"**Original url**: {URL}",
        f"*Original url: {URL}*",
        f"- Source url: {URL}",
        f"> Source url: {URL}",
        f"URL: {URL}",
        f"Source: {URL}",
        f"Quelle: <{URL}>",
        f"Original url: <{URL}> (seen in May)",
    ],
)
def test_an_address_is_read_however_it_is_stated(line):
    for document in (f"Headline\n\nText.\n\n{line}", f"{line}\n\nHeadline\n\nText.\n", f"Headline\n\nText.\n{line}\n"):
        seed = read(document)
        assert seed.url == URL and document.splitlines()[seed.url_line - 1].count(URL)
        assert seed.headline and [p.text for p in seed.paragraphs] == ["Text."]


@pytest.mark.parametrize("document", [URL, f"<{URL}>\n", f"\n\n{URL}\r\n", f"[a]({URL})", f"{URL}\n{URL}"])
def test_a_document_that_is_an_address_alone_is_a_seed(document):
    seed = read(document)
    assert seed.url == URL and seed.headline is None and not seed.paragraphs


def test_a_source_line_is_a_credit_where_the_address_is_stated_outright():
    seed = read("Headline\n\nText.\n\nSource: [Reuters](https://www.reuters.example/x)" + TAIL)
    assert seed.url == URL and seed.paragraphs[-1].agency


def test_the_same_address_twice_is_fine_and_the_first_counts():
    assert (
        read(f"Headline\n\nOriginal url: {URL}\n\nOriginal url: {URL.replace('harbour', 'HARBOUR', 1)}").url_line == 3
    )


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://новини.example/міст?q=ü#я", "https://xn--b1amarcd.example/%D0%BC%D1%96%D1%81%D1%82?q=%C3%BC#%D1%8F"),
        ("https:///a.example/x", "https://a.example/x"),
        ("HTTPS:\\\\A.example\\x", "https://a.example/x"),
        ("https://a.example\\@b.example/", "https://a.example/@b.example/"),
        ("https://a.example:443/100%-true", "https://a.example/100%-true"),
    ],
)
def test_an_address_is_read_as_browsers_read_it_and_known_by_its_spelling_too(written, url):
    seed = read(f"Заголовок\n\nOriginal url: <{written}>")
    assert (seed.url, seed.former) == (url, (FormerKey(sha256=seed.sha256, url=written),))


@pytest.mark.parametrize(
    "url", ["https://a.example/x?", "https://a.example/%7E%2f[1]|?ids[]=3|4#x", "http://a.example/"]
)
def test_an_address_that_browsers_leave_alone_has_no_former_spelling(url):
    seed = read(f"Headline\n\nOriginal url: <{url}>")
    assert (seed.url, seed.former) == (url, ())


@pytest.mark.parametrize(
    ("document", "line", "words"),
    [
        ("", 0, "empty"),
        ("\n \n\t\n", 0, "empty"),
        ("Headline\n\nText.\n", 3, "no address"),
        ("[" * 1_000_001, 0, "brackets"),
        ("\n" * 1_000_000, 500_000, "lines"),
        ("Headline\n\nOriginal url:\n", 3, "no address"),
        ("Headline\n\nOriginal url:\n\nAFP contributed reporting.", 3, "no address"),
        (f"Headline\n\n{URL}\n", 3, "no address"),
        (f"A\n\nOriginal url: {URL}\n\nOriginal url: {URL}/2", 5, "second address"),
        ("A\n\nOriginal url: ftp://a.example/x", 3, "not an http"),
        ("A\n\nURL: ftp://a.example/x", 3, "not an http"),
        ("A\n\nOriginal url: not known", 3, "not an http"),
        ("A\n\nOriginal url: javascript:alert(1)", 3, "not an http"),
        ("A\n\nOriginal url: https://me:secret@a.example/x", 3, "password"),
        ("A\n\nOriginal url: https:///", 3, "no host"),
        ("A\n\nOriginal url: https://", 3, "no host"),
        ("A\n\nOriginal url: https://:443/x", 3, "no host"),
        ("A\n\nOriginal url: https://a.example:99999/x", 3, "well-formed"),
        ("A\n\nOriginal url: https://[::1/x", 3, "well-formed"),
        ("A\n\nOriginal url: <https://a.example/x y>", 3, "space"),
        ("A\n\nOriginal url: https://a.example/x\x07y", 3, "U+0007"),
        ("A\n\nOriginal url: https://a.example/x\u202ey", 3, "U+202E"),
        ("A\n\nOriginal url: https:\\/\\/a.example\\/x", 3, "not an http"),
        ("A\n\nOriginal url: https://a.example/" + "x" * 9000, 3, "9,018 characters"),
    ],
)
def test_a_document_without_one_sound_address_is_refused_with_its_line(document, line, words):
    refusal = refused(document)
    assert refusal.line == line and words in refusal.problem
    assert "secret" not in str(refusal) and str(refusal).isprintable()


@pytest.mark.parametrize(
    "label",
    """Originallink:|Quelle:|Lien d'origine :|Enlace original:|Fuente:|Источник:|Ссылка на оригинал:|Джерело:|المصدر:|
    الرابط الأصلي:|来源：|原文链接：|元記事：|출처:|
    Fonte:|Link originale:|Bron:|Źródło:|Zdroj:|Kaynak:|Forrás:|Sursa:|Πηγή:|קישור למקור:|
    स्रोत:|ที่มา:|Nguồn:|Sumber:|Källa:|Kilde:|Lähde:|Allikas:|Avots:|Šaltinis:|Vir:|Izvor:|Foinse:|Sors:|منبع:|url::|Permalink|
    Read the full story at|Originally published at:|Original url ->|Retrieved from|View original:""".replace(
        "\n", ""
    ).split("|"),
)
def test_labels_of_many_languages_name_the_address(label):
    seed = read(f"Headline\n\nMay 3, 2024\n\nText of it here.\n\n{label.strip()} {URL}\n")
    assert seed.url == URL and [p.text for p in seed.paragraphs] == ["Text of it here."]


@pytest.mark.parametrize(
    ("stated", "url", "left_off"),
    [
        (f"{URL}.", URL, "'.'"),
        (f"{URL}”", URL, "'”'"),
        (f"({URL})", URL, ""),
        (f"“{URL}”", URL, ""),
        (f"{URL}_(a)", f"{URL}_(a)", ""),
        (f"{URL}_(a)).", f"{URL}_(a)", "').'"),
        (f"{URL} (accessed 4 May 2024)", URL, ""),
        (f"{URL} – accessed 4 May 2024", URL, ""),
        ("www.a.example/x", "https://www.a.example/x", "no scheme"),
        ("//a.example/x", "https://a.example/x", "no scheme"),
        (f"{URL}?a=*b*&c=_d_e", f"{URL}?a=*b*&c=_d_e", ""),
    ],
)
def test_punctuation_around_an_address_is_no_part_of_it_and_what_is_left_off_is_reported(stated, url, left_off):
    seed = read(f"Headline\n\nText of it here.\n\nOriginal url: {stated}\n")
    assert seed.url == url and (left_off in " ".join(seed.remarks) if left_off else not seed.remarks)
