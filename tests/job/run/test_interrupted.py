"""Jobs that are stopped, killed, or meet a full disk: no seed is lost, none has two bags."""

import contextlib
import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from jobs.folders import bags_in, left_over
from servers.newsroom import Answer, article, newsroom, pages_for, write_seeds
from waiting import HANGS

from archiver.validation.validator import validate_bag


def test_finished_bags_that_the_ledger_does_not_know_are_adopted(tmp_path, job):
    seeds, bags = write_seeds(tmp_path / "seeds", range(3)), tmp_path / "bags"
    with newsroom(pages_for(range(3))) as site:
        job(seeds, *site.options)
        for each in (bags / ".archiver").glob("ledger*"):
            each.unlink()
        code, results, err = job(seeds, *site.options)
        assert sum(site.asked.values()) == 3
    assert (code, len(results)) == (0, 3)
    assert "0 new bags" in err


def test_stale_staging_is_removed_at_the_start(tmp_path, job):
    stale = tmp_path / "bags" / ".archiver" / "staging" / "old-bag"
    stale.mkdir(parents=True)
    (stale / "bagit.txt").write_text("half")
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        job(seeds, *site.options)
    assert left_over(tmp_path / "bags") == []


def test_a_second_job_on_the_same_bags_says_so_and_stops(tmp_path, job):
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    seeds = write_seeds(tmp_path / "seeds", range(1))
    with (bags / ".archiver" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, results, err = job(seeds)
    assert (code, results) == (3, [])
    assert "a job is already running on" in err


def test_a_damaged_ledger_is_one_clear_line(tmp_path, job):
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    (bags / ".archiver" / "ledger.sqlite").write_bytes(b"this is not a database" * 100)
    code, _, err = job(write_seeds(tmp_path / "seeds", range(1)))
    assert code == 3
    assert err.count("\n") == 1
    assert "'archiver status --rebuild" in err


def test_a_bags_folder_that_cannot_be_written_is_one_clear_line(tmp_path, job):
    (tmp_path / "file").write_text("not a folder")
    code, _, err = job(write_seeds(tmp_path / "seeds", range(1)), bags=tmp_path / "file" / "bags")
    assert code == 3
    assert err.startswith("archiver: cannot write into the bags folder")
    assert err.count("\n") == 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_stops_the_job_with_one_line_keeps_finished_bags_and_loses_no_seed(tmp_path, job, jobs):
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("mounting a small tmpfs is not allowed here: the full disk cannot be shown")
    seeds = write_seeds(tmp_path / "seeds", range(30))
    pages = {key: Answer(article("Report", [os.urandom(40_000).hex(), "Words."])) for key in pages_for(range(30))}
    try:
        with newsroom(pages) as site:
            code, results, err = job(seeds, "--jobs", jobs, *site.options, bags=small / "bags")
        assert code == 3
        assert "No space left on device" in err
        assert err.count("\n") == 1
        finished = bags_in(small / "bags")
        assert len(finished) == len(results) < 30
        assert all(validate_bag(each).ok for each in finished)
        assert left_over(small / "bags") == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def started_job(seeds: Path, bags: Path, options: list[str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "archiver", "run", str(seeds), "--bags", str(bags), "--pace", "0", *options, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_job_finishes_what_is_under_way_and_says_how_to_go_on(tmp_path, job, number):
    seeds, bags = write_seeds(tmp_path / "seeds", range(40)), tmp_path / "bags"
    with newsroom(pages_for(range(40), delay=0.1)) as site:
        running = started_job(seeds, bags, site.options)
        running.stdout.readline()
        running.send_signal(number)
        _, err = running.communicate(timeout=HANGS)
        assert running.returncode == 130
        assert "run the same command again to go on" in err
        finished = bags_in(bags)
        assert 0 < len(finished) < 40
        assert left_over(bags) == []
        code, results, _ = job(seeds, *site.options)
    assert (code, len(results)) == (0, 40)
    assert set(finished) < set(bags_in(bags))
    assert len(bags_in(bags)) == 40


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_job_resumes_and_every_seed_ends_in_exactly_one_valid_bag(tmp_path, job, jobs):
    seeds, bags = write_seeds(tmp_path / "seeds", range(30)), tmp_path / "bags"
    with newsroom(pages_for(range(30), delay=0.05)) as site:
        running = started_job(seeds, bags, site.options, "--jobs", jobs)
        running.stdout.readline()
        running.kill()
        running.communicate(timeout=HANGS)
        half = bags_in(bags)
        assert len(half) < 30
        code, results, _ = job(seeds, *site.options)
    assert (code, len(results)) == (0, 30)
    assert len(bags_in(bags)) == 30
    assert all(validate_bag(each).ok for each in bags_in(bags))
    assert left_over(bags) == []
    with contextlib.closing(sqlite3.connect(bags / ".archiver" / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT outcome, count(*) FROM seeds GROUP BY outcome").fetchall() == [("captured", 30)]


def test_a_worker_that_dies_costs_its_seeds_another_try_and_not_the_job(tmp_path, capsys, monkeypatch):
    """The page that kills the process that reads it is given up; its neighbours in the task are archived."""
    seeds = write_seeds(tmp_path / "seeds", range(4))
    code = (
        "import os, archiver.job.workers.worker as w, archiver.job.pipeline as p\n"
        "inner = w.archive\n"
        "def deadly(seed, tools):\n"
        "    if seed.url.endswith('/2'): os._exit(9)\n"
        "    return inner(seed, tools)\n"
        "w.archive = deadly\n"
    )
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(code)
    with newsroom(pages_for(range(4))) as site:
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
        running = started_job(seeds, tmp_path / "bags", site.options, "--jobs", "2", "--json")
        out, _ = running.communicate(timeout=HANGS)
    results = [json.loads(line) for line in out.splitlines()]
    assert running.returncode == 1
    died = [each for each in results if each["outcome"] == "failed"]
    assert [each["url"][-2:] for each in died] == ["/2"]
    assert "the worker process died" in died[0]["reason"]
    assert sum(each["outcome"] == "captured" for each in results) == 3


def test_a_seed_that_breaks_a_library_is_a_failure_and_the_job_goes_on(tmp_path, job, monkeypatch):
    import archiver.job.pipeline as pipeline

    inner = pipeline.read

    def breaks(seed, page, **options):
        if seed.url.endswith("/1"):
            raise RuntimeError("no such thing \x1b[31m")
        return inner(seed, page, **options)

    monkeypatch.setattr(pipeline, "read", breaks)
    seeds = write_seeds(tmp_path / "seeds", range(3))
    with newsroom(pages_for(range(3))) as site:
        code, results, _ = job(seeds, *site.options)
    assert code == 1
    [broken] = [each for each in results if each["outcome"] == "failed"]
    assert "archiver failed on it: RuntimeError" in broken["reason"]
    assert len(bags_in(tmp_path / "bags")) == 2


def test_a_coordinator_whose_slots_are_taken_does_not_spin(tmp_path, monkeypatch):
    from archiver.config import Config, ConnectTo
    from archiver.job import coordinator
    from archiver.job.run_job import run_job

    seeds = write_seeds(tmp_path / "seeds", range(3))
    turns = 0
    inner = coordinator.Coordinator._hand_out

    def counted(self):
        nonlocal turns
        turns += 1
        inner(self)

    monkeypatch.setattr(coordinator.Coordinator, "_hand_out", counted)
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (1, 1))
    pages = {}
    for n in range(3):
        write_seeds(seeds, range(n, n + 1), host=f"host{n}.example")
        pages |= pages_for(range(n, n + 1), host=f"host{n}.example", delay=0.3)
    with newsroom(pages) as site:
        config = Config(bags=tmp_path / "bags", pace=0.0, connect_to=(ConnectTo.from_text(site.options[1]),))
        summary = run_job(config, run_seeds(seeds))
    assert summary.counts == {"captured": 3}
    assert turns < 60


def run_seeds(folder):
    from archiver.config import Limits
    from archiver.seeds.sources import read_seeds

    return read_seeds([str(folder)], limits=Limits())
