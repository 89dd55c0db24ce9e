"""Writes a bag in a staging folder: files are hashed while they are written, and a finished bag appears in one rename.

BagIt 1.0 (RFC 8493). Does not know what the files mean; `record.py` and `bag_info.py` do. A staged bag lies under
`<bags>/.archiver/staging/`; `publish` makes a group of them durable and visible (docs/architecture.md).
"""

import ctypes
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from archiver.bag.sanitize import one_line
from archiver.digest import Hasher, digests_of
from archiver.errors import StorageError, storage
from archiver.model import Bag

ALGORITHMS = ("sha256", "sha512")
STAGING = ".archiver/staging"
LONGEST_VALUE = 16_000
"""Characters of a value in a tag file; addresses, which are compared, have half of it at most."""
Info = Sequence[tuple[str, str]]
"""Labels and values of bag-info.txt, in order, labels may repeat (RFC 8493, 2.2.2)."""


class HashingFile:
    """A file opened for writing that hashes what is written. Writing raises StorageError."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, path.open("xb")
        self.hasher = Hasher(ALGORITHMS)

    def write(self, data: bytes) -> int:
        self.hasher.update(data)
        try:
            return self._file.write(data)
        except OSError as error:
            raise StorageError.from_os(f"write {self._path}", error) from error

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class StagedBag:
    """One bag under `<bags>/.archiver/staging/<name>`; nothing is on disk before the first file.

    Every method raises StorageError on a storage error; the caller then discards.
    """

    def __init__(self, bags: Path, name: str, uuid: str) -> None:
        self.name, self.identifier = name, f"urn:uuid:{uuid}"
        self.path = bags / STAGING / name
        self._data = f"{self.path}/data/"
        self._digests: dict[str, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[HashingFile] = []
        self._made: set[str] = set()

    def open(self, path: str) -> HashingFile:
        """A payload file for writing in pieces, `path` below `data/`; `close` it with `closed`."""
        target = f"{self._data}{path}"
        with storage(f"write {target}"):
            self._make(target[: target.rindex("/")])
            self._open.append(HashingFile(Path(target)))
        return self._open[-1]

    def closed(self, path: str, file: HashingFile) -> None:
        """Take the digests of a file that was opened."""
        with storage(f"write {path}"):
            file.close()
        self._open.remove(file)
        self._digests[f"data/{path}"] = file.hasher.hexdigests()
        self._sizes[f"data/{path}"] = file.hasher.size

    def add(self, path: str, data: bytes) -> None:
        """A whole payload file, `path` below `data/`."""
        target = f"{self._data}{path}"
        with storage(f"write {target}"):
            self._make(target[: target.rindex("/")])
            _write_new(target, data)
        self._digests[f"data/{path}"] = digests_of(data, ALGORITHMS)
        self._sizes[f"data/{path}"] = len(data)

    def _make(self, folder: str) -> None:
        """The folder, and those it lies in. Raises OSError."""
        if not self._made:
            self.path.mkdir(parents=True, exist_ok=True)
            self._made.add(str(self.path))
        if folder not in self._made:
            self._make(folder[: folder.rindex("/")])
            with suppress(FileExistsError):
                os.mkdir(folder)  # noqa: PTH102 - ten times a bag
            self._made.add(folder)

    def written(self, below: str = "") -> list[tuple[str, int, str]]:
        """The payload files so far under a folder of `data/`: path below that folder, size in bytes, SHA-256."""
        start = f"data/{below}"
        return [
            (path.removeprefix(start), self._sizes[path], digests["sha256"])
            for path, digests in sorted(self._digests.items())
            if path.startswith(start)
        ]

    def seal(self, info: Info) -> Bag:
        """Write the tag files: declaration, bag-info with the Payload-Oxum, manifests, tag manifests."""
        payload = dict(sorted(self._digests.items()))
        oxum = f"{sum(self._sizes.values())}.{len(payload)}"
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": tag_file([*info, ("Payload-Oxum", oxum)]),
            **{f"manifest-{name}.txt": _manifest(payload, name) for name in ALGORITHMS},
        }
        hashed = {path: digests_of(data, ALGORITHMS) for path, data in sorted(tags.items())}
        tags |= {f"tagmanifest-{name}.txt": _manifest(hashed, name) for name in ALGORITHMS}
        with storage(f"write the tag files of {self.name}"):
            for path, data in tags.items():
                _write_new(f"{self.path}/{path}", data)
        return Bag(name=self.name, path=self.path, identifier=self.identifier)

    def discard(self) -> None:
        """Remove what was staged; never raises, whatever state it is in."""
        for file in self._open:
            with suppress(OSError):
                file.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _write_new(path: str, data: bytes) -> None:
    """Write a new file. Raises OSError, also where it exists already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        while data:  # a disk that is almost full takes a part
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)


def tag_file(pairs: Iterable[tuple[str, str]]) -> bytes:
    """`Label: value` lines, UTF-8. Line ends and control characters in values become spaces: a value is one line, and
    one that no reader expects to be so long ends in `…`: the record has it whole."""
    return "".join(f"{label}: {_cut(one_line(value))}\n" for label, value in pairs).encode("utf-8")


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"


def _manifest(files: dict[str, dict[str, str]], algorithm: str) -> bytes:
    """RFC 8493, 2.1.3; our names need no percent-encoding."""
    return "".join(f"{digests[algorithm]}  {path}\n" for path, digests in files.items()).encode("ascii")


def publish(staged: Sequence[Bag], bags: Path) -> list[Bag]:
    """Make finished bags durable, then visible: one flush, the renames, one more flush.

    Raises StorageError; bags not yet renamed are then still staged, and go away at the next start.
    """
    if not staged:
        return []
    with storage(f"put finished bags into {bags}"):
        flush(bags)
        published = []
        for bag in staged:
            target = bags / bag.name
            bag.path.rename(target)
            published.append(Bag(name=bag.name, path=target, identifier=bag.identifier))
        flush(bags)
    return published


def flush(folder: Path) -> None:
    """Everything written to the file system of `folder` is on the disk. Raises OSError where writing back failed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if _SYNCFS is None:
            os.sync()
        elif _SYNCFS(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


# syncfs(2) flushes one file system and, other than sync(2), says when that failed; Python has no call for it.
_SYNCFS = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
