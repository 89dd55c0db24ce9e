"""The last line of a seed: credits in the forms that papers print, and sentences that are none."""

import pytest

from archiver.credits.parse import credits_of_seed
from archiver.model import Seed
from archiver.seeds.document import read_document

AFP = (
    *("AFP contributed reporting.", "[AFP contributed reporting]", "— AFP contributed reporting.", "_AFP contributed_"),
    *("Reporting contributed by AFP.", "Contributing: AFP", "Includes reporting by AFP.", "Additional reporting: AFP"),
    *("This article includes material from AFP.", "This story was produced with AFP.", "With AFP inputs", "Via AFP"),
    *("Originally published by AFP.", "This story originally appeared on AFP.", "Agence France-Presse"),
    *("Avec l’Agence France-Presse", "L'AFP a contribué à cet article.", "La rédaction avec AFP", "Source AFP"),
    *("Dieser Artikel enthält Material der Nachrichtenagentur AFP.", "courier.example mit AFP", "jr/jd (afp)"),
    *("AFP contribuyó con este reportaje.", "Con AFP", "Com informações da AFP", "Z wykorzystaniem materiałów AFP"),
    *(
        "С использованием материалов AFP",
        "При участии AFP",
        "За матеріалами AFP",
        "AFP'nin katkılarıyla",
        "Kaynak: AFP",
    ),
    *(
        "المصدر: أ ف ب",
        "(أ ف ب)",
        "法新社对本文有贡献。",
        "来源：法新社",
        "（AFP＝時事）",
        "Mia Holm and AFP",
        "By Mia Holm with AFP",
    ),
)
NAMELESS = ("With agencies", "(Agencies)", "With agency inputs", "Mit Agenturmaterial", "(Con información de agencias)")
NONE = (
    *("The mayor said the bridge would open on Monday.", "He spoke to AFP on Friday.", '"We contributed," he said.'),
    *(
        "The report was contributed to the fund by citizens.",
        "Copyright law is old.",
        "Sources said the bridge was old.",
    ),
    *("The agencies declined to comment.", "Reporting by the bridge was a police car.", "AFP, he said, was first."),
    *(
        "The bridge was built with agencies.",
        "Mia Holm and the harbour",
        "They first appeared on AFP on Monday, he said.",
    ),
)


def last(line: str) -> tuple[bool, set[str]]:
    """Whether the last line is set apart from the text, and who is credited."""
    document = (
        f"A headline\n\nMay 3, 2024\n\nA sentence of text.\n\nAnother.\n\n{line}\n\nOriginal url: https://a.example/x\n"
    )
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed) and seed.paragraphs[-1].text.strip("*_ ") == line.strip("*_ ")
    return seed.paragraphs[-1].agency, {credit.name for credit in credits_of_seed(seed)}


@pytest.mark.parametrize("line", AFP)
def test_a_last_line_that_credits_an_agency_is_set_apart_and_read(line: str):
    apart, names = last(line)
    assert apart and "AFP" in names


@pytest.mark.parametrize("line", NAMELESS)
def test_a_last_line_that_credits_agencies_without_a_name_is_set_apart(line: str):
    assert last(line) == (True, set())


@pytest.mark.parametrize("line", NONE)
def test_a_last_sentence_is_text(line: str):
    assert last(line) == (False, set())


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("12. März 2021 – von Mia Holm (dpa)", "von Mia Holm (dpa)"),
        ("*By Mia Holm (AFP) | May 3, 2024*", "By Mia Holm (AFP)"),
        ("By Mia Holm | (May 3, 2024)", "By Mia Holm"),
    ],
)
def test_a_byline_beside_a_date_keeps_both_halves_of_its_bracket(line: str, byline: str):
    document = f"A headline\n\n{line}\n\nA sentence of text.\n\nAnother.\n\nOriginal url: https://a.example/x\n"
    seed = read_document(document.encode(), origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed) and seed.byline and (seed.byline.text, bool(seed.date)) == (byline, True)
