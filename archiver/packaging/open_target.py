"""Where packages go and come from, by address: the one place that knows which kinds of targets there are.

A new kind is a module with a class that implements `target.Target`, and a row of `_SCHEMES`.
"""

from collections.abc import Callable
from pathlib import Path

from archiver.errors import UsageError
from archiver.packaging.folder import FolderTarget
from archiver.packaging.target import Memory, Target

Opener = Callable[[str, str | None, Memory | None], Target]
"""(address, server, memory of unfinished uploads) -> the target. Raises UsageError, StorageError."""


def _s3(address: str, endpoint: str | None, memory: Memory | None) -> Target:
    from archiver.packaging.s3 import S3Target

    return S3Target(address, endpoint, memory)


_SCHEMES: dict[str, Opener] = {"s3": _s3}
"""Scheme of the address -> what opens it."""


def is_folder(address: str) -> bool:
    """Whether an address is a path on this machine: it has no scheme."""
    return "://" not in address


def open_target(address: str, endpoint: str | None = None, memory: Memory | None = None) -> Target:
    """A folder, or what an address like s3://BUCKET/PREFIX names, on the server `endpoint` where that is not the
    scheme's usual one.

    Raises UsageError for an address of an unknown kind or without what it needs, StorageError.
    """
    if is_folder(address):
        return FolderTarget(Path(address))
    scheme = address.partition("://")[0].lower()
    if scheme not in _SCHEMES:
        known = ", ".join(f"{each}://…" for each in _SCHEMES)
        raise UsageError(f"{address}: bags are delivered to a folder or {known}, not to {scheme}://")
    return _SCHEMES[scheme](address, endpoint, memory)
