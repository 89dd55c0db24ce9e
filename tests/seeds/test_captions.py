"""Captions of seeds in all the forms people keep them in, and ordinary first paragraphs that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.credits.parse import credits_of_seed
from archiver.model import Seed
from archiver.seeds.document import read_document

SAID = "Engineers look at the eastern pylon on Tuesday"


def seed_with(line: str, *, headline: str = "Harbour bridge closed", text: str = "The bridge is closed.") -> Seed:
    document = (
        f"{headline}\n\nMarch 3, 2021\n\n{line}\n\n{text}\n\nIt opens soon.\n\nOriginal url: https://a.example/x\n"
    )
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed)
    return seed


def credited(seed: Seed) -> set[str]:
    return {credit.name for credit in credits_of_seed(seed)}


@pytest.mark.parametrize(
    ("line", "text", "names"),
    [
        (f"[Photo: {SAID}. Mia Holm / Reuters]", f"{SAID}.", {"Mia Holm", "Reuters"}),
        (f"(Photo: {SAID}. Mia Holm / Reuters)", f"{SAID}.", {"Mia Holm", "Reuters"}),
        (f"[{SAID}. Mia Holm / Reuters]", f"{SAID}.", {"Mia Holm", "Reuters"}),
        (f"Photo: {SAID}. (Mia Holm/Reuters)", f"{SAID}.", {"Mia Holm", "Reuters"}),
        (f"Image: {SAID}.", f"{SAID}.", set()),
        (f"Caption: {SAID}", SAID, set()),
        (f"Photo caption: {SAID}. AFP", f"{SAID}.", {"AFP"}),
        (f"Bildunterschrift: {SAID}. Foto: dpa", f"{SAID}.", {"dpa"}),
        (f"Légende : {SAID}. © AFP", f"{SAID}.", {"AFP"}),
        (f"{SAID} | Mia Holm/Reuters", SAID, {"Mia Holm", "Reuters"}),
        (f"{SAID} – Copyright AFP", SAID, {"AFP"}),
        (f"{SAID}. [AFP]", f"{SAID}.", {"AFP"}),
        (f"{SAID} [Mia Holm/The Courier]", SAID, {"Mia Holm", "The Courier"}),
        (f"{SAID}. Courtesy of the Harbour Authority", f"{SAID}.", {"Harbour Authority"}),
        (f"{SAID}. Mia Holm for The Courier", f"{SAID}.", {"Mia Holm"}),
        (f"{SAID}.Credit...Mia Holm for The Courier", f"{SAID}.", {"Mia Holm"}),
        (f"{SAID}. EPA-EFE/MIA HOLM", f"{SAID}.", {"EFE", "MIA HOLM"}),
        (f"{SAID}. © picture alliance/dpa | Mia Holm", f"{SAID}.", {"Picture Alliance", "dpa", "Mia Holm"}),
        ("Инженеры на мосту. Иван Петров / ТАСС", "Инженеры на мосту.", {"Иван Петров", "TASS"}),
        ("桥梁工程师检查桥塔。图片来源：新华社", "桥梁工程师检查桥塔。", {"Xinhua"}),
    ],
)
def test_a_line_that_says_it_is_a_caption_or_ends_in_any_credit_is_one(line: str, text: str, names: set[str]):
    seed = seed_with(line)
    assert [each.text for each in seed.captions] == [text] and seed.captions[0].line == 5
    assert credited(seed) == names
    assert [each.text for each in seed.paragraphs] == ["The bridge is closed.", "It opens soon."]
    assert any(part.kind == "caption" and part.raw.strip() == line for part in seed.parts), "the line stays as it is"


@pytest.mark.parametrize(
    "line",
    [
        'They kept to standards called "Principles of the Harbour" (PH)',
        "He said so to Mia Holm, who works for The Courier.",
        "The bridge was built by the city (and the port)",
        "The agencies AFP and Reuters reported it first.",
        "Images: they are everywhere. Nobody looks at them.",
        "[The editors have cut this article for length.]",
        "(The bridge had been closed before.)",
        "Photo: how the bridge was closed. And who paid for it.",
        "Image description: Harbour Partners",
        "KYIV (Reuters) - The bridge was closed on Tuesday.",
    ],
)
def test_an_ordinary_paragraph_is_no_caption_whatever_it_resembles(line: str):
    seed = seed_with(line)
    assert not seed.captions and line in [each.text for each in (*seed.paragraphs, *seed.header)]


WRAPPED = st.sampled_from(("{}", "[{}]", "({})", "*{}*", "_{}_", "[Photo: {}]", "Caption: {}", "Image caption: {}"))
FORMS = (
    *("Photo: {}", "Foto: {}", "© {}", "Photograph: {}", "Credit: {}", "Image: {}", "Photo by {}"),
    *("{} / AFP", "{}/Reuters", "AP Photo/{}", "Photo: {}/dpa", "© {} / AFP"),
)
NAMES = st.sampled_from(("Mia Holm", "Jon Lind", "MIA HOLM", "Ana María Ruiz"))
SAYINGS = st.sampled_from((SAID, "Boats in the old port", "Ministerin Ada Berg am Mittwoch in Bonn", "Le pont, mardi"))


@given(WRAPPED, SAYINGS, st.sampled_from(FORMS), NAMES)
def test_a_caption_keeps_its_words_and_its_credit_in_every_dress(wrap: str, said: str, form: str, name: str):
    line = wrap.format(f"{said}. {form.format(name)}")
    if line[0] == "(" and form.startswith("{}"):
        return  # Brackets around a sentence and a name are the sentence's own as often as not.
    seed = seed_with(line)
    assert [each.text for each in seed.captions] == [f"{said}."], line
    assert name in credited(seed), line


@given(
    WRAPPED, st.lists(st.sampled_from(("AFP", "(", ")", "[", "]", "Photo: ", "Caption: ", "/", " ", "©", ". ", "Mia")))
)
def test_no_line_is_lost_or_raises(wrap: str, pieces: list[str]):
    line = " ".join(wrap.format("".join(pieces)).split())
    if not line.strip("*_ "):
        return
    seed = seed_with(line, headline="A headline of the day")
    assert line in "".join(part.raw for part in seed.parts)
    assert len(seed.captions) + len(seed.paragraphs) + len(seed.header) + bool(seed.byline) == 3


@pytest.mark.parametrize(
    "credit", ["Photo: Mia Holm / Reuters", "Mia Holm / Reuters", "(Mia Holm / AFP)", "© Mia Holm"]
)
def test_a_credit_in_the_line_below_a_caption_belongs_to_it(credit: str):
    seed = seed_with(f"{SAID}.\n{credit}")
    assert [(each.text, each.line) for each in seed.captions] == [(f"{SAID}.", 5)] and "Mia Holm" in credited(seed)
    assert [each.text for each in seed.paragraphs] == ["The bridge is closed.", "It opens soon."]


def test_a_credit_that_stands_alone_within_the_text_is_a_caption_without_words_and_not_of_the_line_above():
    document = "Bridge closed\n\nIt was shut.\n\nPhoto: Mia Holm/Reuters\n\nIt opens soon.\n\nOriginal url: https://a.example/x\n"
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed) and [each.text for each in seed.captions] == [""]
    assert [each.text for each in seed.paragraphs] == ["It was shut.", "It opens soon."]


@pytest.mark.parametrize(
    ("line", "text", "names"),
    [
        (f"{SAID}. — Reuters pic", f"{SAID}.", {"Reuters"}),
        (f"{SAID}. — AFP file picture", f"{SAID}.", {"AFP"}),
        (f"{SAID}. Screenshot: YouTube", f"{SAID}.", {"YouTube"}),
        (f"{SAID}. (Photo d'illustration : Reuters)", f"{SAID}.", {"Reuters"}),
        (f"{SAID}. Photo by Mia Holm on Unsplash", f"{SAID}.", {"Mia Holm", "Unsplash"}),
        (f"{SAID}. Photo: Mia Holm/Harbour Pictures", f"{SAID}.", {"Mia Holm", "Harbour Pictures"}),
        (f"{SAID}. MIA HOLM (AFP)", f"{SAID}.", {"MIA HOLM", "AFP"}),
        (f"{SAID}. Photo: Wikimedia Commons / CC BY-SA 4.0", f"{SAID}.", {"Wikimedia Commons"}),
        ("Човен залишає причал. Джерело фото: УНІАН", "Човен залишає причал.", {"UNIAN"}),
        ("금요일 부두를 떠나는 배. ⓒ AFP", "금요일 부두를 떠나는 배.", {"AFP"}),
        ("Getty Images", "", {"Getty Images"}),
    ],
)
def test_a_caption_is_read_in_the_forms_of_picture_desks(line: str, text: str, names: set[str]):
    seed = seed_with(line)
    assert [each.text for each in seed.captions] == [text] and credited(seed) == names


@pytest.mark.parametrize(
    "line", ["By Jane Roe May 3, 2021", "By Jane Roe, May 3, 2021 9:14 a.m.", "Von Jane Roe 3. Mai 2021"]
)
def test_a_date_behind_a_byline_in_its_line_is_the_date(line: str):
    document = f"Bridge closed\n\n{line}\n\nIt was shut.\n\nIt opens soon.\n\nOriginal url: https://a.example/x\n"
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed) and seed.date is not None and seed.date.value == "2021-05-03"
    assert credited(seed) == {"Jane Roe"}
