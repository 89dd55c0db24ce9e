"""Keeps the idle connections of a host for urllib3's pools."""

from queue import Empty, Full
from typing import Any


class IdleConnections:
    """The idle connections of a host, the last one first, in place of `queue.LifoQueue`: its locks and conditions cost
    more than the rest of a new pool, and here nobody waits for one to come back."""

    def __init__(self, maxsize: int) -> None:
        self._most = maxsize
        self._kept: list[Any] = []

    def put(self, connection: Any, block: bool = True) -> None:  # noqa: ARG002
        """Keep one. Raises queue.Full."""
        if len(self._kept) >= self._most:
            raise Full
        self._kept.append(connection)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ARG002
        """The one kept last. Raises queue.Empty."""
        try:
            return self._kept.pop()
        except IndexError:
            raise Empty from None

    def qsize(self) -> int:
        """How many are kept."""
        return len(self._kept)
