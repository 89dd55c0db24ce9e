"""The model of the whole page: no text of the page is in no block, and each block says what the source marks it as."""

import html
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.articles import BODY, a_response, a_seed

from archiver.article.analyse import read
from archiver.markup.document import document_of
from archiver.model import PageBlock, PageModel

WORDS = "Seven hulls of oak were raised from the silt below the old quay this week."
STORY = "".join(f"<p>{line}</p>" for line in BODY)

PLAIN = {
    "paragraph": "<p>@</p>",
    "bare": "<div>@</div>",
    "heading": "<h2>@</h2>",
    "list": "<ul><li>@</li></ul>",
    "definition": "<dl><dt>Find</dt><dd>@</dd></dl>",
    "table": "<table><tr><td>@</td></tr></table>",
    "quotation": "<blockquote><p>@</p></blockquote>",
    "caption": "<figure><img src=a.jpg><figcaption>@</figcaption></figure>",
    "details": "<details><summary>More</summary><p>@</p></details>",
    "noscript": "<noscript><p>@</p></noscript>",
    "navigation": "<nav><a href=/x>@</a></nav>",
    "aside": "<aside><p>@</p></aside>",
    "footer": "<footer><small>@</small></footer>",
    "button": "<button>@</button>",
    "dialog": "<dialog open><p>@</p></dialog>",
    "form": "<form><label>@</label></form>",
    "option": "<select><option>@</option></select>",
    "textarea": "<textarea>@</textarea>",
    "frame": "<iframe srcdoc='<p>@</p>'></iframe>",
    "old frame": "<iframe src=/x><p>@</p></iframe>",
    "drawing": "<svg><text>@</text></svg>",
    "picture's fallback": "<canvas>@</canvas>",
    "site's own": "<x-card><x-text>@</x-text></x-card>",
    "shadow": "<x-card><template shadowrootmode=open><p>@</p></template></x-card>",
    "preformatted": "<pre>@</pre>",
    "centred": "<center><font>@</font></center>",
    "unclosed": "<p>@<p>",
    "nested": "<div>" * 700 + "@" + "</div>" * 700,
    "address": "<address>@</address>",
    "ruby": "<ruby>字<rt>@</rt></ruby>",
}
HIDDEN = {
    "attribute": "<p hidden>@</p>",
    "around": "<div hidden><section><p>@</p></section></div>",
    "display": "<p style='color:red; DISPLAY : none'>@</p>",
    "visibility": '<div style="visibility:hidden"><p>@</p></div>',
    "inline": "<p>Before <span hidden>@</span> after</p>",
    "template": "<template><p>@</p></template>",
}
FOR_SCREEN_READERS = {
    "bootstrap": "<p class='sr-only'>@</p>",
    "inline": "<p>Before <span class='a visually-hidden'>@</span> after</p>",
    "wordpress": "<span class=screen-reader-text>@</span>",
    "image": '<p>Before <img src=a.jpg alt="@"> after</p>',
}
STRUCK = {
    "s": "<p><s>@</s></p>",
    "del": "<del><p>@</p></del>",
    "strike": "<p><b><strike>@</strike></b></p>",
    "style": "<p style='text-decoration: line-through'>@</p>",
}
DATA = {
    "description": '<meta name=description content="@">',
    "og": '<meta property="og:description" content="@">',
    "json-ld": '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"@"}</script>',
    "state": '<script>window.state={"body":[{"text":"@"}]}</script>',
    "twice": "<script>window.state=JSON.parse({!r})</script>",
    "template": "<script type='text/template'><p>@</p></script>",
    "attribute": '<div data-caption="@"></div>',
    "comment": "<!-- <p>@</p> -->",
    "cdata": "<div><![CDATA[@]]></div>",
}


