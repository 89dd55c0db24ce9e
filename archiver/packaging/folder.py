"""Delivers into a folder, local or mounted: written beside, flushed, read back from the disk, then renamed into place.

What breaks off lies in `.<name>.part/` there and is gone on with: packages are the same bytes each time, so that only
what is missing or different is written again.
"""

import errno
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path, PurePosixPath
from uuid import uuid4

from archiver.digest import CHUNK, Hasher
from archiver.errors import Refused, StorageError, storage
from archiver.packaging.package import Item, Piece
from archiver.packaging.target import Presence

_SPARE = 16 << 20
"""Bytes that are left free."""
_STALE_SECONDS = 3600
"""After which a file that an attempt was writing is one that it left."""


class FolderTarget:
    """A folder as a `Target`."""

    method = "read from the disk after a flush"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._device: int | None = None
        self.address = str(root.resolve())

    def ready(self, octets: int) -> None:
        """The folder must be there, with room for what is sent. Raises StorageError."""
        with storage(f"write into {self._root}"):
            free, device = shutil.disk_usage(self._root).free, self._root.stat().st_dev
            if self._device not in (None, device):
                raise StorageError(f"{self._root} is on another disk than before; is the right one still mounted?")
            self._device = device
            if not os.access(self._root, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "it may not be written into, or is mounted for reading only")
        if free < octets + _SPARE:
            raise StorageError(f"{self._root} has {free:,} bytes free, {octets + _SPARE:,} are needed; make room there")

    def find(self, piece: Piece, *, read: bool) -> Presence:
        """A file says nothing of its digest, so that without `read` its size must do."""
        try:
            _require_no_links(self._root, piece.path)
            facts = (self._root / piece.path).lstat()
            if facts.st_size != piece.size or not stat.S_ISREG(facts.st_mode):
                return "different"
            return "same" if not read or _digest(self.read(piece.path)) == piece.sha256 else "different"
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        except OSError as error:
            raise StorageError.from_os(f"read {self._root / piece.path}", error) from error

    @contextmanager
    def stage(self, name: str) -> Iterator["_Folder"]:
        """Hold `.<name>.part/`: a second hand-off of the same package waits for nobody, it is refused."""
        part = self._root / f".{name}.part"
        with storage(f"write into {self._root}"):
            part.mkdir(mode=0o755, exist_ok=True)
            lock = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StorageError(f"another hand-off is writing {self._root / name}; wait for it") from None
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):  # not every mounted folder has locks
                    raise StorageError.from_os(f"lock {part}", error) from error
            yield _Folder(self._root, part)
        finally:
            os.close(lock)

    def read(self, path: str) -> Iterator[bytes]:
        """A file that is there."""
        return _from_disk(self._root / path)

    def write(self, path: str, data: bytes) -> None:
        """A small file, in one rename."""
        with storage(f"write {self._root / path}"):
            beside = self._root / f".{path}.new"
            _write(beside, iter((data,)))
            beside.replace(self._root / path)
            _flush(self._root)

    def write_new(self, path: str, data: bytes) -> bool:
        """A small file, in one step, unless its name is taken."""
        with storage(f"write {self._root / path}"):
            for each in self._root.glob(f".{escape(path)}.*.new"):  # left by attempts that were killed
                with suppress(FileNotFoundError):
                    if time.time() - each.lstat().st_mtime > _STALE_SECONDS:
                        each.unlink()
            beside = self._root / f".{path}.{uuid4().hex}.new"  # of this attempt alone: others may write theirs
            try:
                _write(beside, iter((data,)))
                _rename(beside, self._root / path)
            except Refused:
                return False
            finally:
                beside.unlink(missing_ok=True)
            _flush(self._root)
        return True


class _Folder:
    """A delivery under way (`Stage`) in a folder."""

    def __init__(self, root: Path, part: Path) -> None:
        self._root, self._part = root, part
        self._sent: list[str] = []

    def send(self, item: Item, _: Piece) -> None:
        """Write the file from the first byte on that differs from what an earlier attempt left."""
        path = self._part / item.path
        try:
            _require_no_links(self._part, item.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, item.stream())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                shutil.rmtree(self._part, ignore_errors=True)  # a full disk stays full otherwise
            raise StorageError.from_os(f"write {path}", error) from error
        self._sent.append(item.path)

    def read(self, path: str) -> Iterator[bytes]:
        """A file of this delivery, or one that was there before."""
        return _from_disk((self._part if path in self._sent else self._root) / path)

    def publish(self) -> None:
        """Rename: the whole package where nothing of it is there, else file by file. Nothing is overwritten."""
        with storage(f"put the package into {self._root}"):
            self._clear()
            for top in dict.fromkeys(path.partition("/")[0] for path in self._sent):
                if not os.path.lexists(self._root / top):
                    _flush_folders(self._part / top)
                    _rename(self._part / top, self._root / top)
                    continue
                for path in (each for each in self._sent if each.partition("/")[0] == top):
                    _require_no_links(self._root, path)
                    (self._root / path).parent.mkdir(parents=True, exist_ok=True)
                    _rename(self._part / path, self._root / path)
                _flush_folders(self._root / top)
            _flush(self._root)
        shutil.rmtree(self._part, ignore_errors=True)

    def _clear(self) -> None:
        """Remove what an earlier attempt has left and this one does not send."""
        sent = set(self._sent)
        for folder, _, files in os.walk(self._part):
            for each in (Path(folder) / name for name in files):
                if each.relative_to(self._part).as_posix() not in sent:
                    each.unlink()


def _require_no_links(root: Path, path: str) -> None:
    """Raises Refused where a folder on the way from `root` to a file is a link: it leads to another place."""
    for folder in PurePosixPath(path).parents:
        if folder.name and (root / folder).is_symlink():
            raise Refused(f"{root / folder} is a link, which would lead the bag out of the target; remove it there")


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    """Make `path` hold these bytes, writing from the first difference on; flushed to the disk."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        left, place = os.fstat(descriptor).st_size, 0
        for chunk in chunks:
            if left >= len(chunk) and os.pread(descriptor, len(chunk), place) == chunk:
                left -= len(chunk)
            else:
                if left:
                    os.ftruncate(descriptor, place)
                    left = 0
                file.seek(place)
                view = memoryview(chunk)
                while view:
                    view = view[file.write(view) :]
            place += len(chunk)
        os.ftruncate(descriptor, place)
        os.fsync(descriptor)


def _from_disk(path: Path) -> Iterator[bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):  # what is in memory says nothing of what is on the disk
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK):
            yield chunk


def _digest(chunks: Iterator[bytes]) -> str:
    hasher = Hasher()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.hexdigest()


def _rename(path: Path, to: Path) -> None:
    """Give a file or folder its name, unless that is taken. Raises Refused."""
    try:
        if path.is_dir():
            path.rename(to)  # never over a folder with files in it
            return
        try:
            os.link(path, to, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES):
                raise
            if os.path.lexists(to):  # no links on this file system: the look before the rename must do
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to)) from error
            path.rename(to)
        else:
            path.unlink()
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise Refused(f"{to} has appeared meanwhile; nothing was overwritten") from error
        raise


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some mounted folders cannot; their files were flushed one by one
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folders(top: Path) -> None:
    if top.is_dir():
        for folder, _, _ in os.walk(top):
            _flush(Path(folder))
