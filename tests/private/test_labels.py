"""Labels of private facts in every language of the credits: in front matter, opening lines, columns."""

import csv
import io
import json
import tempfile
import tomllib
import unicodedata
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from servers.newsroom import PARAGRAPHS

from archiver.config import Config
from archiver.model import Seed
from archiver.seeds.document import read_document
from archiver.seeds.lists import read_list
from archiver.seeds.private.facts import set_apart
from archiver.seeds.private.labels import FACTS, languages, private_fact, private_line

URL = "http://www.example-times.example/news/0"
LABELS = [(code, fact, each) for code, table in languages().items() for fact in FACTS for each in table[fact]]
IN_LINES = [each for each in LABELS if each[1] != "notes" and private_line(f"{each[2]}: 12") is not None]
VALUES = ("Mqone 12/2026", "Jo Mqone", "12-Mqone", "Mqone: the second")


def written(draw: st.DrawFn, label: str) -> str:
    """The label as somebody may write it."""
    label = draw(st.sampled_from((str, str.upper, str.capitalize)))(label)
    if draw(st.booleans()):
        plain = unicodedata.normalize("NFD", label)
        label = "".join(each for each in plain if not unicodedata.combining(each) or each in "\u3099\u309a")
    return label.replace(" ", draw(st.sampled_from((" ", "-", "_"))))


def apart(seed: Seed):
    return set_apart(seed, Config(private="ledger"), "urn:uuid:x", "00")


def read(text: str) -> Seed:
    seed = read_document(text.encode(), origin="seed.txt", name="seed.txt")
    assert isinstance(seed, Seed), seed
    return seed


def article(*opening: str) -> str:
    return "\n\n".join(["Library opens again", *opening, *PARAGRAPHS, f"Original url: {URL}"]) + "\n"


def test_there_are_labels_of_every_fact_in_every_language_of_the_credits():
    there = {each.name.partition(".")[0] for each in (files("archiver.credits") / "lang").iterdir()}
    assert set(languages()) == {each for each in there if len(each) == 2}
    for code, table in languages().items():
        assert {*table} == {*FACTS, "alone", "fields"}, code
        assert all(table[fact] for fact in FACTS), code
        stated = {label for fact in FACTS for label in table[fact]}
        assert {*table["alone"], *table["fields"]} <= {*stated, "js-aktenzeichen"} | {
            each.rstrip(".") for each in stated
        }, code


def test_no_label_is_one_of_a_headline_a_date_a_byline_an_address_or_two_facts():
    facts: dict[str, set[str]] = {}
    for _, fact, label in LABELS:
        facts.setdefault(label, set()).add(fact)
    assert {label for label, found in facts.items() if len(found) > 1} == set()
    for name in ("property_names.toml", "formats/columns.toml"):
        table = tomllib.loads((files("archiver.seeds") / name).read_text("utf-8"))
        for role in ("headline", "byline", "date", "tags", "url", "text"):
            taken = [each.strip() for each in table.get(role, "").split(";") if each.strip()]
            assert [each for each in taken if private_fact(each)] == [], (name, role)


@st.composite
def fronts(draw: st.DrawFn) -> tuple[str, str]:
    _, fact, label = draw(st.sampled_from(LABELS))
    return written(draw, label), fact


@settings(max_examples=200, deadline=None)
@given(fronts(), st.sampled_from(VALUES))
@example(("Dossier", "case_number"), "Mqone")
def test_a_key_of_front_matter_is_kept_apart(made, value):
    label, fact = made
    seed = read(f"---\n{label!r}: {json.dumps(value)}\nrights_holder: Times\n---\n{article()}")
    found = apart(seed)
    assert b"Mqone" not in found.seed.data, label
    assert found.part is not None
    assert f'"{fact}"'.encode() in found.part.data
    assert not any("Mqone" in str(each) for each in found.seed.front_matter.values())


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(VALUES), st.sampled_from(("{}: {}", "{} : {}", "- {}: {}", "**{}:** {}", "{}：{}")))
def test_a_line_of_an_opening_is_kept_apart(data, value, shape):
    _, fact, label = data.draw(st.sampled_from(IN_LINES))
    said = shape.format(written(data.draw, label), value)
    found = apart(read(article(said)))
    assert b"Mqone" not in found.seed.data, said
    assert found.part is not None
    assert f'"{fact}"'.encode() in found.part.data, said
    assert all("Mqone" not in each.text for each in found.seed.paragraphs)


@settings(max_examples=100, deadline=None)
@given(fronts(), st.sampled_from(VALUES))
def test_a_column_of_a_list_is_kept_apart(made, value):
    label, fact = made
    out = io.StringIO()
    csv.writer(out).writerows([("url", "title", label), (URL, "Library opens again", value)])
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "list.csv").write_bytes(out.getvalue().encode())
        (seed,) = read_list(Path(home) / "list.csv", origin="list.csv")
        assert isinstance(seed, Seed), seed
        found = apart(seed)
    assert b"Mqone" not in found.seed.data, label
    assert found.part is not None
    assert f'"{fact}"'.encode() in found.part.data


@pytest.mark.parametrize("line", ["Dossier: wie ein Dorf sein Wasser verlor", "Affaire : ce que dit le juge",
                                  "Дело: что известно о пожаре", "Sak: Hva vi vet om brannen"])  # fmt: skip
def test_what_newspapers_write_above_articles_is_text(line):
    """In a line it may be the kicker of the article; as a key of front matter it is the number of a case."""
    assert apart(read(article(line))).seed.data == article(line).encode()
    label = line.partition(":")[0].strip()
    assert private_fact(label) == "case_number"
