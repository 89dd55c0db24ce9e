"""The grammar of a seed document: what is read, what is refused, and that nothing is lost."""

import pickle
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import SHARED

from archiver.digest import sha256
from archiver.model import FormerKey, Seed, SeedRefused
from archiver.seeds.document import read_document

SHARED = SHARED / "seeds"
URL = "https://harbour-news.example/2024/05/bridge-opens-a17"
TAIL = f"\n\nOriginal url:\n\n<{URL}>"
ARTICLE = f"""

Old Harbour Bridge Opens Again

May 3, 2024



The mayor cuts the ribbon on the first of May. [harbour.example](https://www.harbour.example)

The bridge is open again, the council [announced](#) on Friday.

Traffic had been led "around [the] bay" since 2021 ([map](https://maps.example/a_(bay)
"The bay")), it said.

AFP contributed reporting.

Original url:

<{URL}>"""


def read(document: str | bytes) -> Seed:
    data = document if isinstance(document, bytes) else document.encode()
    seed = read_document(data, origin="seeds/a.txt", name="a.txt")
    assert isinstance(seed, Seed), seed
    return seed


def refused(document: str | bytes) -> SeedRefused:
    data = document if isinstance(document, bytes) else document.encode()
    seed = read_document(data, origin="seeds/a.txt", name="a.txt")
    assert isinstance(seed, SeedRefused), seed
    assert seed.origin == "seeds/a.txt" and seed.advice and "\n" not in str(seed)
    return seed


def test_a_whole_document_is_read_part_by_part():
    seed = read(ARTICLE)
    assert seed.headline and (seed.headline.text, seed.headline.line) == ("Old Harbour Bridge Opens Again", 3)
    assert seed.date and (seed.date.raw, seed.date.day, seed.date.line) == ("May 3, 2024", date(2024, 5, 3), 5)
    assert seed.caption and seed.caption.text == "The mayor cuts the ribbon on the first of May."
    assert (seed.caption.credit, seed.caption.credit_url) == ("harbour.example", "https://www.harbour.example")
    assert [(p.line, p.agency) for p in seed.paragraphs] == [(11, False), (13, False), (16, True)]
    assert seed.paragraphs[1].text == 'Traffic had been led "around [the] bay" since 2021 (map), it said.'
    assert (seed.url, seed.url_line, seed.lines, seed.encoding) == (URL, 20, 20, "utf-8")
    assert seed.sha256 == sha256(ARTICLE.encode()) and seed.data == ARTICLE.encode()
    kinds = [part.kind for part in seed.parts if part.kind != "blank"]
    assert kinds == ["headline", "date", "caption", "paragraph", "paragraph", "agency", "address"]


def test_a_seed_travels_between_processes():
    seed = read("---\ntitle: A\n---\n" + ARTICLE)
    assert pickle.loads(pickle.dumps(seed)) == seed


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent: the real seed is not read")
def test_the_real_seed_reads_right():
    (path,) = SHARED.glob("*.txt")
    seed = read(path.read_bytes())
    assert seed.headline and seed.headline.line == 3 and len(seed.headline.text.split()) == 9
    assert seed.date and seed.date.day == date(2022, 2, 24)
    assert seed.caption and seed.caption.line == 9 and seed.caption.text.endswith("Ukraine.")
    assert (seed.caption.credit, seed.caption.credit_url) == ("president.gov.ua", "https://www.president.gov.ua")
    body = [p for p in seed.paragraphs if not p.agency]
    assert len(body) == 11
    assert [(a.text, a.href, a.line) for p in body for a in p.anchors] == [
        ("announced", "#", 11),
        ("called on", "#", 17),
    ]
    assert all(p.text[a.start :].startswith(a.text) for p in body for a in p.anchors)
    assert "[Zelenskiy's]" in body[6].text
    assert [p.text for p in seed.paragraphs if p.agency] == ["AFP contributed reporting."]
    assert seed.url.endswith("-a76563") and seed.url_line == seed.lines == 37
    assert "".join(p.raw for p in seed.parts).encode() == path.read_bytes()


