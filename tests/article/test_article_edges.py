"""What belongs to an article by where it stands, and what is there twice."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.article.html.dom import parse
from archiver.article.text.article_edges import with_edges, without_copy
from archiver.article.text.block import Block
from archiver.article.text.blocks import blocks_of

SENTENCE = "The harbour of Nordhafen was closed on Monday after a crane fell into the basin number {}."
FIRST, LAST = (f"<p>{SENTENCE.format(n)}</p>" for n in (1, 2))


def blocks(html: str) -> list[Block]:
    tree = parse(f"<html><body><main>{html}</main></body></html>")
    assert tree is not None
    return blocks_of(tree)


def grown(html: str, chosen: Callable[[Block], bool] = lambda block: block.place.tag == "p") -> list[str]:
    """The text where the judge of blocks took these."""
    found = blocks(html)
    return [block.text for block in with_edges([block for block in found if chosen(block)], found)]


def items(count: int, words: str = "Pier {}", mark: str = "ul") -> str:
    return f"<{mark}>{''.join(f'<li>{words.format(n)}</li>' for n in range(count))}</{mark}>"


@pytest.mark.parametrize("line", ["What was closed on that day:", "当日关闭的设施如下：", "ما أُغلق في ذلك اليوم هو:"])
@pytest.mark.parametrize("mark", ["ul", "ol"])
def test_the_list_that_a_line_with_a_colon_announces_is_of_the_article(line, mark):
    text = grown(f"{FIRST}<p>{line}</p><div>{items(3, mark=mark)}</div>{LAST}")
    assert text[2:5] == ["Pier 0", "Pier 1", "Pier 2"]


def test_links_in_an_announced_list_are_of_it_and_so_are_lists_within_it():
    inner = "<li>Cranes<ul><li><a href=/1>Crane one</a></li><li><a href=/2>Crane two</a></li></ul></li>"
    text = grown(f"{FIRST}<p>What was closed on that day:</p><ul>{inner}<li>Piers</li></ul>{LAST}")
    assert text[2:6] == ["Cranes", "Crane one", "Crane two", "Piers"]


@pytest.mark.parametrize(
    "page",
    [
        f"{FIRST}<p>The piers were closed.</p><div>{items(3)}</div>",
        f"{FIRST}<p>More:</p><div>{items(3)}</div>",
        f"{FIRST}<p>関連記事：</p><div>{items(3)}</div>",
        f"{FIRST}<p>What was closed on that day:</p><div>{items(41)}</div>",
        f"{FIRST}<p>What was closed on that day:</p><div>{items(5, 'word ' * 81 + '{}')}</div>",
        f"{FIRST}<h2>Piers</h2><div>{items(3)}</div>",
    ],
    ids=["no colon", "a label", "a Japanese label", "many items", "many words", "a heading alone"],
)
def test_other_lists_are_judged_block_by_block(page):
    assert not [text for text in grown(page) if text.startswith(("Pier 0", "word"))]


def test_a_list_under_a_heading_of_the_article_is_taken_whole_where_some_of_it_was():
    page = f"{FIRST}<h2>Piers that were closed</h2><div>{items(4)}</div>{LAST}"
    assert grown(page, lambda block: block.place.tag in ("p", "h2") or block.text == "Pier 2")[2:6] == [
        *(f"Pier {n}" for n in range(4))
    ]


def test_a_heading_of_the_second_level_goes_with_the_paragraph_behind_it():
    page = f"<h2>Menu</h2>{FIRST}<div><h2><a href=/x>Why it fell</a></h2></div>{LAST}<h2>More news</h2>"
    assert grown(page) == [SENTENCE.format(1), "Why it fell", SENTENCE.format(2)]


def test_a_second_copy_of_the_article_is_left_out():
    story = "".join(f"<p>{SENTENCE.format(n)}</p>" for n in range(10))
    once = [SENTENCE.format(n) for n in range(10)]
    page = blocks(f"<div class=wide>{story}</div><div class=narrow>{story}<p>Only here is this said.</p></div>")
    assert [block.text for block in without_copy(page)] == [*once, "Only here is this said."]


def test_repeated_lines_among_others_are_no_copy():
    page = blocks(
        "".join(f"<p>And what did you do on the next day then?</p><p>{SENTENCE.format(n)}</p>" for n in range(30))
    )
    assert without_copy(page) == page


@given(st.lists(st.integers(0, 12), max_size=60))
def test_every_paragraph_stays_once(numbers):
    page = blocks("".join(f"<p>{SENTENCE.format(n)}</p>" for n in numbers))
    left = without_copy(page)
    assert {block.text for block in left} == {block.text for block in page}
    assert [block for block in page if block in left] == left


@pytest.mark.parametrize("level", [2, 3, 4, 6])
def test_the_head_of_a_part_that_opens_is_a_heading(level):
    button = '<button aria-expanded="false" aria-controls="a"><span>When does it open?</span><svg></svg></button>'
    found = blocks(f"<h{level}>{button}</h{level}><div id=a><p>{SENTENCE.format(1)}</p></div>")
    assert [(block.place.tag, block.text) for block in found] == [
        (f"h{level}", "When does it open?"),
        ("p", SENTENCE.format(1)),
    ]


def test_other_buttons_are_no_running_text():
    assert [block.text for block in blocks(f"{FIRST}<button>Share this page</button>{LAST}")] == [
        SENTENCE.format(1),
        SENTENCE.format(2),
    ]
