"""Finds a package that is to be received on this machine, or fetches it from a server, with the receipt beside it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import Refused, StorageError, UsageError
from archiver.escape import visible
from archiver.network.dial import Route
from archiver.packaging.open_target import is_folder, open_target
from archiver.packaging.receipt import LARGEST, SUFFIX
from archiver.validation.discover import is_bag
from archiver.validation.serialized.open_archive import suffix

_DISK = frozenset(
    (
        *(errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM),
        *(errno.EACCES, errno.EPERM, errno.ESTALE, errno.ETIMEDOUT),
    )
)
"""What is wrong with this machine, whatever the package holds."""


@contextmanager
def package_is_at_fault() -> Iterator[None]:
    """What a package holds costs that package alone: errors that come of it are Refused; those of the disk, and what
    nobody can name, stay StorageError."""
    try:
        yield
    except StorageError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno not in _DISK:
            raise Refused(visible(str(error))) from error
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPackage:
    """A package on this machine: `origin` is how it was named, `receipt` the sender's receipt as it lies beside it."""

    path: Path
    origin: str
    receipt: bytes | None


def require_package(package: str) -> None:
    """Raises UsageError for what is not a package: here by what lies at the path, on a server by its name."""
    if not is_folder(package):
        name = package.rpartition("/")[2]
        if suffix(name) is None or name.startswith("."):
            raise UsageError(f"{package} is not s3://BUCKET/KEY of a .tar, .tgz, .tar.gz or .zip")
        return
    path = Path(package)
    if not path.exists():
        raise UsageError(f"there is no package at {package}")
    if path.is_dir() and not is_bag(path):
        ends = [end for each in path.iterdir() if (end := suffix(each.name))]
        if ends:
            raise UsageError(f"{package} is not a bag but a folder of packages: name them, {path}/*{min(ends)}")
    if path.is_file() and not suffix(path.name) and not path.name.lower().endswith(".wacz"):
        raise UsageError(f"{package} is not a package: a bag in a folder, or a .tar, .tgz, .tar.gz or .zip of one")


def fetch_package(package: str, here: Path, endpoint: str | None, route: Route | None = None) -> IncomingPackage:
    """The package on this machine, fetched below `here` where it lies on a server. Raises UsageError where there is
    none, StorageError."""
    if is_folder(package):
        path = Path(package).resolve()
        return IncomingPackage(path=path, origin=package, receipt=_small(path.with_name(path.name + SUFFIX)))
    base, _, name = package.rpartition("/")
    server = open_target(base, endpoint, route=route)
    here.mkdir()
    try:
        with (here / name).open("xb") as file:
            for chunk in server.read(name):
                file.write(chunk)
        try:
            receipt = b"".join(_first(server.read(name + SUFFIX), LARGEST))
        except FileNotFoundError:
            receipt = None
    except FileNotFoundError as error:
        raise UsageError(f"there is no package at {package}") from error
    except OSError as error:
        raise StorageError.from_os(f"fetch {package}", error) from error
    return IncomingPackage(path=here / name, origin=package, receipt=receipt)


def _first(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """At most so many bytes."""
    while limit > 0 and (piece := next(pieces, b"")):
        yield piece[:limit]
        limit -= len(piece)


def _small(path: Path) -> bytes | None:
    """A receipt that lies beside a package; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise Refused(f"{path.name} is a folder and no receipt") from error
    except OSError as error:
        raise StorageError.from_os(f"read {path}", error) from error
