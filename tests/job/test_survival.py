"""What a job survives, stage by stage: signals, errors, a full disk, a disk that turns read-only, a clock that goes
back. Whatever happens, the same command run again ends with one valid bag a seed and nothing left over."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jobs.faults import CALLS, STAGES
from jobs.folders import bags_in
from places import SUPPORT
from servers.newsroom import Newsroom, newsroom, pages_for, write_seeds
from waiting import HANGS

from archiver.validation.validator import validate_bag

SEEDS = 5
CHILD = SUPPORT.joinpath("jobs/faults.py")


def every(*quick: str) -> list[Any]:
    """All stages, all but `quick` ones in the stress suite only."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.stress) for name in STAGES]


def left_over(bags: Path) -> list[str]:
    """What is beside ledger and lock. The disk's own `lost+found` lies above."""
    inner = bags / ".archiver"
    return [each.name for each in inner.iterdir() if not each.name.startswith(("ledger.sqlite", "lock", ".gitignore"))]


@dataclass
class Tried:
    code: int
    results: list[dict[str, Any]]
    said: str


@dataclass
class Site:
    """Seeds and their pages; `bags` may lie on a disk of its own."""

    seeds: Path
    site: Newsroom
    bags: Path

    def run(self, fault: dict[str, Any] | None = None, *more: str) -> Tried:
        start = [str(CHILD), json.dumps(fault)] if fault else ["-m", "archiver"]
        words = ["run", str(self.seeds), "--json", "--pace", "0", "--bags", str(self.bags), *self.site.options, *more]
        done = subprocess.run(
            [sys.executable, *start, *words], capture_output=True, text=True, check=False, timeout=HANGS
        )
        assert "Traceback" not in done.stderr, done.stderr
        lines = done.stdout.splitlines()
        return Tried(done.returncode, [json.loads(each) for each in lines if each.endswith("}")], done.stderr)

    def sound(self) -> list[Path]:
        """The bags that can be seen, every one of them valid."""
        made = bags_in(self.bags)
        assert all(validate_bag(each).ok for each in made)
        return made

    def ends_well(self) -> None:
        """Run again without a fault: one bag a seed, all valid, nothing left over."""
        before = self.sound()
        again = self.run()
        assert again.code == 0, again.said
        made = self.sound()
        assert set(before) <= set(made)
        assert len(made) == len({each["seed"] for each in again.results}) == SEEDS
        assert left_over(self.bags) == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    seeds, half = tmp_path / "seeds", SEEDS // 2
    write_seeds(seeds, range(half), host="one.example")
    write_seeds(seeds, range(half, SEEDS), host="two.example")
    pages = pages_for(range(half), host="one.example") | pages_for(range(half, SEEDS), host="two.example")
    with newsroom(pages) as running:
        yield Site(seeds, running, tmp_path / "bags")


def jobs(*quick: str) -> Any:
    marks = [pytest.param(each, marks=() if each in quick else pytest.mark.stress) for each in ("1", "2")]
    return pytest.mark.parametrize("jobs", marks)


@jobs("1")
@pytest.mark.parametrize("stage", every("settle"))
@pytest.mark.parametrize("action", ["int", "term"])
def test_a_signal_at_any_stage_ends_the_job_in_order(tmp_path, site, stage, action, jobs):
    tried = site.run({"stage": stage, "action": action, "at": str(tmp_path / "sent")}, "--jobs", jobs)
    assert (tmp_path / "sent").exists()
    assert tried.code in (130, 0), tried.said
    assert "finishing the seeds under way" in tried.said
    assert ("nothing is lost" in tried.said) == (tried.code == 130)
    assert len(bags_in(site.bags)) == len(tried.results)
    assert left_over(site.bags) == []
    site.ends_well()


@jobs("2")
@pytest.mark.parametrize("stage", every("rename"))
def test_a_job_killed_at_any_stage_goes_on_when_it_is_run_again(tmp_path, site, stage, jobs):
    tried = site.run({"stage": stage, "action": "kill", "at": str(tmp_path / "sent")}, "--jobs", jobs)
    assert tried.code == -9
    site.ends_well()


