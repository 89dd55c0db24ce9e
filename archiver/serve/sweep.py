"""Keeps the search index as the bags are: new, changed, removed and restricted ones.

One thread looks at the folder of the bags again and again: a look at each bag's record (time, size, inode), and a read
of those that look otherwise. `archiver run` may write bags meanwhile; a bag appears complete or not at all.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path

from archiver.errors import StorageError
from archiver.ledger.restrictions import LOG, Gate, Restrictions, noted_name
from archiver.rights.gate import Level, access_of
from archiver.serve.entry import entry_of
from archiver.serve.index import Index, put, remove, rights, stamps
from archiver.validation.discover import is_bag

logger = logging.getLogger("archiver.serve")
_GROUP = 200
"""Bags of one transaction."""
_SHORTEST = 0.5
"""Seconds between two looks at a small folder."""
_SHARE = 20
"""A look at a large folder may take one part in so many of the time."""
_QUICK = 0.3
"""Seconds of a look for which an answer waits, so that it has what changed just now."""
_INSTANT = 0.05
"""Seconds of a look that every answer can have anew."""
_PATIENCE = 2.0


class Sweep:
    """The thread that writes the index of one folder of bags; `only` is the name of the one bag that is served of it.
    `today` gives the day by which the gate decides."""

    def __init__(self, bags: Path, index: Index, today: Callable[[], date], only: str | None = None) -> None:
        self.bags, self.index, self.today, self.only = bags, index, today, only
        self.done = self.total = 0
        """How many of how many bags that look new have been read, while the index is being built."""
        self.problem: str | None = None
        """Why the index is not up to date."""
        self._finished = threading.Condition()
        self._began = -1e9
        self._lasted: float | None = None
        self._wanted, self._stopping, self._suspected = threading.Event(), threading.Event(), threading.Event()
        self._suspected.set()
        self._levels: tuple[object, ...] = ()
        self._links: set[str] = set()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="index", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is half written is rolled back."""
        self._stopping.set()
        self._wanted.set()
        self._thread.join(5)

    @property
    def building(self) -> bool:
        """Whether the first look is not over."""
        return self._lasted is None

    def suspect(self) -> None:
        """Somebody could not read the index: it is looked through, and made anew where it is damaged."""
        self._suspected.set()
        self._wanted.set()

    def freshen(self) -> None:
        """Wait until the index has what was changed by now, where that takes a moment; in a large folder it is looked
        for in the background."""
        now = time.monotonic()
        with self._finished:
            lasted = self._lasted
            if lasted is not None and (lasted > _QUICK or (lasted > _INSTANT and now - self._began < 10 * lasted)):
                return
            self._wanted.set()
            self._finished.wait_for(lambda: self._lasted is not None and self._began >= now, _PATIENCE)

    def refresh_levels(self) -> None:
        """What was restricted since, and what the day changes, holds from now on. Raises StorageError where the log of
        restrictions cannot be read."""
        state = (self.today(), *_look(self.bags / LOG))
        if state == self._levels:
            return
        with self._writing:
            level_of = self._levels_of()
            with self.index.reading() as database:
                found = [
                    (level, row)
                    for row, name, identifier, stated, before in rights(database)
                    if (level := level_of(name, stated, identifier)) != before
                ]
            if found:
                with self.index.writing() as database:
                    database.executemany("UPDATE bags SET level = ? WHERE id = ?", found)
            self._levels = state

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wanted.clear()
            began = time.monotonic()
            try:
                if self._suspected.is_set():
                    self._suspected.clear()
                    if not self.index.is_whole():
                        self._make_anew()
                self.look()
                self.problem = None
            except StorageError as error:
                self.problem = str(error)
            except sqlite3.DatabaseError as error:
                self.problem = f"the search index is made anew ({error})"
                self._make_anew()
            if self._stopping.is_set():
                return
            lasted = time.monotonic() - began
            with self._finished:
                self._began, self._lasted = began, lasted
                self._finished.notify_all()
            self._wanted.wait(max(_SHORTEST, _SHARE * lasted) if lasted > _QUICK else 5 * _SHORTEST)

    def _make_anew(self) -> None:
        try:
            self.index.make_anew()
        except StorageError as error:
            self.problem = str(error)
        self._levels = ()
        self._wanted.set()

    def look(self) -> None:
        """Look at every bag once, and write what is new. Raises StorageError, sqlite3.Error."""
        if not self.index.path.exists():
            self.index.make_anew()
        with self.index.reading() as database:
            known = stamps(database)
        seen = dict(self._seen())
        gone = [name for name in known if name not in seen]
        new = [name for name, stamp in seen.items() if known.get(name) != stamp]
        self.done, self.total = 0, len(new)
        if gone:
            with self._writing, self.index.writing() as database:
                remove(database, gone)
        waiting = iter(new)
        while group := list(islice(waiting, _GROUP)):
            if self._stopping.is_set():
                return
            read = [entry_of(self.bags / name) for name in group]
            level_of = self._levels_of()
            with self._writing, self.index.writing() as database:
                for entry in read:
                    put(database, entry, seen[entry.name], level_of(entry.name, entry.rights, entry.identifier))
            self.done += len(group)
        self.refresh_levels()

    def _levels_of(self) -> Callable[[str, Mapping[str, str], str | None], Level]:
        """The level of a bag by its name, rights and identifier, as `Gate` has it: thousands of times."""
        day, noted = self.today(), Restrictions(self.bags)
        gate = Gate(day)

        def level_of(name: str, stated: Mapping[str, str], identifier: str | None) -> Level:
            if name in self._links:  # it lies elsewhere, beside another log
                return gate.access(self.bags / name, {"rights": dict(stated)}, identifier).level
            return access_of(stated, day, noted.of(noted_name(name), identifier)).level

        return level_of

    def _seen(self) -> Iterator[tuple[str, str]]:
        """Name and look of each bag."""
        try:
            with os.scandir(self.bags) as listing:
                for each in listing:
                    name = each.name
                    if name.startswith(".") or not name.isprintable() or (self.only and name != self.only):
                        continue
                    record = f"{each.path}/data/provenance.json"
                    look = _look(record) or (is_bag(Path(each.path), serialised=True) and _look(each.path))
                    if look:
                        if each.is_symlink():
                            self._links.add(name)
                        else:
                            self._links.discard(name)
                        yield name, "-".join(map(str, look))
        except OSError as error:
            raise StorageError.from_os(f"list {self.bags}", error) from error


def _look(path: Path | str) -> tuple[int, ...]:
    """How a file looks from outside; nothing where there is none."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - thousands of times
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
