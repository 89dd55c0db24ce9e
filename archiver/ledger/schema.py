"""The tables of the ledger, the one owner of its schema: every table is made here, and every older file brought up to
date.

`PRAGMA user_version` names the version of a file. Version 0 is that of all files made before there were versions, each
with the tables that its commands had needed. A new version is one more function at the end of `MIGRATIONS`; none that
was released is ever changed. docs/adr/0140.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from archiver.errors import StorageError

Migration = Callable[[sqlite3.Connection], object]

_TABLES: Final = {
    "jobs": "id TEXT PRIMARY KEY, started TEXT NOT NULL, ended TEXT, seeds INTEGER, settings TEXT NOT NULL",
    "seeds": """key TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, outcome TEXT NOT NULL, bag TEXT, verdict TEXT,
        reason TEXT, detail TEXT, attempts INTEGER NOT NULL DEFAULT 0, updated TEXT NOT NULL, job TEXT, place TEXT""",
    "bags": "name TEXT PRIMARY KEY, key TEXT NOT NULL",
    "bag_identities": """key TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, uuid TEXT NOT NULL,
        PRIMARY KEY (key, target)""",
    "hosts": "host TEXT PRIMARY KEY, refusals INTEGER NOT NULL, rests_until TEXT, updated TEXT NOT NULL",
    "deliveries": """id TEXT PRIMARY KEY, kind TEXT NOT NULL, bag TEXT NOT NULL, seal TEXT NOT NULL,
        form TEXT NOT NULL, target TEXT NOT NULL, derived TEXT NOT NULL, package TEXT NOT NULL, size INTEGER NOT NULL,
        sha256 TEXT NOT NULL, signatures TEXT NOT NULL, ended TEXT NOT NULL, receipt TEXT NOT NULL,
        custody INTEGER NOT NULL DEFAULT 0""",
    "uploads": "address TEXT PRIMARY KEY, upload TEXT NOT NULL, sha256 TEXT NOT NULL",
    "validations": "bag TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, passed TEXT NOT NULL",
    "readings": """bag TEXT PRIMARY KEY, time TEXT NOT NULL, outcome TEXT NOT NULL, octets INTEGER NOT NULL, seal TEXT,
        found TEXT NOT NULL, good TEXT, good_seal TEXT, beside TEXT NOT NULL""",
    "audits": "asked TEXT PRIMARY KEY, started TEXT NOT NULL, touched TEXT NOT NULL",
    "audits_due": "asked TEXT, bag TEXT, place INTEGER, PRIMARY KEY (asked, bag)",
    "facts": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "seals": "bag TEXT PRIMARY KEY, seal TEXT NOT NULL, event TEXT NOT NULL, head TEXT NOT NULL",
}
"""Table -> columns. `bag_identities`: the names of bags that are still to be delivered. `hosts`: refusals in a row, and
until when a host asked to be left alone. `facts`: what is known of the file itself. `seals`: how bags were left."""
_INDEXES: Final = (
    "seeds_by_outcome ON seeds (outcome)",
    "seeds_by_place ON seeds (place) WHERE outcome <> 'captured'",
    "deliveries_by_bag ON deliveries (bag)",
    "deliveries_by_seal ON deliveries (seal)",
)


def _first(database: sqlite3.Connection) -> None:
    """From the files before there were versions, an empty one among them."""
    before = _tables(database)
    if "slips" in before:
        database.execute("ALTER TABLE slips RENAME TO bag_identities")
    for table, columns in _TABLES.items():
        database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    if "place" not in _columns(database, "seeds"):
        database.execute("ALTER TABLE seeds ADD COLUMN place TEXT")
    for index in _INDEXES:
        database.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    known = [name for name in ("jobs", "deliveries") if name in before]
    if any(database.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in known):
        database.execute("INSERT OR REPLACE INTO facts VALUES ('receipts', 'known')")


def _seals(database: sqlite3.Connection) -> None:
    """The heads of custody logs, since the first audit compares with them."""
    database.execute(f"CREATE TABLE IF NOT EXISTS seals ({_TABLES['seals']})")


def _by_address(database: sqlite3.Connection) -> None:
    """The bags of an address: in a key it stands behind the 64 digits of the seed's SHA-256 and a space."""
    database.execute("CREATE INDEX IF NOT EXISTS bags_by_address ON bags (substr(key, 66))")


def _by_seed(database: sqlite3.Connection) -> None:
    """The bags of a seed, whose SHA-256 a key begins with."""
    database.execute("CREATE INDEX IF NOT EXISTS bags_by_key ON bags (key)")


MIGRATIONS: Final[tuple[Migration, ...]] = (_first, _seals, _by_address, _by_seed)
"""Each brings a file from the version that is its place to the next."""


def migrate(database: sqlite3.Connection, path: object, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a database up to date, all or nothing. `path` is named in messages.

    Raises StorageError where a newer version of archiver made it, sqlite3.Error."""
    if _version(database, path, migrations) == len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        for each in migrations[_version(database, path, migrations) :]:  # another process may have been faster
            each(database)
        database.execute(f"PRAGMA user_version = {len(migrations)}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def complete_for_reading(
    database: sqlite3.Connection, path: object, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Give a database that cannot be written the tables that it lacks, empty, in memory.

    Raises StorageError where a newer version of archiver made it, or where it is empty, sqlite3.Error."""
    _version(database, path, migrations)
    there = _tables(database)
    if not there:
        raise EmptyLedger
    if "seeds" in there and "place" not in _columns(database, "seeds"):
        database.execute("CREATE TEMP VIEW seeds AS SELECT *, NULL AS place FROM main.seeds")
    missing = [name for name in _TABLES if name not in there]
    if missing:
        database.execute("ATTACH ':memory:' AS missing")
        for name in missing:
            database.execute(f"CREATE TABLE missing.{name} ({_TABLES[name]})")


class EmptyLedger(Exception):
    """A file without any table is opened to be read."""


def _version(database: sqlite3.Connection, path: object, migrations: Sequence[Migration]) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if not 0 <= version <= len(migrations):
        raise StorageError(
            f"a newer archiver wrote the ledger {path}: its schema is version {version}, this one knows "
            f"{len(migrations)}; use the newer archiver; nothing was changed"
        )
    return int(version)


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


def _tables(database: sqlite3.Connection) -> set[str]:
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
