"""Audits: what has changed since the last good reading, which bags are due, and where sound copies are."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from builders.audited import NOW, damage, make, run, typed
from builders.deliveries import everything

from archiver.cli import main
from archiver.ledger.deliveries import Deliveries
from archiver.ledger.ledger import PATH
from archiver.model.seal_file import SEAL
from archiver.transfer.left_state import left_state
from archiver.trust.custody import Agent, append
from archiver.validation.validator import validate_bag

pytestmark = pytest.mark.usefixtures("places")


def changes_of(each) -> list[tuple[str, str]]:
    return [(change.kind, change.path) for change in each.changes]


def test_a_sound_bag_is_good_and_its_seal_and_bytes_are_kept_in_the_ledger(bag, capsys):
    before = everything(bag)
    code, (first,), err = typed(capsys, bag.parent)
    assert (code, first["outcome"], first["since"], first["changes"]) == (0, "good", None, [])
    assert first["octets"] == sum(map(len, before.values()))
    assert everything(bag) == before
    assert "1 of 1 bag: 1 good, 0 changed, 0 gone" in err
    database = sqlite3.connect(bag.parent / PATH)
    rows = database.execute("SELECT bag, outcome, octets, seal, good_seal FROM readings").fetchall()
    database.close()
    assert rows == [("harbour", "good", first["octets"], first["seal"], first["seal"])]
    assert typed(capsys, bag.parent)[1][0]["since"] == first["time"]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (lambda bag: damage(bag / "data/a.txt"), [("changed", "data/a.txt")]),
        (lambda bag: (bag / "data/a.txt").unlink(), [("missing", "data/a.txt")]),
        (lambda bag: (bag / "data/c.txt").write_bytes(b"?"), [("new", "data/c.txt")]),
        (lambda bag: damage(bag / "bag-info.txt"), [("changed", "bag-info.txt")]),
        (lambda bag: (bag / "data/c").symlink_to("/etc/passwd"), [("new", "data/c")]),
        (lambda bag: (bag / "note.txt").write_bytes(b"?"), [("new", "note.txt")]),
        (lambda bag: (bag / "signatures/kept.p7s").write_bytes(b"other"), [("changed", "signatures/kept.p7s")]),
        (lambda bag: shutil.rmtree(bag / "signatures"), [("missing", "signatures/kept.p7s")]),
        (lambda bag: (bag / SEAL).unlink(), [("missing", SEAL)]),
        (lambda bag: (bag / "signatures/more.p7s").write_bytes(b"grown"), []),
    ],
)
def test_what_changed_since_the_last_good_reading_is_named_and_a_signature_may_be_added(bag, do, expected):
    (bag / "signatures").mkdir()
    (bag / "signatures/kept.p7s").write_bytes(b"signature")
    run(bag.parent)
    do(bag)
    (after,) = run(bag.parent, now=NOW + timedelta(days=1))
    assert changes_of(after) == expected
    assert (after.outcome, after.since) == ("changed" if expected else "good", "2026-05-01T12:00:00Z")


def test_a_changed_bag_with_redone_manifests_is_caught_and_a_replica_shows_what_was_changed(bag, tmp_path):
    shutil.copytree(bag, tmp_path / "far/harbour")
    run(bag.parent)
    shutil.rmtree(bag)
    make(bag.parent, a=b"forged\n", c=b"added\n")
    assert validate_bag(bag).ok
    (after,) = run(bag.parent, replicas=(tmp_path / "far",))
    kinds = {change.path: change for change in after.changes}
    assert kinds[SEAL].kind == "resealed"
    assert (kinds["data/a.txt"].kind, kinds["data/c.txt"].kind) == ("changed", "new")
    assert kinds["data/a.txt"].copies == (str(tmp_path / "far/harbour"),)
    assert "data/b.txt" not in kinds
    (without,) = run(bag.parent)
    assert ("resealed", SEAL) in changes_of(without)


def test_what_was_redone_on_purpose_can_be_accepted_but_not_what_is_damaged(bag):
    run(bag.parent)
    shutil.rmtree(bag)
    make(bag.parent, a=b"made anew\n")
    damage(bag / "data/b.txt")
    assert run(bag.parent, accept=True)[0].outcome == "changed"
    damage(bag / "data/b.txt")
    (accepted,) = run(bag.parent, accept=True)
    assert accepted.outcome == "good"
    assert "accepted as it is now" in accepted.notes[0]
    assert run(bag.parent)[0].outcome == "good"


def test_where_no_bag_is_and_none_ever_was_is_wrong_usage_and_leaves_nothing(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        assert typed(capsys, path)[0] == 2
    assert everything(tmp_path) == {}


def test_text_for_people_shows_control_characters_and_the_seed_of_the_sample(bag, capsys):
    (bag / "data/\x1b[31m.txt").write_bytes(b"?")
    assert main(["audit", str(bag.parent), "--sample", "50%", "--rate", "50MB/s"]) == 1
    out, err = capsys.readouterr()
    assert "\x1b" not in out
    assert "\\x1b[31m.txt" in out
    assert "sample drawn with --seed " in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_unreadable(bag):
    (bag / "data/a.txt").chmod(0)
    assert changes_of(run(bag.parent)[0]) == [("unreadable", "data/a.txt")]


def left(bag: Path) -> None:
    """What a job writes of a bag that it has sealed."""
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    with closing(Deliveries(bag.parent)) as ledger:
        state = left_state(bag)
        assert state is not None
        ledger.left(state)


def test_the_first_audit_compares_with_how_the_bag_was_left_which_counts_as_no_reading(bag):
    left(bag)
    (first,) = run(bag.parent, older=timedelta(days=30))
    assert (first.outcome, first.since) == ("good", None), "it was due: nobody has read it"


def test_the_first_audit_finds_a_log_that_was_cut_or_rewritten_and_manifests_that_were_redone(tmp_path):
    cut, rewritten, redone = (make(tmp_path / "bags", name) for name in ("cut", "rewritten", "redone"))
    for each in (cut, rewritten, redone):
        left(each)
    event = "signatures/custody/0001-sealing.json"
    (cut / event).unlink()
    damage(rewritten / event)
    with (redone / SEAL).open("a") as file:
        file.write(f"{'0' * 64}  x.txt\n")
    found = {Path(each.bag).name: changes_of(each) for each in run(tmp_path / "bags")}
    assert found["cut"] == [("missing", event)]
    assert found["rewritten"] == [("changed", event)]
    assert ("resealed", SEAL) in found["redone"]


def test_an_accepted_loss_is_reported_as_lost_and_never_as_good(bag, capsys):
    make(bag.parent, "another")
    run(bag.parent)
    shutil.rmtree(bag)
    assert [each.outcome for each in run(bag.parent, older=timedelta(days=9))] == ["gone"]
    code, accepted, err = typed(capsys, bag.parent, "--accept")
    assert (code, {Path(each["bag"]).name: each["outcome"] for each in accepted}["harbour"]) == (0, "lost")
    assert "1 lost" in err
    assert {each.outcome for each in run(bag.parent)} == {"good"}, "it is not asked for any more"
