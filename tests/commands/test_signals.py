"""SIGTERM, SIGHUP and kills in the middle of long commands: what is done is kept. And stderr that cannot be written."""

import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from builders.bags import Builder
from places import ROOT

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


def entered(prepare: str, *command: str) -> subprocess.CompletedProcess[str]:
    """The program by its entry, once these lines of Python have run."""
    script = f"import atexit, os, signal, sys\n{prepare}\nfrom archiver.__main__ import main\nsys.exit(main())"
    return subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=False)


SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"]
WHILE_IMPORTING = """
class Signalling:
    @staticmethod
    def find_spec(name, *_):
        if name == "{module}":
            os.kill(os.getpid(), signal.{number})
sys.meta_path.insert(0, Signalling)
"""


@pytest.mark.parametrize("module", ["archiver.cli", "argparse", "archiver.commands.bags.validate"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_modules_are_imported_is_one_line_and_130(number, module, bags):
    done = entered(WHILE_IMPORTING.format(module=module, number=number), "validate", str(bags / "harbour-000"))
    assert (done.returncode, done.stderr) == (130, "archiver: interrupted\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_as_python_ends_leaves_the_exit_code_and_what_was_printed(number):
    done = entered(f"atexit.register(lambda: os.kill(os.getpid(), signal.{number}))", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("archiver 0.")
    done = entered(f"atexit.register(lambda: os.kill(os.getpid(), signal.{number}))", "validate", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_the_entry_leaves_an_ignored_signal_ignored():
    """As under nohup."""
    prepare = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + WHILE_IMPORTING.format(
        module="archiver.cli", number="SIGHUP"
    )
    assert entered(prepare, "--version").returncode == 0


def test_importing_the_package_changes_no_handler():
    code = "import signal as s; b = s.getsignal(2); import archiver.cli, archiver.__main__; assert s.getsignal(2) is b"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_installed_program_has_the_entry_that_takes_signals_first():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"archiver": "archiver.__main__:main"}
