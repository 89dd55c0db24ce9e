"""Much, large, and killed again and again: a job loses nothing, doubles nothing, and stays within its bounds."""

import contextlib
import itertools
import json
import random
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jobs.folders import bags_in
from jobs.whole import PEAK
from servers.newsroom import Answer, article, newsroom, pages_for, write_seeds
from waiting import until

from archiver.config import Limits
from archiver.ledger.entries import Entry, key_of
from archiver.ledger.ledger import Ledger
from archiver.model import Seed
from archiver.seeds.sources import read_seeds
from archiver.validation.validator import validate_bag

SEEDS, HOSTS, KILLS = 120, 12, 100
MEASURED = f"""{PEAK}
import sys
from archiver.cli import main
code = main(sys.argv[1:])
print(peak(), file=sys.stderr)
sys.exit(code)
"""


@dataclass
class Measured:
    """What a run said, its exit code and the MiB its main process needed."""

    code: int
    out: str
    said: str
    peak: int


def measured(*words: str) -> Measured:
    done = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=False)
    said, _, peak = done.stderr.rstrip().rpartition("\n")
    return Measured(done.returncode, done.stdout, said, int(peak))


def processes_of(group: int) -> list[int]:
    """Those of a process group that have not ended."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, leader = each.read_text().rpartition(") ")[2].split()[:3]
            found += [int(each.parent.name)] if int(leader) == group and state != "Z" else []
    return found


def all_in_order(bags: Path, said: subprocess.CompletedProcess[str]) -> None:
    assert said.returncode == 0, said.stderr
    made = bags_in(bags)
    assert len(made) == SEEDS
    assert all(validate_bag(each).ok for each in made)
    assert {each.name.partition(".")[0] for each in (bags / ".archiver").glob("[!.]*")} == {"ledger", "lock"}
    with contextlib.closing(sqlite3.connect(bags / ".archiver" / "ledger.sqlite")) as ledger:
        counts = ledger.execute("SELECT outcome, count(*) FROM seeds GROUP BY outcome").fetchall()
    assert counts == [("captured", SEEDS)]


def kill_once(command: list[str], bags: Path, seconds: float) -> bool:
    """Start the job, let it run for some time after it has taken the lock, kill it; False where it was faster."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        lock = bags / ".archiver" / "lock"

        def begun() -> bool:
            return (lock.is_file() and lock.read_text() == str(running.pid)) or running.poll() is not None

        until(begun, "the job takes its lock")
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        running.kill()
    until(lambda: not processes_of(running.pid), "the processes of the job end with it")
    return running.returncode == -9


@pytest.mark.stress
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_job_killed_at_random_moments_and_run_again_loses_and_doubles_nothing(tmp_path, jobs):
    """A job that comes to its end before all kills are done begins anew in another folder."""
    chance = random.Random(jobs)
    seeds, pages = tmp_path / "seeds", {}
    for host in range(HOSTS):
        mine = range(host * SEEDS // HOSTS, (host + 1) * SEEDS // HOSTS)
        write_seeds(seeds, mine, host=f"host{host}.example")
        pages |= pages_for(mine, host=f"host{host}.example", delay=0.05)
    kills = 0
    with newsroom(pages) as site:
        for folder in (tmp_path / f"bags{n}" for n in itertools.count()):
            words = ["run", str(seeds), "--bags", str(folder), "--pace", "0.1", "--jobs", jobs, *site.options]
            command, finished = [sys.executable, "-m", "archiver", *words], set()
            while kills < KILLS and kill_once(command, folder, chance.uniform(0, 1.0)):
                kills += 1
                now = set(bags_in(folder))
                assert finished <= now, "a finished bag is never lost"
                assert all(validate_bag(each).ok for each in now - finished), "what can be seen is whole"
                finished = now
            all_in_order(folder, subprocess.run(command, capture_output=True, text=True, check=False))
            if kills >= KILLS:
                return


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def addresses(count: int, path: Path, host: str) -> Path:
    """A list of addresses; `host` may have a place for the number."""
    path.write_text("url\n" + "".join(f"http://{host.format(n)}/{n}\n" for n in range(count)))
    return path


@pytest.mark.parametrize(
    ("count", "host"),
    [
        pytest.param(1000, "one.example", id="quick"),
        pytest.param(10_000, "one.example", marks=pytest.mark.stress, id="one host"),
        pytest.param(10_000, "host{}.example", marks=pytest.mark.stress, id="ten thousand hosts"),
    ],
)
def test_thousands_of_seeds_that_all_fail_end_in_bounded_memory(tmp_path, count, host):
    listed = addresses(count, tmp_path / "list.csv", host)
    (tmp_path / "quick.toml").write_text("[limits]\nretries = 1\nbackoff_seconds = 0.01\n")
    common = ["--bags", str(tmp_path / "bags"), "--config", str(tmp_path / "quick.toml")]
    to = ["--connect-to", f":80:127.0.0.1:{closed_port()}"]
    done = measured("run", str(listed), "--json", "--pace", "0", *to, *common)
    assert done.code == 1
    assert len(done.out.splitlines()) == count
    assert f"{count} failed" in done.said
    assert done.peak < 150
    assert bags_in(tmp_path / "bags") == []
    status = measured("status", *common)
    assert f"failed ({count})" in status.out
    assert status.peak < 100


@pytest.mark.parametrize(
    "count", [pytest.param(2_000, id="quick"), pytest.param(100_000, marks=pytest.mark.stress, id="100,000")]
)
def test_a_long_list_whose_seeds_are_done_is_gone_through_in_little_memory(tmp_path, count):
    listed = addresses(count, tmp_path / "list.csv", "one.example")
    bags = tmp_path / "bags"
    (bags / ".archiver").mkdir(parents=True)
    (bags / "b").mkdir()
    ledger = Ledger(bags)
    seeds = (each for each in read_seeds([str(listed)], limits=Limits()) if isinstance(each, Seed))
    entries = (
        Entry(key=key_of(s), name=s.name, url=s.url, outcome="captured", bag="b", origin=s.origin) for s in seeds
    )
    ledger.settle(entries, None, datetime.now(UTC))
    ledger.close()
    done = measured("run", str(listed), "--json", "--bags", str(bags))
    assert done.code == 0, done.said
    assert len(done.out.splitlines()) == count
    assert "0 new bags" in done.said
    assert done.peak < 130


@pytest.mark.parametrize("mib", [pytest.param(2, id="quick"), pytest.param(50, marks=pytest.mark.stress, id="50 MiB")])
def test_a_seed_document_of_many_megabytes_becomes_a_valid_bag(tmp_path, mib):
    words = " ".join(f"word{n}" for n in range(60))
    paragraphs = (f"Paragraph {n} says: {words}." for n in itertools.count())
    body, size = [], 0
    while size < mib << 20:
        body.append(next(paragraphs))
        size += len(body[-1]) + 2
    seed = tmp_path / "large.txt"
    seed.write_text("\n\n".join(["A long report", "March 4, 2024", *body, "Original url: http://one.example/x"]))
    with newsroom({("one.example", "/x"): Answer(article("A long report", body[:50]))}) as site:
        done = measured("run", str(seed), "--json", "--bags", str(tmp_path / "bags"), *site.options)
    assert done.code == 0, done.said
    assert json.loads(done.out)["outcome"] == "captured"
    [bag] = bags_in(tmp_path / "bags")
    assert validate_bag(bag).ok
    assert done.peak < 130 + 14 * mib
