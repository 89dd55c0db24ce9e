"""Deliveries into folders: whole or not at all, gone on with, never over something else, with a receipt each."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from builders.deliveries import SCHEMA, everything, hand, make

from archiver.cli import main
from archiver.errors import StorageError
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")


FORMS = ("folder", "tar", "tgz", "zip", "wacz")


@pytest.mark.parametrize("form", FORMS)
def test_a_delivery_leaves_the_package_a_receipt_at_both_ends_and_a_custody_event(form, bag, tmp_path, capsys):
    before = everything(bag)
    code, (result,), err = hand(capsys, bag, tmp_path / "out", "--form", form)
    unsigned = ["the WACZ is not signed: no key is named"] if form == "wacz" else []
    assert (code, result["outcome"], result["notes"]) == (0, "delivered", unsigned)
    assert "1 bag: 1 delivered, 0 unchanged, 0 refused" in err
    end = "" if form == "folder" else f".{form}"
    expected = {f"harbour-1{end}", f"harbour-1{end}.receipt.json", *(["harbour-1.wacz.tags"] if form == "wacz" else [])}
    assert {each.name for each in (tmp_path / "out").iterdir()} == expected
    if form != "wacz":
        assert validate_bag(tmp_path / f"out/harbour-1{end}").findings == ()
    there = json.loads((tmp_path / f"out/harbour-1{end}.receipt.json").read_bytes())
    jsonschema.validate(there, SCHEMA)
    assert (tmp_path / "bags/receipts" / Path(result["receipt"]).name).read_bytes() == (
        tmp_path / f"out/harbour-1{end}.receipt.json"
    ).read_bytes()
    assert there["package"] == {"name": f"harbour-1{end}", "size": result["size"], "sha256": result["sha256"]}
    assert there["read_back"]["sha256"] == there["sent"]["sha256"] == result["sha256"]
    assert there["validation"]["ok"] is True
    assert there["validation"]["checks"]["second-opinion"] == "passed"
    assert there["bag"]["identifier"] == "urn:uuid:00000000-0000-4000-8000-0000000000aa"
    sealing = (bag / "signatures/custody/0001-sealing.json").read_bytes()
    assert there["custody_head"] == hashlib.sha256(sealing).hexdigest()
    after = everything(bag)
    (event,) = set(after) - set(before)
    assert {path: after[path] for path in before} == before
    assert json.loads(after[event])["detail"]["receipt"] == there["id"]


@pytest.mark.parametrize("form", FORMS)
def test_a_second_delivery_is_a_no_op_that_says_so_whatever_the_custody_log_has_by_then(form, bag, tmp_path, capsys):
    _, (first,), _ = hand(capsys, bag, tmp_path / "out", "--form", form)
    seen, mine = everything(tmp_path / "out"), everything(tmp_path / "bags/receipts")
    for more in ((), ("--verify",)):
        code, (result,), err = hand(capsys, bag, tmp_path / "out", "--form", form, *more)
        assert (code, result["outcome"], result["sha256"]) == (0, "unchanged", first["sha256"])
        assert "delivered on" in result["reason"]
        assert ("read back again" in result["reason"]) is bool(more)
        assert "0 delivered, 1 unchanged" in err
    assert everything(tmp_path / "out") == seen
    assert everything(tmp_path / "bags/receipts") == mine


def test_what_is_gone_at_the_far_end_is_delivered_again_and_what_changed_is_reported(bag, tmp_path, capsys):
    hand(capsys, bag, tmp_path / "out")
    package = tmp_path / "out/harbour-1.tar"
    package.unlink()
    assert hand(capsys, bag, tmp_path / "out")[1][0]["outcome"] == "delivered"
    data = bytearray(package.read_bytes())
    data[600] ^= 1
    package.write_bytes(data)
    assert hand(capsys, bag, tmp_path / "out")[0] == 0  # by its size alone
    code, (result,), _ = hand(capsys, bag, tmp_path / "out", "--verify")
    assert (code, result["outcome"]) == (1, "refused")
    assert "is not the same any more" in result["reason"]
    package.write_bytes(b"short")
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert package.read_bytes() == b"short"


def test_an_invalid_bag_is_refused_in_one_line_and_the_others_go_on(bag, tmp_path, capsys):
    bad = make(tmp_path / "bags", "harbour-0")
    (bad / "data/text/article.txt").write_bytes(b"forged")
    seen = everything(bad)
    code = main(["handoff", str(tmp_path / "bags"), str(tmp_path / "out")])
    out, err = capsys.readouterr()
    assert code == 1
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == ["refused", "delivered"]
    assert "it is not valid: FIX001 data/text/article.txt: " in lines[0]
    assert "and 2 more errors" in lines[0]
    assert "2 bags: 1 delivered, 0 unchanged, 1 refused" in err
    assert everything(bad) == seen
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["harbour-1.tar", "harbour-1.tar.receipt.json"]


@pytest.mark.parametrize("form", FORMS)
def test_something_else_of_that_name_is_never_overwritten(form, bag, tmp_path, capsys):
    out = tmp_path / "out"
    place = out / ("harbour-1" if form == "folder" else f"harbour-1.{form}")
    if form == "folder":
        place.mkdir()
        place = place / "bagit.txt"
    place.write_bytes(b"somebody's")
    code, (result,), _ = hand(capsys, bag, out, "--form", form)
    assert (code, result["outcome"]) == (1, "refused")
    assert "nothing was overwritten" in result["reason"]
    assert everything(out) == {str(place.relative_to(out)): b"somebody's"}
    assert not (tmp_path / "bags/receipts").exists()


def test_something_else_of_the_same_size_is_found_out_when_it_is_read_back(bag, tmp_path, capsys):
    hand(capsys, bag, tmp_path / "out", "--receipts", tmp_path / "mine")
    package = tmp_path / "out/harbour-1.tar"
    package.write_bytes(bytes(package.stat().st_size))
    shutil.rmtree(tmp_path / "bags")
    other = make(tmp_path / "bags")
    code, (result,), _ = hand(capsys, other, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert set(package.read_bytes()) == {0}


def test_signatures_added_since_make_it_another_delivery(bag, tmp_path, capsys):
    hand(capsys, bag, tmp_path / "out", "--form", "folder")
    (bag / "signatures/later.txt").write_bytes(b"signed meanwhile")
    code, (result,), _ = hand(capsys, bag, tmp_path / "out", "--form", "folder")
    assert (code, result["outcome"]) == (0, "delivered")
    assert (tmp_path / "out/harbour-1/signatures/later.txt").read_bytes() == b"signed meanwhile"
    receipt = json.loads(Path(result["receipt"]).read_bytes())
    assert [each["file"] for each in receipt["signatures"]] == ["signatures/later.txt"]
    assert receipt["custody_head"] is not None


def test_the_folder_the_bag_lies_in_is_no_target(bag, tmp_path, capsys):
    for target in (tmp_path / "bags", bag, bag / "data"):
        code, (result,), _ = hand(capsys, bag, target, "--form", "folder")
        assert (code, result["outcome"]) == (1, "refused")
        assert "where the bag itself lies" in result["reason"]


def test_a_bag_that_cannot_be_written_to_is_delivered_and_the_missing_event_reported(
    bag, tmp_path, capsys, monkeypatch
):
    from archiver.transfer import handoff

    def read_only(*_, **__):
        raise StorageError("cannot write: Read-only file system")

    monkeypatch.setattr(handoff.custody, "append", read_only)
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (0, "delivered")
    assert result["notes"] == ["the bag's custody log lacks it: cannot write: Read-only file system"]


@pytest.mark.parametrize("arguments", [["only-one"], ["absent", "out"], ["bag", "s3://", "--form", "tar"]])
def test_wrong_usage_is_exit_code_2_and_one_line(arguments, tmp_path, monkeypatch, capsys):
    make(tmp_path, "bag")
    monkeypatch.chdir(tmp_path)
    assert main(["handoff", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("target", ["absent", "absent/incoming"])
def test_a_target_folder_that_is_not_there_is_not_made_it_may_be_a_disk_that_is_not_mounted(
    target, bag, tmp_path, capsys
):
    before = everything(tmp_path)
    assert main(["handoff", str(bag), str(tmp_path / target)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"archiver: there is no folder {tmp_path / target}; is it mounted? make it first")
    assert len(err.splitlines()) == 1
    assert everything(tmp_path) == before
    assert not (tmp_path / "absent").exists()


def test_signatures_added_since_do_not_take_the_place_of_a_package_that_is_one_file(bag, tmp_path, capsys):
    hand(capsys, bag, tmp_path / "out")
    before = (tmp_path / "out/harbour-1.tar").read_bytes()
    (bag / "signatures/later.txt").write_bytes(b"signed meanwhile")
    code, (result,), _ = hand(capsys, bag, tmp_path / "out")
    assert (code, result["outcome"]) == (1, "refused")
    assert "move it away, or name another target" in result["reason"]
    assert (tmp_path / "out/harbour-1.tar").read_bytes() == before


def test_a_target_that_cannot_be_a_folder_is_one_line(bag, tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"x")
    assert main(["handoff", str(bag), str(tmp_path / "file")]) == 3
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


@pytest.mark.parametrize("link", ["harbour-1", "harbour-1/data", ".harbour-1.part", ".harbour-1.part/harbour-1/data"])
def test_a_link_planted_in_the_target_leads_nothing_out_of_it(link, bag, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    planted = tmp_path / "out" / link
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.symlink_to(elsewhere)
    code = main(["handoff", "--form", "folder", str(bag), str(tmp_path / "out")])
    assert code == (3 if link == ".harbour-1.part" else 1)
    assert list(elsewhere.iterdir()) == []
    assert str(planted) in "".join(capsys.readouterr())


def test_another_bag_is_no_target(bag, tmp_path, capsys):
    other = make(tmp_path / "bags", "other-2")
    before = everything(other)
    code, (result,), _ = hand(capsys, bag, other / "data")
    assert (code, result["outcome"]) == (1, "refused")
    assert f"lies in the bag {other}" in result["reason"]
    assert everything(other) == before


def test_no_credential_is_shown_by_debug(bag):
    pytest.importorskip("boto3", reason="the extra 's3' is not installed")
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "very-secret")
    command = ["handoff", "--debug", str(bag), "s3://bucket/x", "--endpoint", "http://127.0.0.1:9"]
    done = subprocess.run([sys.executable, "-m", "archiver", *command], env=os.environ | keys, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 3
    assert "127.0.0.1:9" in done.stderr
    assert "very-secret" not in done.stdout + done.stderr


def test_receipts_of_a_bag_beside_which_nothing_can_be_written_go_elsewhere(bag, tmp_path, capsys):
    (tmp_path / "bags/.archiver").write_bytes(b"in the way")
    assert main(["handoff", str(bag), str(tmp_path / "out")]) == 3
    assert "--receipts DIR" in capsys.readouterr().err
    code, (result,), _ = hand(capsys, bag, tmp_path / "out", "--receipts", tmp_path / "mine")
    assert (code, Path(result["receipt"]).parent) == (0, tmp_path / "mine/receipts")
