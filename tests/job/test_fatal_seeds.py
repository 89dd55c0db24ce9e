"""A seed that kills its worker process, or computes in it without end, fails alone; its companions run again."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from jobs.clusters import dask, needs_dask
from places import SUPPORT
from servers.newsroom import newsroom, pages_for, write_seeds
from waiting import HANGS

from archiver.config import Config
from archiver.job.workers.executors import in_process
from archiver.validation.validator import validate_bag

CHILD = SUPPORT.joinpath("jobs/faults.py")
SEEDS = 6


FAULT = {"stage": "read", "url": "paper3.example"}


def run(
    folder: Path, action: str, *more: str, seconds: float | None = 3, program: Path | None = None
) -> tuple[int, list[dict], str]:
    """A job in which one seed is fatal to any process that reads its page."""
    folder.mkdir(exist_ok=True)
    settings = folder / "archiver.toml"
    settings.write_text(f"seed_cpu_seconds = {seconds}\n" if seconds is not None else "")
    pages = {}
    for n in range(SEEDS):
        pages |= pages_for(range(n, n + 1), host=f"paper{n}.example")
        write_seeds(folder / "seeds", range(n, n + 1), host=f"paper{n}.example")
    with newsroom(pages) as room:
        words = ["run", str(folder / "seeds"), "--config", str(settings), "--json", "--pace", "0"]
        words += ["--bags", str(folder / "bags"), *room.options, *more]
        started = [str(program)] if program else [str(CHILD), json.dumps(FAULT | {"action": action})]
        command = [sys.executable, *started, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGS)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def fails_alone(folder: Path, code: int, results: list[dict], said: str) -> None:
    assert code == 1, said
    assert len(results) == SEEDS, results
    wrong = [each for each in results if each["outcome"] != "captured"]
    assert [(each["url"].split("/")[2], each["outcome"]) for each in wrong] == [("paper3.example", "failed")], said
    assert "twice" in json.dumps(wrong[0])
    made = [each for each in (folder / "bags").iterdir() if not each.name.startswith(".")]
    assert len(made) == SEEDS - 1
    assert all(validate_bag(each).ok for each in made)


@pytest.mark.parametrize(
    "action", ["die", *(pytest.param(each, marks=pytest.mark.stress) for each in ("loop", "hang"))]
)
def test_in_a_pool(tmp_path, action):
    fails_alone(tmp_path, *run(tmp_path, action, "--jobs", "2"))


@pytest.mark.parametrize("action", ["die", pytest.param("loop", marks=pytest.mark.stress)])
def test_in_a_job_of_one_process_where_a_bound_is_set(tmp_path, action):
    fails_alone(tmp_path, *run(tmp_path, action, "--jobs", "1"))


def test_the_program_has_the_bound_with_one_process_though_no_setting_says_so(tmp_path):
    """Started as a program, archiver may start others; called by one, it is imported again by them (docs/python.md)."""
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(SUPPORT)!r})\nfrom jobs import faults\n"
        f"faults.install({FAULT | {'action': 'die'}!r})\n"
        "if __name__ == '__main__':\n    from archiver.cli import main\n    sys.exit(main())\n"
    )
    fails_alone(tmp_path / "job", *run(tmp_path / "job", "die", seconds=None, program=program))


def test_one_process_is_the_coordinating_one_unless_a_bound_is_set():
    assert in_process(Config())
    assert in_process(Config(seed_cpu_seconds=0.0))
    assert not in_process(Config(seed_cpu_seconds=900.0))
    assert not in_process(Config(jobs=2))


@needs_dask
@pytest.mark.stress
@pytest.mark.parametrize("action", ["die", "hang"])
def test_on_a_cluster(tmp_path, action):
    """It kills a worker there, which its nanny starts again, and then a process here."""
    start = tmp_path / "start"
    start.mkdir()
    fault = FAULT | {"action": action}
    (start / "sitecustomize.py").write_text(
        f"import sys; sys.path.insert(0, {str(SUPPORT)!r}); from jobs import faults; faults.install({fault!r})"
    )
    with dask(tmp_path / "dask", allowed_failures=0) as running:
        for _ in range(2):
            running.worker(PYTHONPATH=str(start))
        fails_alone(tmp_path, *run(tmp_path, action, "--executor", running.address))


@pytest.mark.stress
def test_a_seed_that_takes_its_time_and_not_the_processors_is_left_alone(tmp_path):
    """The bound is on CPU time: it is the same for a seed on a slow host."""
    code, results, said = run(tmp_path, "wait", "--jobs", "2", seconds=2)
    assert code == 0, said
    assert [each["outcome"] for each in results] == ["captured"] * SEEDS


@pytest.mark.parametrize(
    ("work", "ended"),
    [
        ("while True: pass", -signal.SIGKILL),
        ("re.match('(?:a|a)+b', 'a' * 200)", -signal.SIGXCPU),  # the watching thread has no turn
        ("time.sleep(2.5)", 0),
    ],
)
def test_a_process_is_ended_by_the_processors_time_of_one_seed(work, ended):
    words = f"""
import re, time
from archiver.job.workers.watchdog import begin, watched
begin(0.5)
with watched(0.5):
    {work}
"""
    done = subprocess.run([sys.executable, "-c", words], check=False, timeout=HANGS)
    assert done.returncode == ended
