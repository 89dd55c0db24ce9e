"""The comparison of a seed with a page: known states, and texts edited in known ways."""

from dataclasses import replace

import pytest
from growth import grows_no_faster_than_linear
from hypothesis import given
from hypothesis import strategies as st
from pages.articles import BODY, a_model, a_page, a_seed, escaped

from archiver.article.analyse import read
from archiver.article.compare.compare import compare
from archiver.model import Change, Paragraph, Seed, SeedCaption
from archiver.seeds.document import read_document


def kinds(comparison):
    return [line.kind for line in comparison.lines]


def differing(comparison):
    return [line for line in comparison.lines if line.kind != "same"]


def test_a_page_that_has_the_seeds_paragraphs_is_the_same():
    comparison = read(a_seed(*BODY), a_page(*escaped(*BODY))).comparison
    assert comparison.verdict == "same"
    assert (comparison.seed_coverage, comparison.page_coverage) == (1.0, 1.0)
    assert [line.seed_line for line in comparison.lines] == [5, 7, 9, 11, 13, 15, 17]


def test_an_early_page_differs_in_one_quotation_one_absent_paragraph_and_one_extra_line():
    early = [text.replace("will not leave", "shall never leave") for text in BODY]
    del early[3]
    early.append("This story is being updated.")
    comparison = read(a_seed(*BODY), a_page(*escaped(*early))).comparison
    edited, missing, extra = sorted(differing(comparison), key=lambda line: line.kind)
    assert comparison.verdict == "edited"
    assert (edited.kind, edited.seed_line) == ("edited", 13)
    assert edited.changes == (Change(seed="will not", page="shall never"),)
    assert (missing.kind, missing.seed, missing.page, missing.seed_line) == ("missing", BODY[3], None, 11)
    assert (extra.kind, extra.page, extra.seed_line) == ("page-only", "This story is being updated.", None)


def test_a_later_page_differs_in_quotes_and_in_the_spelling_of_a_name_only():
    later = [text.replace("Brandtt", "Brandt").replace("'", "’").replace(' "', " “").replace('"', "”") for text in BODY]
    comparison = read(a_seed(*BODY), a_page(*escaped(*later))).comparison
    assert kinds(comparison) == ["edited", "edited", "typographic", "same", "typographic", "same", "same"]
    assert [line.changes for line in comparison.lines if line.changes] == [(Change(seed="Brandtt", page="Brandt"),)] * 2
    assert comparison.verdict == "edited"


def test_typography_alone_is_typographic():
    seed = "The “first” office — 12 000 files… was soft, isn't it"
    page = 'The "first" o\ufb03ce - 12\u00a0000 files... was so\u00adft, isn’t it'
    comparison = compare(a_seed(seed), a_model(page))
    assert (comparison.verdict, kinds(comparison)) == ("typographic", ["typographic"])


@pytest.mark.parametrize(
    ("seed", "page", "change"),
    [
        (
            "Мэр объявил о закрытии рынка в четверг",
            "Мэр объявил об открытии рынка в четверг",
            ("о закрытии", "об открытии"),
        ),
        ("市长星期四宣布关闭旧鱼市场并且搬迁", "市长星期五宣布关闭旧鱼市场并且搬迁", ("四", "五")),
        ("أعلن رئيس البلدية إغلاق السوق القديم", "أعلن رئيس البلدية فتح السوق القديم", ("إغلاق", "فتح")),
    ],
)
def test_words_are_compared_in_any_script(seed, page, change):
    (line,) = compare(a_seed(seed), a_model(page)).lines
    assert (line.kind, line.changes) == ("edited", (Change(seed=change[0], page=change[1]),))


def test_a_page_that_merges_paragraphs_has_each_beside_its_own_piece():
    comparison = compare(a_seed(*BODY), a_model(" ".join(BODY[:3]), *BODY[3:]))
    assert comparison.verdict == "typographic"
    assert kinds(comparison) == ["typographic"] * 3 + ["same"] * 4
    assert [line.page for line in comparison.lines] == list(BODY)


def test_a_page_that_splits_a_paragraph_has_a_line_for_each_piece():
    head, tail = BODY[0].split(" the old ")
    tail = f"the old {tail}"
    comparison = compare(a_seed(*BODY), a_model(head, tail, *BODY[1:]))
    assert [(line.kind, line.seed_line, line.page) for line in comparison.lines[:2]] == [
        ("typographic", 5, head),
        ("typographic", 5, tail),
    ]
    assert (comparison.verdict, comparison.seed_coverage) == ("typographic", 1.0)


def test_a_paragraph_at_another_place_has_moved():
    comparison = compare(a_seed(*BODY), a_model(*BODY[1:4], BODY[0], *BODY[4:]))
    (line,) = differing(comparison)
    assert (line.kind, line.seed_line, line.changes) == ("moved", 5, ())
    assert comparison.verdict == "edited"


