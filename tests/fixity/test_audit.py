"""Audits: what has changed since the last good reading, which bags are due, and where sound copies are."""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders.bags import Builder

from archiver.cli import main
from archiver.errors import UsageError
from archiver.fixity import audit as module
from archiver.fixity.audit import audit, due
from archiver.fixity.plan import AuditProgress, Plan
from archiver.fixity.read_bag import SLACK, RateLimiter, read_bag
from archiver.fixity.replicas import places
from archiver.ledger.deliveries import Deliveries, Sent
from archiver.ledger.ledger import PATH
from archiver.model.seal_file import SEAL
from archiver.transfer.left_state import left_state
from archiver.trust.custody import Agent, append
from archiver.validation.validator import validate_bag

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("places")


def make(bags: Path, name: str = "harbour", **payload: bytes) -> Path:
    builder = Builder()
    builder.record = None
    builder.payload = {"data/a.txt": b"alpha\n", "data/b.txt": b"beta\n"}
    builder.payload |= {f"data/{path}.txt": data for path, data in payload.items()}
    return builder.write(bags / name)


@pytest.fixture
def bag(tmp_path) -> Path:
    return make(tmp_path / "bags")


def run(bags: Path, *, now: datetime = NOW, **plan):
    return list(audit([bags], Plan(**plan), RateLimiter(), clock=lambda: now))


