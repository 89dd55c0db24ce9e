"""The schema of the ledger: older files are brought up to date, newer ones refused, troubles distinguished."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver.cli import main
from archiver.errors import StorageError
from archiver.ledger.fixity_readings import Readings
from archiver.ledger.ledger import PATH, Ledger
from archiver.ledger.schema import MIGRATIONS, migrate
from archiver.ledger.sqlite import explained, usable, writer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "b ags" / PATH
    path.parent.mkdir(parents=True)
    return path


def schema(path: Path) -> list[tuple[str, str, list[str]]]:
    """Tables and indexes, with the names of the columns."""
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
        return [
            (kind, name, sorted(row[1] for row in database.execute(f"PRAGMA table_info({name})")))
            for kind, name in names
        ]


@pytest.mark.parametrize("folder", ["bags", "only", "delivering", "received"])
def test_from_version_0_whichever_command_made_it_there_comes_the_schema_of_a_new_file(older, file, folder):
    writer(file).close()
    writer(older / folder / PATH).close()
    assert schema(older / folder / PATH) == schema(file)
    with closing(sqlite3.connect(older / folder / PATH)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_from_version_0_of_before_there_were_places(file):
    """The very first ledgers had no column for where a document was read."""
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            "CREATE TABLE seeds (key TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, outcome TEXT NOT NULL, bag TEXT,"
            " verdict TEXT, reason TEXT, detail TEXT, attempts INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL,"
            " job TEXT); INSERT INTO seeds VALUES ('k', 'n', 'u', 'gone', NULL, NULL, 'r', NULL, 2, 't', 'j')"
        )
    with closing(Ledger(file.parents[1])) as ledger:
        (entry,) = ledger.entries()
        assert (entry.key, entry.outcome, entry.attempts) == ("k", "gone", 2)
        assert ledger.fact("receipts") is None


def test_names_that_bags_were_given_before_they_were_made_are_kept(older):
    path = older / "delivering" / PATH
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO slips VALUES ('k', 't', 'name', 'uuid')")
        database.commit()
    with closing(writer(path)) as database:
        assert database.execute("SELECT * FROM bag_identities").fetchall() == [("k", "t", "name", "uuid")]


def test_a_newer_ledger_is_refused_and_left_as_it_is(older, capsys):
    path = older / "bags" / PATH
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 7")
    before = path.read_bytes()
    commands: list[list[str]] = [
        ["status", "--bags", str(older / "bags")],
        ["run", "--bags", str(older / "bags"), str(next((older / "bags").glob("tide*/data/seed/*")))],
        ["validate", "--since-ledger", str(older / "bags")],
        ["audit", str(older / "bags")],
        ["handoff", str(next((older / "bags").glob("tide*"))), str(older / "away")],
    ]
    for command in commands:
        capsys.readouterr()
        assert main(command) == 3, command
        printed = capsys.readouterr().err
        assert "a newer archiver wrote the ledger" in printed
        assert f"version 7, this one knows {len(MIGRATIONS)}" in printed
        assert "rebuild" not in printed, "which would set a good ledger aside"
    assert path.read_bytes() == before


def test_each_step_is_taken_once_and_all_or_none(file):
    def one(database: sqlite3.Connection) -> None:
        database.execute("CREATE TABLE one (x)")

    def two(database: sqlite3.Connection) -> None:
        database.execute("CREATE TABLE two (x)")

    def fails(database: sqlite3.Connection) -> None:
        database.execute("CREATE TABLE three (x)")
        raise sqlite3.OperationalError("made up")

    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        migrate(database, file, (one,))
        migrate(database, file, (one, two))
        migrate(database, file, (one, two))
        with pytest.raises(sqlite3.OperationalError):
            migrate(database, file, (one, two, fails))
        assert [name for (name,) in database.execute("SELECT name FROM sqlite_master")] == ["one", "two"]
        assert database.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_ledger_that_cannot_be_written_is_read_without_the_tables_it_lacks(older):
    path = older / "received" / PATH
    before = path.read_bytes()
    with closing(Ledger(older / "received", read_only=True)) as ledger:
        assert (ledger.counts(), list(ledger.bags()), ledger.find("x")) == ({}, [], None)
    assert path.read_bytes() == before


def test_an_empty_ledger_beside_bags_is_named_and_not_read_as_a_job_without_seeds(older, capsys):
    (older / "bags" / PATH).write_bytes(b"")
    assert main(["status", "--bags", str(older / "bags")]) == 3
    assert "is empty; 'archiver status --rebuild --bags" in capsys.readouterr().err


def troubles(file: Path) -> Iterator[tuple[str, sqlite3.Error, str]]:
    with closing(writer(file)) as database:
        database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.Error) as full:
            database.execute("INSERT INTO facts VALUES ('a', ?)", ("x" * 1_000_000,))
        yield "full", full.value, "the disk is full"
        with closing(sqlite3.connect(file, timeout=0)) as other:
            database.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.Error) as busy:
                other.execute("INSERT INTO facts VALUES ('a', 'b')")
            yield "busy", busy.value, "another process is writing the ledger"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        with pytest.raises(sqlite3.Error) as readonly:
            database.execute("INSERT INTO facts VALUES ('a', 'b')")
        yield "read-only", readonly.value, "read-only, or belongs to somebody else"
    file.write_bytes(b"no database" * 1000)
    with closing(sqlite3.connect(file)) as database:
        with pytest.raises(sqlite3.Error) as damaged:
            database.execute("SELECT * FROM facts")
        yield "damaged", damaged.value, "is damaged (file is not a database); 'archiver status --rebuild --bags "


def test_full_busy_read_only_and_damaged_are_four_different_lines(file):
    found = {name: (explained(file, error), words) for name, error, words in troubles(file)}
    assert len(found) == 4
    for name, (line, words) in found.items():
        assert words in line, name
        assert ("--rebuild" in line) == (name == "damaged"), "a sound ledger is never set aside"
    assert f"--bags {shlex.quote(str(file.parents[1]))}'" in found["damaged"][0]


def test_an_error_on_the_way_is_a_storage_error(file):
    with pytest.raises(StorageError, match="is damaged"), usable(file):
        raise sqlite3.DatabaseError("database disk image is malformed")


def test_readings_of_an_audit_are_those_of_before(older):
    with closing(Readings(older / "bags")) as readings:
        assert {outcome for outcome, _ in readings.last().values()} == {"good"}
        assert len(readings.last()) == 4
