"""`archiver export`: each form is read by the library or the rules of those who take it."""

import csv
import io
import json
import re

import pytest
from builders.bags import Builder
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from lxml import etree

import archiver
from archiver.cli import main
from archiver.exports.catalogues import dc_of, marcxml_of
from archiver.exports.item import COLUMNS, Item, item_of_record
from archiver.exports.references import FACTS, bibtex_of, csl_json_of, ris_of
from archiver.exports.spreadsheets import csv_of, xlsx_of

PROMISED = [
    "url",
    "outcome",
    "verdict",
    "source",
    "memento",
    "headline",
    "published",
    "bylines",
    "agencies",
    "bag",
    "seal",
    "access",
]
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(lambda text: " ".join(text.split()))
ADDRESS = st.sampled_from(["https://news.example/a?b=1&c=%20#d", "https://news.example/{x}~y_z%", "http://ü.example/ö"])
ITEMS = st.lists(
    st.builds(
        Item,
        url=ADDRESS,
        outcome=st.sampled_from(["captured", "gone"]),
        verdict=st.just("same"),
        memento=ADDRESS,
        headline=WORDS,
        published=st.sampled_from(["", "2024", "2024-05", "2024-05-03", "2024-05-03T10:00:00+02:00", "yesterday"]),
        bylines=st.lists(WORDS.filter(bool), max_size=3).map(tuple),
        agencies=st.lists(WORDS.filter(bool), max_size=2).map(tuple),
        bag=st.just("harbour-20260301T100000Z-0123abcd"),
        captured=st.sampled_from(["2026-03-01T10:00:00Z", ""]),
        publisher=WORDS,
        reason=WORDS,
    ),
    max_size=4,
)
NAME = {"type": "object", "properties": {"literal": {"type": "string"}}, "additionalProperties": False}
DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "items": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        }
    },
    "required": ["date-parts"],
    "additionalProperties": False,
}
ELEMENTS = {
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format"),
    *("identifier", "source", "language", "relation", "coverage", "rights"),
}
TEXTS = ["title", "container-title", "URL", "language", "archive", "archive_location", "note"]
CSL = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": ["string", "number"]},
            "type": {"const": "article-newspaper"},
            "author": {"type": "array", "items": NAME},
            "issued": DATE,
            "accessed": DATE,
            **{name: {"type": "string"} for name in TEXTS},
        },
    },
}
"""What CSL-JSON 1.0.2 says of the fields that are written; its schema takes no others."""


def facts_of(item):
    return [f"archiver_{name}: {value}" for name in FACTS if (value := item.cell(name))]


@given(ITEMS)
def test_csv_is_read_back_by_the_standard_library_and_no_cell_is_a_formula(items):
    rows = list(csv.DictReader(io.StringIO(b"".join(csv_of(items)).decode(), newline="")))
    assert [row["headline"].removeprefix("'") for row in rows] == [each.headline.removeprefix("'") for each in items]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_columns_begin_as_promised():
    assert list(COLUMNS[:12]) == PROMISED


@given(ITEMS)
def test_xlsx_is_read_back_by_openpyxl_and_every_cell_is_text(items):
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_of(items)))).active
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(COLUMNS)
    for row, item in zip(rows[1:], items, strict=True):
        assert {cell.data_type for cell in row if cell.value is not None} <= {"s"}
        assert row[0].value == item.url


@given(ITEMS)
def test_csl_json_follows_its_schema(items):
    found = json.loads(b"".join(csl_json_of(items)))
    assert list(Draft7Validator(CSL).iter_errors(found)) == []
    assert [each["note"].split("\n") for each in found] == [facts_of(each) for each in items]


@given(ITEMS)
def test_ris_is_read_back_by_rispy_without_loss(items):
    import rispy

    found = rispy.loads(b"".join(ris_of(items)).decode())
    assert [each.get("title", "") for each in found] == [each.headline for each in items]
    assert [each["urls"] for each in found] == [[each.url] for each in items]
    assert [each.get("notes", []) for each in found] == [facts_of(each) for each in items]
    assert [each.get("authors", []) for each in found] == [list(each.bylines or each.agencies) for each in items]


@given(ITEMS)
def test_bibtex_is_read_back_by_bibtexparser(items):
    from bibtexparser import parse_string

    library = parse_string(b"".join(bibtex_of(items)).decode())
    assert library.failed_blocks == []
    assert len(library.entries) == len(items)
    for entry, item in zip(library.entries, items, strict=True):
        assert re.fullmatch(r"[^\s{}\\]+", entry["url"])
        plain = entry.get("title").value[1:-1] if entry.get("title") else ""
        for sign, spelt in (("\\textbackslash{}", "\\"), ("\\textasciitilde{}", "~"), ("\\textasciicircum{}", "^")):
            plain = plain.replace(sign, f"\x00{spelt}")
        assert re.sub(r"\\([%&#$_{}])", r"\1", plain).replace("\x00", "") == item.headline


