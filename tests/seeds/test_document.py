"""The grammar of a seed document: what is read, what is refused, and that nothing is lost."""

import pickle
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages.documents import TAIL, URL, read, refused
from places import SHARED

from archiver.digest import sha256
from archiver.model import Seed, SeedRefused
from archiver.seeds.document import read_document

SHARED = SHARED / "seeds"
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
