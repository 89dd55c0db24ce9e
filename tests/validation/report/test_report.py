"""Reports as text and JSON, and which paths are bags."""

import json
from pathlib import Path

import pytest
from builders.bags import Builder, as_first_version
from builders.reports import HOSTILE, schema
from places import ROOT

from archiver.errors import UsageError
from archiver.model import Finding
from archiver.validation.discover import find_bags
from archiver.validation.report import render
from archiver.validation.rules.markdown import page
from archiver.validation.rules.registry import RULES, STRICT, finding
from archiver.validation.validator import validate_bag


def test_a_strict_validation_forgives_nothing_that_custom_forgives(tmp_path: Path):
    builder = Builder()
    builder.edit = lambda name, data: data + b"\n" if name == "manifest-sha256.txt" else data
    path = builder.write(tmp_path / "bag")
    assert [(each.code, each.severity) for each in validate_bag(path).findings] == [("BAG056", "warning")]
    report = validate_bag(path, strict=True)
    assert [(each.code, each.severity) for each in report.findings] == [("BAG056", "error")]
    assert (report.ok, report.checks["structure"]) == (False, "failed")
    assert set(RULES) >= STRICT
    assert all(RULES[code].severity != "error" for code in STRICT)


def test_signatures_are_allowed_even_where_unlisted_tag_files_are_errors(tmp_path: Path):
    path = Builder().write(tmp_path / "bag")
    (path / "signatures").mkdir()
    (path / "signatures/tagmanifest-sha256.txt.p7s").write_bytes(b"x")
    assert [each.code for each in validate_bag(path, strict=True).findings] == [
        "SIG001",
        "SIG010",
    ]  # garbage, but not unlisted


def test_the_page_of_codes_is_made_from_the_rules():
    written = (ROOT / "docs" / "validation-codes.md").read_text("utf-8")
    assert written == page(), "python -m archiver.validation.rules.markdown > docs/validation-codes.md"
    assert all(written.count(f"\n| {code} |") == 1 for code in RULES)


def test_the_schema_of_the_report_refuses_a_finding_without_severity():
    report = json.loads("".join(render([HOSTILE], "json")))
    del report["bags"][0]["findings"][0]["severity"]
    assert not schema("report.schema.json").is_valid(report)


def test_a_finding_shows_long_values_in_bounds_and_is_frozen():
    long = finding("BAG040", "manifest-md5.txt", line=1, found="x" * 10_000)
    assert isinstance(long, Finding)
    assert len(long.found or "") == 301
    assert (
        finding("BAG012", "x", reason="{line} is not a template").message == "cannot be read: {line} is not a template"
    )


_FAMILIES = {
    "PRIV",
    "TSL",
    "BAG",
    "BRK",
    "ARC",
    "FIX",
    "REC",
    "WARC",
    "TXT",
    "SEED",
    "WACZ",
    "CRATE",
    "PROF",
    "SIG",
    "TSR",
    "CUS",
    "GRP",
    "DER",
}
_STANDARDS = (
    "RFC 8493, ",
    "RFC 4998, ",
    "ETSI TS 119 612, ",
    "WARC 1.1, ",
    "BagIt 0.97, ",
    "BagIt Profiles, ",
    "WACZ 1.1.1, ",
    "RO-Crate 1.2, ",
    "RFC 5652, ",
    "RFC 3161, ",
    "RFC 5280, ",
    "ETSI TS 119 312",
)


def test_codes_are_letters_and_three_digits_with_a_severity_and_a_section():
    for code, rule in RULES.items():
        assert code.rstrip("0123456789") in _FAMILIES
        assert rule.severity in ("error", "warning", "info")
        assert rule.section.startswith((*_STANDARDS, "bag-format.md#"))


def test_the_record_schema_is_a_schema_and_allows_unknown_fields():
    record = Builder().record
    record["capture"]["novelty"] = record["novelty"] = {"x": 1}
    schema("provenance-2.0.schema.json").validate(record)


def test_a_record_of_the_first_version_is_held_against_its_own_schema(tmp_path: Path):
    builder = Builder()
    builder.record = as_first_version(builder.record)
    schema("provenance-1.0.schema.json").validate(builder.record)
    assert [each for each in validate_bag(builder.write(tmp_path / "bag")).findings if each.code == "REC002"] == []
    del builder.record["text"]["extractor"]
    report = validate_bag(builder.write(tmp_path / "other"))
    assert [each.code for each in report.findings if each.code == "REC002"] == ["REC002"]


def test_a_record_of_a_version_that_is_not_known_is_held_against_the_newest(tmp_path: Path):
    builder = Builder()
    builder.record["version"] = "3.0"
    report = validate_bag(builder.write(tmp_path / "bag"))
    assert [each.code for each in report.findings] == ["REC002"]


def test_bags_are_found_in_order_in_folders_and_on_their_own(tmp_path: Path):
    for name in ("b", "a", ".archiver/staged"):
        Builder().write(tmp_path / "bags" / name)
    (tmp_path / "bags/notes").mkdir()
    (tmp_path / "lone/data").mkdir(parents=True)
    found = list(find_bags([tmp_path / "bags", tmp_path / "lone"]))
    assert found == [tmp_path / "bags/a", tmp_path / "bags/b", tmp_path / "lone"]


@pytest.mark.parametrize("left", ["bagit.txt", "manifest-md5.txt", "tagmanifest-sha256.txt"])
def test_one_tag_file_makes_a_bag_however_broken(left: str, tmp_path: Path):
    (tmp_path / left).touch()
    assert list(find_bags([tmp_path])) == [tmp_path]


def test_no_bag_at_all_is_wrong_usage(tmp_path: Path):
    (tmp_path / "file.txt").touch()
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "file.txt"):
        with pytest.raises(UsageError, match="no bag"):
            list(find_bags([path]))
