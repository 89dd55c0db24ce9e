"""Credits, measured: precision and recall over labelled sets of made-up lines (data/credit_lines*.tsv).

How the sets were made: every line is invented, in the forms that news pages print (datelines, agency lines, bylines,
captions) and in sentences that only mention an agency, in seventeen languages. The lines of each set and their labels
were written before the patterns were read, or without a look at them, and measured once; the patterns were improved
against them afterwards. So the figures here are floors that must not sink; what each set gave when it was new, the only
estimate for lines it does not have, stands in docs/capture/credits.md. A few labels were then brought to the house's
word (`Reporting by` makes an author, `©` rights, in captions too; `За матеріалами`, `По материалам` make a contributor;
`Tekst og foto` both an author and a photo; a house after a byline's comma an author; `A cura di`, `oprac.` an editor;
`Mia Holm (NTB)` an author and a source; names alone nobody; the house in `CNN's …` nobody)."""

import csv
from collections import Counter

import pytest
from growth import grows_no_faster_than_linear
from places import DATA

from archiver.article.credits.page_credits import credits_of_page
from archiver.credits.parse import credits_of_line
from archiver.model import PageCaption

SETS = (
    "credit_lines.tsv",
    "credit_lines_second.tsv",
    "credit_lines_third.tsv",
    "credit_lines_fourth.tsv",
    "credit_lines_fifth.tsv",
    "credit_lines_sixth.tsv",
    "credit_lines_seventh.tsv",
    "credit_lines_eighth.tsv",
    "credit_lines_ninth.tsv",
    "credit_lines_tenth.tsv",
    "credit_lines_eleventh.tsv",
)
GOAL = 0.95

Row = tuple[str, str, frozenset[str]]


def rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["place"], row["text"], frozenset(filter(None, row["credits"].split("; ")))) for row in table]


def credited(place: str, text: str) -> set[str]:
    """What is found in a line, as the sets write it: `name=role`."""
    captions = [PageCaption(text=text, at="/figcaption")]
    found = (
        credits_of_page([], captions, lambda _: None, [], None) if place == "caption" else credits_of_line(text, "here")
    )
    return {f"{credit.name}={credit.role}" for credit in found}


def test_the_sets_have_enough_lines_each_once_and_a_third_of_them_mentions() -> None:
    every = [row for name in SETS for row in rows(name)]
    assert len(every) >= 1100
    assert sum(not expected for _, _, expected in every) >= 0.32 * len(every)
    assert [text for text, n in Counter(text for _, text, _ in every).items() if n > 1] == []
    assert {place for place, _, _ in every} == {"line", "caption", "byline"}


@pytest.mark.parametrize("name", SETS)
def test_credits_are_found_with_precision_and_recall_of_at_least_the_goal(name: str) -> None:
    right = found_in_all = expected_in_all = 0
    faults = []
    for place, text, expected in rows(name):
        found = credited(place, text)
        right += len(found & expected)
        found_in_all += len(found)
        expected_in_all += len(expected)
        if found != expected:
            missed, wrong = sorted(expected - found), sorted(found - expected)
            faults.append(f"{place}: {text}  missed {missed}  wrong {wrong}")
    precision, recall = right / found_in_all, right / expected_in_all
    report = f"precision {precision:.3f}, recall {recall:.3f} over {len(rows(name))} lines"
    print("\n".join([*faults, report]))
    assert min(precision, recall) >= GOAL, report


PIECES = ("A", "a ", "A ", "A, ", "A/", "Ab and ", "(", "((A) ", "By A ", "dpa/", "AFP ", "© ", "Foto: ", "Foto: A ")
MORE = (
    "a. A ",
    "with AFP ",
    "Quelle: ",
    "contributed ",
    "记者",
    "，新",
    "摄（",
    "【A",
    "— ",
    "A reported from A ",
    "Aa Bb in Cc and ",
    "Text: A, Fotos: ",
    "（山田花子、",
    "记者 王小明 ",
    "A (Text) und ",
    "Editing by ",
)


@pytest.mark.parametrize("piece", [*PIECES, *MORE])
@pytest.mark.parametrize("length", [590, 100_000])
def test_a_hostile_line_costs_no_more_than_linear_time(piece: str, length: int) -> None:
    def run(size: int) -> None:
        line = (piece * (size // len(piece) + 1))[:size]
        for text in (line, f"By {line}", f"Foto: {line}", line + "!"):
            credited("line", text)
            credited("caption", text)

    grows_no_faster_than_linear(run, length)
