"""One page read: text, captions, recovered links, and pages that are none."""

import gc
import gzip
import json
import subprocess
import sys

import pytest
from pages.articles import BODY, a_page, a_response, a_seed, escaped
from places import SHARED

from archiver.article.analyse import read
from archiver.article.text.block_place import Place
from archiver.model import Anchor

CORPUS = SHARED / "corpus"


def test_the_text_is_the_paragraphs_of_the_article_folded():
    page = a_page(*escaped(*BODY[:-1]), "AFP\n  contributed&nbsp;\nre<b>port</b>ing.")
    article = read(None, page).article
    assert article.paragraphs[-len(BODY) :] == BODY
    assert (article.language, article.charset, article.extractor, article.note) == (
        "en",
        "utf-8",
        "archiver-blocks",
        None,
    )
    assert article.text.endswith("reporting.\n")


def test_without_a_seed_only_the_page_is_read():
    reading = read(None, a_page(*escaped(*BODY)))
    assert (reading.comparison.verdict, reading.comparison.lines, reading.links) == ("no-text", (), ())
    assert reading.claims == reading.article.claims


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"<html><body></body></html>", "no article text"),
        (b"<!-- nothing -->", "not a readable page"),
        (b"<div>" * 2_000_000, "only the first 400000 tags"),
        (b"<p>x</p>" * 70_000, "elements"),
        (b"<html>\x00\x01\x02<body>" + b"<script>x</script>" * 1000, "no article text"),
    ],
)
def test_a_page_without_an_article_says_why_and_harms_nothing(body, words):
    reading = read(a_seed(*BODY), a_response(body))
    assert reading.article.paragraphs == ()
    assert words in reading.article.note
    verdict = (
        "partial" if words in ("elements", "only the first 400000 tags") else "no-text"
    )  # What was not searched says nothing of the seed.
    assert (reading.comparison.verdict, reading.article.text) == (verdict, "")


def test_what_was_wrong_with_the_body_stands_in_the_note():
    page = a_page(*escaped(*BODY))
    cut = type(page)(url=page.url, status=200, headers=page.headers, body=page.body, problem="cut short")
    assert read(None, cut).article.note == "cut short"


def test_captions_are_those_of_figures_and_caption_classes():
    above = (
        "<figure><img src=a><figcaption>The quay. <span>Photo: Mia Holm</span></figcaption></figure>"
        '<div class="wp-caption"><img src=b><p class="wp-caption-text">The roof.</p></div>'
    )
    captions = read(None, a_page(*BODY, above=above)).article.captions
    assert [caption.text for caption in captions] == ["The quay. Photo: Mia Holm", "The roof."]
    assert captions[0].at == "/html/body/article/figure/figcaption"


def lost(text, href="#", start=0):
    return Anchor(text=text, href=href, line=5, start=start)


def test_lost_links_get_the_pages_address_and_say_which_of_several_it_was():
    announced = BODY[0].replace("announced", '<a href="../../live?id=1">announced</a>')
    page = a_page(*escaped("Nothing <here>"), '<a href="/other">announced</a> long ago', announced, *BODY[1:])
    anchors = (lost("announced"), lost("fish market", ""), lost("the mayor", "javascript:void(0)"))
    links = read(a_seed(*BODY, anchors=anchors), page).links
    assert [(link.page_href, link.occurrence) for link in links] == [
        ("https://www.harbour.example/2023/live?id=1", 2),
        (None, None),
        (None, None),
    ]


def test_a_base_address_is_the_one_links_refer_to_and_empty_links_are_none():
    page = a_page(
        '<a href="#">vote</a> <a href="javascript:x()">vote</a> <a href="r.html">vote</a>',
        *BODY,
        head='<base href="https://mirror.example/a/">',
    )
    (link,) = read(a_seed(*BODY, anchors=(lost("vote"),)), page).links
    assert (link.page_href, link.occurrence) == ("https://mirror.example/a/r.html", 1)


def test_links_of_the_same_words_are_used_once_each():
    page = a_page('<a href="/1">report</a> and <a href="/2">report</a>', *BODY)
    links = read(a_seed(*BODY, anchors=(lost("report"), lost("report"))), page).links
    assert [link.page_href for link in links] == ["https://www.harbour.example/1", "https://www.harbour.example/2"]


def test_the_tree_of_a_page_goes_with_its_reading():
    """Nothing of it waits until garbage is collected: workers look for that seldom."""

    def places() -> int:
        return sum(isinstance(each, Place) for each in gc.get_objects())

    page = a_page(*escaped(*BODY))
    gc.collect()
    gc.disable()
    try:
        before = places()
        kept = read(a_seed(*BODY), page)
        while_kept = places()
        settled = read(a_seed(*BODY), page).settled()
        without = read(a_seed(*BODY), page).without_model()
        assert places() == while_kept > before
        assert settled == kept
        assert settled.article.blocks == without.article.blocks
        del kept
        assert places() == before
    finally:
        gc.enable()


def test_importing_the_room_does_not_load_the_extractor():
    code = "import sys, archiver.article.analyse; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus beside the repository is absent")
def test_all_pages_of_the_corpus_are_read_and_nearly_all_have_text():
    truth = json.loads((CORPUS / "truth.json").read_text("utf-8"))
    notes = []
    for entry in truth.values():
        body = gzip.decompress((CORPUS / entry["file"]).read_bytes())
        notes.append(read(a_seed(*entry["articleBody"].split("\n")), a_response(body)).article.note)
    assert len([note for note in notes if note]) <= 2
