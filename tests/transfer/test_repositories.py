"""Packages for repositories: E-ARK and DSpace, from sealed bags, by the gate, the same each time."""

import hashlib
import json
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from builders.bags import Builder
from lxml import etree

from archiver.cli import main

REGISTERED = {
    *("title", "contributor.author", "contributor.other", "publisher", "date.issued", "date.created", "type"),
    *("identifier.uri", "identifier.other", "language.iso", "rights", "description.provenance"),
}
"""Fields that DSpace comes with, of those that are written (dublin-core-types.xml)."""
N = {"m": "http://www.loc.gov/METS/"}
HREF = "{http://www.w3.org/1999/xlink}href"
MARKER = b"The harbour reopened"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return bag_with(tmp_path / "bags/harbour", "open")


def bag_with(path: Path, access: str | None) -> Path:
    builder = Builder()
    builder.record["rights"]["access"] = access
    builder.record["rights"]["holder"] = path.name
    path.parent.mkdir(exist_ok=True)
    return builder.write(path)


def hand_off(capsys, receiver: str, *arguments: object) -> tuple[int, list[dict]]:
    capsys.readouterr()
    code = main(["handoff", "--json", "--for", receiver, *map(str, arguments)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def package(tmp_path: Path, capsys, receiver: str, bag: Path) -> tuple[dict, Path]:
    out = tmp_path / f"out-{receiver}"
    out.mkdir(exist_ok=True)
    code, (result,) = hand_off(capsys, receiver, "--form", "folder", bag, out)
    assert (code, result["outcome"]) == (0, "delivered"), result
    return result, Path(result["package"])


class TestEark:
    """E-ARK CSIP and SIP 2.1; their schemas and rules are asked in tests/judges/test_eark.py."""

    def test_every_file_is_named_with_its_size_and_digest_and_the_bag_in_it_is_valid(self, tmp_path, capsys, bag):
        _, made = package(tmp_path, capsys, "eark", bag)
        named = {"METS.xml"}
        for mets in (made / "METS.xml", made / "representations/rep1/METS.xml"):
            for node in etree.parse(str(mets)).iter("{*}file", "{*}mdRef"):
                href = node.get(HREF) or node[0].get(HREF)
                path = mets.parent / unquote(href)
                data = path.read_bytes()
                assert node.get("CHECKSUM") == hashlib.sha256(data).hexdigest()
                assert node.get("SIZE") == str(len(data))
                named.add(path.relative_to(made).as_posix())
        assert named == {each.relative_to(made).as_posix() for each in made.rglob("*") if each.is_file()}
        assert main(["validate", str(made / "representations/rep1/data")]) == 0

    def test_the_package_is_named_by_its_objid_and_is_the_same_each_time(self, tmp_path, capsys, bag):
        result, made = package(tmp_path, capsys, "eark", bag)
        assert etree.parse(str(made / "METS.xml")).getroot().get("OBJID") == made.name
        (tmp_path / "again").mkdir()
        _, (again,) = hand_off(capsys, "eark", "--form", "folder", bag, tmp_path / "again")
        assert again["sha256"] == result["sha256"]
        _, (unchanged,) = hand_off(capsys, "eark", "--form", "folder", bag, made.parent)
        assert unchanged["outcome"] == "unchanged"

    def test_it_is_a_zip_by_default(self, tmp_path, capsys, bag):
        (tmp_path / "out").mkdir()
        _, (result,) = hand_off(capsys, "eark", bag, tmp_path / "out")
        with zipfile.ZipFile(result["package"]) as archive:
            assert f"{Path(result['package']).stem}/METS.xml" in archive.namelist()

    def test_what_was_taken_down_is_refused_and_a_wrong_form_too(self, tmp_path, capsys, bag):
        (tmp_path / "out").mkdir()
        assert main(["handoff", "--for", "eark", "--form", "wacz", str(bag), str(tmp_path / "out")]) == 2
        assert main(["takedown", "--reason", "x", str(bag)]) == 0
        code, (result,) = hand_off(capsys, "eark", bag, tmp_path / "out")
        assert (code, result["outcome"]) == (1, "refused")
        assert "it is not given out" in result["reason"]
        assert list((tmp_path / "out").iterdir()) == []


class TestDspace:
    """DSpace's Simple Archive Format."""

    def test_an_item_has_what_the_format_asks_for(self, tmp_path, capsys, bag):
        _, item = package(tmp_path, capsys, "dspace", bag)
        assert item.name == "item_000001"
        lines = (item / "contents").read_text().splitlines()
        named = {line.partition("\t")[0] for line in lines}
        assert named == {each.name for each in item.iterdir()} - {
            "contents",
            "dublin_core.xml",
            "metadata_archiver.xml",
        }
        assert {"rec.warc.gz", "article.txt"} <= named
        assert not any("permissions" in line for line in lines)
        core = etree.parse(str(item / "dublin_core.xml")).getroot()
        assert (core.tag, core.get("schema")) == ("dublin_core", "dc")
        values = {(each.get("element"), each.get("qualifier")): each.text for each in core}
        assert {".".join(each for each in key if each and each != "none") for key in values} <= REGISTERED
        assert "Rights holder: harbour" in {each.text for each in core if each.get("element") == "rights"}
        assert values[("title", "none")] == "Harbour reopens"
        assert values[("identifier", "uri")] == "https://news.example/harbour"
        assert etree.parse(str(item / "metadata_archiver.xml")).getroot().get("schema") == "archiver"

    def test_items_are_numbered_and_keep_their_numbers(self, tmp_path, capsys, bag):
        (tmp_path / "out").mkdir()
        other = bag_with(bag.parent / "zweiter", "open")
        first = hand_off(capsys, "dspace", bag, tmp_path / "out")[1]
        both = hand_off(capsys, "dspace", bag, other, tmp_path / "out")[1]
        assert [Path(each["package"]).name for each in (*first, *both)] == [
            "item_000001",
            "item_000001",
            "item_000002" if both[1]["outcome"] == "delivered" else "item_000001",
        ]

    def test_restricted_items_are_for_the_administrators(self, tmp_path, capsys):
        _, item = package(tmp_path, capsys, "dspace", bag_with(tmp_path / "bags/harbour", None))
        lines = [line for line in (item / "contents").read_text().splitlines() if "bundle:ORIGINAL" in line]
        assert lines
        assert all("permissions:-r 'Administrator'" in line for line in lines)

    def test_of_what_is_metadata_only_no_word_of_the_page_goes_and_the_note_says_so(self, tmp_path, capsys):
        found, item = package(tmp_path, capsys, "dspace", bag_with(tmp_path / "bags/harbour", "metadata-only"))
        assert not any(MARKER in each.read_bytes() for each in item.iterdir())
        assert not (item / "rec.warc.gz").exists()
        assert any("held back" in note for note in found["notes"])

    def test_what_is_closed_is_refused(self, tmp_path, capsys):
        (tmp_path / "out").mkdir()
        shut = bag_with(tmp_path / "bags/harbour", "closed")
        code, (result,) = hand_off(capsys, "dspace", shut, tmp_path / "out")
        assert (code, result["outcome"]) == (1, "refused")
        assert "no item is made of it" in result["reason"]
