"""The comparison with the whole page: no line that stands anywhere is missing, and the verdict is the page's alone."""

import html
import re
from dataclasses import replace

import pytest
from growth import grows_no_faster_than_linear
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.articles import BODY, a_model, a_page, a_response, a_seed, escaped
from places import SHARED

from archiver.article.analyse import read
from archiver.article.compare.compare import compare
from archiver.article.saved_page import saved_page
from archiver.model import PageBlock, Seed
from archiver.seeds.document import read_document

ADDED = "Engineers found in the spring that the basin had lost two metres of depth since the last dredging."
MARKUPS = (
    "<p>{}</p>",
    "<div>{}</div>",
    "<ul><li>A short item</li><li>{}</li></ul>",
    "<ol><li>{}</li></ol>",
    "<blockquote><p>{}</p></blockquote>",
    "<blockquote>{}<cite>Ola Brandt</cite></blockquote>",
    "<table><tr><td>{}</td></tr></table>",
    "<table><tr><td>Depth</td><td>{}</td></tr></table>",
    "<aside><p>{}</p></aside>",
    "<figure><img src='a.jpg'><figcaption>{}</figcaption></figure>",
    "<details><summary>More</summary><p>{}</p></details>",
    "<section><h3>{}</h3></section>",
    "<dl><dt>Depth</dt><dd>{}</dd></dl>",
    "<div class='related'><a href='/x'>{}</a></div>",
    "<footer><p>{}</p></footer>",
    "<nav><ul><li><a href='/y'>{}</a></li></ul></nav>",
    "<pre>{}</pre>",
    "<address>{}</address>",
    "<p><em><strong>{}</strong></em></p>",
    "<p>First words of it.<br><br>{}<br><br>Last words of it.</p>",
    "<x-paragraph><x-text>{}</x-text></x-paragraph>",
    "<noscript><p>{}</p></noscript>",
    "<center><font size='2'>{}</font></center>",
    "<p><span class='dropcap'>E</span>{rest}</p>",
    "<div><span>{first} </span><span>{second}</span></div>",
    "<div><div>{first}</div><div>{second}</div></div>",
)


HIDING = ("<div hidden>{}</div>", "<div style='display:none'>{}</div>")


def filled(markup: str, text: str) -> str:
    """The text in this markup."""
    words = text.split()
    half = len(words) // 2
    first, second = " ".join(words[:half]), " ".join(words[half:])
    return markup.format(text, rest=text[1:], first=first, second=second)


def page_with(markup: str, place: int, around: str = "{}"):
    texts = [f"<p>{each}</p>" for each in escaped(*BODY)]
    texts.insert(place, around.format(filled(markup, html.escape(ADDED, quote=False))))
    body = f"<h1>Council Votes to Close Fish Market</h1>{''.join(texts)}"
    return a_response(
        f"<!DOCTYPE html><html lang=en><body><main><article>{body}</article></main></body></html>".encode()
    )


def seed_with(place: int) -> Seed:
    return a_seed(*BODY[:place], ADDED, *BODY[place:])


def lines_of(comparison):
    return [line for line in comparison.lines if line.seed and ADDED.startswith(line.seed[:12])] or [
        line for line in comparison.lines if line.seed and line.seed in ADDED
    ]


@settings(max_examples=60)
@given(st.sampled_from(MARKUPS), st.integers(0, len(BODY)))
def test_a_paragraph_in_any_markup_anywhere_is_never_missing(markup, place):
    comparison = read(seed_with(place), page_with(markup, place)).comparison
    assert "missing" not in [line.kind for line in comparison.lines]
    assert {line.where for line in comparison.lines if line.seed} <= {"article", "page"}
    assert comparison.seed_coverage > 0.99


