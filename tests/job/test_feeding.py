"""How a job is fed: no host holds up another, crowds wait on disk, dead hosts are left alone, memory stays flat.

The stage is a made-up one that goes over the executor as the real one does: what it does stands in the seed's address.
"""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs.feeding import held, seed, stage
from jobs.pool_tasks import nothing
from jobs.whole import PEAK
from places import SUPPORT
from waiting import HANGS, until

from archiver.config import Config
from archiver.job import coordinator
from archiver.job.queue import slots
from archiver.job.queue.disk_queue import Backlog
from archiver.job.result import Result, Summary
from archiver.job.run_job import run_job
from archiver.job.sinks import local
from archiver.job.workers.process_pool import WorkerPool
from archiver.ledger.ledger import Ledger
from archiver.model import Failure, Seed

MIB = 1 << 20


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Runs the made-up stage over seeds, in threads or in `processes`: the summary, and the results in their order."""
    monkeypatch.setattr(local, "run_seed", stage)

    def go(
        seeds: Iterable[Seed], *, processes: int = 0, pace: float = 0.0, opened: tuple[int, Path] | None = None
    ) -> tuple[Summary, list[Result]]:
        """The file of `opened` appears after so many results."""
        pool = WorkerPool(processes, 64, nothing) if processes else ThreadPoolExecutor(64)
        monkeypatch.setattr(coordinator, "executor_for", lambda *_: pool)
        results: list[Result] = []

        def note(result: Result) -> None:
            results.append(result)
            if opened and len(results) == opened[0]:
                opened[1].touch()

        config = Config(bags=tmp_path / "bags", jobs=max(1, processes), pace=pace)
        return run_job(config, iter(seeds), on_result=note), results

    return go


def hosts(results: list[Result]) -> list[str]:
    return [urlsplit(each.url or "").hostname or "" for each in results]


def quick(count: int) -> list[Seed]:
    return [seed(f"http://quick{n}.example/") for n in range(count)]


@pytest.mark.parametrize("processes", [0, 2])
def test_three_slow_hosts_hold_up_none_of_two_hundred_others(job, tmp_path, processes):
    """The three do not end before the two hundred have."""
    gate = tmp_path / "gate"
    summary, results = job([*(held(n, gate) for n in range(3)), *quick(200)], processes=processes, opened=(200, gate))
    assert summary.counts == {"failed": 203}
    assert all(host.startswith("held") for host in hosts(results)[-3:])


def test_slow_hosts_that_have_taken_every_slot_make_room(job, tmp_path, monkeypatch):
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (2, 8))
    monkeypatch.setattr(slots, "SLOW_SECONDS", 0.1)
    gate = tmp_path / "gate"
    _, results = job([*(held(n, gate) for n in range(4)), *quick(20)], opened=(20, gate))
    assert all(host.startswith("held") for host in hosts(results)[-4:])


def test_on_a_slow_line_where_all_take_long_no_more_are_begun_at_once():
    """Two have been under way for 100 seconds: they make room where a seed takes a second, not where it takes 20."""
    quick_line, slow_line = slots.Slots(), slots.Slots()
    for _ in range(5):
        quick_line.ended(1.0, unreached=False)
        slow_line.ended(20.0, unreached=False)
    assert quick_line.free((2, 8), [0.0, 0.0], now=100.0) == 2
    assert slow_line.free((2, 8), [0.0, 0.0], now=100.0) == 0


def test_a_crowd_of_one_host_keeps_no_other_host_out_of_the_window(job, monkeypatch):
    """The window has room for 20 seeds and 300 of the crowd come first: the others begin before the crowd has ended."""
    monkeypatch.setattr(coordinator, "WINDOW", 20)
    crowd = [seed(f"http://slow.example/0.005?{n}") for n in range(300)]
    summary, results = job([*crowd, *quick(5)])
    assert summary.counts == {"failed": 305}
    last = max(at for at, host in enumerate(hosts(results)) if host.startswith("quick"))
    assert last < 200
    assert [r.url for r in results if "slow" in (r.url or "")] == [each.url for each in crowd]


def test_no_more_is_read_ahead_than_the_window_holds_in_bytes(job, monkeypatch):
    monkeypatch.setattr(coordinator, "WINDOW_BYTES", 10_000)
    read = 0
    go_on = threading.Event()

    def seeds() -> Iterator[Seed]:
        nonlocal read
        for n in range(100):
            read += 1
            yield seed(f"http://host{n}.example/", f"Original url: http://host{n}.example/ {'x' * 1000}")

    def waiting(given: Seed) -> Failure:
        go_on.wait(HANGS)
        return stage(given)

    def look() -> None:
        until(lambda: read > 2, "more is read than is under way")
        time.sleep(0.3)  # for what would be read beyond that
        looks.append(read)
        go_on.set()

    looks: list[int] = []
    monkeypatch.setattr(local, "run_seed", waiting)
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (2, 2))
    watcher = threading.Thread(target=look)
    watcher.start()
    summary, _ = job(seeds())
    watcher.join()
    assert summary.counts == {"failed": 100}
    assert 2 < looks[0] <= 2 + 11, "two under way, and as many as reach 10,000 bytes"


def test_a_host_that_is_dead_is_asked_five_times_and_its_other_seeds_are_failures_that_say_so(job, tmp_path):
    dead = [seed(f"http://dead.example/{n}") for n in range(50)]
    summary, results = job([*dead, *quick(3)])
    assert summary.counts == {"failed": 53}
    reasons = Counter(each.reason for each in results if "dead" in (each.url or ""))
    found = "dead.example gave no page 5 times in a row: not asked again in this job"
    assert reasons == {"made up": 5, found: 45}
    ledger = Ledger(tmp_path / "bags", read_only=True)
    kinds = Counter((each.detail or {})["kind"] for each in ledger.entries("failed"))
    ledger.close()
    assert kinds == {"dns": 5, "breaker": 45, "page": 3}


def test_a_host_with_the_dot_of_the_root_is_the_same_host(job):
    """Five refusals of both spellings together open the circuit."""
    both = [seed(f"http://dead.example{'.' * (n % 2)}/{n}") for n in range(10)]
    _, results = job(both)
    assert sum("not asked again" in (each.reason or "") for each in results) == 5


def test_copies_of_a_document_do_not_wait_for_the_pace_of_their_host_each(job):
    copies = [seed("http://quick.example/", origin=f"copy{n}.txt") for n in range(20)]
    began = time.monotonic()
    summary, results = job(copies, pace=3.5)
    assert time.monotonic() - began < 19 * 3.5, "as long as they take when each waits for its turn"
    assert (summary.counts, summary.done_before) == ({"failed": 20}, 19)
    assert {each.seed for each in results} == {each.origin for each in copies}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_what_waits_on_disk_comes_back_whole_and_in_its_hosts_order(tmp_path_factory, steps):
    backlog = Backlog(tmp_path_factory.getbasetemp())
    expected: dict[str, list[Seed]] = {host: [] for host in "abc"}
    for number, (host, take) in enumerate(steps):
        if take:
            assert backlog.take(host) == (expected[host].pop(0) if expected[host] else None)
        else:
            each = seed(f"http://{host}.example/{number}")
            backlog.put(host, each)
            expected[host].append(each)
        assert len(backlog) == sum(map(len, expected.values()))
        assert {host for host in "abc" if host in backlog} == {host for host in "abc" if expected[host]}
        assert (backlog.bytes == 0) == (len(backlog) == 0)
    backlog.close()


def test_a_backlog_leaves_no_file_behind(tmp_path):
    backlog = Backlog(tmp_path)
    backlog.put("a.example", seed("http://a.example/"))
    assert list(tmp_path.iterdir()) == []
    backlog.close()


MANY = (
    PEAK
    + """
