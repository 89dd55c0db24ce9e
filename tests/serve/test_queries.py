"""Whatever is typed, FTS5 takes it as words: found by hypothesis."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.serve.excerpt import excerpt, marked
from archiver.serve.reply import parts_of
from archiver.serve.wacz_file import span
from archiver.serve.words import folded, query_of

SYNTAX = st.text(alphabet="\"'*^():{}+-ab AND OR NOT NEAR\0\u0627\u5317\u00e9\n", max_size=60)
TYPED = st.one_of(st.text(max_size=200), SYNTAX)


@given(typed=TYPED, text=st.text(max_size=200))
def test_every_query_is_one(typed: str, text: str):
    query, _ = query_of(typed)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'unicode61', prefix = '4')")
        clean = text.encode("utf-8", "replace").decode()
        database.execute("INSERT INTO words VALUES (?)", (folded(clean),))
        if query is not None:
            database.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query,)).fetchone()


@given(
    words=st.lists(
        st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1), min_size=1, max_size=6
    )
)
def test_a_text_is_found_by_each_of_its_words(words: list[str]):
    text = " ".join(words)
    query, whole = query_of(text)
    if query is None or not whole:
        return
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'unicode61', prefix = '4')")
        database.execute("INSERT INTO words VALUES (?)", (folded(text),))
        assert database.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query,)).fetchone() == (1,)


@given(text=st.text(max_size=400), typed=TYPED)
def test_marking_leaves_the_text_as_it_is(text: str, typed: str):
    assert "".join(run for run, _ in marked(text, typed)) == text
    excerpt(text, typed)


TEXT = "The council voted on Tuesday to close the fish market for good. It was late. " * 9


@pytest.mark.parametrize(
    "head",
    [
        "",
        "By Mia Holm\n\nFeb. 11, 2020\n\n",
        "Fish market closes\n\nVon Mia Holm\n11. Februar 2020, 10:30 Uhr\n\n",
        "2020年2月11日\n\n記者 山田太郎\n\n",
    ],
)
def test_an_excerpt_begins_with_the_text_and_not_with_byline_and_date(head: str):
    for typed in ("", "council"):
        shown = "".join(run for run, _ in excerpt(f"{head}{TEXT}", typed))
        assert shown.startswith("The council voted on Tuesday")
        assert shown.endswith(" …")


def test_an_excerpt_shows_what_was_typed_also_in_a_byline_and_short_texts_as_they_are():
    shown = excerpt(f"By Mia Holm\n\nFeb. 11, 2020\n\n{TEXT}", "Holm")
    assert ("Holm", True) in shown
    assert excerpt("Short, and no sentence", "") == [("Short, and no sentence", False)]
    assert excerpt("A tide\n\nIt came.", "") == [("It came.", False)]


@given(path=st.text(alphabet="/.%2efF0\\ax\0", max_size=30))
def test_no_part_of_a_path_leads_up(path: str):
    parts = parts_of(path)
    assert parts is None or not any(each in (".", "..") or "/" in each or "\0" in each for each in parts)


@given(stated=st.text(alphabet="bytes=-0123456789, ", max_size=30), size=st.integers(0, 1000))
def test_a_range_lies_in_the_file(stated: str, size: int):
    found = span(stated, size)
    assert found is None or 0 <= found[0] <= found[1] <= size
