"""Processes with many calls under way each: answers come by themselves, deaths are reported, nobody is left over."""

import os
import signal
import subprocess
import sys
from concurrent.futures import as_completed
from multiprocessing import get_all_start_methods
from pathlib import Path

import pytest
from jobs.pool_tasks import (
    blocked,
    broken,
    die,
    nothing,
    raise_storage,
    raise_unportable,
    wait_and_say,
    wait_for_and_say,
)
from places import SUPPORT
from waiting import HANGS, until

from archiver.errors import StorageError
from archiver.job.workers.process_pool import WorkerCrashed, WorkerPool


@pytest.fixture
def pool():
    made = WorkerPool(2, 4, nothing)
    yield made
    made.shutdown()


def test_an_answer_comes_as_soon_as_it_is_there_however_slow_its_neighbours_are(pool, tmp_path):
    """Four calls a process, one slow in each: the quick ones do not wait for it."""
    gate = tmp_path / "gate"
    calls = [pool.submit(wait_for_and_say, gate if n < 2 else None, str(n)) for n in range(8)]
    words = []
    for each in as_completed(calls):
        words.append(each.result()[0])
        if len(words) == 6:
            gate.touch()
    assert set(words[-2:]) == {"0", "1"}
    assert len({each.result()[1] for each in calls}) == 2


def test_a_process_that_dies_takes_its_own_calls_with_it_and_the_next_call_gets_a_new_one(pool):
    survivor = pool.submit(wait_and_say, 0.5, "here")
    dying = pool.submit(die)
    with pytest.raises(WorkerCrashed):
        dying.result(timeout=HANGS)
    assert survivor.result(timeout=HANGS)[0] == "here"
    assert pool.submit(wait_and_say, 0.0, "again").result(timeout=HANGS)[0] == "again"


def test_an_error_of_ours_comes_back_as_it_is_and_one_that_cannot_travel_sends_its_words(pool):
    with pytest.raises(StorageError, match="cannot write the bag"):
        pool.submit(raise_storage).result(timeout=HANGS)
    with pytest.raises(RuntimeError, match="Unportable: cannot travel"):
        pool.submit(raise_unportable).result(timeout=HANGS)
    assert pool.submit(wait_and_say, 0.0, "alive").result(timeout=HANGS)[0] == "alive"


def test_what_the_start_of_a_process_raises_each_of_its_calls_raises():
    pool = WorkerPool(1, 1, broken)
    try:
        with pytest.raises(StorageError, match="no room"):
            pool.submit(wait_and_say, 0.0, "never").result(timeout=HANGS)
    finally:
        pool.shutdown()


def test_a_new_process_cannot_be_interrupted_before_it_knows_to_ignore_it_and_the_caller_still_can(pool):
    """Blocked signals are inherited; the first process of all is started after its resource tracker, which unblocks."""
    assert signal.SIGINT in pool.submit(blocked).result(timeout=HANGS)
    assert signal.SIGINT not in blocked()


def test_the_first_process_of_a_program_is_shielded_from_ctrl_c_too(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from jobs.pool_tasks import blocked, nothing; from archiver.job.workers.process_pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1, 1, nothing); print(pool.submit(blocked).result()); pool.shutdown()\n"
    )
    (tmp_path / "main.py").write_text(code)
    command = [sys.executable, str(tmp_path / "main.py"), str(SUPPORT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGS, check=True)
    assert "SIGINT" in done.stdout


def test_its_processes_end_with_the_program_however_that_ends_and_leave_no_file(tmp_path):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from jobs.pool_tasks import wait_and_say, nothing; from archiver.job.workers.process_pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1, 4, nothing)\n"
        "    print(pool.submit(wait_and_say, 0, '').result()[1], flush=True)\n"
        "    pool.submit(wait_and_say, 300, ''); time.sleep(300)\n"
    )
    (tmp_path / "main.py").write_text(code)
    command = [sys.executable, str(tmp_path / "main.py"), str(SUPPORT)]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        worker = int(program.stdout.readline())
        program.kill()

    def over() -> bool:
        try:
            return ") Z " in Path(f"/proc/{worker}/stat").read_text()  # ended, and nobody has buried it yet
        except OSError:
            return True

    try:
        until(over, "the worker ends with the program that started it")
    except AssertionError:
        os.kill(worker, signal.SIGKILL)
        raise
    until(lambda: not list(temporary.iterdir()), "nothing is left of its folder of sockets")


def test_where_the_path_of_temporary_files_is_too_long_for_a_socket_processes_start_afresh(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from jobs.pool_tasks import wait_and_say, nothing; from archiver.job.workers.process_pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1, 1, nothing)\n"
        "    print(pool.submit(wait_and_say, 0, 'here').result()[0]); pool.shutdown()\n"
    )
    (tmp_path / "main.py").write_text(code)
    (far := tmp_path / ("x" * 120)).mkdir()
    command = [sys.executable, str(tmp_path / "main.py"), str(SUPPORT)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=HANGS, check=False, env=os.environ | {"TMPDIR": str(far)}
    )
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr


@pytest.mark.skipif("forkserver" not in get_all_start_methods(), reason="the system cannot fork")
def test_the_process_that_others_are_forked_from_may_be_killed_before_the_first_is(tmp_path):
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from multiprocessing import forkserver\n"
        "from jobs.pool_tasks import wait_and_say, nothing; from archiver.job.workers.process_pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1, 1, nothing, preload=['jobs.clusters'])\n"
        "    connect = forkserver._forkserver.connect_to_new_process\n"
        "    def killed(fds):\n"
        "        global killed; killed = connect\n"
        "        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL); raise EOFError('as it is seen')\n"
        "    forkserver.connect_to_new_process = lambda fds: killed(fds)\n"
        "    print(pool.submit(wait_and_say, 0, 'here').result()[0]); pool.shutdown()\n"
    )
    (tmp_path / "main.py").write_text(code)
    command = [sys.executable, str(tmp_path / "main.py"), str(SUPPORT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGS, check=False)
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr
