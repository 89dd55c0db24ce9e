"""The limit of open files is looked at before a job begins."""

import resource
import subprocess
import sys

import pytest
from jobs.whole import Job, seeds, story
from servers.wire import Server

from archiver.job.workers.open_files import AT_REST, PER_SEED

SCRIPT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from archiver.job.workers.open_files import seeds_at_once
from archiver.errors import UsageError
try:
    print(seeds_at_once(64), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
except UsageError as error:
    print(error)
"""
WANTED = AT_REST + 64 * PER_SEED


def at_once(soft: int, hard: int) -> str:
    command = [sys.executable, "-c", SCRIPT, str(soft), str(hard)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[1] < WANTED, reason="the limit here is lower")
def test_the_soft_limit_is_raised_where_that_is_allowed_and_else_fewer_seeds_are_under_way():
    assert at_once(WANTED, WANTED) == f"64 {WANTED}"
    assert at_once(128, WANTED) == f"64 {WANTED}"
    assert at_once(128, AT_REST + 10 * PER_SEED) == f"10 {AT_REST + 10 * PER_SEED}"
    assert at_once(70, 70).startswith("this process may have 70 files open, which is too few")


def test_a_job_with_few_files_captures_all_the_same(tmp_path, capsys):
    job = Job(tmp_path / "bags", capsys)
    documents = seeds(tmp_path / "seeds", *range(12), hosts=tuple(f"host{n}.example" for n in range(12)))
    with Server({f"/news/{n}": [story(n)] for n in range(12)}) as server:
        limited = (
            "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)); "
            "from archiver.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        to = ["--connect-to", f":80:127.0.0.1:{server.port}", "--bags", str(job.bags), "--pace", "0"]
        for jobs in ("1", "2"):
            command = [sys.executable, "-c", limited, "run", *to, "--jobs", jobs, "--recapture", str(documents)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert done.stdout.count("captured") == 12