@settings(max_examples=60)
@given(st.sampled_from(MARKUPS), st.integers(0, len(BODY)), st.sampled_from(HIDING))
def test_hiding_a_paragraph_changes_where_it_stands_and_the_verdict_and_never_its_kind(markup, place, hiding):
    seed = seed_with(place)
    shown, hidden = (read(seed, page_with(markup, place, around)).comparison for around in ("{}", hiding))
    assert [line.kind for line in shown.lines if line.seed] == [line.kind for line in hidden.lines if line.seed]
    assert {line.where for line in hidden.lines if line.seed and line.seed in ADDED} == {"hidden"}
    assert hidden.verdict == "edited"
    assert hidden.marked_coverage == shown.marked_coverage > hidden.seed_coverage


@given(st.data())
def test_the_verdict_does_not_depend_on_who_extracted_the_blocks(data):
    page = [*BODY]
    for _ in range(data.draw(st.integers(0, 2))):
        page.insert(
            data.draw(st.integers(0, len(page))), data.draw(st.sampled_from([ADDED, "Advertisement", "By Jo Finch"]))
        )
    model = a_model(*page)
    seed = a_seed(*(text for text in BODY if data.draw(st.integers(0, 9)) or True))
    verdicts = set()
    for _ in range(4):
        taken = data.draw(st.lists(st.booleans(), min_size=len(page), max_size=len(page)))
        both = zip(model.blocks, taken, strict=True)
        blocks = tuple(block(was.text, at=was.at, in_article=each) for was, each in both)
        verdicts.add(compare(seed, replace(model, blocks=blocks)).verdict)
    assert len(verdicts) == 1


@settings(max_examples=20)
@given(st.lists(st.sampled_from([*BODY, ADDED]), max_size=6), st.lists(st.sampled_from(BODY), max_size=6))
def test_two_seeds_of_one_page_have_one_text(one, other):
    page = a_page(*escaped(*BODY))
    texts = {read(seed, page).article.text for seed in (a_seed(*one), a_seed(*other), None)}
    assert len(texts) == 1


def block(text: str, **more) -> PageBlock:
    return PageBlock(**{"kind": "paragraph", "text": text, "at": "/html/body/article/p", **more})


@pytest.mark.parametrize(
    ("found", "kind", "where", "verdict"),
    [
        (block(ADDED), "same", "article", "same"),
        (block(ADDED, in_article=False), "same", "page", "same"),
        (block(ADDED, kind="caption", in_article=False), "same", "page", "same"),
        (block(ADDED, marked="hidden"), "same", "hidden", "edited"),
        (block(ADDED, marked="screen-reader"), "same", "hidden", "edited"),
        (block(ADDED, marked="struck"), "same", "struck", "edited"),
        (block("", marked="struck", struck=ADDED), "same", "struck", "edited"),
        (block(ADDED, kind="data", in_article=False), "same", "data", "edited"),
        (block(ADDED, kind="data", in_article=True), "same", "data", "edited"),
        (block(ADDED.replace("two", "forty")), "edited", "article", "edited"),
        (block(ADDED.replace("two", "forty"), struck=ADDED.replace("two", "two forty")), "edited", "struck", "edited"),
        (block(f"{ADDED} And the mayor agreed."), "edited", "article", "edited"),
    ],
)
def test_a_line_says_where_it_stands_and_the_verdict_follows(found, kind, where, verdict):
    comparison = compare(a_seed(*BODY[:3], ADDED, *BODY[3:]), a_model(*BODY[:3], found, *BODY[3:]))
    (line,) = [line for line in comparison.lines if line.seed == ADDED]
    assert (line.kind, line.where, comparison.verdict) == (kind, where, verdict)
    counted = where in ("article", "page")
    assert (comparison.seed_coverage > 0.9) == counted
    assert comparison.marked_coverage > 0.98


def test_a_line_that_is_nowhere_is_missing_only_where_all_was_read():
    for cut, kind, verdict in (
        ((), "missing", "edited"),
        (("only the first half was read",), "not-compared", "partial"),
    ):
        comparison = compare(a_seed(*BODY, ADDED), a_model(*BODY, cut=cut))
        line = comparison.lines[-1]
        assert (line.kind, line.where, line.page, comparison.verdict) == (kind, None, None, verdict)
        assert comparison.read.cut == cut
    assert compare(a_seed(*BODY), a_model(*BODY, cut=("cut",))).verdict == "same"