@jobs("1")
@pytest.mark.parametrize("stage", CALLS)
def test_a_disk_that_fails_to_flush_rename_or_write_stops_the_job_with_one_line(site, stage, jobs):
    tried = site.run({"stage": stage, "action": "error"}, "--jobs", jobs)
    assert (tried.code, tried.said.count("\n")) == (3, 1), tried.said
    assert "Input/output error" in tried.said
    assert left_over(site.bags) == []
    site.ends_well()


@jobs("1")
def test_a_clock_that_goes_back_at_every_look_makes_valid_bags(site, jobs):
    tried = site.run({"stage": "start", "action": "back"}, "--jobs", jobs)
    assert tried.code == 0, tried.said
    site.ends_well()


def mounted(disk: Path, *options: str) -> None:
    disk.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(disk)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")


def unmount(disk: Path) -> None:
    subprocess.run(["umount", str(disk)], check=True)


@jobs()
@pytest.mark.parametrize("stage", every())
def test_a_disk_that_is_full_at_any_stage_stops_the_job_with_one_line(tmp_path, site, stage, jobs):
    disk = tmp_path / "disk"
    mounted(disk, "-t", "tmpfs", "-o", "size=8m", "tmpfs")
    try:
        site.bags = disk / "bags"
        tried = site.run({"stage": stage, "action": "fill", "at": str(disk / "filler")}, "--jobs", jobs)
        assert tried.code == (0 if stage == "report" and not tried.said.startswith("archiver:") else 3), tried.said
        assert tried.code == 0 or ("space left" in tried.said or "is full" in tried.said)
        assert tried.code == 0 or tried.said.count("\n") == 1
        assert left_over(site.bags) == []
        (disk / "filler").unlink()
        site.ends_well()
    finally:
        unmount(disk)


@jobs()
@pytest.mark.parametrize("stage", every())
def test_a_disk_that_turns_read_only_at_any_stage_stops_the_job_with_one_line(tmp_path, site, stage, jobs):
    """An ext4 that meets an error of its own turns read-only under open files, other than `mount -o remount,ro`."""
    image, disk = tmp_path / "image", tmp_path / "disk"
    if not shutil.which("mkfs.ext4"):
        pytest.skip("there is no mkfs.ext4 here")
    with image.open("wb") as file:
        file.truncate(32 << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    mounted(disk, "-o", "loop,errors=remount-ro", str(image))
    try:
        [device] = [each.split()[0] for each in Path("/proc/mounts").read_text().splitlines() if f" {disk} " in each]
        trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        if not trigger.exists():
            pytest.skip("this kernel offers no ext4 error on request")
        site.bags = disk / "bags"
        tried = site.run({"stage": stage, "action": "readonly", "at": str(trigger)}, "--jobs", jobs)
        assert (tried.code, tried.said.count("\n")) == (3, 1), tried.said
        unmount(disk)
        subprocess.run(["e2fsck", "-p", str(image)], capture_output=True, check=False)
        mounted(disk, "-o", "loop", str(image))
        site.ends_well()
    finally:
        unmount(disk)


def test_a_disk_mounted_read_only_is_one_line_and_what_only_reads_still_works(tmp_path, site):
    disk = tmp_path / "disk"
    mounted(disk, "-t", "tmpfs", "-o", "size=8m", "tmpfs")
    try:
        site.bags = disk / "bags"
        assert site.run().code == 0
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        tried = site.run()
        assert (tried.code, tried.said.count("\n")) == (3, 1), tried.said
        assert "Read-only file system" in tried.said
        for command in (["status", "--bags", str(site.bags)], ["validate", str(site.bags)]):
            done = subprocess.run([sys.executable, "-m", "archiver", *command], capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
    finally:
        unmount(disk)


def test_of_two_jobs_started_at_once_on_one_folder_one_does_the_work_and_the_other_says_so(site):
    command = [sys.executable, "-m", "archiver", "run", str(site.seeds), "--bags", str(site.bags), *site.site.options]
    both = [subprocess.Popen([*command, "--pace", "0.3"], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate(timeout=HANGS)[1] for each in both]
    assert sorted(each.returncode for each in both) == [0, 3]
    assert sum("a job is already running on" in each for each in said) == 1
    site.ends_well()
