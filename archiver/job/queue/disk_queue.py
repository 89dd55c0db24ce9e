"""Seeds that wait on disk: where a host has more of them than memory should hold, the later ones.

One file without a name, so that it ends with the process. A record is the place of its host's next record, its length
and the pickled seed; memory holds two numbers a host, however many seeds there are.
"""

import os
import pickle
import struct
import tempfile
from pathlib import Path
from typing import IO

from archiver.errors import StorageError
from archiver.model import Seed

_HEAD = struct.Struct("<QQ")


class Backlog:
    """First in, first out for each host. The file lies in `folder`; its room is free again when all are taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._ends: dict[str, tuple[int, int]] = {}
        """Of each host, where its first and its last record begin."""
        self._waiting = 0
        self.bytes = 0
        """The size of the file."""

    def __len__(self) -> int:
        return self._waiting

    def __contains__(self, host: str) -> bool:
        return host in self._ends

    def put(self, host: str, seed: Seed) -> None:
        """Add a seed. Raises StorageError when it cannot be written."""
        packed = pickle.dumps(seed, pickle.HIGHEST_PROTOCOL)
        at = self.bytes
        self._write(_HEAD.pack(0, len(packed)) + packed, at)
        self.bytes += _HEAD.size + len(packed)
        first, last = self._ends.get(host, (at, None))
        if last is not None:
            self._write(at.to_bytes(8, "little"), last)
        self._ends[host] = first, at
        self._waiting += 1

    def take(self, host: str) -> Seed | None:
        """The host's oldest seed, or None. Raises StorageError when it cannot be read."""
        if host not in self._ends:
            return None
        first, last = self._ends[host]
        following, length = _HEAD.unpack(self._read(_HEAD.size, first))
        seed: Seed = pickle.loads(self._read(length, first + _HEAD.size))  # our own, from a file nobody else can name
        self._waiting -= 1
        if first != last:
            self._ends[host] = following, last
            return seed
        del self._ends[host]
        if not self._ends and self._file is not None:
            self._file.truncate(0)
            self.bytes = 0
        return seed

    def close(self) -> None:
        """Drop what is left."""
        if self._file is not None:
            self._file.close()

    def _write(self, data: bytes, at: int) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - see close
            if os.pwrite(self._file.fileno(), data, at) != len(data):
                raise OSError(0, "No space left on device")
        except OSError as error:
            raise StorageError.from_os("write waiting seeds into the bags folder", error) from error

    def _read(self, length: int, at: int) -> bytes:
        assert self._file is not None
        try:
            return os.pread(self._file.fileno(), length, at)
        except OSError as error:
            raise StorageError.from_os("read waiting seeds from the bags folder", error) from error
