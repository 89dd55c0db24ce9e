"""Hashing while copying: several algorithms in one pass over a stream, in bounded memory."""

import base64
import hashlib
from collections.abc import Iterable
from typing import BinaryIO

CHUNK = 1 << 20
"""Bytes read at a time."""


class Hasher:
    """Feeds one stream of bytes to several algorithms and counts it."""

    def __init__(self, algorithms: Iterable[str] = ("sha256",)) -> None:
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        self.size = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes of the stream."""
        self.size += len(data)
        for each in self._hashes.values():
            each.update(data)

    def hexdigests(self) -> dict[str, str]:
        """Algorithm -> lower-case hexadecimal digest of what was fed so far."""
        return {name: each.hexdigest() for name, each in self._hashes.items()}

    def hexdigest(self, algorithm: str = "sha256") -> str:
        """The digest of one algorithm. Raises KeyError if it was not asked for."""
        return self._hashes[algorithm].hexdigest()

    def base32(self, algorithm: str = "sha256") -> str:
        """`sha256:<base32>`: the labelled form of WARC digest fields (WARC 1.1, 5.8)."""
        return f"{algorithm}:{base64.b32encode(self._hashes[algorithm].digest()).decode('ascii')}"


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of bytes in memory."""
    return hashlib.sha256(data, usedforsecurity=False).hexdigest()


def digests_of(data: bytes, algorithms: Iterable[str]) -> dict[str, str]:
    """Algorithm -> hexadecimal digest of bytes in memory."""
    return {name: hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in algorithms}


def digest_stream(stream: BinaryIO, algorithms: Iterable[str]) -> tuple[int, dict[str, str]]:
    """Read a stream to its end; (size in bytes, algorithm -> hexadecimal digest)."""
    hasher = Hasher(algorithms)
    while chunk := stream.read(CHUNK):
        hasher.update(chunk)
    return hasher.size, hasher.hexdigests()