# Dates


@pytest.mark.parametrize(
    "line",
    [
        "February 24, 2022",
        "24 February 2022",
        "Feb. 24, 2022",
        "Feb 24 2022",
        "2022-02-24",
        "2022/02/24",
        "24.02.2022",
        "24.2.2022",
        "24/02/2022",
        "02/24/2022",
        "24. Februar 2022",
        "Donnerstag, 24. Februar 2022, 14:05 Uhr",
        "Thursday, February 24, 2022",
        "Thursday 24th February 2022",
        "Published: 24 February 2022 at 10:15 am",
        "Published on February 24, 2022",
        "February 24, 2022 10:15 p.m. EST",
        "2022-02-24T10:15:30+02:00",
        "2022-02-24 10:15",
        "24 février 2022 à 14h05",
        "24 de febrero de 2022",
        "24 febbraio 2022",
        "24 lutego 2022",
        "24 февраля 2022 г.",
        "14:05, 24 лютого 2022",
        "24. helmikuuta 2022",
        "2022. február 24.",
        "2022年2月24日",
        "*February 24, 2022*",
        "Datum: 24.02.2022",
    ],
)
def test_the_usual_spellings_of_a_date_are_read(line):
    seed = read(f"Headline\n\n{line}\n\nText." + TAIL)
    assert seed.date and seed.date.day == date(2022, 2, 24) and seed.date.raw == line.strip("*")
    assert [p.text for p in seed.paragraphs] == ["Text."]


@pytest.mark.parametrize(
    "line", ["February 30, 2022", "31.02.2022", "Spring 2022", "24 people 2022", "In February 24, 2022 was a Thursday"]
)
def test_what_is_no_day_of_the_calendar_gives_no_date_and_is_not_lost(line):
    seed = read(f"Headline\n\n{line}\n\nText." + TAIL)
    assert seed.date is None and line in [*(each.text for each in seed.header), seed.paragraphs[0].text]


def test_a_date_with_two_readings_has_both_and_claims_neither():
    seed = read("Headline\n\n02/03/2022\n\nText." + TAIL)
    assert seed.date and seed.date.day is None and seed.date.value == "[2022-02-03,2022-03-02]"
    assert [p.text for p in seed.paragraphs] == ["Text."] and "date" in [part.kind for part in seed.parts]
    assert read("Headline\n\n02/02/2022" + TAIL).date.value == "2022-02-02"


def test_the_language_of_the_text_says_which_number_is_the_day():
    text = (
        "Die Brücke ist wieder offen, teilte der Rat am Freitag mit, und der Verkehr wird nicht mehr umgeleitet werden."
    )
    assert read(f"Brücke offen\n\n02/03/2022\n\n{text}" + TAIL).date.value == "2022-03-02"
    text = (
        "The bridge is open again, the council said on Friday, and the traffic is no longer led around the whole bay."
    )
    assert read(f"Bridge open\n\n02/03/2022\n\n{text}" + TAIL).date.day is None


def test_a_day_without_a_year_is_kept_as_one():
    assert read("Headline\n\nThursday 3 May\n\nText." + TAIL).date.value == "XXXX-05-03"


# Headlines


def test_a_heading_mark_is_dropped_and_the_date_may_follow_on_the_next_line():
    seed = read("# The Headline\n2024-05-03\nText of the\nfirst paragraph." + TAIL)
    assert seed.headline and seed.headline.text == "The Headline" and seed.date
    assert [(p.text, p.line) for p in seed.paragraphs] == [("Text of the first paragraph.", 3)]


def test_a_headline_may_be_underlined_wrapped_or_stand_under_the_date():
    for document in ("A Long\nHeadline\n=====\n\nText.", "2024-05-03\n\nA Long Headline\n\nText."):
        seed = read(document + TAIL)
        assert seed.headline and seed.headline.text == "A Long Headline"
        assert [p.text for p in seed.paragraphs] == ["Text."]