@given(ITEMS)
def test_dublin_core_has_its_fifteen_elements_only(items):
    root = etree.fromstring(b"".join(dc_of(items)))
    names = {etree.QName(each).localname for record in root for each in record}
    assert names <= ELEMENTS
    assert [len(root)] == [len(items)]


@given(ITEMS)
def test_marcxml_is_read_back_by_pymarc(items):
    pymarc = pytest.importorskip("pymarc")
    found = pymarc.parse_xml_to_array(io.BytesIO(b"".join(marcxml_of(items))), strict=True)
    assert len(found) == len(items)
    for record, item in zip(found, items, strict=True):
        assert len(str(record.leader)) == 24
        assert len(record["008"].data) == 40
        assert record.get_fields("856")[0]["u"] == item.url
        assert [field["a"] for field in record.get_fields("720")] == [*item.bylines, *item.agencies]
        assert [each["a"] for each in record.get_fields("500")] == facts_of(item)


KEYS = ["seed", "capture", "comparison", "rights", "credits", "claims", "headline", "value", "source", "list", "name"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["seed", "capture", "comparison", "rights", "credits", "claims"]), JSON))
def test_a_record_that_is_not_as_its_schema_says_is_an_item_of_single_lines(record):
    item = item_of_record(record, bag="a", seal="b", identifier="c")
    assert all(len(item.cell(name).splitlines()) <= 1 for name in COLUMNS)


@pytest.mark.parametrize(
    ("capture", "headline"),
    [
        ({"outcome": "captured"}, "Of the page?"),
        ({"outcome": "gone"}, "Of the seed"),
        ({"outcome": "blocked"}, "Of the seed"),
        ({"outcome": "gone", "memento": {"uri": "https://archive.example/1"}}, "Of the page?"),
    ],
)
def test_what_came_in_place_of_the_article_does_not_name_it(capture, headline):
    claims = {"headline": [{"value": "Of the seed", "source": "seed"}, {"value": "Of the page?", "source": "visible"}]}
    record = {"seed": {"headline": "Of the seed"}, "capture": capture, "claims": claims}
    assert item_of_record(record, bag="a", seal="b", identifier="c").headline == headline
    del record["seed"], claims["headline"][0]
    assert item_of_record(record, bag="a", seal="b", identifier="c").headline == "Of the page?"


def test_a_day_guessed_from_the_page_is_exported_only_where_no_other_is_stated():
    guess, seed = {"value": "2024-05-03?", "source": "visible"}, {"value": "2024-05-01", "source": "seed"}
    for stated, day in (([guess], "2024-05-03?"), ([seed, guess], "2024-05-01")):
        record = {"capture": {"outcome": "captured"}, "claims": {"published": stated}}
        assert item_of_record(record, bag="a", seal="b", identifier="c").published == day


def test_the_command_writes_a_row_a_bag_and_names_the_bag_that_it_cannot_read(tmp_path, capsysbinary):
    Builder().write(tmp_path / "bags/harbour")
    broken = Builder()
    broken.record = None
    broken.write(tmp_path / "bags/other")
    assert main(["export", "--bags", str(tmp_path / "bags")]) == 1
    said = capsysbinary.readouterr()
    (row,) = csv.DictReader(io.StringIO(said.out.decode(), newline=""))
    assert (row["url"], row["outcome"], row["verdict"], row["source"]) == (
        "https://news.example/harbour",
        "captured",
        "same",
        "wire",
    )
    assert (row["agencies"], row["access"], row["bag"]) == ("Agence France-Presse", "restricted", "harbour")
    assert len(row["seal"]) == 64
    assert b"other is left out" in said.err
    assert b"data/provenance.json" in said.err


def test_an_existing_file_is_not_touched(tmp_path, capsys):
    Builder().write(tmp_path / "bags/harbour")
    (tmp_path / "a.csv").write_text("mine")
    assert main(["export", "--bags", str(tmp_path / "bags"), "--output", str(tmp_path / "a.csv")]) == 2
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert main(["export", "--bags", str(tmp_path / "bags"), "--output", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "b.csv").read_bytes().startswith(b"url,outcome,")


def test_python_programs_get_the_same_bytes(tmp_path):
    bag = Builder().write(tmp_path / "harbour")
    assert b"https://news.example/harbour" in b"".join(archiver.export(bag, form="ris"))
    with pytest.raises(archiver.UsageError, match="form 'pdf'"):
        archiver.export(bag, form="pdf")
