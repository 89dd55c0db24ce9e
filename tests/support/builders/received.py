"""Bags on their way to a receiver."""

import json
from pathlib import Path

from archiver.cli import main
from builders.deliveries import hand


def take(capsys, bags: Path, *arguments: object) -> tuple[int, list[dict], str]:
    code = main(["receive", "--json", "--bags", str(bags), *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def sent(bag: Path, tmp_path: Path, capsys, form: str = "tar") -> Path:
    (tmp_path / "out").mkdir(parents=True, exist_ok=True)
    hand(capsys, bag, tmp_path / "out", "--form", form)
    return tmp_path / "out" / (bag.name + ("" if form == "folder" else f".{form}"))


def visible_in(bags: Path) -> set[str]:
    return {each.name for each in bags.iterdir()} - {".archiver"} if bags.exists() else set()


def is_clean(bags: Path) -> bool:
    return not bags.exists() or not list((bags / ".archiver/receiving").glob("*"))