def test_a_long_first_paragraph_is_no_headline():
    seed = read("word " * 100 + TAIL)
    assert seed.headline is None and len(seed.paragraphs) == 1


@pytest.mark.parametrize(
    "byline",
    [
        "By Jo Finch",
        "Von Mia Holm und Jan Berg",
        "Par Léa Brun",
        "BY JO FINCH",
        "By Reuters",
        "By Jo F. Finch",
        "*Por Ana Ruiz*",
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        "Bridge Opens\n{}\nMay 3, 2024",
        "Bridge Opens\n\n{}\n\nMay 3, 2024",
        "Bridge Opens\n\nMay 3, 2024\n\n{}",
        "# Bridge Opens\nMay 3, 2024\n{}",
        "May 3, 2024\n\nBridge Opens\n{}",
        "---\ntitle: Bridge Opens\ndate: 2024-05-03\n---\n\n{}",
    ],
)
def test_a_byline_below_the_headline_is_neither_headline_nor_text_nor_in_the_way_of_a_caption(head, byline):
    document = f"{head.format(byline)}\n\nA ship. Photo: Jane Doe\n\nThe article.{TAIL}"
    seed = read(document)
    assert seed.headline and seed.headline.text == "Bridge Opens"
    assert seed.date and seed.date.day == date(2024, 5, 3)
    assert seed.byline and document.split("\n")[seed.byline.line - 1] == byline
    assert seed.caption and seed.caption.credit == "Jane Doe"
    assert [p.text for p in seed.paragraphs] == ["The article."]
    assert "".join(part.raw for part in seed.parts) == document
    assert [part.raw.strip() for part in seed.parts if part.kind == "byline"] == [byline]


@pytest.mark.parametrize(
    "line",
    [
        "By the time he came, everyone knew.",
        "By Monday",
        "By May 3",
        "By noon the boats were home",
        "By Jo Finch. The boats were home.",
    ],
)
def test_an_ordinary_line_that_begins_like_a_byline_is_none(line):
    seed = read(f"Headline\n\n{line}\n\nThe article." + TAIL)
    assert seed.byline is None
    assert [*(h.text for h in seed.header), *(p.text for p in seed.paragraphs)] in (
        [line, "The article."],
        ["The article."],
    )
    assert read("By Jo Finch\n\nThe article." + TAIL).byline is None, "above the headline there is none"
    text = "A sentence of the article, which goes on for a while and then comes to an end. " * 4
    assert read(f"Headline\n\n{text}\n\nBy Jo Finch\n\nThe end." + TAIL).byline is None, "nor in the text"


# Captions, from both sides


@pytest.mark.parametrize(
    ("line", "text", "credit", "url"),
    [
        ("A ship. [Port Office](https://p.example)", "A ship.", "Port Office", "https://p.example"),
        ("A ship. [Port Office](#)", "A ship.", "Port Office", None),
        ("A ship. Photo: Jane Doe / AFP", "A ship.", "Jane Doe / AFP", None),
        ("A ship at sea Foto: dpa", "A ship at sea", "dpa", None),
        ("A ship. Photo: [Port](https://p.example)", "A ship.", "Port", "https://p.example"),
        ("A ship. (Photo: Jane Doe)", "A ship.", "Jane Doe", None),
        ("A ship. Photo by Jane Doe/Getty Images", "A ship.", "Jane Doe/Getty Images", None),
        ("A ship. (AP Photo/Jane Doe)", "A ship.", "AP Photo/Jane Doe", None),
        ("A ship. (dpa)", "A ship.", "dpa", None),
        ("“A ship!” (Reuters)", "“A ship!”", "Reuters", None),
        ("A ship. © Jane Doe", "A ship.", "© Jane Doe", None),
        ("*A ship. Photo: Jane Doe*", "A ship.", "Jane Doe", None),
        ("Photo: harbour.example", "", "harbour.example", None),
        ("Корабель. Фото: Укрінформ", "Корабель.", "Укрінформ", None),
    ],
)
def test_a_first_paragraph_that_ends_in_a_credit_is_a_caption(line, text, credit, url):
    seed = read(f"Headline\n\n2024-05-03\n\n{line}\n\nThe article." + TAIL)
    assert seed.caption and (seed.caption.text, seed.caption.credit) == (text, credit)
    assert seed.caption.credit_url == url and seed.caption.line == 5
    assert [p.text for p in seed.paragraphs] == ["The article."]


