"""The text by the words of the seed (`archiver run --fast-text`)."""

from articles import BODY, a_page, a_response, a_seed, escaped

from archiver.article.analyse import read

ASIDE = "<aside><p>Ten thousand herrings were counted in the harbour on Friday, officials of the town said.</p></aside>"
NEW = "A last paragraph was added in the evening, after the traders had met their lawyers at the quay."


def extractor(page, *body: str) -> tuple[str, tuple[str, ...]]:
    found = read(a_seed(*body), page, fast=True).article
    return found.extractor, found.paragraphs


def test_what_the_seed_says_is_the_text_and_teasers_are_not():
    page = a_page(*escaped(*BODY), above=ASIDE)
    assert extractor(page, *BODY) == ("archiver-seeded", BODY)


def test_a_paragraph_that_only_the_page_has_is_kept_among_those_of_the_seed_and_right_after_them():
    page = a_page(*escaped(*BODY[:2], NEW, *BODY[2:], NEW))
    assert extractor(page, *BODY) == ("archiver-seeded", (*BODY[:2], NEW, *BODY[2:], NEW))


def test_where_the_page_lacks_much_of_the_seed_the_full_extractor_is_asked():
    name, paragraphs = extractor(a_page(*escaped(*BODY[:3])), *BODY)
    assert name.startswith("archiver-blocks")
    assert paragraphs == BODY[:3]


def test_without_a_body_in_the_seed_the_full_extractor_is_asked():
    name, paragraphs = extractor(a_page(*escaped(*BODY)))
    assert name == "archiver-blocks"
    assert paragraphs == BODY


def test_many_repeated_blocks_cost_no_more_than_their_number():
    page = a_response(b"<article>" + b"<p>same words over and over again</p>" * 15_000 + b"</article>")
    name, paragraphs = extractor(page, "same words over and over again", NEW)
    assert paragraphs
    assert name
