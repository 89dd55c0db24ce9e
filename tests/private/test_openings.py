"""Labelled lines above an article are facts about people and cases, in whatever order and shape an opening has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaks.decoded import everywhere
from leaks.marked import run
from servers.newsroom import PARAGRAPHS

from archiver.config import Config
from archiver.model import Seed
from archiver.seeds.document import read_document
from archiver.seeds.private.facts import set_apart
from archiver.validation.validator import validate_bag

URL = "http://www.example-times.example/news/0"
LABELS = {
    "case_number": ("Case number", "Case-Number", "case_no", "CASE ID", "Aktenzeichen", "Case file"),
    "exhibit_number": ("Exhibit number", "exhibit no", "Exhibit-ID"),
    "supplied_by": ("Supplied by", "supplied_by", "SUPPLIED-BY"),
    "obtained_how": ("Obtained how", "Obtained-How"),
    "collector": ("Collected by", "Collector"),
    "contact": ("Contact name", "Contact person", "Contact"),
    "purpose": ("Purpose",),
}
VALUES = ("Mqone 12/2026", "Jo Mqone", "Mqone, Lee & Co.", "12-Mqone", "from Mqone by hand", "Mqone: the second")
SHAPES = ("{label}: {value}", "{label} : {value}", "- {label}: {value}", "**{label}:** {value}", "**{label}**: {value}",
          "> {label}: {value}", "{label}：{value}")  # fmt: skip
OTHERS = ("March 4, 2024", "By Alex Finch", "News", "Tags: town, library", "4 min read", "Example Times")


def read(text: str, name: str = "seed.txt") -> Seed:
    seed = read_document(text.encode(), origin=name, name=name)
    assert isinstance(seed, Seed), seed
    return seed


def apart(seed: Seed):
    return set_apart(seed, Config(private="ledger"), "urn:uuid:x", "00")


@st.composite
def openings(draw: st.DrawFn) -> tuple[str, set[str]]:
    facts = draw(st.lists(st.sampled_from(sorted(LABELS)), min_size=1, max_size=4, unique=True))
    shape, gap = draw(st.sampled_from(SHAPES)), draw(st.sampled_from(("\n", "\n\n")))
    lines = [
        shape.format(label=draw(st.sampled_from(LABELS[fact])), value=draw(st.sampled_from(VALUES))) for fact in facts
    ]
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=2, unique=True))
    before = draw(st.booleans())
    head = [*others[:1], *lines, *others[1:]] if before else [*lines, *others]
    address = f"Original url: {URL}"
    top = ["Library opens again", *head]
    return f"{gap.join(top)}\n\n" + "\n\n".join([*PARAGRAPHS, address]) + "\n", set(facts)


@settings(max_examples=150, deadline=None)
@given(openings(), st.sampled_from(("seed.txt", "seed.md")))
def test_labelled_lines_of_an_opening_are_masked_and_kept_apart(made, name):
    text, facts = made
    seed = read(text, name)
    found = apart(seed)
    assert b"Mqone" not in found.seed.data, text
    assert all("Mqone" not in each.text for each in found.seed.paragraphs)
    assert found.part is not None
    assert all(f'"{fact}"'.encode() in found.part.data for fact in facts), text
    body = {each.text for each in found.seed.paragraphs}
    assert all(each in body for each in PARAGRAPHS), text
    assert found.seed.data.count(b"\n") == text.count("\n")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([each for labels in LABELS.values() for each in labels] + ["Note", "Comment"]),
    st.integers(0, len(PARAGRAPHS)),
)
def test_a_sentence_of_the_body_stays_whatever_it_begins_with(label, at):
    said = f"{label}: the court found that nobody had asked for the papers before the end of the year."
    body = [*PARAGRAPHS[:at], said, *PARAGRAPHS[at:]]
    text = "\n\n".join(["Library opens again", "March 4, 2024", *body, f"Original url: {URL}"]) + "\n"
    found = apart(read(text))
    assert found.seed.data == text.encode()
    assert said in {each.text for each in found.seed.paragraphs}


def test_a_page_of_which_a_fact_is_not_found_in_its_lines_is_kept_apart_as_a_whole():
    text = f"<h1>Library opens again</h1><p>Case number: <b>Mq</b>one 12</p><p>March 4, 2024</p><p>{PARAGRAPHS[0]}</p>"
    text += f"<p>{PARAGRAPHS[1]}</p><p>Original url: {URL}</p>\n"
    found = apart(read(text, "seed.html"))
    assert b"one 12" not in found.seed.data
    plain = text.replace("<b>Mq</b>one 12", "Mqone &amp; Co")
    found = apart(read(plain, "seed.html"))
    assert b"Mqone" not in found.seed.data
    assert PARAGRAPHS[0].encode() in found.seed.data


@pytest.mark.parametrize("opening", [
    "Library opens\u2028again\n\nCase number: Mqone 12\n\nNews: every day\n",
    "Library opens\x0cagain\r\rCase number: Mqone 12\r\r",
    "Library opens again\n\nSupplied by: [Jo](http://x.example/) Mqone\nof the Mqone house\n\n",
    "Library opens again\n\nSupplied by: Jo <Mqone@x.example>\n\nCase number: *Mqone* 3\n\n",
])  # fmt: skip
def test_nothing_is_left_of_facts_that_are_marked_wrapped_or_behind_odd_line_ends(opening):
    text = opening + "\n\n".join([*PARAGRAPHS, f"Original url: {URL}"]) + "\n"
    found = apart(read(text))
    assert b"Mqone" not in found.seed.data, found.seed.data
    assert found.part


def test_nothing_is_left_of_a_word_document_and_the_bag_is_valid(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for each in ("Library opens again", "Case number: Mqone 12", *PARAGRAPHS, f"Original url: {URL}"):
        document.add_paragraph(each)
    document.save(tmp_path / "seed.docx")
    (tmp_path / "archiver.toml").write_text('private = "ledger"\nbrowser = "never"\n')
    bag = run(tmp_path, tmp_path / "seed.docx", tmp_path / "archiver.toml")
    assert everywhere(bag, {"mqone"}) == {}
    (kept,) = (tmp_path / "bags/.archiver/private").iterdir()
    assert everywhere(kept.parent, {"mqone"})
    assert validate_bag(bag).ok