@pytest.mark.parametrize(
    ("extra", "counts"),
    [
        (block(ADDED), True),
        (block(ADDED, in_article=False), True),
        (block("Why the council voted", kind="heading", at="/html/body/article/h2"), True),
        (block(ADDED, kind="quotation", at="/html/body/article/blockquote/p"), True),
        (block(ADDED, at="/html/body/article/div[2]/p"), True),
        (block("Yes.", at="/html/body/article/p[9]"), True),
        (block(ADDED, kind="caption"), False),
        (block(ADDED, kind="navigation"), False),
        (block(ADDED, kind="aside"), False),
        (block(ADDED, kind="embed"), False),
        (block(ADDED, marked="hidden"), False),
        (block("Photo: Mia Holm/AFP"), False),
        (block("Advertisement", at="/html/body/article/div[2]"), False),
        (block("Most read in the harbour", at="/html/body/article/div[2]/div/h3"), False),
        (block("***"), False),
        (block('the roof was "no longer safe" and that repairs would take a year'), False),
    ],
)
def test_prose_between_the_lines_found_counts_whoever_extracted_it(extra, counts):
    within = compare(a_seed(*BODY), a_model(*BODY[:3], extra, *BODY[3:]))
    assert (within.verdict == "edited") == counts
    assert [line.page for line in within.lines if line.kind == "page-only"] == ([extra.text] if counts else [])
    if counts:
        assert [line.kind for line in within.lines].index("page-only") == 3
    for outside in (a_model(extra, *BODY), a_model(*BODY, extra)):
        assert compare(a_seed(*BODY), outside).verdict == "same"


@pytest.mark.parametrize(
    "aid",
    [" (opens in a new tab)", ", opens new tab", "(öffnet im neuen Fenster)", " (ouvre dans un nouvel onglet)"],
)
def test_what_a_link_says_to_those_who_do_not_see_it_is_no_word_of_the_text(aid):
    seed = a_seed("The harbour council voted to close the market, its mayor said on Thursday evening.")
    page = a_model(f"The harbour council voted to close the market{aid}, its mayor said on Thursday evening.")
    assert compare(seed, page).verdict == "same"


def test_a_label_glued_to_its_paragraph_on_the_page_is_found_beside_it():
    seed = a_seed(BODY[0], "HL7", f"HL7 {BODY[1]}", BODY[2])
    comparison = compare(seed, a_model(BODY[0], f"HL7 HL7 {BODY[1]}", BODY[2]))
    assert (comparison.verdict, comparison.seed_coverage) == ("typographic", 1.0)


def test_a_numbered_heading_is_the_heading_without_its_number():
    page = a_model(BODY[0], block("2. Why the council voted", kind="heading", at="/html/body/article/h3"), BODY[1])
    assert compare(a_seed(BODY[0], "Why the council voted", BODY[1]), page).verdict == "same"


@pytest.mark.parametrize(
    ("markup", "verdict"),
    [
        ("<p>Read also: <a href='/x'>The mayor of the town resigns over the market</a></p>", "same"),
        ("<p>[<a href='/x'>Related: The mayor of the town resigns over the market</a>]</p>", "same"),
        ("<p>The mayor <a href='/x'>resigns over the market of the old town</a>, he said on Friday.</p>", "edited"),
    ],
)
def test_a_paragraph_that_leads_to_another_article_does_not_count(markup, verdict):
    texts = escaped(*BODY)
    page = a_page(*texts[:3], f"</p>{markup}<p>{texts[3]}", *texts[4:])
    assert read(a_seed(*BODY), page).comparison.verdict == verdict


