"""Groups: sealed bags handed over as one bag, signed once, and taken in again."""

import csv
import io
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from builders.deliveries import SCHEMA, everything, hand
from builders.groups import make, redo
from builders.pki import authorities, needs_openssl

from archiver.cli import main
from archiver.ledger.entries import Entry
from archiver.ledger.ledger import Ledger
from archiver.transfer.group_bags import Grouping
from archiver.validation.package.group_bag import COLUMNS
from archiver.validation.validator import validate_bag

NAMES = ("ferry-1", "harbour-1", "tide-1")
pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture
def bags(tmp_path) -> Path:
    for name in NAMES:
        make(tmp_path / "bags", name, note=name.encode())
    return tmp_path / "bags"


def receive(capsys, *arguments: object) -> tuple[int, list[dict]]:
    code = main(["receive", "--json", *map(str, arguments)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def rows(group: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((group / "data/members.csv").read_text("utf-8"), newline="")))


@pytest.mark.parametrize("form", ["folder", "tar", "tgz", "zip"])
def test_a_group_travels_as_one_valid_bag_that_holds_the_bags_unchanged(form, bags, tmp_path, capsys):
    before = {name: everything(bags / name) for name in NAMES}
    code, (result,), _ = hand(capsys, "--group", "spring", "--form", form, bags, tmp_path / "out")
    assert (code, result["outcome"], result["bag"], result["notes"]) == (0, "delivered", "spring", [])
    there = tmp_path / f"out/spring{'' if form == 'folder' else f'.{form}'}"
    report = validate_bag(there, second_opinion=form == "folder")
    assert (report.findings, report.checks["members"]) == ((), "passed")
    receipt = json.loads((tmp_path / f"out/{there.name}.receipt.json").read_bytes())
    jsonschema.validate(receipt, SCHEMA)
    assert [each["name"] for each in receipt["members"]] == list(NAMES)
    assert receive(capsys, "--bags", tmp_path / "mine", there)[0] == 0
    for name in NAMES:
        inside = everything(tmp_path / "mine/spring/data" / name)
        assert inside == before[name]
        assert {path: data for path, data in everything(bags / name).items() if path in before[name]} == before[name]
    info = (tmp_path / "mine/spring/bag-info.txt").read_text("utf-8").splitlines()
    assert {"Bag-Count: 1 of 1", "Bag-Group-Identifier: spring"} <= set(info)


def test_the_list_says_what_each_bag_says_of_itself_and_guards_formulas(tmp_path, capsys):
    info = ("External-Identifier: urn:uuid:1", "External-Description: =cmd|' /C calc'!A0", "Original-URL: http://a.example/",
            "Capture-Date: 2026-01-02T03:04:05Z")  # fmt: skip
    bag = make(tmp_path / "bags", "hostile", *info)
    assert hand(capsys, "--group", "g", "--form", "folder", bag, tmp_path / "out")[0] == 0
    (row,) = rows(tmp_path / "out/g")
    assert tuple(row) == COLUMNS
    assert row["headline"] == "'=cmd|' /C calc'!A0"
    assert row["tagmanifest_sha256"] == json.loads((tmp_path / "out/g.receipt.json").read_bytes())["members"][0]["seal"]
    assert validate_bag(tmp_path / "out/g").findings == ()


def test_a_folded_description_is_read_whole(tmp_path, capsys):
    info = ("External-Identifier: urn:uuid:1", "External-Description: Harbour", "  reopens\n\tafter a year", "Note: x")
    bag = make(tmp_path / "bags", "folded", *info)
    code, (result,), _ = hand(capsys, "--group", "g", "--form", "folder", bag, tmp_path / "out")
    assert code == 0, result["reason"]
    assert [row["headline"] for row in rows(tmp_path / "out/g")] == ["Harbour reopens after a year"]
    assert validate_bag(tmp_path / "out/g").findings == ()


def test_what_the_job_did_not_capture_is_reported_with_the_group(bags, tmp_path, capsys):
    (bags / ".archiver").mkdir()
    ledger = Ledger(bags)
    lost = Entry(key="k", name="lost.txt", url="http://a.example", outcome="failed", reason="timeout", detail={"a": 1})
    ledger.settle([lost], "job", datetime(2026, 1, 1, tzinfo=UTC))
    ledger.close()
    assert hand(capsys, "--group", "g", "--form", "folder", bags, tmp_path / "out")[0] == 0
    (line,) = (tmp_path / "out/g/data/not-captured.jsonl").read_text("utf-8").splitlines()
    parsed = json.loads(line)
    assert (parsed["seed"], parsed["outcome"], parsed["reason"], parsed["seen"]) == (
        "lost.txt",
        "failed",
        "timeout",
        {"a": 1},
    )


def test_a_group_is_the_same_bytes_for_every_target_but_its_own_custody_log(bags, tmp_path, capsys):
    for target in ("first", "second"):
        assert hand(capsys, "--group", "g", "--form", "folder", bags, tmp_path / target)[0] == 0
    one, two = (everything(tmp_path / each / "g") for each in ("first", "second"))
    assert set(two) - set(one) == {"signatures/custody/0001-handoff.json"}
    assert {path: two[path] for path in one} == one


def test_a_second_hand_off_of_a_group_is_a_no_op_that_says_so(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "out")
    code, (result,), _ = hand(capsys, "--group", "g", bags, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "unchanged")
    for name in NAMES:
        assert not (bags / name / "signatures/custody").exists(), "they are guests"


def test_a_group_of_one_name_with_other_bags_is_refused_and_nothing_is_sent(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "out")
    make(bags, "zebra-1")
    code, (result,), _ = hand(capsys, "--group", "g", bags, tmp_path / "second")
    assert code == 1
    assert "sealed before with other bags" in result["reason"]
    assert not list((tmp_path / "second").iterdir())


def test_a_bag_of_the_group_that_changed_since_it_was_sealed_is_found_before_anything_is_sent(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "out")
    (bags / "tide-1/data/note").write_bytes(b"tidE-1")
    code, (result,), _ = hand(capsys, "--group", "g", bags, tmp_path / "second")
    assert (code, result["outcome"]) == (1, "refused")
    assert "tide-1" in result["reason"]
    assert not list((tmp_path / "second").iterdir())


def test_one_bag_that_is_not_valid_stops_the_group_and_leaves_nothing_behind(bags, tmp_path, capsys):
    (bags / "ferry-1/data/note").write_bytes(b"changed")
    code, (result,), _ = hand(capsys, "--group", "g", bags, tmp_path / "out")
    assert code == 1
    assert "1 of its 3 bags are not valid: ferry-1 (FIX001 data/note)" in result["reason"]
    assert not list((tmp_path / "out").iterdir())
    assert not (bags / "groups").exists()


@pytest.mark.parametrize(("size", "parts"), [("2", [2, 1]), ("1kB", [1, 1, 1]), ("1GB", [3])])
def test_a_group_is_cut_by_bags_or_bytes_and_counts_its_parts(size, parts, bags, tmp_path, capsys):
    code, results, _ = hand(capsys, "--group", "g", "--group-size", size, "--form", "folder", bags, tmp_path / "out")
    assert (code, len(results)) == (0, len(parts))
    names = ["g"] if len(parts) == 1 else [f"g-{n}-of-{len(parts)}" for n in range(1, len(parts) + 1)]
    assert [each["bag"] for each in results] == names
    for number, (name, count) in enumerate(zip(names, parts, strict=True), 1):
        assert len(rows(tmp_path / "out" / name)) == count
        info = (tmp_path / "out" / name / "bag-info.txt").read_text("utf-8").splitlines()
        assert {f"Bag-Count: {number} of {len(parts)}", "Bag-Group-Identifier: g"} <= set(info)
        assert validate_bag(tmp_path / "out" / name).ok


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--group", "../g"], "letters, digits"),
        (["--group", "data"], "letters, digits"),
        (["--group", "g", "--group-size", "0"], "neither"),
        (["--group", "g", "--group-size", "5 parsecs"], "neither"),
        (["--group", "g", "--group-size", "1.5"], "neither"),
        (["--group-size", "5"], "--group NAME"),
        (["--group", "g", "--form", "wacz"], "--form wacz"),
    ],
)
def test_a_group_that_cannot_be_named_or_cut_is_wrong_usage(arguments, words, bags, tmp_path, capsys):
    assert main(["handoff", *arguments, str(bags), str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err


def test_sizes_are_read_with_decimal_and_binary_units():
    sizes = {"1kB": 1000, "1.5GB": 1_500_000_000, "2 GiB": 2 << 30, "1KiB": 1024, "3TB": 3 * 1000**4}
    assert {text: Grouping.from_text("g", text).octets for text in sizes} == sizes
    assert Grouping.from_text("g", "500").bags == 500


def test_two_bags_of_one_name_are_wrong_usage(bags, tmp_path, capsys):
    other = make(tmp_path / "more", "Tide-1")
    assert main(["handoff", "--group", "g", str(bags), str(other), str(tmp_path / "out")]) == 2
    assert "have one name" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["-rf", "=cmd", "a%20b", "@x", "'q"])
def test_a_bag_with_a_name_that_means_something_else_is_refused(name, tmp_path, capsys):
    make(tmp_path / "bags", name)
    code, results, _ = hand(capsys, "--group", "g", tmp_path / "bags", tmp_path / "out")
    assert code == 1
    assert [each["outcome"] for each in results] == ["refused", "refused"]
    assert "rename it" in results[0]["reason"]


def test_a_file_name_that_manifests_cannot_hold_for_all_is_refused(tmp_path, capsys):
    make(tmp_path / "bags", "odd", **{"100%": b"x"})
    code, results, _ = hand(capsys, "--group", "g", tmp_path / "bags", tmp_path / "out")
    assert code == 1
    assert "programs differ" in results[-1]["reason"]


def test_a_group_is_shown_as_one_with_the_names_of_its_bags(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", "--form", "folder", bags, tmp_path / "out")
    group = tmp_path / "out/g"
    assert main(["show", str(group)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(group), "", "a group of 3 bags:", *(f"  {n}" for n in NAMES)]
    assert main(["show", "--json", str(group)]) == 0
    assert json.loads(capsys.readouterr().out) == {"group": "g", "members": list(NAMES)}
    (group / "data/members.csv").write_bytes((group / "data/members.csv").read_bytes() + b"x,y\n")
    assert main(["show", str(group)]) == 3
    assert "cannot be read (line " in capsys.readouterr().err


def test_a_group_is_unpacked_into_its_bags_and_keeps_what_vouches_for_it(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "out")
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", tmp_path / "out/g.tar")
    assert (code, result["outcome"], result["bag"]) == (0, "received", str(tmp_path / "mine/groups/g"))
    assert result["unpacked"] == [str(tmp_path / "mine" / name) for name in NAMES]
    for name in NAMES:
        assert validate_bag(tmp_path / "mine" / name).ok
        assert not (tmp_path / "mine" / name / "signatures").exists(), "they are guests"
    receipt = json.loads(Path(result["receipt"]).read_bytes())
    jsonschema.validate(receipt, SCHEMA)
    assert [each["name"] for each in receipt["members"]] == list(NAMES)
    sealed = everything(bags / "groups/g")
    kept = everything(tmp_path / "mine/groups/g")
    assert {path: data for path, data in kept.items() if "custody" not in path} == {
        path: data for path, data in sealed.items() if "custody" not in path
    }
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", tmp_path / "out/g.tar")
    assert (code, result["outcome"]) == (0, "unchanged")


def test_unpacking_leaves_a_bag_that_is_there_and_refuses_another_of_its_name(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "out")
    shutil.copytree(bags / "tide-1", tmp_path / "mine/tide-1")
    before = everything(tmp_path / "mine/tide-1")
    assert main(["receive", "--unpack", "--bags", str(tmp_path / "mine"), str(tmp_path / "out/g.tar")]) == 0
    result = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  bag: ")]
    assert result == [f"  bag: {tmp_path / 'mine' / name}" for name in NAMES if name != "tide-1"]
    assert everything(tmp_path / "mine/tide-1") == before
    make(tmp_path / "other", "tide-1", note=b"another")
    before = everything(tmp_path / "other")
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "other", tmp_path / "out/g.tar")
    assert code == 1
    assert "another bag" in result["reason"]
    assert {path: each for path, each in everything(tmp_path / "other").items() if ".archiver" not in path} == before


@pytest.mark.parametrize("name", ["receipts", "groups", "x" * 201])
def test_a_bag_in_a_group_with_a_name_that_means_something_here_is_not_unpacked(name, tmp_path, capsys):
    make(tmp_path / "bags", name)
    make(tmp_path / "bags", "another")
    assert hand(capsys, "--group", "g", tmp_path / "bags", tmp_path / "out")[0] == 0
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", tmp_path / "out/g.tar")
    assert code == 1
    assert "cannot be a bag's name here" in result["reason"]
    assert [each.name for each in (tmp_path / "mine").iterdir()] == [".archiver"]


def test_unpacking_a_bag_that_is_no_group_takes_it_in_as_it_is(bags, tmp_path, capsys):
    hand(capsys, bags / "tide-1", tmp_path / "out")
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", tmp_path / "out/tide-1.tar")
    assert (code, result["bag"]) == (0, str(tmp_path / "mine/tide-1"))


@pytest.mark.parametrize("name", ["receipts", "groups", ".hidden"])
def test_a_bag_of_a_group_cannot_be_unpacked_over_a_folder_of_ours(name, bags, tmp_path, capsys):
    hand(capsys, "--group", "g", "--form", "folder", bags, tmp_path / "out")
    group = tmp_path / "out/g"
    (group / "data/tide-1").rename(group / "data" / name)
    members = (group / "data/members.csv").read_text("utf-8")
    (group / "data/members.csv").write_text(members.replace("tide-1,", f"{name},", 1), "utf-8")
    redo(group)
    (tmp_path / "out/g.receipt.json").unlink()
    assert validate_bag(group).ok
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", group)
    assert (code, result["outcome"]) == (1, "refused")
    assert "cannot be a bag's name here" in result["reason"]
    assert {each.name for each in (tmp_path / "mine").iterdir()} <= {".archiver", "groups"}


def test_a_group_whose_bag_was_changed_with_its_outer_manifests_redone_is_not_taken_in(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", "--form", "folder", bags, tmp_path / "out")
    (tmp_path / "out/g/data/tide-1/data/note").write_bytes(b"forged")
    redo(tmp_path / "out/g")
    (tmp_path / "out/g.receipt.json").unlink()
    code, (result,) = receive(capsys, "--unpack", "--bags", tmp_path / "mine", tmp_path / "out/g")
    assert code == 1
    assert "FIX001 data/tide-1/data/note" in result["reason"]
    assert not (tmp_path / "mine/tide-1").exists()


@needs_openssl
def test_the_group_is_what_is_signed_and_timestamped_once_and_openssl_agrees(bags, tmp_path, capsys):
    with authorities(tmp_path) as pki:
        pki.tell_of_revocation()
        key, certificate = pki.signer.write(tmp_path / "keys")[1::2]
        settings = {"key": key, "certificate": certificate, "timestamp": pki.url, "trust_roots": str(pki.roots)}
        (tmp_path / "archiver.toml").write_text("".join(f"{name} = {json.dumps(v)}\n" for name, v in settings.items()))
        config = ["--config", tmp_path / "archiver.toml"]
        for target in ("out", "copies"):
            assert hand(capsys, *config, "--group", "g", "--form", "folder", bags, tmp_path / target)[0] == 0
        roots = str(pki.roots)
        terms = ["--require-signature", "--require-timestamp", "--trust-roots", roots]
        assert main(["validate", *terms, str(tmp_path / "out/g")]) == 0
        assert main(["validate", *terms, str(bags / "tide-1")]) == 1, "the bags in it are not signed one by one"
        group = tmp_path / "out/g"
        links = [each.name for each in (group / "signatures").iterdir() if each.name.endswith(".p7s")]
        assert links == ["tagmanifest-sha256.txt.p7s"]
        content = ["-content", str(group / "tagmanifest-sha256.txt"), "-CAfile", roots, "-purpose", "any"]
        verify = ["openssl", "cms", "-verify", "-binary", "-inform", "PEM", "-out", "/dev/null", "-in"]
        signature = group / "signatures" / links[0]
        assert subprocess.run([*verify, str(signature), *content], check=False).returncode == 0
        again = tmp_path / "copies/g/signatures" / links[0]
        assert again.read_bytes() == signature.read_bytes(), "sealed once, whatever the number of deliveries"


def test_an_interrupted_delivery_of_a_group_goes_on_with_the_same_bytes(bags, tmp_path, capsys):
    hand(capsys, "--group", "g", bags, tmp_path / "first")
    whole = (tmp_path / "first/g.tar").read_bytes()
    assert len(whole) > 4000
    (tmp_path / "second/.g.tar.part").mkdir(parents=True)
    (tmp_path / "second/.g.tar.part/g.tar").write_bytes(whole[:4000])
    assert hand(capsys, "--group", "g", bags, tmp_path / "second")[0] == 0
    assert validate_bag(tmp_path / "second/g.tar").ok


def test_a_group_needs_no_room_for_a_copy_beside_the_bags(bags, tmp_path, capsys):
    make(bags, "large-1", big=bytes(3_000_000))
    assert hand(capsys, "--group", "g", bags, tmp_path / "out")[0] == 0
    beside = sum(len(data) for data in everything(bags / "groups").values())
    assert beside < 30_000
