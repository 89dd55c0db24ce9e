"""Bags for audits, and audits of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

from archiver.cli import main
from archiver.fixity.audit import audit
from archiver.fixity.plan import Plan
from archiver.fixity.read_bag import RateLimiter
from builders.bags import Builder

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def make(bags: Path, name: str = "harbour", **payload: bytes) -> Path:
    builder = Builder()
    builder.record = None
    builder.payload = {"data/a.txt": b"alpha\n", "data/b.txt": b"beta\n"}
    builder.payload |= {f"data/{path}.txt": data for path, data in payload.items()}
    return builder.write(bags / name)


def run(bags: Path, *, now: datetime = NOW, **plan):
    return list(audit([bags], Plan(**plan), RateLimiter(), clock=lambda: now))


def typed(capsys, *arguments: object) -> tuple[int, list[dict], str]:
    capsys.readouterr()
    code = main(["audit", "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