def test_raised_digits_are_not_plain_ones():
    seed = a_seed("The basin has room for 10² boats and 2½ cranes of the old kind.")
    assert compare(seed, a_model("The basin has room for 102 boats and 2½ cranes of the old kind.")).verdict == "edited"
    assert compare(seed, a_model("The basin has room for 10² boats and 2½ cranes of the old kind.")).verdict == "same"


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "1. ", "(a) "])
def test_marks_of_lists_are_no_words(mark):
    items = ["Half of the money comes from the state", "The rest is paid by the town"]
    seed = a_seed(BODY[0], *(mark + item for item in items), BODY[1])
    made = [block(item, kind="list", at=f"/html/body/article/ol/li[{n}]") for n, item in enumerate(items, start=1)]
    assert compare(seed, a_model(BODY[0], *made, BODY[1])).verdict == "same"


def test_a_large_page_and_a_large_seed_are_compared_in_linear_time():
    texts = [
        f"Paragraph {n} has the words {n * 7 % 9973} and {n * 11 % 9967} and nothing else of note."
        for n in range(8_000)
    ]

    def lines(n: int) -> None:
        assert compare(a_seed(*(text[6:] for text in texts[:n])), a_model(*texts[:n], ADDED)).marked_coverage > 0.9

    grows_no_faster_than_linear(lines, 4_000)


def test_a_word_broken_by_the_end_of_a_line_of_the_seed_is_no_difference():
    text = (
        "Council\n\nThe work begins in autumn a\nnd costs four million crowns.\n\nOriginal url: <http://a.example/1>\n"
    )
    seed = read_document(text.encode(), origin="a", name="a.txt")
    assert isinstance(seed, Seed)
    assert compare(seed, a_model("The work begins in autumn and costs four million crowns.")).verdict == "same"
    apart = read_document(text.replace("a\nnd", "a nd").encode(), origin="a", name="a.txt")
    assert compare(apart, a_model("The work begins in autumn and costs four million crowns.")).verdict == "typographic"


CASES = SHARED / "cases" / "reading"
SAME = "same typographic"
EXPECTED = {
    "compare/01-moved": "edited",
    "compare/14-ld-entities": "edited",
    "compare/17-number-edit": "edited",
    "compare/19-deleted-in-del": "edited",
    "compare/19b-hidden": "edited",
    "compare/20-swap-two-similar": "edited",
    "compare/26-lead-meta-only": "edited",
    "more/del-ins": "edited",
    "more/del-ins-glued": "edited",
    "more/del-whole": "edited",
    "more/half": "edited",
    "more/super": "edited",
}
WHERE = {
    "compare/14-ld-entities": "data",
    "compare/19-deleted-in-del": "struck",
    "compare/19b-hidden": "hidden",
    "compare/26-lead-meta-only": "data",
    "more/del-ins": "struck",
    "more/del-ins-glued": "struck",
    "more/del-whole": "struck",
}


def cases(*folders: str) -> list[str]:
    return [f"{each}/{path.stem}" for each in folders for path in sorted((CASES / each).glob("*.txt"))]


@pytest.mark.shared
@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is absent")
@pytest.mark.parametrize("name", cases("compare", "markdown", "more", "reports"))
def test_the_cases_have_the_right_verdict(name):
    path = CASES / f"{name}.txt"
    seed = read_document(path.read_bytes(), origin=str(path), name=path.name)
    assert isinstance(seed, Seed)
    comparison = read(seed, saved_page(path.with_suffix(".html"), seed.url)).comparison
    expected = "same" if name.startswith("markdown") else EXPECTED.get(name, SAME)
    assert comparison.verdict in expected.split(), comparison.lines
    assert "missing" not in [line.kind for line in comparison.lines]
    places = {line.where for line in comparison.lines if line.seed} - {"article", "page"}
    assert places == ({WHERE[name]} if name in WHERE else set())
    assert not re.search("fourforty|102 ", " ".join(each.page for line in comparison.lines for each in line.changes))