@pytest.mark.parametrize(
    "line",
    [
        "The council said so [on Friday](https://c.example)",
        "The council [said](https://c.example).",
        "The council said so. [Read more](https://c.example)",
        "[Jane Doe](https://c.example/authors/jane)",
        "The ministers met the alliance (NATO)",
        "The ministers met the alliance (NATO).",
        "It was a long day. (more on page three)",
        "It was a long day. (2024)",
        "He wrote one word under the photo: victory",
        "He wrote one word under the photo: Victory",
        "Photos: what the city looked like that morning",
        "They fought over the copyright of the song.",
        "Photo: the first sentence ends. Then comes a second one.",
    ],
)
def test_an_ordinary_first_paragraph_is_no_caption(line):
    seed = read(f"Headline\n\n2024-05-03\n\n{line}\n\nThe article." + TAIL)
    assert seed.caption is None and len(seed.paragraphs) + len(seed.header) == 2


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("A ship. Photo: Jane Doe", "Jane Doe"),
        ("A ship. [Getty Images](https://www.gettyimages.com)", "Getty Images"),
        ("A ship at sea (Jane Doe / AFP)", "Jane Doe / AFP"),
    ],
)
def test_every_caption_is_read_wherever_it_stands(line, credit):
    seed = read(f"Headline\n\nMay 3, 2024\n\nBoats. Photo: Port\n\nText.\n\n{line}\n\nMore text." + TAIL)
    assert [(each.credit, each.line) for each in seed.captions] == [("Port", 5), (credit, 9)]
    assert [p.text for p in seed.paragraphs] == ["Text.", "More text."]


@pytest.mark.parametrize(
    "line", ["He met the alliance (NATO).", "It is over. [Read more](https://c.example)", "So it is. (AFP)"]
)
def test_an_ordinary_paragraph_within_the_text_is_no_caption(line):
    seed = read(f"Headline\n\nMay 3, 2024\n\nText.\n\n{line}\n\nMore text." + TAIL)
    assert not seed.captions and len(seed.paragraphs) == 3


def test_the_only_paragraph_of_a_document_is_its_text_and_no_caption():
    seed = read("Headline\n\n2024-05-03\n\nA ship has sunk. (AFP)" + TAIL)
    assert seed.caption is None and seed.paragraphs[0].text == "A ship has sunk. (AFP)"


# Lines of credit and update


@pytest.mark.parametrize(
    "line",
    [
        "AFP contributed reporting.",
        "*Reuters contributed to this report.*",
        "Jane Doe in Kyiv contributed to this story.",
        "This story is being updated.",
        "This is a developing story.",
        "Updated: 3 May, 10:15",
        "(AFP)",
        "(dpa/AFP)",
        "— Reuters",
        "Reporting by Jane Doe; Editing by John Roe",
        "(Additional reporting by Jane Doe)",
        "With reporting by Jane Doe.",
        "Quelle: dpa",
        "© dpa-infocom, dpa:240503-99-1/2",
        "Mit Material von dpa",
        "Con información de EFE",
        "Par Le Phare et AFP",
    ],
)
def test_last_lines_of_credit_and_update_are_set_apart(line):
    seed = read(f"Headline\n\nText of the article.\n\n{line}\n\n{line}" + TAIL)
    assert [p.agency for p in seed.paragraphs] == [False, True, True]


