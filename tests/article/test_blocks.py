"""The page cut into blocks, where its article stands, and what it repeats."""

import gc
import math
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article.html.dom import parse
from archiver.article.text import features, select_body
from archiver.article.text.block import Block
from archiver.article.text.blocks import blocks_of
from archiver.article.text.features import SelfDescription
from archiver.article.text.tree_ensemble import Forest, shipped

NOTHING = SelfDescription(title=frozenset(), lead=frozenset(), body="")
SENTENCE = "The harbour of Nordhafen was closed on Monday after a crane fell into the basin number {}."


def blocks(html: str) -> list[Block]:
    tree = parse(f"<html><body>{html}</body></html>")
    assert tree is not None
    return blocks_of(tree)


def texts(html: str) -> list[str]:
    return [block.text for block in blocks(html)]


def column(name: str, html: str) -> list[float]:
    """The numbers of one name, of the blocks that are measured."""
    return [row[features.NAMES.index(name)] for row in features.rows_of(blocks(html), NOTHING)[1]]


def kept(html: str, likely: float = 3.0) -> list[str]:
    """The text by a model to which every block is as likely."""
    judged = select_body.judge(blocks(html), NOTHING, Forest({"features": [], "bias": likely, "trees": []}))
    return [block.text for block in select_body.choose(judged)]


def test_ruby_pictures_and_a_sites_own_elements_part_no_paragraph():
    assert texts("<p>東<ruby>京<rt>きょう</rt></ruby>都</p>") == ["東京都"]
    assert texts("<p>One <img src=x>smile, two (<x-source><a href=/>1</a></x-source>).</p>") == ["One smile, two (1)."]


def test_outside_a_paragraph_a_sites_own_element_is_a_border():
    assert texts("<x-page><x-part>One</x-part><x-part>Two</x-part></x-page>") == ["One", "Two"]


def test_a_body_in_wrappers_of_one_paragraph_each_is_one_article():
    wrapped = "".join(f"<div><div><p>{SENTENCE.format(n)}</p></div></div>" for n in range(12))
    menu = "<ul>" + "".join(f"<li><a href=/{n}>Section {n} of many</a></li>" for n in range(30)) + "</ul>"
    page = f"<div><div class=menu>{menu}</div><div class=story>{wrapped}</div></div>"
    assert set(column("levels", page)[-12:]) == {0.0}


def test_a_short_container_beside_much_else_stays_alone():
    story = f"<div class=story>{''.join(f'<p>{SENTENCE.format(n)}</p>' for n in range(12))}</div>"
    other = "".join(f"<div class=card><a href=/{n}>{SENTENCE.format(n)}</a></div>" for n in range(100, 130))
    levels = column("levels", f"<div>{story}<div class=more>{other}</div></div>")
    assert levels[:12] == [0.0] * 12
    assert min(levels[12:]) > 0


def test_paragraphs_in_wrappers_of_their_own_are_kin():
    page = "".join(f"<div class=part><p class=text>{SENTENCE.format(n)}</p></div>" for n in range(5))
    assert len(set(column("kin", page))) == 1
    assert column("kin", f"{page}<p class=note>{SENTENCE.format(9)}</p>")[-1] < column("kin", page)[0]


def test_an_interview_may_repeat_its_questions():
    page = "".join(f"<p>And what did you do on the next day?</p><p>{SENTENCE.format(n)}</p>" for n in range(6))
    assert kept(page).count("And what did you do on the next day?") == 6


def test_what_stands_twice_outside_the_usual_style_is_said_once_and_what_stands_thrice_not_at_all():
    story = [f"<p>{SENTENCE.format(n)}</p>" for n in range(6)]
    note = "<blockquote class=note>Content from elsewhere is shown when you agree to it.</blockquote>"
    assert sum("agree" in text for text in kept("".join([*story, note, note]))) == 1
    assert not any("agree" in text for text in kept("".join([note, *story, note, note])))


def test_a_row_beyond_doubt_is_asked_no_further():
    stored = {"features": ["words"], "bias": 0.0, "trees": [*[1.0] * 30, *[-1.0] * 60]}
    assert Forest(stored).probability([0.0]) > 0.99
    assert Forest({**stored, "trees": stored["trees"][30:]}).probability([0.0]) < 0.02


def test_the_model_that_is_shipped_was_trained_on_the_numbers_that_are_measured():
    assert shipped().features == features.NAMES


def test_a_page_is_measured_alike_each_time():
    page = "".join(f"<div class=c{n}><p>{SENTENCE.format(n)}</p></div>" for n in range(40))
    first = features.rows_of(blocks(page), NOTHING)
    assert all(features.rows_of(blocks(page), NOTHING) == first for _ in range(5))


@pytest.mark.parametrize(("row", "total"), [((1.0, 9.0), -1.0), ((1.5, 2.0), 0.5), ((1.5, 2.5), 2.0)])
def test_a_row_goes_to_the_leaf_its_numbers_lead_to_and_what_is_not_above_a_threshold_goes_low(row, total):
    forest = Forest({"features": ["a", "b"], "bias": 0.25, "trees": [[0, 1.0, -1.0, [1, 2, 0.5, 2]], 0.125]})
    assert forest.probability(row) == 1 / (1 + math.exp(-(0.25 + total + 0.125)))


