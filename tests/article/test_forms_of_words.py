"""A line in whatever form a page keeps its words: ways of writing data, letters set apart, marks of other scripts."""

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.articles import BODY, a_response, a_seed, escaped

from archiver.article.analyse import read
from archiver.words import keys

HEADLINE = "Council Votes to Close Fish Market"
LINES = (
    "Engineers found in the spring that the basin had lost two metres of depth since the last dredging.",
    "临河镇政府星期四宣布，建于一九三一年的老铁桥将从六月一日起关闭，进行为期两年的维修。",
    "Железный мост в Верхней Лоханке закроют с первого июня на ремонт, который продлится два года.",
    "أعلنت بلدية وادي الرمان يوم الخميس أن الجسر الحديدي القديم سيغلق أمام القطارات ابتداء من أول يونيو.",
    "水崎町の図書館は今月から、本だけでなく工具の貸し出しも始めた。町民なら誰でも利用できる。",
)


def in_state(value: object) -> str:
    return f"<script>window.__STATE__ = {json.dumps(value)};</script>"


def in_json_ld(value: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


WRITTEN = {
    "state, escaped": lambda line: in_state({"body": line}),
    "state, as markup": lambda line: in_state({"body": f"<p class='x'>{html.escape(line)}</p>"}),
    "state, as it is": lambda line: f"<script>var d = {json.dumps({'b': [line]}, ensure_ascii=False)}</script>",
    "state, escaped twice": lambda line: f"<script>f(JSON.parse({json.dumps(json.dumps({'b': line}))}))</script>",
    "state, escaped thrice": lambda line: in_state(json.dumps(json.dumps({"t": [line]}))),
    "state, as part of an address": lambda line: f'<script>var d = "{quote(json.dumps({"b": [line]}))}"</script>',
    "state, as a list in an address": lambda line: f"<script>d('{quote(json.dumps([{'b': line}]), safe='')}')</script>",
    "JSON-LD": lambda line: in_json_ld({"@type": "NewsArticle", "articleBody": line}),
    "JSON-LD, a graph": lambda line: in_json_ld(
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, {"@type": "Article", "articleBody": line}]}
    ),
    "JSON-LD, values": lambda line: in_json_ld({"@type": "Article", "text": {"@value": "", "x": [line]}}),
    "JSON": lambda line: f"<script type='application/json'>{json.dumps({'p': {'@x': [line]}})}</script>",
    "attribute": lambda line: f"<div data-props='{html.escape(json.dumps({'body': line}), quote=True)}'></div>",
}


def page_of(*texts: str, more: str = "", headline: str = HEADLINE):
    body = "".join(f"<p>{each}</p>" for each in escaped(*texts))
    return a_response(
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{headline}</title></head><body><article>"
        f"<h1>{headline}</h1>{body}</article>{more}</body></html>".encode()
    )


def found(seed, page):
    return [(line.kind, line.where) for line in read(seed, page).comparison.lines if line.seed is not None]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("form", WRITTEN)
def test_a_line_in_data_of_any_form_is_found_there(form, line):
    *_, last = found(a_seed(*BODY, line), page_of(*BODY, more=WRITTEN[form](line)))
    assert last[1] == "data" and last[0] in ("same", "typographic")


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_lines_in_data_of_a_page_without_text_are_found_there_and_not_in_its_title(data):
    form = data.draw(st.sampled_from(sorted(WRITTEN)))
    wanted = data.draw(st.permutations(BODY).map(lambda lines: lines[:3]))
    shell = page_of(more="<div id=root></div>" + "".join(WRITTEN[form](line) for line in wanted))
    assert {where for _, where in found(a_seed(*wanted), shell)} == {"data"}


@pytest.mark.parametrize(
    ("headline", "lead"),
    [
        (
            "Night ferry to Skarholm to sail on batteries alone",
            "The night ferry to Skarholm is to sail on batteries alone from next summer, its owner said on Friday.",
        ),
        (
            "Storm leaves four thousand homes dark on the northern coast",
            "A storm from the sea left four thousand homes dark on the northern coast, and two boats were lost.",
        ),
        ("水崎町の古い図書館、工具の貸し出しを開始", LINES[-1]),
    ],
)
def test_a_headline_is_no_edited_form_of_a_lead_that_says_it_at_more_length(headline, lead):
    first, *_ = found(a_seed(lead, *BODY), page_of(*BODY, headline=headline))
    assert first == ("missing", None)
    first, *_ = found(a_seed(lead, *BODY), page_of(*BODY, headline=headline, more=in_state({"body": lead})))
    assert first == ("same", "data")


def test_a_subheading_of_the_seed_is_found_edited_among_headings():
    page = page_of(*BODY[:2]).body.replace(b"</article>", b"<h2>Why the old roof must go now</h2></article>")
    assert found(a_seed(*BODY[:2], "Why the old roof must go"), a_response(page))[-1] == ("edited", "article")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([line for line in BODY if line[0].isalpha() and line.split()[0][1:]]), st.integers(1, 3))
def test_first_letters_in_a_block_of_their_own_are_the_beginning_of_their_line(line, size):
    size = min(size, len(line.split()[0]) - 1)
    page = page_of("The first.", "DROP", *BODY).body
    cut = f"<div class=drop>{line[:size]}</div><p>{html.escape(line[size:], quote=False)}</p>".encode()
    seen = read(a_seed(line), a_response(page.replace(b"<p>DROP</p>", cut))).comparison
    assert {each.kind for each in seen.lines if each.seed is not None} <= {"same", "typographic"}


