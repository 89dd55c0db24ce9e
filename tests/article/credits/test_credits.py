"""Credits: the forms that give them, the roles they give, and the mentions that give none."""

import pytest
from pages.articles import BODY, a_page, a_seed

from archiver.article.analyse import read
from archiver.credits.parse import credits_of_line, credits_of_seed
from archiver.model import SeedCaption


def credited(text):
    return [(credit.name, credit.role) for credit in credits_of_line(text, "here")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("AFP contributed reporting.", [("AFP", "contributor")]),
        ("Includes reporting from AFP.", [("AFP", "contributor")]),
        ("With reporting by Mia Holm and Reuters.", [("Mia Holm", "contributor"), ("Reuters", "contributor")]),
        ("Additional reporting by Mia Holm in Oslo", [("Mia Holm", "contributor")]),
        (
            "—Associated Press writer Mia Holm in Paris contributed to this report.",
            [("AP", "contributor"), ("Mia Holm", "contributor")],
        ),
        ("mit dpa", [("dpa", "contributor")]),
        ("con información de EFE", [("EFE", "contributor")]),
        ("avec AFP", [("AFP", "contributor")]),
        ("Von Mia Holm mit AP", [("Mia Holm", "author"), ("AP", "contributor")]),
        ("Par Le Phare et AFP", [("Le Phare", "author"), ("AFP", "author")]),
        ("HARBOUR CITY, April 25 (Reuters) - The council met.", [("Reuters", "source")]),
        ("BERLIN (dpa) - Der Rat tagte.", [("dpa", "source")]),
        ("(ANSA) - ROMA, 9 MAR - Il consiglio vota.", [("ANSA", "source")]),
        ("МОСКВА, 9 марта. /ТАСС/. Совет собрался.", [("TASS", "source")]),
        ("МОСКВА, 9 мар — РИА Новости. Совет собрался.", [("RIA Novosti", "source")]),
        ("新华社北京3月9日电 市议会开会", [("Xinhua", "source")]),
        ("(NTB)", [("NTB", "source")]),
        ("The council meets again in May. (NTB)", [("NTB", "source")]),
        ("Quelle: hafen.example, ino/dpa", [("hafen.example", "source"), ("dpa", "source")]),
        ("(Quelle: APA/sda/dpa)", [("APA", "source"), ("Keystone-SDA", "source"), ("dpa", "source")]),
        ("Bron: BELGA", [("Belga", "source")]),
        ("来源：新华网", [("Xinhua", "source")]),
        ("Foto: PAP", [("PAP", "photo")]),
        ("© dpa-infocom, dpa:240516-99-53606/3", [("dpa", "rights")]),
        ("© AFP", [("AFP", "rights")]),
        ("Reporting by Mia Holm; Editing by Jon Lind", [("Mia Holm", "author"), ("Jon Lind", "editor")]),
        ("(Reporting by Mia Holm in Oslo; editing by Jon Lind.)", [("Mia Holm", "author"), ("Jon Lind", "editor")]),
        ("Translated by Mia Holm", [("Mia Holm", "translator")]),
        ("Переклад: Мія Голм", [("Мія Голм", "translator")]),
        ("ino/dpa", [("dpa", "source")]),
        ("Von Mia van der Holm", [("Mia van der Holm", "author")]),
    ],
)
def test_a_line_in_a_form_of_credit_names_who_and_how(line, expected):
    assert credited(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "The mayor told AFP that the market would close.",
        "According to Reuters, the roof was mended twice.",
        "The RIA Novosti news agency reported the vote.",
        "The ministry praised it in comments to the state-run RIA Novosti news agency.",
        "An Associated Press photographer was hurt in the crowd.",
        "Sie sprach am Abend mit dpa-Reportern über den Markt.",
        "The mayor (left) spoke to Getty Images on Thursday.",
        "This story is being updated.",
        "Heavy rain contributed to the collapse of the roof.",
        "She said by Friday all would be done.",
        "With the storm came the flood.",
        "By dawn the fire was out.",
        "Von Hamburg aus fahren die Schiffe weiter.",
        "The mayor contributed to this report.",
    ],
)
def test_a_mention_is_no_credit(line):
    assert credited(line) == []


def test_an_agency_is_credited_by_its_short_name_with_its_full_name():
    (credit,) = credits_of_line("The Associated Press contributed to this report.", "line 9")
    assert (credit.name, credit.agency, credit.kind) == ("AP", "Associated Press", "organisation")
    assert (credit.of, credit.at, credit.text) == (
        "article",
        "line 9",
        "The Associated Press contributed to this report.",
    )


def test_a_seed_credits_its_agency_and_its_photo_with_the_address_kept():
    caption = SeedCaption(
        text="The old market.", line=4, credit="mayor.example", credit_url="https://www.mayor.example"
    )
    photo_last = credits_of_seed(a_seed(*BODY, caption=caption))
    assert [(c.name, c.role, c.of, c.kind, c.url, c.source, c.at) for c in photo_last] == [
        ("AFP", "contributor", "article", "organisation", None, "seed", "line 17"),
        ("mayor.example", "photo", "image", "site", "https://www.mayor.example", "seed", "line 4"),
    ]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("The old market. Photo: Mia Holm", [("Mia Holm", "photo")]),
        ("The old market. (AP Photo/Mia Holm)", [("AP", "photo"), ("Mia Holm", "photo")]),
        ("The old market. Mia Holm/Getty Images", [("Mia Holm", "photo"), ("Getty Images", "photo")]),
        ("The old market. EFE/ J.J. Guillén", [("EFE", "photo"), ("J.J. Guillén", "photo")]),
        ("The old market. Foto: dpa", [("dpa", "photo")]),
        ("The old market © AFP", [("AFP", "rights")]),
        ('The market. <a href="https://www.mayor.example">mayor.example</a>', [("mayor.example", "photo")]),
        ("The old market (left) on Thursday", []),
        ("A reader of Reuters and AFP", []),
    ],
)
def test_a_figure_caption_of_the_page_credits_its_photo(caption, expected):
    above = f'<figure><img src="m.jpg"><figcaption>{caption}</figcaption></figure>'
    found = [c for c in read(None, a_page(*BODY, above=above)).credits if c.of == "image"]
    assert [(c.name, c.role) for c in found] == expected


def test_authors_named_in_the_markup_are_credited_as_authors():
    (credit, _) = read(None, a_page(*BODY, head='<meta name="author" content="Mia Holm">')).credits[::-1]
    assert (credit.name, credit.kind, credit.role, credit.source, credit.lang) == (
        "Mia Holm",
        "person",
        "author",
        "meta",
        "en",
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("（佐伯陽介）", ["佐伯陽介"]),
        ("（カイロ＝佐伯陽介、森田千尋）", ["佐伯陽介", "森田千尋"]),
        ("（共同通信）", ["Kyodo"]),
        ("（敬称略）", []),
        ("（写真は港）", []),
        ("（京都大教授）", []),
        ("（人民日报）", []),
    ],
)
def test_what_stands_in_brackets_after_a_japanese_text_is_a_name_only_if_it_reads_as_one(
    end: str, expected: list[str]
) -> None:
    assert [credit.name for credit in credits_of_line(f"港が再開した。{end}", "here")] == expected
