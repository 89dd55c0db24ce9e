"""Jobs that deliver their bags."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.newsroom import Newsroom
from waiting import HANGS

FEW, LARGE = 6, 4


@dataclass
class Delivering:
    """Seeds, a host each, and a library that takes their bags."""

    seeds: Path
    room: Newsroom
    bags: Path
    library: Path

    def run(self, *more: str, **env: str) -> tuple[int, list[dict[str, Any]], str]:
        words = ["run", str(self.seeds), "--json", "--pace", "0", "--bags", str(self.bags), *self.room.options]
        command = [sys.executable, "-m", "archiver", *words, "--deliver", str(self.library), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGS, env=os.environ | env)
        assert "Traceback" not in done.stderr, done.stderr
        lines = done.stdout.splitlines()
        return done.returncode, [json.loads(each) for each in lines if each.endswith("}")], done.stderr

    def packages(self) -> list[Path]:
        return sorted(each for each in self.library.glob("report-*") if ".receipt.json" not in each.name)

    def rows(self) -> list[tuple[str, str]]:
        return deliveries(self.bags)

    def left_over(self) -> list[str]:
        """What a job leaves beside ledger, lock and receipts."""
        inner = [each.name for each in (self.bags / ".archiver").iterdir()]
        outer = [each.name for each in self.bags.iterdir() if each.name not in (".archiver", "receipts")]
        there = [each.name for each in self.library.iterdir() if each.name.startswith(".")]
        return [
            *outer,
            *there,
            *(each for each in inner if not each.startswith(("ledger.sqlite", "lock", ".gitignore"))),
        ]


def deliveries(bags: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(bags / ".archiver/ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM bag_identities").fetchone() == (0,)
        return ledger.execute("SELECT bag, target || '/' || package FROM deliveries ORDER BY bag").fetchall()
