"""Validates many bags in several processes; reports come in the order of the bags."""

import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from archiver.errors import StorageError
from archiver.model import Report
from archiver.validation.validator import validate_bag

FEW = 8
"""Bags up to which one process is enough: it has its files hashed on all cores instead."""
_TASK = 16
"""Bags a task."""


def validate_bags(bags: Sequence[Path], *, jobs: int, **options: Any) -> Iterator[Report]:
    """A report for each bag, with the options of `validate_bag`. Raises StorageError as that does, or where a process
    has died."""
    if jobs == 1 or len(bags) <= FEW:
        for bag in bags:
            yield validate_bag(bag, cores=jobs, **options)
        return
    # A fork starts at once and is safe while there are no threads; elsewhere a fresh process is.
    context = get_context("fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn")
    size = max(1, min(_TASK, len(bags) // (4 * jobs)))
    waiting: deque[Future[list[Report]]] = deque()
    pool = ProcessPoolExecutor(jobs, mp_context=context)
    try:
        for start in range(0, len(bags), size):
            waiting.append(pool.submit(_some, bags[start : start + size], options))
            if len(waiting) > 4 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenExecutor as error:
        raise StorageError("a process that was validating died; is there enough memory? Try --jobs 1") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _some(bags: Sequence[Path], options: dict[str, Any]) -> list[Report]:
    return [validate_bag(bag, **options) for bag in bags]
