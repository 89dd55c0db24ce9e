"""Replicas and deliveries of audited bags: what is sound in them, and what is not looked into."""

import shutil
import tarfile
from pathlib import Path

import pytest
from builders.audited import NOW, damage, make, run, typed
from builders.deliveries import everything

from archiver.cli import main
from archiver.errors import UsageError
from archiver.fixity.audit import audit
from archiver.fixity.plan import Plan
from archiver.fixity.read_bag import RateLimiter
from archiver.fixity.replicas import places
from archiver.ledger.deliveries import Sent
from archiver.model.seal_file import SEAL

pytestmark = pytest.mark.usefixtures("places")


def packed(bag: Path, target: Path, mode: str) -> Path:
    target.parent.mkdir(exist_ok=True)
    with tarfile.open(target, mode) as file:
        file.add(bag, bag.name)
    return target


def test_replicas_are_named_only_where_the_damaged_file_is_sound_in_them(bag, tmp_path, capsys):
    sound = tmp_path / "sound/harbour"
    shutil.copytree(bag, sound)
    spoilt = tmp_path / "spoilt/harbour"
    shutil.copytree(bag, spoilt)
    damage(spoilt / "data/a.txt")
    tar, tgz = packed(bag, tmp_path / "tar/harbour.tar", "w"), packed(bag, tmp_path / "tgz/harbour.tar.gz", "w:gz")
    make(tmp_path / "other", a=b"another state\n")
    run(bag.parent)
    damage(bag / "data/a.txt")
    (bag / "data/b.txt").unlink()
    folders = [f"--replica={tmp_path / name}" for name in ("sound", "spoilt", "tar", "tgz", "other")]
    before = everything(tmp_path / "spoilt")
    code, (after,), _ = typed(capsys, bag.parent, *folders)
    assert code == 1
    copies = {change["path"]: change["copies"] for change in after["changes"]}
    assert copies == {
        "data/a.txt": [str(sound), str(tar), str(tgz)],
        "data/b.txt": [str(sound), str(spoilt), str(tar), str(tgz)],
    }
    assert after["notes"] == [f"{tmp_path / 'other/harbour'} has another seal"]
    assert everything(tmp_path / "spoilt") == before


def test_a_replica_whose_manifests_were_redone_after_the_tag_manifest_vouches_for_nothing(bag, tmp_path):
    forged = make(tmp_path / "far", a=b"forged\n")
    shutil.copy(bag / SEAL, forged / SEAL)
    run(bag.parent)
    damage(bag / "data/a.txt")
    (after,) = run(bag.parent, replicas=(tmp_path / "far",))
    assert [change.copies for change in after.changes] == [()]


def test_deliveries_are_looked_into_where_they_can_be_read_and_named_where_not(bag, tmp_path, capsys):
    assert main(["handoff", "--quiet", str(bag), str(tmp_path / "out"), "--form", "tar"]) == 0
    assert main(["handoff", "--quiet", str(bag), str(tmp_path / "access"), "--form", "folder"]) == 0
    shutil.rmtree(tmp_path / "access")
    assert typed(capsys, bag.parent)[0] == 0
    damage(bag / "data/a.txt")
    code, (after,), _ = typed(capsys, bag.parent)
    assert (code, after["changes"][0]["copies"]) == (1, [str(tmp_path / "out/harbour.tar")])
    (note,) = after["notes"]
    assert note.startswith(f"delivered to {tmp_path / 'access'}/harbour on 20")
    assert note.endswith(", not checked")


def test_deliveries_into_s3_of_derived_bags_and_of_access_copies_are_named_and_not_looked_into(bag, tmp_path):
    for name in ("harbour.tar", "harbour.wacz"):
        (tmp_path / name).write_bytes(b"there")
    sent = [
        Sent(target="s3://far/bags", package="harbour.tar", derived=False, ended="2026-04-01"),
        Sent(target=str(tmp_path), package="harbour.tar", derived=True, ended="2026-04-02"),
        Sent(target=str(tmp_path), package="harbour.wacz", derived=False, ended="2026-04-03"),
    ]
    found, notes = places(bag, [bag.parent], sent)  # the bag is not a replica of itself
    assert found == []
    assert [note.rpartition(" on ")[2] for note in notes] == [f"2026-04-0{n}, not checked" for n in (1, 2, 3)]


def test_a_bag_that_is_gone_is_reported_with_the_replicas_that_are_sound_to_the_last_file(bag, tmp_path):
    for name in ("sound", "spoilt"):
        shutil.copytree(bag, tmp_path / name / "harbour")
    damage(tmp_path / "spoilt/harbour/data/b.txt")
    run(bag.parent)
    shutil.rmtree(bag)
    (after,) = run(bag.parent, replicas=(tmp_path / "sound", tmp_path / "spoilt"))
    assert after.outcome == "gone"
    assert after.changes[0].copies == (str(tmp_path / "sound/harbour"),)
    assert "is not sound: data/b.txt" in after.notes[0]
    assert run(bag)[0].outcome == "gone"  # named by itself
    run(bag.parent, accept=True)
    with pytest.raises(UsageError):  # an empty folder, and nothing is expected in it
        run(bag.parent)


def test_a_renamed_bag_with_the_same_seal_is_reported_as_moved(bag):
    run(bag.parent)
    bag.rename(bag.with_name("renamed"))
    moved, new = run(bag.parent)
    assert (moved.outcome, new.outcome, new.since) == ("moved", "good", moved.since)
    assert moved.notes == (f"moved to {bag.with_name('renamed')}, which has its seal",)
    assert [each.outcome for each in run(bag.parent)] == ["good"]


def test_a_bag_in_another_folder_with_the_same_seal_is_reported_as_moved_and_compared_with_its_last_good_reading(
    bag, tmp_path, capsys
):
    (bag / "signatures").mkdir()
    (bag / "signatures/kept.p7s").write_bytes(b"signature")
    other = make(tmp_path / "far", "other", a=b"other\n").parent
    assert typed(capsys, bag.parent, other)[0] == 0
    bag.rename(other / "harbour")
    shutil.rmtree(other / "harbour/signatures")
    code, results, err = typed(capsys, bag.parent, other, "--sample", "1%")
    outcomes = {(Path(each["bag"]).parent.name, Path(each["bag"]).name): each["outcome"] for each in results}
    assert (outcomes["bags", "harbour"], outcomes["far", "harbour"]) == ("moved", "changed")
    assert code == 1
    assert "1 moved" in err


def test_a_lost_replica_is_no_move(bag, tmp_path):
    shutil.copytree(bag, tmp_path / "far/harbour")
    folders = [bag.parent, tmp_path / "far"]
    list(audit(folders, Plan(), RateLimiter(), clock=lambda: NOW))
    shutil.rmtree(bag)
    assert {each.outcome for each in audit(folders, Plan(), RateLimiter(), clock=lambda: NOW)} == {"gone", "good"}
