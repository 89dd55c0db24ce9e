"""A job killed again and again at random moments: every seed ends in exactly one valid bag, nothing is left over."""

import contextlib
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from newsroom import newsroom, pages_for, write_seeds

from archiver.validate.bag import validate_bag

SEEDS, HOSTS, KILLS = 120, 12, 25


def bags_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith(".")) if folder.is_dir() else []


def processes_of(group: int) -> list[int]:
    """Those of a process group that have not ended."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, leader = each.read_text().rpartition(") ")[2].split()[:3]
            found += [int(each.parent.name)] if int(leader) == group and state != "Z" else []
    return found


@pytest.mark.stress
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_job_killed_at_random_moments_and_run_again_loses_and_doubles_nothing(tmp_path, jobs):
    chance = random.Random(jobs)
    seeds, bags, pages = tmp_path / "seeds", tmp_path / "bags", {}
    for host in range(HOSTS):
        mine = range(host * SEEDS // HOSTS, (host + 1) * SEEDS // HOSTS)
        write_seeds(seeds, mine, host=f"host{host}.example")
        pages |= pages_for(mine, host=f"host{host}.example", delay=0.05)
    command = [
        sys.executable,
        "-m",
        "archiver",
        "run",
        str(seeds),
        "--bags",
        str(bags),
        "--pace",
        "0.1",
        "--jobs",
        jobs,
    ]
    finished: set[Path] = set()
    with newsroom(pages) as site:
        for _ in range(KILLS):
            with subprocess.Popen(
                [*command, *site.options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            ) as running:
                time.sleep(chance.uniform(0.2, 2.5))
                running.kill()
            deadline = time.monotonic() + 10
            while left := processes_of(running.pid):
                assert time.monotonic() < deadline, f"{left} outlived the job"
                time.sleep(0.05)
            now = set(bags_in(bags))
            assert finished <= now, "a finished bag is never lost"
            finished = now
        last = subprocess.run([*command, *site.options], capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    made = bags_in(bags)
    assert len(made) == SEEDS
    assert all(validate_bag(each).ok for each in made)
    assert {each.name.partition(".")[0] for each in (bags / ".archiver").iterdir()} == {"ledger", "lock"}
    with contextlib.closing(sqlite3.connect(bags / ".archiver" / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT outcome, count(*) FROM seeds GROUP BY outcome").fetchall() == [
            ("captured", SEEDS)
        ]