def test_another_text_is_different_and_nothing_is_aligned():
    comparison = compare(a_seed(*BODY), a_model("A recipe for pancakes needs flour, milk, sugar, eggs and patience."))
    assert (comparison.verdict, comparison.seed_coverage) == ("different", 0.0)
    assert set(kinds(comparison)) == {"missing", "page-only"}


@pytest.mark.parametrize(("seed", "page"), [((), BODY), (BODY, ()), ((), ())])
def test_without_a_body_on_either_side_there_is_no_text_to_compare(seed, page):
    comparison = compare(a_seed(*seed), a_model(*page))
    assert (comparison.verdict, comparison.lines) == ("no-text", ())


def test_headline_date_and_caption_are_no_lines():
    caption = SeedCaption(text="The old market on Wednesday.", line=4, credit="Harbour Archive", credit_url=None)
    top = ["Council votes to close fish market", "2023-03-09", "The old market on Wednesday. Harbour Archive"]
    comparison = compare(a_seed(*BODY, caption=caption), a_model(*top, *BODY), ["Council votes to close fish market"])
    assert comparison.verdict == "same"


@pytest.mark.parametrize(
    ("above", "head"),
    [
        ("<p class='byline'>By Jo Finch</p>", ""),
        ("<p>By Jo Finch</p>", ""),
        ("<address>By Jo Finch</address>", ""),
        ("<p><a rel='author' href='/jo'>By Jo Finch</a></p>", ""),
        ("<p>Jo Finch</p>", "<meta name='author' content='Jo Finch'>"),
        ("<p>By Jo Finch and Ada Crumb</p>", ""),
        ("<p class='byline'>By Jo Finch, Oldport</p>", ""),
        ("<p>March 10, 2023</p><p>By Jo Finch</p>", "<meta name='date' content='2023-03-10T10:00:00Z'>"),
    ],
)
def test_a_byline_or_date_known_as_a_claim_is_no_line_at_the_top_of_a_page(above, head):
    reading = read(a_seed(*BODY), a_page(*escaped(*BODY), above=above, head=head))
    assert "Jo Finch" in [claim.value for claim in reading.claims["author"]]
    assert reading.comparison.verdict == "same"


@pytest.mark.parametrize(
    ("page", "extra"),
    [
        (["By Jo Finch 3 boats had come home", *BODY], "By Jo Finch 3 boats had come home"),
        (["By Jo Finch the council was told of it all", *BODY], "By Jo Finch the council was told of it all"),
        (["The fire of March 9, 2023", *BODY], "The fire of March 9, 2023"),
    ],
)
def test_what_is_more_than_a_known_byline_or_date_stays_a_line(page, extra):
    comparison = compare(a_seed(*BODY), a_model(*page), authors=["Jo Finch"], days=["2023-03-10"])
    assert [(line.kind, line.page) for line in differing(comparison)] == [("page-only", extra)]


def test_a_byline_with_its_date_is_no_line_and_one_that_the_seed_has_is():
    page = ["Council Votes to Close Fish Market", "By Jo Finch | March 10, 2023", *BODY]
    assert compare(a_seed(*BODY), a_model(*page), authors=["Jo Finch"], days=["2023-03-10"]).verdict == "same"
    assert (
        compare(a_seed("By Jo Finch", *BODY), a_model("By Jo Finch", *BODY), authors=["Jo Finch"]).seed_coverage == 1.0
    )


def test_the_byline_of_a_seed_is_a_claim_and_a_credit_and_no_line_whether_the_page_has_it_or_not():
    seed = replace(a_seed(*BODY), byline=Paragraph(text="By Jo Finch", line=2, agency=True))
    for above in ("<p>By Jo Finch</p>", ""):
        reading = read(seed, a_page(*escaped(*BODY), above=above))
        assert reading.comparison.verdict == "same"
        assert reading.claims["author"][0].value == "Jo Finch" and reading.claims["author"][0].source == "seed"
        assert next((c.name, c.role) for c in reading.credits if c.source == "seed") == ("Jo Finch", "author")


def test_a_line_of_the_body_that_repeats_the_headline_stays_a_line():
    body = ("Council Votes to Close Fish Market", *BODY)
    assert compare(a_seed(*body), a_model(*body)).verdict == "same"


def test_credit_lines_and_bylines_are_no_lines_wherever_they_stand():
    for page in (["By Ada Crumb", *BODY], [BODY[0], "By Jo Finch", *BODY[1:]], [*BODY[:2], "Photo: AFP", *BODY[2:]]):
        assert compare(a_seed(*BODY), a_model(*page), authors=["Jo Finch"]).verdict == "same"


def test_lines_without_a_word_are_no_lines_on_either_side():
    seed, page = ("___", BODY[0], "***", BODY[1], "* * *"), (BODY[0], "***", BODY[1], "---", BODY[2])
    comparison = compare(a_seed(*seed), a_model(*page))
    assert [line.seed for line in comparison.lines if line.seed] == [BODY[0], BODY[1]]
    assert comparison.verdict == "same"


