"""The limits of each archive, kept by all processes of a run together: requests a minute, and an archive that is let
alone for the rest of the run because it asked for that or cannot be reached. Their state is a small file each."""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from archiver.digest import sha256
from archiver.errors import StorageError
from archiver.model import WebArchive

Kind = Literal["list", "memento"]
_A_MINUTE: dict[str, dict[Kind, float]] = {"internet-archive": {"list": 24, "memento": 480}}
"""Requests a minute by family, as its operators ask."""
_USUAL: dict[Kind, float] = {"list": 120, "memento": 480}


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of one run. `folder` is beside the bags; `job` the run's identifier: what an earlier run left is not
    this one's."""

    folder: Path
    job: str
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def stopped(self, archive: WebArchive) -> tuple[str, str] | None:
        """(finding, sentence) where this run asks the archive no more. Raises StorageError."""
        with self._state(archive) as state:
            reason = state.get("stopped")
        return (str(reason[0]), str(reason[1])) if isinstance(reason, list) and len(reason) == 2 else None

    def stop(self, archive: WebArchive, finding: str, why: str) -> None:
        """Ask the archive no more in this run. Raises StorageError."""
        with self._state(archive) as state:
            state["stopped"] = [finding, why]

    def answered(self, archive: WebArchive) -> bool:
        """Whether the archive has answered in this run. Raises StorageError."""
        with self._state(archive) as state:
            return state.get("answered") is True

    def note_answer(self, archive: WebArchive) -> None:
        """Note that the archive can be reached. Raises StorageError."""
        with self._state(archive) as state:
            state["answered"] = True

    def wait(self, archive: WebArchive, kind: Kind) -> None:
        """Until a request of this kind may go out. Raises StorageError."""
        every = 60 / _A_MINUTE.get(archive.family, _USUAL)[kind]
        with self._state(archive) as state:
            now, due = self.now(), state.get(kind)
            begin = max(now, due) if isinstance(due, (int, float)) and due - now < 600 else now
            state[kind] = begin + every
        if begin > now:
            self.sleep(begin - now)

    @contextmanager
    def _state(self, archive: WebArchive) -> Iterator[dict[str, Any]]:
        """The state of an archive, read and written back under a lock."""
        path = self.folder / f"{sha256(archive.url.encode())[:32]}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                try:
                    state = json.load(file)
                except ValueError:
                    state = {}
                if not isinstance(state, dict) or state.get("job") != self.job:
                    state = {"job": self.job}
                before = dict(state)
                yield state
                if state != before:
                    file.seek(0)
                    file.truncate()
                    json.dump(state, file)
        except OSError as error:
            raise StorageError.from_os(f"keep the turns of {archive.name}", error) from error
