"""Which bags an audit reads: those due, a sample, what an earlier audit left; how fast."""

from datetime import timedelta
from pathlib import Path

import pytest
from builders.audited import NOW, damage, make, run, typed

from archiver.fixity import audit as module
from archiver.fixity.audit import audit, due
from archiver.fixity.plan import AuditProgress, Plan
from archiver.fixity.read_bag import SLACK, RateLimiter, read_bag

pytestmark = pytest.mark.usefixtures("places")


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
