"""The conformance suite of the Library of Congress, run from outside: `pytest --bagit-suite PATH`."""

from pathlib import Path

from archiver.validation.validator import validate_bag

LACKING = ("duplicate-file-with-different-case", "special-system-files")
"""Bags of the suite's `warning` that list files which its repository lacks: these are not valid, whatever was meant."""


def test_every_bag_of_the_suite_is_judged_as_the_suite_says(conformance_bag: Path):
    report = validate_bag(conformance_bag)
    kind = conformance_bag.parent.name
    if conformance_bag.name in LACKING:
        assert {each.code for each in report.findings} >= {"BAG045"}
    elif kind in ("valid", "warning"):
        assert [each for each in report.findings if each.severity == "error"] == []
        assert kind == "valid" or any(each.severity == "warning" for each in report.findings)
    else:
        assert kind in ("invalid", "linux-only", "windows-only")
        assert not report.ok
