"""Audits of storage that cannot be written: readings are kept elsewhere."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from builders.audited import NOW, damage, make, run, typed
from builders.deliveries import everything

from archiver.errors import UsageError
from archiver.ledger.deliveries import Deliveries
from archiver.transfer.left_state import left_state
from archiver.trust.custody import Agent, append

pytestmark = pytest.mark.usefixtures("places")


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
