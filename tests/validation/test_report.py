"""Reports as text and JSON, and which paths are bags."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from builders.bags import Builder, as_first_version
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree
from places import ROOT

from archiver.errors import UsageError
from archiver.escape import visible
from archiver.model import Finding, Report
from archiver.validation.discover import find_bags
from archiver.validation.report import Form, first_error, passes_without_warnings, render
from archiver.validation.rules.markdown import page
from archiver.validation.rules.registry import RULES, STRICT, finding
from archiver.validation.validator import validate_bag

HOSTILE = Report(
    bag="bags/\x1b[31mred",
    checks={"structure": "failed"},
    findings=(finding("BAG030", "bag-info.txt", line=3, found="a\x07b\u202ec\ud800\u00a0d"),),
)


def schema(name: str) -> Draft202012Validator:
    content = json.loads((files("archiver.schemas") / name).read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def test_text_is_a_line_a_bag_and_a_line_a_finding(tmp_path: Path):
    good = Builder().write(tmp_path / "good")
    bad = Builder().write(tmp_path / "bad")
    (bad / "bag-info.txt").unlink()
    text = "".join(render([validate_bag(good), validate_bag(bad)], "text"))
    listed = "tagmanifest-sha256.txt, tagmanifest-sha512.txt"
    assert text.splitlines() == [
        f"passed {good}",
        f"failed {bad}",
        f"  BAG045 error bag-info.txt: listed in {listed}, but there is no such file",
        "  1 more may follow from that: first put the files back as they were",
        "  BAG054 error bag-info.txt: a bag with data/provenance.json must have this tag file",
        "not checked in 2 bags: signature, timestamp, trust, revocation, custody (the bag has no folder of signatures)",
    ]


def test_text_says_what_was_expected_and_found_with_control_characters_made_visible():
    assert "".join(render([HOSTILE], "text")) == (
        "failed bags/\\x1b[31mred\n"
        "  BAG030 error bag-info.txt: line 3 is not `Label: value`; found a\\x07b\\u202ec\\ud800 d\n"
    )


@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
def test_no_piece_of_a_report_holds_more_than_one_finding(form: Form):
    found = tuple(finding("BAG056", "manifest-sha256.txt", line=number) for number in range(5_000))
    report = Report(bag="bag", checks={"structure": "passed"}, findings=found)
    pieces = list(render([report], form, passed=passes_without_warnings))
    assert len(pieces) > len(found)
    assert max(map(len, pieces)) < 400


def test_json_keeps_its_schema_and_counts(tmp_path: Path):
    good = validate_bag(Builder().write(tmp_path / "good"))
    pieces = list(render(iter([good, HOSTILE]), "json"))
    report = json.loads("".join(pieces))
    schema("report.schema.json").validate({**report, "bags": report["bags"][:1]})
    assert report["summary"] == {
        "bags": 2,
        "passed": 1,
        "failed": 1,
        "findings": {"error": 1, "warning": 0, "info": 0},
    }
    assert report["bags"][1]["findings"][0]["code"] == "BAG030"
    "".join(pieces).encode("ascii")


WARNED = Report(
    bag="bags/odd, 100%: <&>",
    checks={"structure": "passed", "fixity": "passed", "record": "not checked"},
    findings=(
        finding("BAG041", "manifest-md5.txt", line=1),
        finding("BAG053", "notes <x>.txt"),
        finding("BAG056", "manifest-md5.txt", line=2),
    ),
)


def test_a_quiet_text_reports_what_failed_only(tmp_path: Path):
    good = validate_bag(Builder().write(tmp_path / "good"))
    text = "".join(render([good, WARNED, HOSTILE], "text", quiet=True))
    assert text.startswith("failed bags/\\x1b[31mred\n")
    assert text.count("\n") == 2


def test_warnings_fail_a_bag_only_on_request():
    assert "".join(render([WARNED], "text")).startswith("passed ")
    assert "".join(render([WARNED], "text", passed=passes_without_warnings)).startswith("failed ")
    assert json.loads("".join(render([WARNED], "json", passed=passes_without_warnings)))["summary"]["failed"] == 1


def suite(report: Report, **options: Any) -> etree._Element:
    document = "".join(render([report], "junit", **options))
    assert not re.search(r"[^\n -~]", document)
    return etree.fromstring(document.encode())[0]


def test_junit_has_a_suite_a_bag_a_case_a_check_and_a_failure_an_error():
    found = suite(HOSTILE)
    assert [found.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["1", "1", "0", "0"]
    assert found.get("name") == "bags/\\x1b[31mred"
    case = found[0]
    assert dict(case.attrib) == {"classname": "bags/\\x1b[31mred", "name": "structure"}
    assert dict(case[0].attrib) == {
        "type": "BAG030",
        "message": "bag-info.txt: line 3 is not `Label: value`; found a\\x07b\\u202ec\\ud800 d",
    }
    assert "BAG030 error bag-info.txt" in found.findtext("system-out")


def test_junit_skips_what_was_not_checked_and_reports_warnings_without_failing():
    found = suite(WARNED)
    assert (found.get("name"), found.get("failures"), found.get("skipped")) == ("bags/odd, 100%: <&>", "0", "1")
    assert [[each.tag for each in case] for case in found.findall("testcase")] == [[], [], ["skipped"]]
    assert found.findtext("system-out").count("\n") == 3
    strict = suite(WARNED, passed=passes_without_warnings)
    assert [each.get("type") for each in strict.iter("failure")] == ["BAG041", "BAG056"]
    assert strict.get("failures") == "1", "cases that failed, not findings"


def test_junit_of_no_bags_is_still_a_document():
    assert etree.fromstring("".join(render([], "junit")).encode()).tag == "testsuites"


def test_github_annotations_are_one_line_a_finding_with_nothing_that_ends_it_early():
    message = "line 3 is not `Label: value`; found a\\x07b\\u202ec\\ud800 d"
    odd, red = "bags/odd%2C 100%25%3A <&>", "bags/\\x1b[31mred"
    assert "".join(render([WARNED, HOSTILE], "github")).splitlines() == [
        f"::warning file={odd}/manifest-md5.txt,title=BAG041 {odd}::line 1 has the * of md5sum before its path",
        f"  BAG053 info notes <x>.txt: {RULES['BAG053'].message}",
        f"::warning file={odd}/manifest-md5.txt,title=BAG056 {odd}::line 2 is blank",
        "passed bags/odd, 100%25: <&>",
        f"::error file={red}/bag-info.txt,title=BAG030 {red}::{message}",
        f"failed {red}",
        "::notice title=archiver validate::2 bags: 1 passed, 1 failed; 1 note in the log: BAG053 (1)",
    ]


def test_github_gets_one_notice_of_many_sound_bags_with_notes():
    notes = tuple(finding("BAG053", f"notes-{n}.txt") for n in range(5))
    sound = [Report(bag=f"bags/{n}", checks={"structure": "passed"}, findings=notes) for n in range(30)]
    lines = "".join(render(sound, "github")).splitlines()
    assert [line for line in lines if line.startswith("::")] == [
        "::notice title=archiver validate::30 bags: 30 passed, 0 failed; 150 notes in the log: BAG053 (150)"
    ]
    assert len(lines) == 30 * 6 + 1


def damaged(bag: Path, path: str) -> Path:
    (bag / path).write_bytes((bag / path).read_bytes() + b"x")
    return bag


@pytest.mark.parametrize("path", ["data/provenance.json", "data/text/article.txt", "data/ro-crate-metadata.json"])
def test_a_damaged_file_stands_before_what_follows_from_it(path: str, tmp_path: Path):
    report = validate_bag(damaged(Builder().write(tmp_path / "bag"), path))
    text = "".join(render([report], "text")).splitlines()
    findings = [line.split(" ")[2] for line in text if line.startswith("  ")]
    others = [each.code for each in report.findings if each.code != "FIX001"]
    assert findings[:3] == ["FIX001", "FIX001", str(len(others))]
    assert findings[3:] == others
    github = "".join(render([report], "github")).splitlines()
    assert [line.partition("title=")[2].split(" ")[0] for line in github[:2]] == ["FIX001", "FIX001"]
    stated = json.loads("".join(render([report], "json")))["bags"][0]["findings"]
    assert [each["code"] for each in stated] == [each.code for each in report.findings], "as they always stood there"


def test_a_changed_manifest_stands_before_the_files_that_do_not_match_it(tmp_path: Path):
    report = validate_bag(Builder().write(tmp_path / "bag"))
    report = replace(
        report,
        checks={"fixity": "failed"},
        findings=(
            finding("BAG033", "bag-info.txt"),
            finding("FIX001", "data/a", manifest="manifest-sha256.txt"),
            finding("FIX011", "manifest-sha256.txt", manifest="tagmanifest-sha256.txt"),
        ),
    )
    codes = re.findall(r"^  ([A-Z]{3}\d{3}) ", "".join(render([report], "text")), re.MULTILINE)
    assert codes == ["FIX011", "FIX001", "BAG033"]
    first = first_error(report)
    assert first is not None
    assert first.code == "FIX011"


_ORDERING = re.compile(r"##(?:vso|teamcity)?\[", re.IGNORECASE)
_ENDS = r"\r\n|[\n\r]"
names = st.lists(
    st.sampled_from(["::error ", "::", "##[error]", "##[", "##VSO[task.setvariable variable=a]", "##teamcity[", "%0A"])
    | st.sampled_from(["%25", "%0D", "\n::stop-commands::x", "\r", "\n", ",title=", ":", "\x1b[0K", "\u2028", "\udcff"])
    | st.text(max_size=6),
    max_size=6,
).map("".join)


def _undone(text: str, *more: str) -> str:
    """As a runner undoes the escapes of workflow commands."""
    for raw in (*more, "\n", "\r", "%"):
        text = text.replace(f"%{ord(raw):02X}", raw)
    return text


@given(bag=names, path=names, found=names)
def test_no_name_orders_a_ci_service_anything(bag: str, path: str, found: str):
    """As GitHub's runner reads them (`::` at the beginning of a line, `##[` anywhere), Azure Pipelines and TeamCity."""
    report = Report(bag=bag, checks={"structure": "failed"}, findings=(finding("BAG030", path, line=3, found=found),))
    github = "".join(render([report], "github"))
    command, verdict, summary = github.removesuffix("\n").split("\n")  # three lines, whatever ends a line there
    assert not re.search(_ENDS, command + verdict)
    assert summary == "::notice title=archiver validate::1 bag: 0 passed, 1 failed"
    assert not verdict.lstrip().startswith("::")
    parts = re.fullmatch(r"::error file=([^,:]*),title=([^,:]*)::(.*)", command)
    assert parts
    assert _undone(parts[1], ":", ",") == visible(f"{bag}/{path}" if path else bag)
    assert _undone(parts[2], ":", ",") == visible(f"BAG030 {bag}")
    assert _undone(parts[3]).endswith(f"found {visible(found)}")
    for form in ("github", "text", "json", "junit"):
        text = "".join(render([report], form))
        assert not _ORDERING.search(text)
        lines = re.split(_ENDS, text.removesuffix(f"{summary}\n"))
        assert not any(line.lstrip().startswith("::") for line in lines[1:])
    assert json.loads("".join(render([report], "json")))["bags"][0]["bag"] == bag


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


def test_json_of_no_bags_is_still_one_object():
    report = json.loads("".join(render([], "json")))
    schema("report.schema.json").validate(report)
    assert report["bags"] == []


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