def test_what_the_cutter_leaves_behind_needs_no_collector_so_that_a_tree_goes_when_it_is_read():
    gc.collect()
    gc.disable()
    try:
        blocks("<div><p>One</p><ul><li>Two</li></ul></div>")
        assert gc.collect() == 0
    finally:
        gc.enable()


STORY = "".join(f"<p>{SENTENCE.format(n)}</p>" for n in range(8))


@pytest.mark.parametrize(
    "page",
    [
        f"<header><button class=menu><div><span>Menu</span></button></header><main><h1>Crane</h1>{STORY}</main>",
        f"<nav><ul><li><a href=/a>News</a><div></ul></nav><main><h1>Crane</h1>{STORY}</main>",
        f"<nav><button><div></button></nav><main><h1>Crane</h1>{STORY}</main>",
        f"<noscript>{STORY}</noscript>",
        f"<div class='field field--label-visually_hidden'><h1>Crane</h1>{STORY}</div>",
        f"<div class='page sr-only'><h1>Crane</h1>{STORY}</div>",
    ],
)
def test_what_holds_most_of_the_page_is_not_set_apart_from_it(page):
    found = texts(page)
    assert [text for text in found if text.startswith("The harbour")] == [SENTENCE.format(n) for n in range(8)]


@pytest.mark.parametrize(
    "apart",
    ["<nav>{}</nav>", "<dialog>{}</dialog>", "<noscript>{}</noscript>", "<div class=sr-only>{}</div>"],
)
def test_what_holds_less_stays_apart(apart):
    other = apart.format("".join(f"<p>{SENTENCE.format(n)}</p>" for n in range(100, 108)))
    assert texts(f"<main>{STORY}</main>{other}") == [SENTENCE.format(n) for n in range(8)]


def test_what_no_browser_shows_stays_apart_however_long():
    assert texts(f"<h1>Crane</h1><template>{STORY}</template>") == ["Crane"]


def test_a_page_of_elements_left_open_is_cut_a_few_times_only():
    page = "".join(f"<nav class=n{n}><div>{STORY * (n + 1)}" for n in range(12))
    assert len(texts(page)) == 8 * (1 + 2 + 3)


def test_a_row_of_cells_with_a_paragraph_each_is_one_block():
    cells = "<tr><td><p>Quay</p></td><td><p>Lower</p></td><th><p>7 t</p></th></tr>"
    assert texts(f"<table>{cells * 2}</table>") == ["Quay Lower 7 t"] * 2


@pytest.mark.parametrize(
    "cell", ["<p>One</p><p>Two</p>", "<div><p>One</p></div><p>Two</p>", "<font><p>One</p></font>Two"]
)
def test_a_table_that_lays_out_paragraphs_is_cut_into_them(cell):
    assert texts(f"<table><tr><td>{cell}</td></tr></table>") == ["One", "Two"]


def test_wrappers_that_have_no_more_words_are_no_level():
    parts = "".join(f"{'<div>' * depth}<p>{SENTENCE.format(depth)}</p>{'</div>' * depth}" for depth in (12, 1, 14))
    page = f"<main><div class=story>{parts}</div></main>"
    assert column("levels", page) == [0.0] * 3


def test_the_same_heading_for_narrow_screens_is_not_that_of_another_article():
    steps = "".join(f"<article><h3>Step {n}</h3><p>{SENTENCE.format(n)}</p></article>" for n in range(5))
    assert set(column("titles", f"<h1>Five steps to the quay</h1><h1>Five steps to the quay</h1>{steps}")[1:]) == {0.0}


def judged(*pairs: tuple[float, int]) -> list[select_body.Judged]:
    """Blocks of so many words each, as likely as this."""
    found = []
    for likely, words in pairs:
        block = blocks(f"<p>{'word ' * words}</p>")[0]
        found.append(select_body.Judged(block, likely))
    return found


def test_a_block_must_be_half_as_likely_as_the_best_choice_is_good():
    assert select_body.enough_for(judged((1.0, 100), (0.0, 300))) == 0.5
    assert select_body.enough_for(judged((0.5, 100))) == pytest.approx(1 / 3)
    # Taken alone, the first has an expected F1 of 2 * 90 / (100 + 90 + 40); with the second 2 * 130 / (200 + 130).
    assert select_body.enough_for(judged((0.4, 100), (0.9, 100))) == pytest.approx(130 / 330)
    assert select_body.enough_for(judged((0.05, 100))) == 0.25
    assert select_body.enough_for([]) == 0.25


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), min_size=1, max_size=7))
def test_no_other_choice_can_be_expected_to_be_better(pairs):
    total = sum(p * words for p, words in pairs)

    def expected(taken: Sequence[tuple[float, int]]) -> float:
        return 2 * sum(p * words for p, words in taken) / (sum(words for _, words in taken) + total)

    every = [each for size in range(1, len(pairs) + 1) for each in combinations(pairs, size)]
    best = max(map(expected, every))
    assert select_body.enough_for(judged(*pairs)) == pytest.approx(min(0.6, max(0.25, best / 2)))
