"""Settings for rights, operator, organisation, contact and custody reach every file that states them; the seed's front
matter has the last word; hostile words steer nothing."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree
from servers.newsroom import Answer, newsroom, pages_for, seed_document

from archiver.bag.surt import surt
from archiver.cli import main
from archiver.validation.validator import validate_bag

SETTINGS = """
private = "stated"
organisation = "Example County Archive"
organisation_address = "1 Example Street"
operator = "Robin Operator"
contact_name = "Casey Contact"
contact_email = "casey@example.org"
contact_phone = "+00 123"
group = "Example Project"
rights_statement = "http://rightsstatements.org/vocab/InC/1.0/"
rights_holder = "Example Times"
rights_basis = "license"
access = "closed"
supplied_by = "Donor in Settings"
obtained_how = "saved by hand"
"""


def archived(
    tmp_path: Path, text: str, settings: str = "", pages: Mapping[tuple[str, str], Answer] | None = None
) -> Path:
    (tmp_path / "seed.txt").write_text(text, encoding="utf-8")
    (tmp_path / "archiver.toml").write_text(settings, encoding="utf-8")
    with newsroom(pages or pages_for(range(1))) as site:
        arguments = ["--config", str(tmp_path / "archiver.toml"), "--bags", str(tmp_path / "bags"), "--quiet"]
        assert main(["run", str(tmp_path / "seed.txt"), *arguments, *site.options]) == 0
    return next(each for each in (tmp_path / "bags").iterdir() if not each.name.startswith("."))


def texts_of(bag: Path) -> dict[str, str]:
    """Each file that states settings, as text."""
    files = {
        "record": "data/provenance.json",
        "bag-info": "bag-info.txt",
        "premis": "data/metadata/premis.xml",
        "metadata": "data/metadata/metadata.csv",
        "rights": "data/metadata/rights.csv",
        "crate": "data/ro-crate-metadata.json",
        "page": "data/ro-crate-preview.html",
    }
    return {name: (bag / path).read_text("utf-8") for name, path in files.items()}


def test_settings_reach_record_bag_info_premis_csv_and_crate_alike(tmp_path):
    bag = archived(tmp_path, seed_document(0), SETTINGS)
    text = texts_of(bag)
    for value, places in {
        "Example County Archive": ("record", "bag-info", "premis", "metadata", "crate", "page"),
        "Robin Operator": ("record", "premis", "metadata", "crate", "page"),
        "closed": ("record", "bag-info", "premis", "metadata", "rights", "crate", "page"),
        "casey@example.org": ("record", "bag-info", "metadata", "crate", "page"),
        "Example Project": ("record", "bag-info"),
        "http://rightsstatements.org/vocab/InC/1.0/": ("record", "premis", "metadata", "rights", "crate", "page"),
        "Example Times": ("record", "premis", "metadata", "rights", "crate", "page"),
        "Donor in Settings": ("record", "premis", "metadata", "crate", "page"),
        "saved by hand": ("record", "premis", "metadata", "crate", "page"),
    }.items():
        assert [place for place in places if value not in text[place]] == [], value
    assert validate_bag(bag).ok
    assert main(["validate", "--quiet", "--profile", "archiver", str(bag)]) == 0


def test_front_matter_of_a_seed_overrides_the_settings_for_that_seed(tmp_path):
    front = "---\nsupplied_by: Donor of this one\nrights_holder: A Photographer\n---\n"
    text = texts_of(archived(tmp_path, front + seed_document(0).lstrip(), SETTINGS))
    for place in ("record", "premis", "metadata", "crate", "page"):
        assert "Donor of this one" in text[place]
    record = json.loads(text["record"])
    assert (record["seed"]["supplied_by"], record["rights"]["holder"]) == ("Donor of this one", "A Photographer")
    assert record["seed"]["obtained_how"] == "saved by hand"


def test_without_settings_the_bag_says_so_instead_of_inventing(tmp_path):
    text = texts_of(archived(tmp_path, seed_document(0)))
    assert "Source-Organization: not stated\n" in text["bag-info"]
    assert "Contact-" not in text["bag-info"]
    record = json.loads(text["record"])
    assert record["operator"] == {"organisation": None, "person": None, "contact": None}
    assert record["seed"]["independence"] == "unstated"


def test_hostile_words_of_a_seed_are_text_in_every_file(tmp_path):
    hostile = '=cmd|"/c calc" </title><script>alert(1)</script> \u202egnp.exe & "quoted"'
    bag = archived(tmp_path, seed_document(0).replace("Library opens again, report 0", hostile))
    text = texts_of(bag)
    assert "<script" not in text["page"]
    assert "</title><" not in text["page"].partition("</title>")[2]
    with (bag / "data/metadata/metadata.csv").open(encoding="utf-8", newline="") as file:
        head, row = csv.reader(file)
    title = row[head.index("dc.title")]
    assert title[0] not in "=+-@"
    assert "\u202e" not in text["bag-info"]
    etree.fromstring(text["premis"].encode())
    json.loads(text["crate"])
    assert validate_bag(bag).ok


STEERING = "a\\0b\\e[3m\\r\\nPayload-Oxum: 1.1\\u2028\\u202E\\uFFFE\\uD800]]></x>"


@pytest.mark.parametrize(
    "front",
    [
        f'supplied_by: "{STEERING}"\nrights: "{STEERING}"\nrights_basis: "{STEERING}"',
        f"supplied_by: {'x' * 65_000}",
        f"title: {'T' * 65_000}",
        "embargo: 2030-13-45\naccess: [open, closed]\nrights_holder: =cmd()\nobtained_how: '@sum(1)'",
    ],
)
def test_hostile_front_matter_makes_no_bag_invalid_and_steers_no_reader(front: str, tmp_path: Path):
    bag = archived(tmp_path, f"---\n{front}\n---\n{seed_document(0).lstrip()}")
    report = validate_bag(bag, second_opinion=True)
    assert [each for each in report.findings if each.severity == "error"] == []
    assert main(["validate", "--quiet", "--profile", "btr", str(bag)]) == 0
    text = texts_of(bag)
    assert text["bag-info"].count("Payload-Oxum: ") == 1 + text["bag-info"].count(" Payload-Oxum: ")
    for place in ("bag-info", "premis", "metadata", "rights"):
        assert all(character.isprintable() or character == "\n" for character in text[place]), place
    for place in ("metadata", "rights"):
        assert [each for row in csv.reader(io.StringIO(text[place])) for each in row if each[:1] in tuple("=+-@")] == []
    etree.fromstring(text["premis"].encode())


def test_hostile_structured_data_of_a_page_makes_no_bag_invalid(tmp_path: Path):
    story = {"@type": "NewsArticle", "headline": "H @", "author": [{"name": "Ann @"}, {"name": "N" * 100_000}]}
    story |= {"publisher": {"name": "@"}, "datePublished": "2024@", "keywords": "@", "inLanguage": 'en" onload="@'}
    story |= {"image": {"@type": "ImageObject", "url": "javascript:alert(1)", "creator": {"name": "@"}}}
    written = json.dumps(story).replace('@"', STEERING.replace("\\0", "\\u0000").replace("\\e", "\\u001b") + '"')
    pages = pages_for(range(1))
    for answer in pages.values():
        script = f'<script type="application/ld+json">{written}</script></head>'.encode()
        answer.body = answer.body.replace(b"</head>", script)
    bag = archived(tmp_path, seed_document(0), pages=pages)
    record = json.loads((bag / "data/provenance.json").read_bytes())
    assert any(each["value"].startswith("H a") for each in record["claims"]["headline"])  # what steers is read
    assert validate_bag(bag, second_opinion=True).findings == ()
    etree.fromstring(texts_of(bag)["premis"].encode())


@pytest.mark.parametrize("value", ["Z" * 2_001, " ", "a\u202eb", "a\ufffeb", "a\u0085b"])
def test_a_setting_that_no_file_of_a_bag_should_hold_is_refused_in_one_line(value: str, tmp_path: Path, capsys):
    (tmp_path / "archiver.toml").write_text(f'organisation = "{value}"', encoding="utf-8")
    assert main(["run", str(tmp_path), "--config", str(tmp_path / "archiver.toml")]) == 2
    printed = capsys.readouterr().err
    assert "organisation" in printed
    assert printed.count("\n") == 1
    assert len(printed) < 400


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://example.com/", "com,example)/"),
        ("https://www.Example.com:443/A/b.HTML", "com,example)/a/b.html"),
        ("http://www2.example.com:8080/x/", "com,example:8080)/x"),
        ("http://example.com/?b=2&a=1&A=0", "com,example)/?a=0&a=1&b=2"),
        ("http://user:pw@example.com/a/../b//c/./d#top", "com,example)/b/c/d"),
        ("http://example.com/x?sid=0123456789abcdef0123456789abcdef&z=1", "com,example)/x?z=1"),
        ("http://xn--bung-zra.example/%C3%A4", "example,xn--bung-zra)/%c3%a4"),
    ],
)
def test_a_key_folds_an_address_as_replay_tools_do(url, key):
    assert surt(url) == key


def test_what_is_no_absolute_address_has_no_key():
    with pytest.raises(ValueError, match="not an absolute address"):
        surt("/relative")
