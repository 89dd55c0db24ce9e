"""Credits, measured: precision and recall over a labelled set of made-up lines (data/credit_lines.tsv).

How the set was made: every line is invented, in the forms that news pages print (datelines, agency lines, bylines,
captions) and in sentences that only mention an agency, in seventeen languages. The lines and their credits were written
before the patterns were read, and so tell what the patterns miss; the labels were then brought to the house's word in
a few points (`Reporting by` makes an author, `©` rights, in captions too; Ritzau Scanpix is Ritzau; `За матеріалами`,
`По материалам` make a contributor; one byline's agency a source; one credit of УНН had been forgotten). The patterns
were improved against the set afterwards: its figure is a floor that must not sink, no estimate for lines it does not
have.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from archiver.article.credits import credits_of_line, credits_of_page
from archiver.model import PageCaption

SET = Path(__file__).parent / "data" / "credit_lines.tsv"
GOAL = 0.95

Row = tuple[str, str, frozenset[str]]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with SET.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["place"], row["text"], frozenset(filter(None, row["credits"].split("; ")))) for row in table]


def credited(place: str, text: str) -> set[str]:
    """What is found in a line, as the set writes it: `name=role`."""
    captions = [PageCaption(text=text, at="/figcaption")]
    found = credits_of_page([], captions, [], [], None) if place == "caption" else credits_of_line(text, "here")
    return {f"{credit.name}={credit.role}" for credit in found}


def test_the_set_has_enough_lines_each_once_and_a_third_of_them_mentions(rows: list[Row]) -> None:
    assert len(rows) >= 330
    assert sum(not expected for _, _, expected in rows) >= len(rows) / 3
    assert [text for text, n in Counter(text for _, text, _ in rows).items() if n > 1] == []
    assert {place for place, _, _ in rows} == {"line", "caption", "byline"}


def test_credits_are_found_with_precision_and_recall_of_at_least_the_goal(rows: list[Row]) -> None:
    right = found_in_all = expected_in_all = 0
    faults = []
    for place, text, expected in rows:
        found = credited(place, text)
        right += len(found & expected)
        found_in_all += len(found)
        expected_in_all += len(expected)
        if found != expected:
            missed, wrong = sorted(expected - found), sorted(found - expected)
            faults.append(f"{place}: {text}  missed {missed}  wrong {wrong}")
    precision, recall = right / found_in_all, right / expected_in_all
    report = f"precision {precision:.3f}, recall {recall:.3f} over {len(rows)} lines"
    print("\n".join([*faults, report]))
    assert min(precision, recall) >= GOAL, report
