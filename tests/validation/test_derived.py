"""Bags made for a receiver as validation sees them: held against the sealed bag they keep, each rule broken once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.groups import make, redo

from archiver.cli import main
from archiver.validation.validator import validate_bag

SEALED = "original/tagmanifest-sha256.txt"
NOTE = "data/note"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("derived")
    info = ("Source-Organization: A Library", "Bagging-Date: 2026-03-01", "External-Identifier: urn:uuid:1")
    bag = make(home / "bags", "b", *info, note=b"a note")
    (home / "out").mkdir()
    assert main(["handoff", "--for", "btr", "--form", "folder", str(bag), str(home / "out")]) == 0
    return home / "out/b"


@pytest.fixture
def bag(delivered, tmp_path) -> Path:
    return shutil.copytree(delivered, tmp_path / "b")


def relabel(bag: Path) -> None:
    info = (bag / "bag-info.txt").read_text("utf-8")
    (bag / "bag-info.txt").write_text(info.replace("Derived-From-Seal: ", "Derived-From-Seal: 0"), "utf-8")


def other_digests(bag: Path) -> None:
    for each in (bag / "original").glob("manifest-*.txt"):
        each.rename(each.with_name(each.name.replace("sha", "unknown")))


DAMAGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "another seal named": (relabel, ["DER001 bag-info.txt"]),
    "seal forged": (
        lambda bag: (bag / SEALED).write_bytes((bag / SEALED).read_bytes().replace(b"  bag-info", b"  bag-inf0")),
        ["DER001 bag-info.txt", "DER002 original/bag-inf0.txt"],
    ),
    "tag file of the original forged": (
        lambda bag: (bag / "original/bag-info.txt").write_bytes(b"Source-Organization: Somebody\n"),
        ["DER002 original/bag-info.txt"],
    ),
    "tag file of the original gone": (lambda bag: (bag / "original/bagit.txt").unlink(), ["DER002 original/bagit.txt"]),
    "no digest in common": (
        other_digests,
        ["DER003 original/tagmanifest-sha256.txt", *(f"DER002 original/manifest-sha{n}.txt" for n in (256, 512))],
    ),
    "payload file forged": (lambda bag: (bag / NOTE).write_bytes(b"A note"), [f"DER004 {NOTE}"]),
    "payload file left out": (lambda bag: (bag / NOTE).unlink(), [f"DER004 {NOTE}"]),
    "payload file slipped in": (lambda bag: (bag / "data/more").write_bytes(b"x"), ["DER004 data/more"]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_to_a_made_bag_with_all_manifests_redone_is_found(name, bag):
    change, expected = DAMAGES[name]
    change(bag)
    redo(bag)
    report = validate_bag(bag)
    assert sorted(f"{e.code} {e.path}" for e in report.findings if e.severity == "error") == sorted(expected)
    assert report.checks["original"] == "failed"


def test_a_made_bag_with_its_manifests_redone_and_nothing_else_changed_is_valid(bag):
    redo(bag)
    report = validate_bag(bag, second_opinion=True)
    assert [each for each in report.findings if each.severity != "info"] == []
    assert (report.checks["original"], report.ok) == ("passed", True)


def test_a_report_of_a_made_bag_says_that_its_original_was_checked(bag, capsys):
    assert main(["validate", "--format", "json", str(bag)]) == 0
    assert json.loads(capsys.readouterr().out)["bags"][0]["checks"]["original"] == "passed"
