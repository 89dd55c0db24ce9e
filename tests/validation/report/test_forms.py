"""Reports as text, JSON, JUnit and annotations of GitHub; nothing in a bag orders a CI service anything."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders.bags import Builder
from builders.reports import HOSTILE, schema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archiver.escape import visible
from archiver.model import Report
from archiver.validation.report import Form, first_error, passes_without_warnings, render
from archiver.validation.rules.registry import RULES, finding
from archiver.validation.validator import validate_bag


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


def test_json_of_no_bags_is_still_one_object():
    report = json.loads("".join(render([], "json")))
    schema("report.schema.json").validate(report)
    assert report["bags"] == []
