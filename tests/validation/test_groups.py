"""Groups as validation sees them: the list against the members, the members as bags, each rule broken once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.groups import make, redo

from archiver.cli import main
from archiver.validation.package.group_bag import COLUMNS
from archiver.validation.validator import validate_bag

LIST = "data/members.csv"
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("groups")
    for name in ("ferry-1", "tide-1"):
        make(home / "bags", name, note=name.encode())
    (home / "out").mkdir()
    assert main(["handoff", "--group", "g", "--form", "folder", str(home / "bags"), str(home / "out")]) == 0
    return home / "out/g"


@pytest.fixture
def group(delivered, tmp_path) -> Path:
    return shutil.copytree(delivered, tmp_path / "g")


def relist(change: Callable[[list[str]], list[str]]) -> Change:
    def changed(group: Path) -> None:
        lines = (group / LIST).read_text("utf-8").splitlines(keepends=True)
        (group / LIST).write_text("".join(change(lines)), "utf-8")

    return changed


def append(data: bytes) -> Change:
    return lambda group: (group / LIST).write_bytes((group / LIST).read_bytes() + data)


def reseal(group: Path) -> None:
    (group / "data/tide-1/data/note").write_bytes(b"another day")
    redo(group / "data/tide-1")


DAMAGES: dict[str, tuple[Change, list[str]]] = {
    "list with a line cut short": (relist(lambda lines: [*lines, "x,y\n"]), [f"GRP001 {LIST}"]),
    "list that names a bag twice": (relist(lambda lines: [*lines, lines[1]]), [f"GRP001 {LIST}"]),
    "list of nothing": (relist(lambda lines: lines[:1]), [f"GRP001 {LIST}"]),
    "list that is not UTF-8": (append(b"\xff,\n"), [f"GRP001 {LIST}"]),
    "list with a line without end": (append(b"a" * (2 << 20)), [f"GRP001 {LIST}"]),
    "list with a quote left open": (append(b'"a,b'), [f"GRP001 {LIST}"]),
    "bag that is gone": (lambda g: shutil.rmtree(g / "data/tide-1"), [f"GRP002 {LIST}"]),
    "bag that the list leaves out": (relist(lambda lines: lines[:2]), ["GRP003 data/tide-1"]),
    "bag sealed anew": (reseal, ["GRP004 data/tide-1/tagmanifest-sha256.txt"]),
    "list with another headline": (
        relist(lambda lines: [line.replace("tide-1 news", "good news") for line in lines]),
        [f"GRP005 {LIST}"],
    ),
    "failures that are not JSON": (
        lambda g: (g / "data/not-captured.jsonl").write_text('{"seed": 1, "url": 2, "outcome": "failed"}\n{"seed"\n'),
        ["GRP006 data/not-captured.jsonl"],
    ),
    "failures that nest without end": (
        lambda g: (g / "data/not-captured.jsonl").write_text("[" * 100_000),
        ["GRP006 data/not-captured.jsonl"],
    ),
    "byte of a bag": (
        lambda g: (g / "data/tide-1/data/note").write_bytes(b"tidE-1"),
        ["FIX001 data/tide-1/data/note"] * 2,
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_to_a_group_is_reported_with_exactly_these_findings(name, group):
    change, expected = DAMAGES[name]
    change(group)
    redo(group)
    report = validate_bag(group)
    assert [f"{each.code} {each.path}" for each in report.findings if each.severity == "error"] == expected
    assert not report.ok
    assert report.checks["members"] == ("failed" if expected[0].startswith("GRP") else "passed")


def test_a_bag_with_a_list_of_another_kind_is_no_group(group):
    (group / LIST).write_text("name,born\nAda,1815\n", "utf-8")
    redo(group)
    report = validate_bag(group)
    assert report.findings == ()
    assert "members" not in report.checks


def test_a_good_group_passes_and_says_that_its_members_were_checked(group):
    report = validate_bag(group, second_opinion=True)
    assert (report.findings, report.ok, report.checks["members"]) == ((), True, "passed")


def test_the_columns_of_the_list_are_a_contract():
    assert ",".join(COLUMNS) == "folder,identifier,headline,address,capture_date,tagmanifest_sha256"


def test_a_member_may_be_anything_and_is_judged_as_a_bag(group):
    (group / "data/stray").mkdir()
    (group / "data/stray/file").write_bytes(b"x")
    redo(group)
    found = {f"{each.code} {each.path}" for each in validate_bag(group).findings}
    assert {"GRP003 data/stray", "BAG002 data/stray/bagit.txt", "BAG008 data/stray"} <= found
