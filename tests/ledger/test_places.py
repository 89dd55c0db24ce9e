"""Where seeds come from: rows of lists, documents that are gone, names that are not UTF-8."""

import json
import os
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archiver.cli import main
from archiver.escape import visible
from archiver.ledger.ledger import PATH, Ledger

INSIDE = "Original url: http://169.254.169.254/\n"


@pytest.fixture
def bags(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    return tmp_path / "my bags"


def status(bags: Path, capsys, *options: str) -> str:
    capsys.readouterr()
    assert main(["status", "--bags", str(bags), *options]) == 0
    return capsys.readouterr().out


def test_a_seed_of_a_list_is_named_by_the_list_and_its_line(bags, capsys):
    Path("urls.csv").write_text("url\nhttp://169.254.169.254/a\nhttp://169.254.169.254/b\n")
    assert main(["run", "--bags", str(bags), "urls.csv"]) == 1
    assert "\n  urls.csv, line 2: 169.254.169.254: not a public address" in status(bags, capsys)
    assert "\n  urls.csv, line 3: " in status(bags, capsys)


def test_documents_of_one_name_are_told_apart_by_their_folders_and_the_newest_stand_first(bags, capsys):
    for folder in ("2023", "2024"):
        Path(folder).mkdir()
        Path(f"{folder}/a.txt").write_text(f"Of {folder}\n\n{INSIDE}")
        assert main(["run", "--bags", str(bags), folder]) == 1
    Path("2024/b.txt").write_text("no address\n")
    Path("urls.csv").write_text("url\nnone\n")
    assert main(["run", "--bags", str(bags), "2024/b.txt", "urls.csv"]) == 1
    listed = [line for line in status(bags, capsys).splitlines() if line.startswith("  ") and ": " in line]
    named = [line.partition(": ")[0].strip() for line in listed]
    assert named[-2:] == ["2024/a.txt", "2023/a.txt"]
    assert sorted(named[-4:-2]) == ["2024/b.txt", "urls.csv, line 2"]
    assert "urls.csv, line 2: 'none' is not an http or https address" in "\n".join(listed)


def test_a_document_elsewhere_is_named_by_its_whole_path(bags, capsys, tmp_path, monkeypatch):
    Path("seeds/a.txt").write_text(INSIDE)
    assert main(["run", "--bags", str(bags), "seeds"]) == 1
    Path("other").mkdir()
    monkeypatch.chdir("other")
    assert f"\n  {tmp_path}/seeds/a.txt: 169.254.169.254: not a public address" in status(bags, capsys)


def test_a_failed_seed_whose_document_is_gone_says_so_and_can_be_let_go(bags, capsys):
    Path("seeds/here.txt").write_text("no address\n")
    Path("seeds/gone.txt").write_text("no address either\n")
    Path("seeds/refused.txt").write_text(INSIDE)
    Path("urls.csv").write_text("url\nhttp://169.254.169.254/a\n")
    assert main(["run", "--bags", str(bags), "seeds", "urls.csv"]) == 1
    assert "its document is gone" not in status(bags, capsys)
    for name in ("seeds/gone.txt", "seeds/refused.txt", "urls.csv"):
        Path(name).unlink()
    found = status(bags, capsys)
    assert found.count("(its document is gone)") == 3
    assert "'archiver status --forget' lets such seeds go" in found
    stated = json.loads(status(bags, capsys, "--json"))["seeds"]
    assert sorted(each["place"].rpartition("/")[2] for each in stated if each["document_gone"]) == [
        *("gone.txt", "refused.txt", "urls.csv:2")
    ]
    assert main(["status", "--bags", str(bags), "--forget"]) == 0
    assert "3 seeds let go" in capsys.readouterr().err
    assert json.loads(status(bags, capsys, "--json"))["counts"] == {"failed": 1}


def test_a_name_that_is_not_utf_8_is_shown_by_its_bytes_and_not_taken_for_gone(bags, capsys):
    name = os.fsdecode(b"seeds/caf\xe9.txt")
    Path(name).write_text("no address\n")
    assert main(["run", "--bags", str(bags), "seeds"]) == 1
    assert "caf\\xe9.txt" in capsys.readouterr().out
    assert "its document is gone" not in status(bags, capsys)
    assert visible(name) == "seeds/caf\\xe9.txt"


def test_a_ledger_of_before_there_were_places_is_read_without_writing(tmp_path):
    (tmp_path / ".archiver").mkdir()
    with closing(sqlite3.connect(tmp_path / PATH)) as database:
        database.executescript(
            "CREATE TABLE seeds (key TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, outcome TEXT NOT NULL, bag TEXT,"
            " verdict TEXT, reason TEXT, detail TEXT, attempts INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL,"
            " job TEXT); INSERT INTO seeds VALUES ('k', 'n', 'u', 'failed', NULL, NULL, 'r', NULL, 2, 't', 'j')"
        )
    with closing(Ledger(tmp_path, read_only=True)) as ledger:
        assert [(each.key, each.place) for each in ledger.entries("failed")] == [("k", None)]
        assert ledger.counts() == {"failed": 1}


def test_commands_that_are_suggested_can_be_pasted_into_a_shell(bags, capsys):
    Path("seeds/a.txt").write_text("no address\n")
    assert main(["run", "--bags", str(bags), "seeds"]) == 1
    line = next(each for each in capsys.readouterr().err.splitlines() if each.startswith("why: "))
    assert shlex.split(line.removeprefix("why: ")) == ["archiver", "status", "--bags", str(bags)]