@pytest.mark.parametrize(
    "line",
    [
        "The drought contributed to a rise in prices.",
        "Writing by hand is good for children.",
        "With information scarce, families wait.",
        "With the ceasefire holding, Reuters saw no fighting.",
        "Updated figures are expected on Monday.",
        "Copyright law is changing across the continent.",
        "He spoke to AFP on Monday.",
    ],
)
def test_an_ordinary_last_sentence_is_part_of_the_article(line):
    assert not read(f"Headline\n\nText.\n\n{line}" + TAIL).paragraphs[-1].agency


def test_a_credit_within_the_body_is_not_set_apart():
    assert not any(p.agency for p in read("Headline\n\nText.\n\n(AFP)\n\nMore text." + TAIL).paragraphs)


# Addresses


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


# Front matter


def test_front_matter_gives_what_the_body_does_not_have():
    seed = read(
        "---\ntitle: A Title\ndate: 2024-05-03\nOriginal-URL: https://a.example/x\n"
        "rights: no\nsupplied_by:\n  - A\n---\nText."
    )
    assert seed.headline and (seed.headline.text, seed.headline.line) == ("A Title", 2)
    assert seed.date and (seed.date.day, seed.date.line) == (date(2024, 5, 3), 3)
    assert (seed.url, seed.url_line) == ("https://a.example/x", 4)
    assert seed.front_matter["rights"] == "no" and seed.front_matter["supplied_by"] == ["A"]
    assert [p.text for p in seed.paragraphs] == ["Text."]


def test_headline_and_date_of_the_body_come_before_those_of_the_front_matter():
    seed = read(f"---\ntitle: Noted\ndate: 2020-01-01\nurl: {URL}\n---\n# Printed\n\nMay 3, 2024\n\nText." + TAIL)
    assert seed.headline and seed.headline.text == "Printed" and seed.date and seed.date.day.year == 2024


def test_a_rule_at_the_top_is_no_front_matter():
    seed = read("---\nHeadline\n---\nText." + TAIL)
    assert not seed.front_matter and seed.headline and seed.headline.text == "Headline"


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("title: 'x\nurl: y\n", 4),
        ("a: b: c\n", 2),
        ("title: x\ntitle: y\n", 3),
        ("a: &a [x]\nb: *a\n", 3),
        ("a: " + "[" * 2000 + "\n", 2),
        ("a: " + "[" * 20 + "]" * 20 + "\n", 2),
        ("{[a]: b}\n", 2),
        ("a: b\x01\n", 2),
    ],
)
def test_broken_or_hostile_front_matter_is_refused_with_its_line(yaml, line):
    refusal = refused(f"---\n{yaml}---\nHeadline" + TAIL)
    assert refusal.line == line and "front matter" in refusal.problem


def test_front_matter_that_is_not_closed_or_too_large_is_refused():
    assert refused("---\ntitle: x\nText." + TAIL).line == 1
    assert refused("---\ntitle: x\n" + "a: b\n" * 20_000 + "---\n" + TAIL).line == 1


def test_a_front_matter_address_and_another_one_below_are_two():
    assert "second address" in refused("---\nurl: https://a.example/\n---\nHeadline" + TAIL).problem


# Encodings and lines

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_reads_the_same(encoding, end):
    text = ARTICLE.replace("Old Harbour", "„Café“ Harbour").replace("\n", end)
    seed = read(text.encode(encoding))
    assert seed.headline and seed.headline.text == "„Café“ Harbour Bridge Opens Again"
    assert [(p.line, p.agency) for p in seed.paragraphs] == [(11, False), (13, False), (16, True)]
    assert seed.url == URL and seed.url_line == seed.lines == 20
    assert "".join(part.raw for part in seed.parts) == text


