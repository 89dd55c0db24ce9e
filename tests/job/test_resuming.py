"""What a job does with the seeds and hosts of the jobs before it: new work goes first, hosts that were asked too often
are left alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jobs.feeding import seed, stage
from jobs.whole import HOST, Job, seeds, story
from servers.wire import Server, ok

from archiver.config import Config
from archiver.job import coordinator
from archiver.job.result import Result
from archiver.job.run_job import run_job
from archiver.job.sinks import local
from archiver.ledger.host_states import HostState, host_states, keep_host_states
from archiver.ledger.ledger import Ledger
from archiver.ledger.lock import bags_locked
from archiver.model import Failure, Seed

OTHER = "www.other-times.example"


@pytest.mark.parametrize("read_at_once", [4, 64])
def test_new_work_goes_before_what_failed_before_which_has_half_the_slots(tmp_path, monkeypatch, read_at_once):
    """Thirty seeds that failed come first in the folder and take their time; five were never tried."""
    monkeypatch.setattr(coordinator, "capacity", lambda *_: (4, 4))
    monkeypatch.setattr(coordinator, "READ_AT_ONCE", read_at_once)
    tried = [seed(f"http://slow{n}.example/0.05") for n in range(30)]
    new = [seed(f"http://quick{n}.example/") for n in range(5)]
    lock, most, new_left = threading.Lock(), 0, len(new)
    under_way = 0

    def counted(given: Seed) -> Failure:
        nonlocal under_way, most, new_left
        retry = "slow" in given.url
        with lock:
            under_way += retry
            most = max(most, under_way if new_left else 0)
        done = stage(given)
        with lock:
            under_way -= retry
            new_left -= not retry
        return done

    def run(given: list[Seed]) -> list[Result]:
        monkeypatch.setattr(coordinator, "executor_for", lambda *_: ThreadPoolExecutor(4))
        results: list[Result] = []
        run_job(Config(bags=tmp_path / "bags", pace=0.0), iter(given), on_result=results.append)
        return results

    monkeypatch.setattr(local, "run_seed", stage)
    assert {each.outcome for each in run(tried)} == {"failed"}
    monkeypatch.setattr(local, "run_seed", counted)
    results = run([*tried, *new])
    assert len(results) == 35
    assert most <= 2
    assert most == 2 or read_at_once == 64, "while more is read half of the slots are in use"
    last_new = max(at for at, each in enumerate(results) if "quick" in (urlsplit(each.url or "").hostname or ""))
    assert last_new < 5 + 2 * (40 // read_at_once)


def test_a_host_that_asks_for_a_long_rest_gets_it_and_the_next_job_keeps_to_it(tmp_path: Path, job: Job):
    """Its other seeds end as `waiting`; those of other hosts are captured."""
    busy = ok(b"busy", b"Retry-After: 600", status=b"429 -")
    pages = {"/news/0": [busy], "/news/2": [story(2)], "/news/1": [story(1)], "/news/3": [story(3)]}
    documents = seeds(tmp_path / "seeds", 0, 1, 2, 3, hosts=(HOST, OTHER))
    with Server(pages) as server:
        code, results = job.run(documents, server)
        assert [each["outcome"] for each in results] == ["blocked", "captured", "waiting", "captured"]
        assert code == 1
        assert results[2]["reason"].startswith(f"{HOST} asked to be left alone until 2")
        assert "/news/2" not in server.seen
        assert job.status()["counts"] == {"blocked": 1, "captured": 2, "waiting": 1}
        code, results = job.run(documents, server)
        assert (code, [each["outcome"] for each in results][2]) == (1, "waiting")
        assert "/news/2" not in server.seen, "a restart does not forget it"
        with bags_locked(job.bags):
            ledger = Ledger(job.bags)
            (state,) = host_states(ledger)
            assert state.rests_until is not None
            assert 500 < (state.rests_until - datetime.now(UTC)).total_seconds() <= 600
            keep_host_states(ledger, [HostState(host=HOST, refusals=0, rests_until=None)], datetime.now(UTC))
            ledger.close()
        code, results = job.run(documents, server)
        assert [each["outcome"] for each in results] == ["blocked", "captured", "captured", "captured"]


def test_a_short_rest_is_waited_for_and_a_setting_bounds_a_long_one(tmp_path: Path, job: Job):
    busy = ok(b"busy", b"Retry-After: 86400", status=b"503 -")
    (tmp_path / "short.toml").write_text("host_rest_seconds = 0.6\n[limits]\nretries = 0\n")
    with Server({"/news/0": [busy], "/news/1": [story(1)]}) as server:
        _, results = job.run(seeds(tmp_path / "seeds", 0, 1), server, "--config", str(tmp_path / "short.toml"))
    assert [each["outcome"] for each in results] == ["failed", "captured"]


def test_an_open_circuit_outlives_its_job(tmp_path: Path, job: Job):
    """Nine pages of a host that is in trouble: five are asked for, then one, in place of five, when the job runs again.
    Once it answers, all are."""
    trouble = ok(b"no", status=b"500 -")
    (tmp_path / "once.toml").write_text("[limits]\nretries = 0\n")
    options = ("--config", str(tmp_path / "once.toml"))
    documents = seeds(tmp_path / "seeds", *range(9))
    with Server({f"/news/{n}": [trouble] for n in range(9)}) as server:
        for asked in (5, 6):
            assert job.run(documents, server, *options)[0] == 1
            assert sum(len(heads) for path, heads in server.seen.items() if path.startswith("/news/")) == asked
    with Server({f"/news/{n}": [story(n)] for n in range(9)}) as server:
        assert job.run(documents, server, *options)[0] == 0
    with bags_locked(job.bags):
        ledger = Ledger(job.bags)
        assert host_states(ledger) == [], "what is well again is forgotten"
        ledger.close()
