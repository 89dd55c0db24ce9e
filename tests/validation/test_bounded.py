"""A report does not grow with the number of the same faults."""

import json

from builders.bags import Builder

from archiver.cli import main
from archiver.model import Finding
from archiver.validation import bounded
from archiver.validation.bounded import MOST, Findings
from archiver.validation.rules.registry import finding
from archiver.validation.validator import validate_bag


def test_many_missing_files_are_counted_and_a_thousand_listed(tmp_path, capsys):
    builder = Builder()
    bag = builder.write(tmp_path / "bag")
    with (bag / "manifest-sha256.txt").open("a") as manifest:
        manifest.writelines(f"{n:064x}  data/missing/{n:05}.txt\n" for n in range(5_000))
    report = validate_bag(bag)
    missing = [each for each in report.findings if each.code == "BAG045"]
    assert len(missing) == MOST + 1
    assert not report.ok
    (rest,) = [each for each in missing if not each.path]
    assert (rest.message, rest.severity) == ("4,000 more findings of this code are not listed: 1,000 are", "error")
    assert main(["validate", "--format", "json", str(bag)]) == 1
    parsed = json.loads(capsys.readouterr().out)
    assert len(parsed["bags"][0]["findings"]) < 2 * MOST + 10  # they are missing from two manifests


def test_counts_are_kept_when_lists_are_joined(monkeypatch):
    monkeypatch.setattr(bounded, "MOST", 2)
    inner = Findings(finding("BAG045", f"data/{n}", manifest="x") for n in range(5))
    outer = Findings([finding("BAG045", "data/first", manifest="x")])
    outer += inner
    listed: list[Finding] = list(outer.summed_up())
    assert [each.path for each in listed] == ["data/first", "data/0", ""]
    assert listed[-1].found == "4"
