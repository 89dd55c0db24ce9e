"""Where packages go and come from, by address: the one place that knows which kinds of targets there are.

A new kind is a module with a class that implements `target.Target`, and a row of `SCHEMES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import UsageError
from archiver.network.dial import Route
from archiver.packaging.folder import FolderTarget
from archiver.packaging.target import Target, UploadStore

Opener = Callable[[str, str | None, UploadStore | None, Route | None], Target]
"""(address, server, uploads of unfinished uploads, way there) -> the target. Raises UsageError, StorageError."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of target: how its addresses are written, and what opens one."""

    form: str
    opener: Opener


def _s3(address: str, endpoint: str | None, uploads: UploadStore | None, route: Route | None) -> Target:
    from archiver.packaging.s3 import S3Target

    return S3Target(address, endpoint, uploads, route)


SCHEMES = {"s3": Scheme("s3://BUCKET/PREFIX", _s3)}
"""What stands before `://` in an address -> the kind of target."""


def is_folder(address: str) -> bool:
    """Whether an address is a path on this machine: it has no scheme."""
    return "://" not in address


def open_target(
    address: str, endpoint: str | None = None, uploads: UploadStore | None = None, route: Route | None = None
) -> Target:
    """A folder, or what an address like s3://BUCKET/PREFIX names, on the server `endpoint` where that is not the
    scheme's usual one; `route` is the way there, by default the direct one.

    Raises UsageError for an address of an unknown kind or without what it needs, StorageError.
    """
    if is_folder(address):
        return FolderTarget(Path(address))
    scheme = SCHEMES.get(address.partition("://")[0].lower())
    if scheme is None:
        raise UsageError(f"{address!r} is not {' or '.join(each.form for each in SCHEMES.values())}, nor a folder")
    return scheme.opener(address, endpoint, uploads, route)