def test_utf_16_without_a_mark_is_recognised_in_cyrillic_too():
    text = "Міст відкрито\n\nМіст знову відкрито." + TAIL
    for encoding in ("utf-16-le", "utf-16-be"):
        assert read(text.encode(encoding)).encoding == encoding


def test_lines_end_only_where_an_editor_ends_them():
    seed = read("Head\u2028line\x0c\x85\x1c\n\nText." + TAIL)
    assert seed.paragraphs[0].line == 3 and seed.lines == 7


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"PK\x03\x04" + b"a" * 50,
        b"\x1f\x8b\x08",
        b"\xff\xd8\xff\xe0",
        b"Head\0line" + TAIL.encode(),
        bytes(range(1, 32)) * 4 + TAIL.encode(),
    ],
)
def test_what_is_no_text_is_refused(data):
    assert "not a text document" in refused(data).problem


def test_text_in_an_encoding_that_is_not_certain_is_refused_with_its_line():
    assert (
        "encoding" in refused(("Міст відкрито\n\n" + "Міст знову відкрито. " * 9 + TAIL).encode("windows-1251")).problem
    )
    damaged = ("Міст\n" + "Міст знову відкрито." + TAIL).encode()
    refusal = refused(damaged[:12] + b"\xff" + damaged[12:])
    assert refusal.line == 2 and "damaged UTF-8" in refusal.problem
    assert "damaged UTF-16" in refused(ARTICLE.encode("utf-16")[:-1]).problem


def test_control_characters_in_a_title_are_kept_for_those_who_show_it():
    seed = read("A \x1b[31mred\x1b[0m headline\n\nText of the article, long enough." + TAIL)
    assert seed.headline and "\x1b[31m" in seed.headline.text


# Properties

MARKS = [
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](#)",
    "<",
    ">",
    "\\",
    '"',
    "*",
    "---",
    "===",
    "©",
    "é",
    "(AFP)",
    "Photo: ",
    "url: ",
]
SENTENCES = [
    "May 3, 2024",
    "Original url:",
    "Source:",
    "title: x",
    URL,
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "\u2028",
    "\x0c",
    "# ",
]
PIECES = st.sampled_from(MARKS + SENTENCES)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, encoding=st.sampled_from(ENCODINGS), stated=st.booleans())
def test_nothing_of_a_seed_is_lost_and_every_line_number_is_right(text, encoding, stated):
    document = f"{text}\nOriginal url: {URL}\n" if stated else text
    data = document.encode(encoding, "ignore")
    seed = read_document(data, origin="o", name="n")
    if isinstance(seed, SeedRefused):
        assert seed.line >= 0 and seed.problem and str(seed).isprintable()
        return
    decoded = data.decode(seed.encoding)
    whole = "".join(part.raw for part in seed.parts)
    assert whole == decoded.removeprefix("\ufeff") and len(decoded) - len(whole) <= 1
    before = ""
    for part in seed.parts:
        assert part.raw and part.line == 1 + lines_in(before)
        before += part.raw
    assert seed.lines == lines_in(whole) + (not whole.endswith(("\n", "\r")))
    numbers = [p.line for p in seed.paragraphs]
    assert numbers == sorted(set(numbers)) and all(p.text == " ".join(p.text.split()) for p in seed.paragraphs)
    for paragraph in seed.paragraphs:
        for anchor in paragraph.anchors:
            assert paragraph.text[anchor.start :].startswith(anchor.text) and anchor.line >= paragraph.line
            assert anchor.href in whole
            assert "[" in whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")[anchor.line - 1]