def typed(capsys, *arguments: object) -> tuple[int, list[dict], str]:
    capsys.readouterr()
    code = main(["audit", "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def everything(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


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


def test_where_no_bag_is_and_none_ever_was_is_wrong_usage_and_leaves_nothing(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        assert typed(capsys, path)[0] == 2
    assert everything(tmp_path) == {}


def test_only_bags_last_good_long_ago_or_never_are_due_and_those_found_changed(tmp_path):
    bags = tmp_path / "bags"
    for name in ("old", "recent", "bad"):
        make(bags, name)
    for name, days in (("old", 100), ("recent", 10), ("bad", 10)):
        run(bags / name, now=NOW - timedelta(days=days))
    damage(bags / "bad/data/a.txt")
    run(bags / "bad", now=NOW - timedelta(days=1))
    make(bags, "never")
    progress = AuditProgress()
    plan = Plan(older=timedelta(days=90))
    read = {Path(each.bag).name for each in audit([bags], plan, RateLimiter(), progress=progress, clock=lambda: NOW)}
    assert read == {"old", "never", "bad"}
    assert (progress.bags, progress.due) == (4, 3)


def test_a_reading_from_the_future_counts_as_due_with_a_warning(tmp_path):
    """One audit under a clock twenty years ahead must not switch `--older-than` off until then."""
    bags = tmp_path / "bags"
    make(bags, "ahead")
    make(bags, "recent")
    run(bags / "recent", now=NOW - timedelta(days=10))
    run(bags / "ahead", now=NOW + timedelta(days=7300))
    (read,) = run(bags, older=timedelta(days=90))
    assert (Path(read.bag).name, read.outcome, read.time) == ("ahead", "good", "2026-05-01T12:00:00Z")
    assert read.notes == (
        "its last reading is dated 2046-04-26T12:00:00Z, which is yet to come: the clock was wrong, or is now",
    )
    assert run(bags, older=timedelta(days=90)) == []
    assert (
        due({"a": ("good", "2046-01-01T00:00:00Z"), "b": ("good", "2026-01-01T00:00:00Z")}, ["a", "b"], Plan(), NOW)[0]
        == "a"
    )


def test_a_sample_is_half_the_longest_unread_half_drawn_and_the_same_for_the_same_seed():
    names = [f"bag-{n:03d}" for n in range(200)]
    last = {name: ("good", f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}Z") for n, name in enumerate(names[:190])}
    first = due(last, names, Plan(sample=0.1, seed="x"), NOW)
    assert set(first[:10]) == set(names[190:])  # never read
    assert len(set(first)) == 20
    assert first == due(last, list(reversed(names)), Plan(sample=0.1, seed="x"), NOW)
    assert first != due(last, names, Plan(sample=0.1, seed="y"), NOW)
    assert len(due(last, names, Plan(sample=0.001, seed="x"), NOW)) == 1


def test_every_bag_is_read_within_two_rounds_a_share(tmp_path):
    names, last, rounds = [f"bag-{n}" for n in range(40)], {}, 0
    while len(last) < len(names):
        rounds += 1
        for name in due(last, names, Plan(sample=0.1, seed=str(rounds)), NOW):
            last[name] = ("good", f"2026-01-01T00:00:{rounds:02d}Z")
    assert rounds <= 20


def test_an_audit_that_was_killed_goes_on_where_it_was_and_reports_again_what_it_had_found(tmp_path, monkeypatch):
    bags = tmp_path / "bags"
    for n in range(6):
        make(bags, f"bag-{n}")
    damage(bags / "bag-0/data/a.txt")
    begun = audit([bags], Plan(), RateLimiter(), clock=lambda: NOW)
    read = [Path(next(begun).bag).name for _ in range(2)]
    del begun  # as a kill would end it
    looked = []
    monkeypatch.setattr(module, "read_bag", lambda path, limiter: looked.append(path.name) or read_bag(path, limiter))
    progress = AuditProgress()
    rest = list(audit([bags], Plan(), RateLimiter(), progress=progress, clock=lambda: NOW + timedelta(hours=1)))
    assert progress.resumed == ["2026-05-01T12:00:00Z"]
    assert set(looked) == {each.name for each in bags.glob("bag-*")} - set(read)
    assert {Path(each.bag).name: each.outcome for each in rest if each.outcome != "good"} == {"bag-0": "changed"}
    assert len({*read, *looked}) == 6
    looked.clear()
    run(bags)
    assert len(looked) == 6


def test_an_interrupted_audit_is_begun_anew_after_a_week(tmp_path):
    for n in range(3):
        make(tmp_path / "bags", f"bag-{n}")
    begun = audit([tmp_path / "bags"], Plan(), RateLimiter(), clock=lambda: NOW)
    next(begun)
    del begun
    assert len(run(tmp_path / "bags", now=NOW + timedelta(days=8))) == 3


def test_the_rate_bounds_what_is_read_a_second_and_idle_time_is_not_saved_up(tmp_path):
    moment, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += seconds

    limiter = RateLimiter(1000, clock=lambda: moment[0], sleep=sleep)
    bag = make(tmp_path, c=bytes(5000))
    octets = read_bag(bag, limiter).octets
    assert limiter.octets == octets > 5000
    assert sum(slept) == pytest.approx(octets / 1000, abs=2 * SLACK)
    moment[0] += 3600
    limiter.take(2000)
    assert slept[-1] == pytest.approx(2, abs=SLACK)


@pytest.mark.parametrize("option", ["--older-than=90", "--sample=5", "--sample=0%", "--rate=fast", "--rate=0MB/s"])
def test_options_that_make_no_sense_are_reported_as_such(option, bag, capsys):
    assert typed(capsys, bag.parent, option)[0] == 2


def test_a_seed_without_a_sample_and_a_replica_that_is_no_folder_are_wrong_usage(bag, tmp_path, capsys):
    assert typed(capsys, bag.parent, "--seed", "x")[0] == 2
    code, _, err = typed(capsys, bag.parent, "--replica", tmp_path / "nowhere")
    assert (code, "is not a folder" in err) == (2, True)


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


# ---- storage that cannot be written


@pytest.fixture
def read_only(bag):
    """The folder of a bag, without the permission to write."""
    folders = [bag.parent, *(each for each in bag.parent.rglob("*") if each.is_dir())]
    for each in folders:
        each.chmod(0o555)
    yield bag.parent
    for each in folders:
        each.chmod(0o755)


def test_readings_are_kept_elsewhere_and_nothing_is_written_beside_the_bags(read_only, tmp_path, capsys):
    before, times = everything(read_only), read_only.stat().st_mtime_ns
    command = [read_only, "--readings", tmp_path / "kept"]
    assert typed(capsys, *command)[0] == 0
    code, (again,), _ = typed(capsys, *command)
    assert (code, again["outcome"], again["since"] is not None) == (0, "good", True)
    assert (everything(read_only), read_only.stat().st_mtime_ns) == (before, times)
    assert [each.name for each in read_only.iterdir()] == ["harbour"]
    bag = read_only / "harbour"
    (bag / "data").chmod(0o755)
    damage(bag / "data/a.txt")
    assert typed(capsys, *command)[:2][0] == 1


@pytest.fixture
def mounted(bag, tmp_path):
    """The folder of a bag, mounted so that not even root can write."""
    here = tmp_path / "mounted"
    here.mkdir()
    commands = (["mount", "--bind", bag.parent, here], ["mount", "-o", "remount,ro,bind", here])
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        subprocess.run(["umount", here], capture_output=True, check=False)
        pytest.skip("no file system can be mounted read-only here")
    yield here
    subprocess.run(["umount", here], check=True)


def test_a_read_only_file_system_is_audited_with_readings_elsewhere_and_refused_in_words_without(
    mounted, tmp_path, capsys
):
    code, results, err = typed(capsys, mounted)
    assert (code, results) == (3, [])
    assert "--readings DIR" in err
    assert typed(capsys, mounted, "--readings", tmp_path / "kept")[0] == 0
    assert typed(capsys, mounted, "--readings", tmp_path / "kept")[1][0]["since"] is not None


def test_readings_beside_the_bags_are_taken_over_with_how_the_bags_were_left(bag, tmp_path):
    append(bag, "sealing", at=NOW, agent=Agent(), detail={})
    run(bag.parent)
    with closing(Deliveries(bag.parent)) as deliveries:
        deliveries.left(left_state(bag))
    (again,) = run(bag.parent, readings=tmp_path / "kept")
    assert again.since == "2026-05-01T12:00:00Z"
    damage(bag / "signatures/custody/0001-sealing.json")
    assert run(bag.parent, readings=tmp_path / "kept")[0].outcome == "changed"
    assert run(bag.parent)[0].since == "2026-05-01T12:00:00Z"


def test_one_folder_of_readings_serves_many_folders_of_bags_and_knows_a_bag_that_went_from_one_to_the_other(
    bag, tmp_path
):
    far, kept = make(tmp_path / "far", "other", a=b"other\n").parent, tmp_path / "kept"
    assert [each.bag for each in run(bag.parent, readings=kept)] == [str(bag)]
    assert [each.bag for each in run(far, readings=kept)] == [str(far / "other")]
    bag.rename(far / "harbour")
    moved, *rest = run(far, readings=kept)  # the folder it left is not asked for
    assert (moved.bag, moved.outcome) == (str(bag), "moved")
    assert {each.outcome for each in rest} == {"good"}
    with pytest.raises(UsageError):
        run(bag.parent, readings=kept)
    assert not (far / ".archiver").exists()


def test_the_loss_of_a_bag_is_seen_by_readings_kept_elsewhere(bag, tmp_path):
    make(bag.parent, "other", a=b"other\n")
    run(bag.parent, readings=tmp_path / "kept")
    shutil.rmtree(bag)
    assert [(each.outcome, Path(each.bag).name) for each in run(bag.parent, readings=tmp_path / "kept")] == [
        ("gone", "harbour"),
        ("good", "other"),
    ]