def model(inserted: str, *, at: int = 2) -> PageModel:
    """The model of a page with some markup among its paragraphs."""
    lines = [f"<p>{line}</p>" for line in BODY]
    page = "".join([*lines[:at], inserted, *lines[at:]])
    body = f"<html><head><title>Harbour</title></head><body><main><article><h1>Harbour</h1>{page}</article></main>"
    found = read(None, a_response(body.encode())).article.model
    assert found is not None
    return found


def holding(found: PageModel, words: str = WORDS) -> list[PageBlock]:
    """The blocks that hold these words."""
    return [each for each in found.blocks if words in each.text]


@pytest.mark.parametrize("kind", PLAIN)
def test_a_paragraph_in_any_markup_is_in_a_block_that_is_not_marked(kind):
    found = model(PLAIN[kind].replace("@", WORDS))
    assert [each.marked for each in holding(found)] == [None]
    assert holding(found)[0].kind != "data"
    assert found.read.whole


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_the_source_marks_as_hidden_is_marked_so_and_not_in_the_article(kind):
    (block,) = holding(model(HIDDEN[kind].replace("@", WORDS)))
    assert (block.marked, block.text, block.in_article) == ("hidden", WORDS, False)


@pytest.mark.parametrize("kind", FOR_SCREEN_READERS)
def test_what_is_for_screen_readers_is_marked_so_and_parts_no_sentence(kind):
    found = model(FOR_SCREEN_READERS[kind].replace("@", WORDS))
    (block,) = holding(found)
    assert (block.marked, block.text, block.in_article) == ("screen-reader", WORDS, False)
    assert "Before" not in FOR_SCREEN_READERS[kind] or any(each.text == "Before after" for each in found.blocks)


@pytest.mark.parametrize("kind", STRUCK)
def test_what_is_struck_as_a_whole_is_marked_so(kind):
    (block,) = holding(model(STRUCK[kind].replace("@", WORDS)))
    assert (block.marked, block.text, block.in_article) == ("struck", WORDS, False)


def test_struck_words_are_kept_beside_the_text_and_words_stay_apart():
    found = model("<p>It costs <s>four</s><ins>forty</ins> million crowns, the town said.</p>")
    (block,) = [each for each in found.blocks if each.struck]
    assert block.text == "It costs forty million crowns, the town said."
    assert block.struck == "It costs four forty million crowns, the town said."
    assert (block.marked, found.read.struck) == (None, 1)


@pytest.mark.parametrize("kind", DATA)
def test_what_is_only_in_the_pages_data_is_a_block_of_data(kind):
    words = json.dumps({"text": WORDS}) if kind == "twice" else WORDS
    inserted = DATA[kind].format(words) if kind == "twice" else DATA[kind].replace("@", words, 1)
    if kind == "json-ld":
        inserted = DATA[kind].replace('"@"', f'"{WORDS}"')
    (block,) = holding(model(inserted))
    assert (block.kind, block.text, block.in_article) == ("data", WORDS, False)


def test_entities_in_data_are_decoded_however_often_they_were_encoded():
    words = "Fenn & Brandt’s “quay” was sold for 5 € on the last day"
    for encoded in (html.escape(words), html.escape(html.escape(words))):
        found = model(f'<script type="application/ld+json">{json.dumps({"headline": encoded})}</script>')
        assert holding(found, words)


def test_icons_are_no_words_of_a_sentence():
    found = model('<p><i class="fa" aria-hidden="true">home</i>Herons nest here. <span aria-hidden=true>★</span></p>')
    assert [each.text for each in found.blocks if "Herons" in each.text] == ["Herons nest here."]
    shown = model("<p aria-hidden=true>Herons nest here.</p>")
    assert [each.marked for each in holding(shown, "Herons nest here.")] == [None]


def test_places_are_xpaths_that_lead_to_the_words():
    body = f"<html><body><div><p>One two three</p><p>{WORDS}<br><br>Four five six</p></div></body></html>".encode()
    found = read(None, a_response(body)).article.model
    tree = document_of(body, "text/html").tree
    for block in found.blocks:
        assert block.text in " ".join("".join(tree.xpath(block.at)[0].itertext()).split())