def lines_in(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | TEXTS.map(lambda text: b"---\n" + text.encode("utf-8", "ignore") + b"\n---\n"))
def test_no_bytes_whatever_raise(data):
    assert isinstance(read_document(data, origin="o", name="n"), Seed | SeedRefused)


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("Boats in the old port (Reuters)", "Boats in the old port", "Reuters"),
        ("Boats in the old port (AP Photo/Jane Doe)", "Boats in the old port", "AP Photo/Jane Doe"),
        ("Boats in the old port © AFP", "Boats in the old port", "© AFP"),
        ("Boats in the old port [harbour.example](https://h.example)", "Boats in the old port", "harbour.example"),
    ],
)
def test_an_agency_or_a_site_at_the_end_is_a_credit_without_a_full_stop_before_it(printed, text, credit):
    document = f"Old Port Opens\n\nMay 3, 2024\n\n{printed}\n\nThe port opened.\n\nOriginal url: https://a.example/x\n"
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert (seed.caption.text, seed.caption.credit) == (text, credit)


# Openings in any order


@pytest.mark.parametrize(
    ("opening", "header"),
    [
        (
            "{headline}\n\nA deck below it, without a full stop\n\n{byline}\n{date}",
            ["A deck below it, without a full stop"],
        ),
        (
            "{headline}\n\nA deck below it.\n\n{byline}\nPublished {date}\nUpdated May 4, 2024, 9:12 a.m. ET",
            ["A deck below it."],
        ),
        ("Harbour News\nCulture | {date}\n\n{headline}\n\n{byline}", ["Harbour News", "Culture"]),
        ("Harbour News\n\n   Home News\n\n{headline}\n\n{byline}\n{date}", ["Harbour News", "Home News"]),
        ("{headline}\n\n{byline} | {date} | 4 min read", ["4 min read"]),
        ("{headline}\n\n4 min read\n\n{byline}\n\n{date}", ["4 min read"]),
        ("{headline}\n\n{date}\n\n{byline}\n\nLONDON", ["LONDON"]),
        ("{date}\n\n{headline}\n\n{byline}", []),
        ("{headline}\n=====\n\nPublished on {date} {byline}", []),
    ],
)
def test_an_opening_is_read_in_any_order_and_what_is_not_understood_is_header_matter(opening, header):
    made = opening.format(headline="Old Bridge Opens Again", byline="By Jo Finch", date="May 3, 2024")
    text = "The bridge is open again, the council announced on Friday, and ships may pass below it."
    seed = read(f"{made}\n\n{text}\n\nAnd that is all.\n\nOriginal url: {URL}\n")
    assert seed.headline and seed.headline.text == "Old Bridge Opens Again"
    assert seed.date and seed.date.value == "2024-05-03" and seed.byline and seed.byline.text.endswith("Jo Finch")
    assert [p.text for p in seed.paragraphs] == [text, "And that is all."]
    assert all(any(words in line.text for line in seed.header) for words in header)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        *(
            (line, "2024-05-03")
            for line in ("3 مايو 2024", "٣ مايو ٢٠٢٤", "3 במאי 2024", "۱۴ اردیبهشت ۱۴۰۳", "2024년 5월 3일")
        ),
        *(
            (line, "2024-05-03")
            for line in ("3 พฤษภาคม 2567", "3 tháng 5 năm 2024", "令和6年5月3日", "3 मई 2024", "3 Μαΐου 2024")
        ),
        *(
            (line, "2024-05-03")
            for line in ("2024. gada 3. maijs", "2024 m. gegužės 3 d.", "3 ta’ Mejju 2024", "3 Bealtaine 2024")
        ),
        *(
            (line, "2024-05-03")
            for line in ("3 мая 2024 г.", "3 травня 2024", "3 май 2024", "3. svibnja 2024", "3 Mayıs 2024 Cuma")
        ),
        *(
            (line, "2024-05-03")
            for line in ("20240503", "03-May-2024", "May 3, 2024 / 8:00 AM EDT / CBS News", "LONDON, May 3, 2024")
        ),
        ("May 2024", "2024-05"),
        ("3 listopada 2024", "[2024-10-03,2024-11-03]"),
    ],
)
def test_dates_of_many_languages_and_calendars(line, value):
    assert read(f"Headline\n\n{line}\n\nText." + TAIL).date.value == value


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
