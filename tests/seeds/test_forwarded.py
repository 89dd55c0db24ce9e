"""Forwarded mail: the text that was forwarded is the seed, not what its sender wrote around it."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from archiver.config import Limits
from archiver.model import Seed
from archiver.seeds.formats.forwarded import without_cover
from archiver.seeds.sources import read_seeds

ARTICLE = (
    "The fish market on the east quay will reopen on the first Saturday of December with forty heated stalls.\n\n"
    "Traders had asked for the heating since the winter of 2018, when ice closed the market for sixteen days.\n\n"
    "A stall will cost 85 crowns a day.\n\n"
)
URL = "http://news.example/2022/11/fish-market"
FORMS = {
    "thunderbird": "-------- Forwarded Message --------\nSubject: \tMarket\nDate: \tTue\nFrom: \tA <a@x.example>\n",
    "gmail": "---------- Forwarded message ---------\nFrom: *A* <a@x.example>\nDate: Tue\nSubject: Market\nTo: B\n",
    "apple": "Begin forwarded message:\n\n> From: A\n> Subject: Market\n> Date: 11 February 2020\n> To: B\n",
    "outlook": "-----Original Message-----\nFrom: A\nSent: 11 February 2020\nTo: B\nSubject: Market\n",
    "german": "-------- Weitergeleitete Nachricht --------\nBetreff: \tMarkt\nDatum: \tTue\nVon: \tA\nAn: \tB\n",
    "french": "-------- Message transféré --------\nSujet : \tMarché\nDate : \tTue\nDe : \tA\nPour : \tB\n",
    "russian": "-------- Пересылаемое сообщение --------\nОт: A\nТема: Рынок\n",
    "japanese": "---------- 転送メッセージ ----------\n差出人: A\n件名: 市場\n",
}


def read(folder: Path, text: str) -> Seed:
    message = EmailMessage()
    message["Subject"], message["From"] = "Fwd: Market", "B <b@x.example>"
    message.set_content(text)
    (folder / "a.eml").write_bytes(bytes(message))
    (seed,) = read_seeds([str(folder / "a.eml")], limits=Limits())
    assert isinstance(seed, Seed), seed
    return seed


@pytest.mark.parametrize("form", FORMS)
def test_the_forwarded_text_alone_is_the_body(form, tmp_path):
    text = f"Hello, for the archive please.\n\nAnn\n\n{FORMS[form]}\n{ARTICLE}Original url: {URL}\n"
    seed = read(tmp_path, text)
    plain = read(tmp_path, f"{ARTICLE}Original url: {URL}\n")
    assert [each.text for each in seed.paragraphs] == [each.text for each in plain.paragraphs]
    assert seed.url == URL
    assert any("around the forwarded text are left alone" in each for each in seed.remarks)


def test_lines_are_those_of_the_file(tmp_path):
    text = f"Hello.\n\n{FORMS['apple']}\n{ARTICLE}Original url: {URL}\n"
    seed = read(tmp_path, text)
    lines = (tmp_path / "a.eml").read_text("utf-8").splitlines()
    assert [lines[each.line - 1][:12] for each in seed.paragraphs] == ["The fish mar", "Traders had ", "A stall will"]
    assert lines[seed.url_line - 1] == f"Original url: {URL}"


def test_the_address_may_stand_in_what_was_written_above(tmp_path):
    seed = read(tmp_path, f"Please keep this.\n\nOriginal url: {URL}\n\n{FORMS['gmail']}\n{ARTICLE}")
    assert seed.url == URL
    assert "Please keep this." not in [each.text for each in seed.paragraphs]


def test_a_mail_that_was_forwarded_twice(tmp_path):
    seed = read(tmp_path, f"FYI\n\n{FORMS['gmail']}\nSee below.\n\n{FORMS['german']}\n{ARTICLE}Original url: {URL}\n")
    assert len(seed.paragraphs) == 3


def test_an_article_above_an_old_message_stays(tmp_path):
    text = f"{ARTICLE}Original url: {URL}\n\n{FORMS['outlook']}\nCould you send me the article?\n"
    assert without_cover(text) == (text, 0)


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        "A forwarded message is a message that was forwarded.\n\nMore.\n",
        "",
    ],
)
def test_text_without_a_forwarded_mail_is_left_as_it_is(text):
    assert without_cover(text) == (text, 0)


def test_a_guessed_address_takes_its_line_with_it(tmp_path):
    for line in (f"Quelle im Netz: {URL}", f"Gelesen auf: <{URL}>", f"Found at this place: {URL}."):
        (tmp_path / "a.txt").write_text(f"Market opens\n\n{ARTICLE}{line}\n", "utf-8")
        (seed,) = read_seeds([str(tmp_path / "a.txt")], limits=Limits(), guess_url=True)
        assert isinstance(seed, Seed)
        assert seed.url == URL
        assert len(seed.paragraphs) == 3, line
    (tmp_path / "a.txt").write_text(f"Market opens\n\n{ARTICLE}The council said at {URL} that it is open.\n", "utf-8")
    (seed,) = read_seeds([str(tmp_path / "a.txt")], limits=Limits(), guess_url=True)
    assert isinstance(seed, Seed)
    assert len(seed.paragraphs) == 4, "a sentence with an address is text"


def test_a_saved_page_without_an_address_is_refused_with_what_a_page_can_be_given(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(f"<!doctype html><html><body><h1>Market</h1><p>{ARTICLE}</p></body></html>")
    (refused,) = read_seeds([str(page)], limits=Limits())
    (advised,) = re.findall(r"'(<!-- saved from .*?-->)'", str(refused))
    page.write_text(advised.replace("https://…", URL) + page.read_text())
    (seed,) = read_seeds([str(page)], limits=Limits())
    assert isinstance(seed, Seed)
    assert seed.url == URL