MARKUP = st.sampled_from([*PLAIN.values(), *HIDDEN.values(), *STRUCK.values(), *FOR_SCREEN_READERS.values()])


@settings(max_examples=60, deadline=None)
@given(st.lists(MARKUP, min_size=1, max_size=4), st.integers(0, len(BODY)), st.booleans())
def test_no_text_of_a_page_is_in_no_block_whatever_it_stands_in(wrappers, at, broken):
    """The innermost wrapper holds the words, each other wrapper the one before it."""
    inserted = WORDS
    for wrapper in wrappers:
        if wrapper.startswith(("<iframe", "<textarea", "<p>Before <img", "<select")) and inserted != WORDS:
            continue  # these hold no markup
        inserted = wrapper.replace("@", inserted)
    found = model(inserted[:-4] if broken else inserted, at=at)
    assert any(WORDS in (each.struck or each.text) for each in found.blocks)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([*PLAIN.values()]), st.lists(st.sampled_from([*BODY, WORDS]), max_size=8))
def test_two_seeds_of_one_page_give_one_text(wrapper, lines):
    body = f"<html><body><article><h1>A</h1>{STORY}{wrapper.replace('@', WORDS)}</article></body></html>".encode()
    alone = read(None, a_response(body)).article
    beside = read(a_seed(*lines), a_response(body)).article
    assert (beside.text, beside.blocks, beside.extractor, beside.candidates) == (
        *(alone.text, alone.blocks, alone.extractor, alone.candidates),
    )


@pytest.mark.parametrize(
    "line",
    [
        "<p><i>AFP contributed reporting.</i></p>",
        "<p>Source: Reuters</p>",
        "<p>Quelle: ntv.de, ino/dpa</p>",
        "<p><em>dpa/sda</em></p>",
        "<p>Reporting by Ola Brandt; Editing by Tobias Fenn</p>",
        "<footer><p>(AFP)</p></footer>",
    ],
)
def test_sign_offs_and_source_lines_behind_the_last_paragraph_are_of_the_article(line):
    body = f"<html><body><main><article><h1>A</h1>{STORY}{line}</article></main><p>©</p></body>"
    found = read(None, a_response(body.encode())).article
    assert found.paragraphs[-1] == "".join(document_of(line.encode(), None).tree.itertext())
    assert found.paragraphs[-len(BODY) - 1 : -1] == BODY


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<p>[Related: The quay of the north is sold to a bank in the town]</p>", "navigation"),
        ("<div>Subscribe to the Courier and stay smart with more of our letters</div>", "navigation"),
        ("<div>28.04.2023, 20.15 Uhr</div>", "byline"),
        ("<div class=credit>Photo: Mia Holm</div>", "credit"),
        ("<aside><p>The quay in numbers, and what they mean to the town.</p></aside>", "aside"),
    ],
)
def test_short_lines_outside_the_article_have_the_kind_that_they_say(markup, kind):
    body = f"<html><body><main><article>{STORY}</article></main><div><hr>{markup}</div></body></html>".encode()
    found = read(None, a_response(body)).article.model
    (block,) = [each for each in found.blocks if each.at.startswith("/html/body/div")]
    assert (block.kind, block.in_article) == (kind, False)


@pytest.mark.parametrize(
    ("problem", "whole"),
    [
        (None, True),
        ("complete; 9 bytes follow the end of the message", True),
        ("cut short: the end of the chunked body is missing", False),
        ("the gzip coding of the body is broken: it ends too early; what came before is kept", False),
    ],
)
def test_a_page_whose_body_was_cut_was_not_read_whole(problem, whole):
    page = replace(a_response(f"<html><body><article>{STORY}</article></body></html>".encode()), problem=problem)
    article = read(None, page).article
    assert (article.model.read.whole, article.model.read.cut) == (whole, () if whole else (problem,))
    assert (article.note or "").count("broken") <= 1
