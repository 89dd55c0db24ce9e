"""Captions, credits and last lines of a seed, and ordinary sentences that are like them."""

import pytest
from pages.documents import TAIL, read

from archiver.seeds.document import read_document


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
