"""Lines of credit in every language, and with what papers print behind them; bylines as papers print them."""

import pytest
from helped_lines import HELPED
from hypothesis import given
from hypothesis import strategies as st

from archiver.credits.parse import credits_of_seed
from archiver.model import Seed
from archiver.seeds.document import read_document

TEXT = (
    "The first ferry crossed the strait on Friday with four hundred passengers on board.",
    "Tickets for the summer were sold out within a day, and a second vessel has been ordered.",
    "“We had forgotten how quiet the water is,” said Ada Finch, who took the first boat.",
)
BEHIND = (
    *("Read more: Harbour master resigns", "Jane Roe is a staff writer who covers the coast.", "Tags: ferry, harbour"),
    *("#ferry #harbour", "Filed under: Transport", "Sign up for our newsletter.", "12 Comments", "Facebook", "—30—"),
    *("Correction: An earlier version of this article misstated the number.", "Advertisement", "Comments (0)"),
    *("Follow Jane Roe on Twitter @janeroe", "The views expressed are the author's own.", "Topics: Transport, Sea"),
    *("RELATED ARTICLES", "- [Harbour master resigns](https://news.example/1)", "Share this article", "Got a tip?"),
)


def seed_of(*lines: str, headline: str = "Ferry Line Returns", day: str = "May 3, 2024") -> Seed:
    document = "\n\n".join((headline, day, *lines, "Original url: https://news.example/x")) + "\n"
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed), seed
    return seed


def set_apart(seed: Seed) -> list[str]:
    return [each.text for each in seed.paragraphs if each.agency]


def credited(seed: Seed) -> set[tuple[str, str]]:
    return {(each.name, each.role) for each in credits_of_seed(seed)}


@pytest.mark.parametrize("line", HELPED)
def test_a_line_that_thanks_an_agency_is_set_apart_in_every_language(line: str):
    seed = seed_of(*TEXT, line)
    assert set_apart(seed) == [line] and credited(seed) == {("AFP", "contributor")}


@given(st.lists(st.sampled_from(BEHIND), max_size=10), st.sampled_from(HELPED))
def test_a_line_of_credit_is_found_before_whatever_end_matter_stands_behind_it(behind: list[str], line: str):
    seed = seed_of(*TEXT, line, *behind)
    assert line in set_apart(seed) and ("AFP", "contributor") in credited(seed)
    assert [each.text for each in seed.paragraphs if not each.agency][:3] == list(TEXT)


@pytest.mark.parametrize(
    "line",
    [
        "He spoke to AFP on Friday.",
        "Separating Fact from Fiction",
        "Check Your Groceries from Anywhere",
        "Published by Paverson Games",
        "The report was contributed to the fund by citizens.",
        "Sources said the bridge was old.",
        "Reuters and AFP have offices in the port.",
        "The Guide to Ferries, by Land and Sea",
    ],
)
def test_a_line_within_the_text_is_none_of_credit_whatever_it_resembles(line: str):
    seed = seed_of(*TEXT, line, *TEXT)
    assert not set_apart(seed) and not credited(seed)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Roe in Berlin and Jon Lind in Oslo", {"Jane Roe", "Jon Lind"}),
        ("By Agence France-Presse in Paris", {"AFP"}),
        ("Von unserem Korrespondenten Jon Lind", {"Jon Lind"}),
        ("Van onze correspondent Ruud Vaal", {"Ruud Vaal"}),
        ("글 이수민", {"이수민"}),
        ("Par Le Courrier avec AFP", {"Le Courrier", "AFP"}),
        ("Redacción EFE", {"EFE"}),
        ("Texto: Juana Roca", {"Juana Roca"}),
        ("dal nostro inviato Gino Lindi", {"Gino Lindi"}),
        ("A cura di Giovanna Rossi", {"Giovanna Rossi"}),
        ("Door Jannie Roos en Jan Lind", {"Jannie Roos", "Jan Lind"}),
        ("Janina Rosa, PAP", {"Janina Rosa", "PAP"}),
        ("Анна Рощина, ТАСС", {"Анна Рощина", "TASS"}),
        ("Muhabir: Jale Roz", {"Jale Roz"}),
        ("بقلم جميلة رضا", {"جميلة رضا"}),
        ("كتبت: جميلة رضا", {"جميلة رضا"}),
        ("מאת יעל רוט", {"יעל רוט"}),
        ("نویسنده: ژاله رضایی", {"ژاله رضایی"}),
        ("मीरा रोशन, एएफपी", {"मीरा रोशन", "AFP"}),
        ("新华社记者罗珍", {"Xinhua", "罗珍"}),
        ("本报记者 罗珍 林强", {"罗珍", "林强"}),
        ("文＝山田花子", {"山田花子"}),
        ("김수진 기자", {"김수진"}),
        ("Author: Jane Roe", {"Jane Roe"}),
        ("Reuters", {"Reuters"}),
    ],
)
def test_a_byline_is_one_in_every_form_in_which_a_page_would_print_it(line: str, names: set[str]):
    seed = seed_of(line, *TEXT)
    assert seed.byline is not None and {name for name, _ in credited(seed)} == names
    assert [each.text for each in seed.paragraphs] == list(TEXT)


@pytest.mark.parametrize("line", ["Oslo, Norway", "World", "A long-awaited crossing draws crowds", "The Harbour Times"])
def test_a_section_a_place_or_a_deck_below_the_headline_is_no_byline(line: str):
    seed = seed_of(line, *TEXT)
    assert seed.byline is None and not credited(seed)


@pytest.mark.parametrize(
    ("line", "text", "names"),
    [
        ("סירה עוזבת את הרציף ביום שישי. צילום: מיה הולם", "סירה עוזבת את הרציף ביום שישי.", {"מיה הולם"}),
        ("قایقی روز جمعه رفت. عکس: رویترز", "قایقی روز جمعه رفت.", {"Reuters"}),
        ("शुक्रवार को घाट छोड़ती एक नाव। फोटो: मीरा होल्म", "शुक्रवार को घाट छोड़ती एक नाव।", {"मीरा होल्म"}),
        ("금요일 부두를 떠나는 배. 사진=연합뉴스", "금요일 부두를 떠나는 배.", {"Yonhap"}),
        ("قارب يغادر الرصيف يوم الجمعة. تصوير: ميا هولم", "قارب يغادر الرصيف يوم الجمعة.", {"ميا هولم"}),
    ],
)
def test_a_caption_is_read_in_languages_that_have_no_capitals(line: str, text: str, names: set[str]):
    seed = seed_of(line, *TEXT)
    assert [each.text for each in seed.captions] == [text] and {name for name, _ in credited(seed)} == names