@pytest.mark.parametrize("tag", ["pre", "textarea"])
@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "\n  \n \n"])
def test_an_empty_line_in_preformatted_text_parts_paragraphs(tag, blank):
    body = f"<{tag}>{blank.join(escaped(*BODY[:4]))}</{tag}>"
    assert {kind for kind, _ in found(a_seed(*BODY[:4]), page_of(more=body))} == {"same"}


@pytest.mark.parametrize(("opened", "where"), [("", "hidden"), (" open", "page")])
def test_a_dialog_is_hidden_until_it_is_opened(opened, where):
    page = page_of(*BODY, more=f"<dialog{opened}><p>{LINES[0]}</p></dialog>")
    assert found(a_seed(*BODY, LINES[0]), page)[-1] == ("same", where)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قال الجسر القديم", "قـال الجســر القديم"),
        ("館長は「一軒」と話した", "館長は『一軒』と話した"),
        ("他说「很好」。", "他说“很好”。"),
        ("﹁很好﹂", "「很好」"),
        ("他说很好。", "他说很好."),
        ("هل هو جيد؟ نعم، جيد", "هل هو جيد? نعم, جيد"),
        ("वह अच्छा है।", "वह अच्छा है."),
    ],
)
def test_kashidas_and_corner_brackets_are_typography(one, other):
    assert keys(one) == keys(other)
    before, after = (BODY[0], one), (BODY[0], other)
    assert found(a_seed(*before), page_of(*after))[-1][0] == "typographic"


def test_the_foot_of_a_site_credits_nobody_though_a_page_has_no_other_text():
    seed, foot = a_seed(*BODY[:2]), "<footer><p>© 2024 The Harbour Times. All rights reserved.</p></footer>"
    data = in_state({"body": LINES[1]})
    page = (
        f"<!DOCTYPE html><html lang=zh><body><main><article><h1>{LINES[1][:9]}</h1></article></main>{{}}</body></html>"
    )
    assert not read(seed, a_response(page.format(foot + data).encode())).credits
    own = page.format(f"<article><p>{BODY[0]}</p><p>{BODY[1]}</p><footer><p>Source: AFP</p></footer></article>")
    assert [each.name for each in read(seed, a_response(own.encode())).credits] == ["AFP"]


APART = (
    "<div class=ad>Advertisement</div>",
    "<div class=ad><span>Ad</span></div>",
    "<h3>Old roof</h3>",
    "<figure><img src=a.jpg><figcaption>The roof in May</figcaption></figure>",
    "<ul class=share><li><a href=/s>Share</a></li></ul>",
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_line_that_a_label_or_heading_parts_has_another_break_and_no_other_words(data):
    place = data.draw(st.integers(0, 4))
    words = BODY[place].split()
    cut = data.draw(st.integers(4, len(words) - 4))
    halves = [f"<p>{each}</p>" for each in escaped(" ".join(words[:cut]), " ".join(words[cut:]))]
    parted = data.draw(st.sampled_from(APART)).join(halves)
    page = page_of(*BODY[:place], "HERE", *BODY[place + 1 :]).body.replace(b"<p>HERE</p>", parted.encode())
    seen = read(a_seed(*BODY), a_response(page)).comparison
    kinds = {line.kind for line in seen.lines if line.seed is not None and line.seed_line == 5 + 2 * place}
    assert kinds == {"typographic"}
    assert all(line.kind == "same" for line in seen.lines if line.seed_line not in (None, 5 + 2 * place))


def test_prose_between_two_halves_is_not_passed_over():
    first, second = escaped("Nearly forty stalls have stood under", "the iron roof since the great storm of 1911.")
    between = f"<p>{first}</p><p>Sailors of three towns told the council of their fears.</p><p>{second}</p>"
    page = page_of(*BODY[:3], "HERE", *BODY[4:]).body.replace(b"<p>HERE</p>", between.encode())
    seen = read(a_seed(*BODY), a_response(page)).comparison
    assert seen.verdict == "edited"
    assert "edited" in {line.kind for line in seen.lines if line.seed_line == 11}


@pytest.mark.parametrize("mark", ["*", "†", "<sup>1</sup>", "<sup><a href=#n>[2]</a></sup>", " [3]", "¹²"])
@pytest.mark.parametrize("after", ["the old fish market", "announced."])
def test_the_mark_of_a_footnote_is_no_word(mark, after):
    page = page_of(*BODY).body.replace(after.encode(), f"{after}{mark}".encode())
    assert found(a_seed(*BODY), a_response(page))[0] == ("typographic", "article")


@pytest.mark.parametrize(
    ("plain", "raised"), [("an area of 10 km", "an area of 10 km²"), ("a load of 10", "a load of 10³"), ("go", "go 3")]
)
def test_units_and_powers_are_no_footnotes(plain, raised):
    lines = [f"The council spoke of {each} beside the harbour on Monday." for each in (plain, raised)]
    assert found(a_seed(BODY[0], lines[0]), page_of(BODY[0], lines[1]))[-1] == ("edited", "article")
