"""The WARC files of a bag in the making: where they are written, and how they are judged before they are sealed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO

from archiver.bag.staging import STAGING, HashingFile, StagedBag
from archiver.capture.warc import CopiedRecords, WarcFile
from archiver.errors import RecordingError, StorageError
from archiver.validation.warc.foreign import read_foreign
from archiver.validation.warc.reader import read_warc


def check_warcs(paths: Iterable[Path], *, others: bool = False) -> None:
    """Validate WARC files before they are sealed, with the readers of validation; `others` where records were made by
    other software. Raises RecordingError, StorageError."""
    for path in paths:
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                findings = read_foreign(file, path.name, size) if others else read_warc(file, path.name, size)[1]
        except OSError as error:
            raise StorageError.from_os(f"read {path}", error) from error
        wrong = next((each for each in findings if each.severity == "error"), None)
        if wrong:
            raise RecordingError(f"the WARC is not valid ({wrong.code}: {wrong.message}); nothing is kept")


class StagedWarcs:
    """Puts a capture's WARC files into the staged bag, from the first response on (`CaptureFiles`)."""

    def __init__(
        self,
        staged: StagedBag,
        *,
        bags: Path,
        info: Mapping[str, str],
        started: datetime,
        new_id: Callable[[], str],
    ) -> None:
        self._staged, self._bags, self._info, self._started, self._new_id = staged, bags, info, started, new_id
        self.name = staged.name
        self.path = f"wacz/archive/{staged.name}.warc.gz"
        self._files: dict[str, HashingFile] = {}
        self._warc: WarcFile | None = None
        self._shared: CopiedRecords | None = None

    @property
    def spool(self) -> Path:
        return self._bags / STAGING

    def warc(self) -> WarcFile:
        if self._warc is None:
            self._warc = WarcFile(
                self._open(self.path),
                name=self.path.rpartition("/")[2],
                info=self._info,
                started=self._started,
                new_id=self._new_id,
            )
        return self._warc

    def shared(self) -> CopiedRecords:
        if self._shared is None:
            name = f"{self.name}-shared.warc.gz"
            self._shared = CopiedRecords(self._open(f"wacz/archive/{name}"), name)
        return self._shared

    def written(self, name: str) -> IO[bytes]:
        path = f"wacz/archive/{name}"
        self._files[path].flush()
        return (self._staged.path / "data" / path).open("rb")

    def _open(self, path: str) -> HashingFile:
        self._files[path] = self._staged.open(path)
        return self._files[path]

    def paths(self) -> list[Path]:
        return [self._staged.path / "data" / path for path in self._files]

    def close(self) -> None:
        for path, file in self._files.items():
            self._staged.closed(path, file)