import sys
sys.path.insert(0, sys.argv[1])
from jobs import feeding as t
from archiver.config import Config
from archiver.job import coordinator
from archiver.job.run_job import run_job
from archiver.job.sinks import local
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

local.run_seed = t.stage
coordinator.executor_for = lambda *_: ThreadPoolExecutor(8)
numbers = range(int(sys.argv[3]))
seeds = (t.seed(f"http://{'crowd' if n % 2 else f'host{n}'}.example/{n}", "x" * 2000 + str(n)) for n in numbers)
summary = run_job(Config(bags=Path(sys.argv[2]), pace=0.0), seeds)
print(sum(summary.counts.values()), peak())
"""
)


def peak_of(count: int, bags: Path) -> int:
    """MiB of a process that ran the made-up stage over so many seeds, half of them of one host."""
    command = [sys.executable, "-c", MANY, str(SUPPORT), str(bags), str(count)]
    settled, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(settled) == count
    return int(peak)


def test_ten_times_the_seeds_need_no_more_memory(tmp_path):
    assert peak_of(20_000, tmp_path / "many") - peak_of(2_000, tmp_path / "few") < 40


@pytest.mark.stress
def test_two_hundred_thousand_seeds_need_no_more_memory_than_twenty_thousand(tmp_path):
    assert peak_of(200_000, tmp_path / "many") - peak_of(20_000, tmp_path / "few") < 60


def test_where_hosts_are_dead_more_of_them_wait_for_their_next_attempt_at_once():
    """They take no processor: with 8 as usual and 64 at most, each that was not reached makes room for more."""
    dead, alive = slots.Slots(), slots.Slots()
    for _ in range(33):
        dead.ended(0.2, unreached=True)
        alive.ended(0.2, unreached=False)
    assert alive.free((8, 64), [0.0] * 8, now=1.0) == 0
    assert dead.free((8, 64), [0.0] * 8, now=1.0) == 56


def test_a_job_begins_more_seeds_at_once_where_hosts_are_dead(job, monkeypatch):
    """200 whose hosts are absent: more than the usual eight come to be under way."""
    under_way = most = 0
    lock = threading.Lock()

    def counted(given: Seed) -> Failure:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        done = stage(given)
        with lock:
            under_way -= 1
        return done

    monkeypatch.setattr(local, "run_seed", counted)
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (8, 64))
    summary, _ = job([seed(f"http://absent{n}.example/0.05") for n in range(200)])
    assert summary.counts == {"failed": 200}
    assert most > 16
