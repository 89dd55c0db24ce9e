"""The seed's captions are compared with the page's captions, and decide no verdict."""

import pytest
from servers.newsroom import PARAGRAPHS

from archiver.article.analyse import read
from archiver.model import Page, Seed
from archiver.seeds.document import read_document

CAPTION = "The reading room after the repairs, with the new windows to the river."


def compared(figure: str, caption: str = f"{CAPTION} Photo: Mia Holm", cut: str | None = None):
    body = "\n\n".join(PARAGRAPHS)
    document = f"Library opens again\n\n{caption}\n\n{body}\n\nOriginal url: <http://paper.example/a>\n".encode()
    seed = read_document(document, origin="a.txt", name="a.txt")
    assert isinstance(seed, Seed)
    html = f"<main><h1>Library opens again</h1>{figure}{''.join(f'<p>{each}</p>' for each in PARAGRAPHS)}</main>"
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return read(seed, Page(url="", status=200, headers=headers, body=html.encode(), problem=cut)).comparison


@pytest.mark.parametrize(
    "figure",
    [
        f"<figure><img src=a><figcaption>{CAPTION} Photo: Mia Holm</figcaption></figure>",
        f"<figure><img src=a><figcaption>{CAPTION}</figcaption></figure>",
        f"<figure><img src=a><figcaption><b>{CAPTION}</b><span class=credit>Mia Holm</span></figcaption></figure>",
        f'<div class="image"><img src=a><p class="caption">{CAPTION}</p></div>',
    ],
)
def test_the_same_caption_is_found_whatever_it_stands_in(figure):
    comparison = compared(figure)
    [caption] = comparison.captions
    assert (caption.kind, caption.seed, caption.seed_line) == ("same", CAPTION, 3)
    assert comparison.verdict == "same"


def test_another_wording_of_a_caption_is_shown_and_decides_no_verdict():
    comparison = compared(f"<figure><img src=a><figcaption>{CAPTION.replace('river', 'harbour')}</figcaption></figure>")
    [caption] = comparison.captions
    assert (caption.kind, [(each.seed, each.page) for each in caption.changes]) == ("edited", [("river", "harbour")])
    assert comparison.verdict == "same"


def test_a_caption_that_is_nowhere_is_missing_and_not_compared_where_the_page_was_cut():
    assert [each.kind for each in compared("").captions] == ["missing"]
    assert [each.kind for each in compared("", cut="only the first 10 bytes of the page are read").captions] == [
        "not-compared"
    ]


def test_a_seed_without_a_caption_says_nothing_of_the_pages():
    comparison = compared(
        "<figure><img src=a><figcaption>Another picture.</figcaption></figure>", caption="By Mia Holm"
    )
    assert (comparison.captions, comparison.verdict) == ((), "same")
