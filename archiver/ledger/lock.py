"""One job at a time on a bags folder: a lock that dies with its process."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.errors import BagsLocked, StorageError

FOLDER = ".archiver"
RECEIPTS = "receipts"
"""The folder beside the bags that keeps the receipts of deliveries."""


def working_folder(bags: Path) -> Path:
    """`.archiver/` of a bags folder, made if need be. When it is made it gets a `.gitignore`: it holds the ledger and
    private facts, which belong into no repository. One that was taken away is not put back. Raises OSError."""
    folder = bags / FOLDER
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="ascii") as file:
            file.write(_IGNORED)
    return folder


_IGNORED = "# Written by archiver: the ledger, private facts and unfinished work. Remove this file to commit them.\n*\n"


@contextmanager
def bags_locked(bags: Path) -> Iterator[None]:
    """Hold the bags folder, made if need be; leave no stale staging behind.

    Raises BagsLocked when another job has it, StorageError when it cannot be written.
    """
    folder = bags / FOLDER
    try:
        working_folder(bags)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError.from_os(f"write into the bags folder {bags}", error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 40, 0).decode("ascii", "replace").strip() or "another process"
            raise BagsLocked(
                f"a job is already running on {bags} (process {owner}); wait for it, or give --bags another folder"
            ) from None
        try:
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
            shutil.rmtree(folder / "staging", ignore_errors=True)
            (folder / "staging").mkdir(exist_ok=True)
        except OSError as error:
            raise StorageError.from_os(f"write into the bags folder {bags}", error) from error
        try:
            yield
        finally:
            shutil.rmtree(folder / "staging", ignore_errors=True)
    finally:
        os.close(descriptor)
