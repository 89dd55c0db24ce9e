"""A small bag, and what `archiver handoff` makes of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from archiver.cli import main
from archiver.packaging import folder as folder_module
from archiver.trust.custody import Agent, append
from builders.bags import Builder

SCHEMA = json.loads((Path(folder_module.__file__).parents[1] / "schemas/receipt.schema.json").read_text("utf-8"))


def make(bags: Path, name: str = "harbour-1", **payload: bytes) -> Path:
    builder = Builder()
    builder.record = None  # what a record says is not the matter here
    builder.payload |= {"data/wacz/datapackage.json": b"{}\n", "data/wacz/indexes/index.cdx": b"a\n"}
    builder.payload |= {f"data/{path}": data for path, data in payload.items()}
    builder.info = ["External-Identifier: urn:uuid:00000000-0000-4000-8000-0000000000aa"]
    bag = builder.write(bags / name)
    append(bag, "sealing", at=datetime(2026, 3, 1, tzinfo=UTC), agent=Agent(), detail={})  # so that it is not a guest
    return bag


def hand(capsys, *arguments: object) -> tuple[int, list[dict], str]:
    code = main(["handoff", "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def everything(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}