def test_repeated_lines_are_matched_in_turn_and_one_too_many_finds_its_counterpart():
    seed = ("Did you see it?", BODY[0], "Did you see it?", BODY[1], "Did you see it?")
    comparison = compare(a_seed(*seed), a_model(BODY[0], "Did you see it?", BODY[1], "Did you see it?"))
    assert kinds(comparison) == ["same"] * 5
    assert comparison.verdict == "same"


def test_edits_are_found_in_a_page_that_is_one_long_paragraph():
    seed = [" ".join(f"w{n}x{m}" for m in range(40)) for n in range(100)]
    page = " ".join(seed).replace("w0x5", "changed").replace("w99x30", "other")
    comparison = compare(a_seed(*seed), a_model(page))
    assert [line.kind for line in comparison.lines] == ["edited", *["typographic"] * 98, "edited"]
    assert [line.changes for line in comparison.lines if line.changes] == [
        (Change(seed="w0x5", page="changed"),),
        (Change(seed="w99x30", page="other"),),
    ]


WORDS = ["ash", "birch", "cedar", "dogwood", "elder", "fir", "gorse", "hazel", "ivy", "juniper", "larch", "maple"]
PARAGRAPHS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=6, max_size=12), min_size=2, max_size=12, unique_by=tuple
).map(lambda texts: [f"Tree{n} {' '.join(words)} end{n}" for n, words in enumerate(texts)])


@given(PARAGRAPHS, st.data())
def test_a_paragraph_taken_out_is_the_only_one_missing(texts, data):
    gone = data.draw(st.integers(0, len(texts) - 1))
    comparison = compare(a_seed(*texts), a_model(*texts[:gone], *texts[gone + 1 :]))
    assert [(line.kind, line.seed) for line in differing(comparison)] == [("missing", texts[gone])]


@given(PARAGRAPHS, st.data())
def test_a_paragraph_put_in_is_the_only_one_on_the_page_alone(texts, data):
    place = data.draw(st.integers(0, len(texts)))
    comparison = compare(a_seed(*texts), a_model(*texts[:place], "Something new was added here", *texts[place:]))
    assert [(line.kind, line.page) for line in differing(comparison)] == [("page-only", "Something new was added here")]
    position = kinds(comparison).index("page-only")
    assert position == place


@given(PARAGRAPHS, st.data())
def test_a_word_replaced_is_the_only_change(texts, data):
    place = data.draw(st.integers(0, len(texts) - 1))
    words = texts[place].split()
    at = data.draw(st.integers(1, len(words) - 2))
    old, words[at] = words[at], "quince"
    comparison = compare(a_seed(*texts), a_model(*texts[:place], " ".join(words), *texts[place + 1 :]))
    (line,) = differing(comparison)
    assert (line.kind, line.changes) == ("edited", (Change(seed=old, page="quince"),))


@given(PARAGRAPHS)
def test_every_paragraph_of_both_sides_stands_in_the_lines(texts):
    page = [*texts[::-1], "one more"]
    lines = compare(a_seed(*texts), a_model(*page)).lines
    assert sorted(line.seed for line in lines if line.seed) == sorted(texts)
    assert sorted(line.page for line in lines if line.page) == sorted(page)


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
def test_no_text_breaks_the_comparison(seed, page):
    comparison = compare(a_seed(*seed), a_model(*page))
    assert 0 <= comparison.seed_coverage <= 1
    assert 0 <= comparison.page_coverage <= 1


@pytest.mark.parametrize(
    ("seed", "page"),
    [
        (
            lambda n: [f"line {i} of many words about trees" for i in range(n)],
            lambda n: [f"row {i} of many words about trees" for i in range(n)],
        ),
        (lambda n: ["all the same"] * n, lambda n: ["all the same"] * (n - 1) + ["not at all the same"]),
        (lambda n: ["a b c d e f"] * n, lambda n: ["a b c d e g"] * n),
        (lambda n: ["word " * n * 4 + "x"], lambda n: ["word " * (n * 4 + 1) + "y"]),
        (
            lambda n: [f"w{i} w{i + 1} w{i + 2} w{i + 3} w{i + 4}" for i in range(n)],
            lambda n: [" ".join(f"w{i}" for i in range(n * 9 // 5))],
        ),
    ],
    ids=["all edited", "all repeated", "repeated and edited", "one word repeated", "one giant"],
)
def test_large_texts_are_compared_in_linear_time(seed, page):
    grows_no_faster_than_linear(lambda n: compare(a_seed(*seed(n)), a_model(*page(n))), 5000)


def test_a_seed_of_megabytes_takes_a_few_times_its_size_and_not_a_string_for_each_word():
    import tracemalloc

    words = " ".join(f"word{n}" for n in range(60))
    body = "\n\n".join(f"Paragraph {n} says: {words}." for n in range(7_000))
    seed = read_document(f"A headline\n\n{body}\n\nOriginal url: http://a.example/1".encode(), origin="a", name="a.txt")
    assert isinstance(seed, Seed)
    tracemalloc.start()
    try:
        assert compare(seed, a_model("Another page altogether.")).verdict == "different"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(seed.data), peak / len(seed.data)
