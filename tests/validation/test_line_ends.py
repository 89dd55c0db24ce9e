"""A checkout whose line ends git has converted is recognised, and said once; other damage keeps its own finding."""

from pathlib import Path

import pytest
from builders.bags import Builder

from archiver.validation.validator import validate_bag


@pytest.fixture
def bag(tmp_path) -> Path:
    path = tmp_path / "bag"
    Builder().write(path)
    return path


def converted(bag: Path) -> int:
    """Does to each text file what git does: a file with a zero byte is none."""
    count = 0
    for path in bag.rglob("*"):
        if path.is_file() and b"\0" not in (data := path.read_bytes()) and b"\n" in data:
            path.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
            count += 1
    return count


def test_a_converted_checkout_is_one_finding_that_says_what_to_do(bag):
    assert validate_bag(bag).ok
    assert converted(bag) > 5
    report = validate_bag(bag)
    assert [each.code for each in report.findings if each.severity == "error"] == ["FIX004"], report.findings
    (found,) = [each for each in report.findings if each.code == "FIX004"]
    assert ".gitattributes" in found.message and "core.autocrlf" in found.message
    assert not report.ok


def test_a_file_that_is_damaged_as_well_keeps_its_own_finding(bag):
    seed = next((bag / "data" / "seed").iterdir())
    seed.write_bytes(seed.read_bytes() + b"more\n")
    converted(bag)
    codes = [each.code for each in validate_bag(bag).findings]
    assert "FIX004" in codes and "FIX001" in codes


def test_a_damaged_file_alone_is_not_called_converted(bag):
    seed = next((bag / "data" / "seed").iterdir())
    seed.write_bytes(seed.read_bytes() + b"more\r\n")
    assert "FIX004" not in [each.code for each in validate_bag(bag).findings]


def test_what_is_not_looked_at_then_is_not_checked_and_the_reason_is_the_line_ends(bag):
    """Not that the record cannot be read, or that there is no WARC file: they are there."""
    before = validate_bag(bag)
    converted(bag)
    report = validate_bag(bag)
    left = {name for name, outcome in before.checks.items() if outcome == "passed"} - {"structure", "fixity"}
    assert {"record", "warc", "text", "seed"} <= left
    for name in left - {"tag-fixity"}:
        assert report.checks[name] == "not checked", name
        assert "FIX004" in report.reasons[name], report.reasons[name]
