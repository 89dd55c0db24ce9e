"""SIGTERM, SIGHUP and kills in the middle of long commands: what is done is kept. And stderr that cannot be written."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from builders.bags import Builder

from archiver.cli import main
from archiver.ledger.ledger import PATH, Ledger

BAGS = 24


@pytest.fixture
def bags(tmp_path: Path) -> Path:
    for n in range(BAGS):
        Builder().write(tmp_path / f"bags/harbour-{n:03}")
    (tmp_path / "bags/.archiver").mkdir()
    Ledger(tmp_path / "bags").close()
    return tmp_path / "bags"


def rows(bags: Path, table: str) -> int:
    with closing(sqlite3.connect(bags / PATH, timeout=30)) as database:
        (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def interrupted(bags: Path, number: int, table: str, *command: str) -> subprocess.CompletedProcess[str]:
    """The command, sent a signal once it has written some rows."""
    started = subprocess.Popen(
        [sys.executable, "-m", "archiver", *command, str(bags)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while started.poll() is None and not rows(bags, table):
        time.sleep(0.01)
    started.send_signal(number)
    said = started.communicate(timeout=60)[1]
    return subprocess.CompletedProcess(command, started.returncode, "", said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
def test_validation_since_the_ledger_keeps_what_it_has_read(bags, capsys, number):
    done = interrupted(bags, number, "validations", "validate", "--since-ledger", "--jobs", "1")
    kept = rows(bags, "validations")
    assert kept >= 1
    if done.returncode != 0:  # or it was faster than the signal
        assert done.returncode == (-9 if number == signal.SIGKILL else 130), done.stderr
    if number in (signal.SIGTERM, signal.SIGHUP) and done.returncode:
        assert f"{signal.Signals(number).name}: what is done is kept; run the same command again" in done.stderr
        assert done.stderr.count("\n") == 1
    capsys.readouterr()
    assert main(["validate", "--since-ledger", "--jobs", "1", str(bags)]) == 0
    assert f"{BAGS - kept} bags: {BAGS - kept} passed, 0 failed, {kept} unchanged" in capsys.readouterr().err
    assert rows(bags, "validations") == BAGS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_audit_that_was_stopped_goes_on_where_it_was(bags, capsys, number):
    done = interrupted(bags, number, "readings", "audit")
    kept = rows(bags, "readings")
    if done.returncode != 0:
        assert (done.returncode, done.stderr.count("\n")) == (130, 1), done.stderr
    assert main(["audit", str(bags)]) == 0
    printed = capsys.readouterr().err
    assert f"{BAGS - kept} of {BAGS} bags" in printed or done.returncode == 0
    assert rows(bags, "readings") == BAGS


def test_a_signal_that_is_ignored_stays_so(bags):
    """As under nohup."""
    ignored = "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); from archiver.cli import main; "
    script = f"{ignored} import os; os.kill(os.getpid(), signal.SIGHUP); sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "validate", "--quiet", str(bags / "harbour-000")]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_stderr_that_is_full_ends_no_work(bags):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "archiver", "validate", "--since-ledger", str(bags)]
        assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, check=False).returncode == 0
        refused = [sys.executable, "-m", "archiver", "validate", str(bags / "nowhere")]
        assert subprocess.run(refused, stdout=subprocess.DEVNULL, stderr=full, check=False).returncode == 2
    assert rows(bags, "validations") == BAGS
