"""trafilatura is an extra: what is read without it, and how bags made with it or without are validated."""

import importlib.metadata
import tarfile

import pytest
from places import DATA

from archiver.article.page_text import EXTRACTOR_VERSION, NORMALISATION, PARSER, opened, text_of
from archiver.article.text import fallback_extractors
from archiver.cli import main
from archiver.model import Page, kept_text
from archiver.validation.payload.re_extraction import ReadAgain
from archiver.verification.extract_again import extract_again

INSTALLED = importlib.metadata.version("trafilatura")
WORDS = "The slipway at Ebb was mended by hand, and boats return on Monday morning at high water."
LINKS = f"<div><a href='/a'>{WORDS}</a></div><div><a href='/b'>Ferry times.</a></div>"
PAGE = f"<html><body><h1>Slipway</h1>{LINKS}</body></html>"


@pytest.fixture
def absent(monkeypatch):
    monkeypatch.setattr(fallback_extractors, "version_of_trafilatura", lambda: None)


def read(*, fallback=True):
    page = Page(url="http://www.ebb.example/", status=200, headers=(("Content-Type", "text/html"),), body=PAGE.encode())
    return text_of(page, opened(page)[0], fallback=fallback)


def again(text, trafilatura):
    """Validation's own extraction of the page, for a bag with this text, made where this trafilatura was."""
    return extract_again(
        ReadAgain(
            url="http://www.ebb.example/",
            status=200,
            headers=(("Content-Type", "text/html"),),
            body=PAGE.encode(),
            paragraphs=tuple((block.at, block.text) for block in text.blocks),
            extractor=text.extractor,
            extractor_version=text.version,
            software="0.2.0",
            parser=PARSER,
            normalisation=NORMALISATION,
            trafilatura=trafilatura,
        )
    ).text


def names(text):
    return [each.extractor for each in text.candidates]


def test_it_is_asked_where_little_was_found_and_it_is_installed():
    assert "trafilatura" in names(read())


def test_nothing_asks_it_where_it_is_not_installed(absent):
    assert "trafilatura" not in names(read())
    assert read().blocks == read(fallback=False).blocks


def test_a_text_is_extracted_again_with_what_was_installed_when_it_was_made():
    """Otherwise an installation with trafilatura calls the text of one without it wrong."""
    with_it, without = read(), read(fallback=False)
    assert kept_text(b.text for b in with_it.blocks) != kept_text(b.text for b in without.blocks)
    assert again(with_it, INSTALLED) == kept_text(b.text for b in with_it.blocks)
    assert again(without, None) == kept_text(b.text for b in without.blocks)


def test_a_text_by_trafilatura_is_not_called_wrong_where_it_is_absent(monkeypatch):
    made = read()
    assert made.extractor == "trafilatura"
    monkeypatch.setattr(fallback_extractors, "version_of_trafilatura", lambda: None)
    assert again(made, INSTALLED) is None


def test_a_bag_of_0_1_with_such_a_text_is_valid_and_what_to_install_is_said(absent, tmp_path, capsys):
    with tarfile.open(DATA / "older/0.1.0.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    assert main(["validate", "--jobs", "1", str(tmp_path / "only")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "TXT007" in said
    assert "pip install '.[fallback]'" in said


def test_the_version_of_our_extractor_is_beyond_that_which_needed_it():
    assert int(EXTRACTOR_VERSION) >= 5
