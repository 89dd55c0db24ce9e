"""`archiver status` on large ledgers: a stream, whatever the number of seeds."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jobs.whole import PEAK

from archiver.cli import main
from archiver.ledger.entries import Entry
from archiver.ledger.ledger import Ledger


def ledger_of(bags: Path, number: int) -> Path:
    """A ledger of so many seeds: of each three one failed, one has a bag that is there, one a bag that is gone."""
    (bags / ".archiver").mkdir(parents=True)
    entries = []
    for n in range(number):
        common = {"key": f"{n:064} http://a.example/{n}", "name": f"report-{n}.txt", "url": f"http://a.example/{n}"}
        if n % 3:
            entries.append(Entry(**common, outcome="captured", bag=f"report-{n}", verdict="same"))
            if n % 3 == 1 and number < 100:
                (bags / f"report-{n}").mkdir()
        else:
            detail = {"kind": "connect" if n % 2 else "dns", "seen": "a sentence about it " * 10}
            entries.append(Entry(**common, outcome="failed", reason="nobody there", detail=detail))
    ledger = Ledger(bags)
    ledger.settle(entries, None, datetime.now(UTC))
    ledger.close()
    return bags


def test_the_json_is_one_object_on_one_line_as_the_library_writes_it(tmp_path, capsys):
    main(["status", "--json", "--bags", str(ledger_of(tmp_path / "bags", 30))])
    out = capsys.readouterr().out
    parsed = json.loads(out)
    assert out == json.dumps(parsed) + "\n"
    assert {"bags", "counts", "kinds", "restrictions", "seeds", "missing", "proposals", "failures"} == set(parsed)
    assert parsed["counts"] == {"captured": 20, "failed": 10}
    assert parsed["kinds"] == {"dns": 5, "connect": 5}
    assert len(parsed["seeds"]) == len(parsed["missing"]) == 10
    assert parsed["missing"][0] == {"seed": "report-11.txt", "bag": "report-11"}


def test_an_empty_ledger_has_empty_lists(tmp_path, capsys):
    main(["status", "--json", "--bags", str(ledger_of(tmp_path / "bags", 0))])
    assert json.loads(capsys.readouterr().out)["seeds"] == []


_STATUS = f"""{PEAK}
import os, sys
from archiver.cli import main
out = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
main(sys.argv[1:])
sys.stdout.flush()
os.write(out, str(peak()).encode())
"""


@pytest.mark.parametrize("how", [["--json"], []], ids=["json", "text"])
def test_many_seeds_need_no_more_memory_than_few(tmp_path, how):
    def peak(bags: Path) -> int:
        words = ["status", "--bags", str(bags), *how]
        return int(subprocess.run([sys.executable, "-c", _STATUS, *words], capture_output=True, check=True).stdout)

    few, many = ledger_of(tmp_path / "few", 100), ledger_of(tmp_path / "many", 30_000)
    assert peak(many) < peak(few) + 5  # 35 before
