"""`archiver run --log-json`: what happens as JSON Lines, one object an event, for programs that watch a job.

The events and their fields stand in docs/capture/watching.md.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from archiver.errors import StorageError, UsageError
from archiver.job.events import Event
from archiver.schemas.moments import moment_text


@contextmanager
def json_log(target: str) -> Iterator[Callable[[Event], None]]:
    """Gives the function that writes each event while the block runs. `target` is a file, written behind what it has,
    or `-` for stderr.

    Raises StorageError, and UsageError for a file that is something else: a log takes the place of nothing.
    """
    with nullcontext(getattr(sys.stderr, "strict", sys.stderr)) if target == "-" else _opened(Path(target)) as file:

        def write(event: Event) -> None:
            fields = asdict(event)
            moment = moment_text(datetime.now(UTC))
            row = {"time": moment, "event": fields.pop("event"), **fields.pop("result", {}), **fields}
            try:
                file.write(json.dumps(row) + "\n")
                file.flush()
            except OSError as error:
                raise StorageError.from_os(f"write the log {target}", error) from error

        yield write


def _opened(path: Path) -> TextIO:
    try:
        if path.exists() and (not path.is_file() or (path.stat().st_size and not _is_log(path))):
            raise UsageError(f"--log-json {path}: is there, and is not a log; name another file (seeds go before)")
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise StorageError.from_os(f"write the log {path}", error) from error


def _is_log(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(9) == b'{"time": '
