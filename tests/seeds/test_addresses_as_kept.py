"""Addresses as people write them under a kept article: labels in other words, broken lines, invisible marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Seed, SeedRefused
from archiver.seeds.document import read_document

URL = "https://news.example/2024/05/03/ferry-line-returns"
TEXT = "Ferry Line Returns\n\nMay 3, 2024\n\nThe first ferry crossed the strait on Friday.\n\nIt was full.\n\n"


def read(ending: str) -> Seed | SeedRefused:
    return read_document((TEXT + ending + "\n").encode(), origin="a.txt", name="a.txt")


def address(ending: str) -> str:
    seed = read(ending)
    assert isinstance(seed, Seed), seed
    assert [each.text for each in seed.paragraphs] == ["The first ferry crossed the strait on Friday.", "It was full."]
    assert "".join(part.raw for part in seed.parts) == TEXT + ending + "\n"
    return seed.url


@pytest.mark.parametrize(
    "label",
    [
        *("Orig. url", "Original URL (archived 2024-05-05)", "Saved from url", "Clipped from", "Captured from"),
        *("The original article can be found here", "Erstmals veröffentlicht unter", "Original url – see"),
        *("Ursprünglich erschienen unter", "Zuerst veröffentlicht unter", "Lien vers l'article original"),
        *("Publicado originalmente en", "Publicado originalmente em", "Pubblicato originariamente su"),
        *("Oorspronkelijk gepubliceerd op", "Originallänk", "Ursprungligen publicerad på", "Oprindeligt link"),
        *("Pierwotnie opublikowano na", "Исходный адрес", "Оригінальний url", "Першоджерело"),
        *("Haberin aslı", "Orijinal bağlantı", "الرابط الأصلي", "הכתבה המקורית", "כתובת מקורית", "نشانی اصلی"),
        *(
            "मूल यूआरएल",
            "मूल लिंक",
            "原文地址",
            "本文原始链接",
            "元記事のURL",
            "オリジナルURL",
            "원문 보기",
            "기사 원문",
            "원본 주소",
        ),
    ],
)
def test_a_label_in_any_form_of_the_word_for_original_announces_the_address(label: str):
    assert address(f"{label}: {URL}") == URL


@pytest.mark.parametrize(
    "ending",
    [
        "Original url: https://news.example/2024/05/03/\nferry-line-returns",
        "Original url: https://news.example/2024/05/03/ferry-line-\nreturns",
        "Original url: <https://news.example/2024/05/03/ferry-line-\nreturns>",
        "Original url:\nhttps://news.example/2024/05/03/\nferry-line-returns",
        "Original url: `https://news.example/2024/05/03/ferry-line-returns`",
        "Original url: \u202ahttps://news.example/2024/05/03/ferry-line-returns\u202c",
        "\u200fOriginal url\u200e: https://news.example/2024/05/03/ferry-line-returns\u200b",
        "Original url: news.example/2024/05/03/ferry-line-returns",
        "Original url: https://news.example/2024/05/03/ferry-line-returns …",
        "Original url: hxxps://news[.]example/2024/05/03/ferry-line-returns",
    ],
)
def test_an_address_broken_by_a_program_is_put_together_again(ending: str):
    assert address(ending) == URL


def test_an_ampersand_written_as_in_html_is_one():
    assert address("Original url: https://news.example/a?b=1&amp;c=2") == "https://news.example/a?b=1&c=2"


@pytest.mark.parametrize(
    "ending",
    [
        f"Original url: {URL}/\n\nferry-line-returns",
        f"Original url: {URL}/\nA ferry at the quay.",
        f"Original url: {URL}/\nferry",
    ],
)
def test_what_stands_below_a_whole_address_is_none_of_it(ending: str):
    seed = read(ending)
    assert isinstance(seed, Seed) and seed.url == f"{URL}/"


@pytest.mark.parametrize("value", ["unknown", "n/a", "see above", "lost. We looked."])
def test_words_in_the_place_of_an_address_are_refused(value: str):
    assert isinstance(read(f"Original url: {value}"), SeedRefused)


@pytest.mark.parametrize(
    "line",
    ["The original source of the fire was: https://b.example/a", "Original reporting by Jane Roe: https://b.example/a"],
)
def test_a_sentence_with_the_word_original_is_no_label(line: str):
    seed = read(f"{line}\n\nSource: {URL}")
    assert isinstance(seed, Seed) and seed.url == URL


@given(st.text("abc-/_.?=&%12 :<>", max_size=40), st.text("abc-/_.?=&%12 :<>", max_size=40))
def test_whatever_follows_a_label_is_read_without_loss_or_refused(one: str, two: str):
    ending = f"Original url: https://news.example/{one}\n{two}"
    seed = read(ending)
    if isinstance(seed, Seed):
        assert seed.url.startswith("https://news.example/")
        assert "".join(part.raw for part in seed.parts) == TEXT + ending + "\n"
