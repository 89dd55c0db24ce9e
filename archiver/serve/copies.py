"""What others are given of a bag that names other bags: the files of its access copy, which names none
(docs/show/serve.md).

A sealed file cannot be changed, and whether others may know of a bag changes from day to day. A copy is made when it
is first asked for, one at a time, and kept while the bag looks the same.
"""

import shutil
import tempfile
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from archiver.bag.staging import StagedBag
from archiver.errors import Refused, StorageError
from archiver.packaging.named_bags import files_that_name
from archiver.packaging.source import source
from archiver.redaction.copy_names import copy_name
from archiver.redaction.redact import redact

_LARGEST = 2 << 30
"""Bytes of a bag of which a copy is made while somebody waits."""
_KEPT = 16
_KNOWN = 10_000


def look(bag: Path) -> str:
    """How a bag looks from outside: what changes when it is signed or written again."""
    looks = []
    for path in (bag, bag / "data/provenance.json", bag / "tagmanifest-sha256.txt", bag / "signatures"):
        try:
            facts = path.stat()
        except OSError:
            continue
        looks.append(f"{facts.st_mtime_ns}-{facts.st_size}-{facts.st_ino}")
    return " ".join(looks)


class Copies:
    """Access copies of bags in folders, for others; where `needed` is not so, each bag is given as it is."""

    def __init__(self, *, needed: bool) -> None:
        self._needed = needed
        self._home: Path | None = None
        self._made: OrderedDict[tuple[Path, str], Path] = OrderedDict()
        self._names: OrderedDict[tuple[Path, str], bool] = OrderedDict()
        self._lock = threading.Lock()

    def stands_for(self, bag: Path) -> bool:
        """Whether others are given the copy of a bag in place of it; so it is where its files cannot be read."""
        if not self._needed or not bag.is_dir():
            return False
        key = (bag, look(bag))
        if (known := self._names.get(key)) is None:
            try:
                known = self._names[key] = bool(files_that_name(source(bag)))
            except Refused:
                known = self._names[key] = True
            while len(self._names) > _KNOWN:
                self._names.popitem(last=False)
        return known

    def of(self, bag: Path) -> Path:
        """The folder whose files are given of a bag: its own, or that of the copy. Raises Refused where there is none
        to give, StorageError."""
        if not self.stands_for(bag):
            return bag
        key = (bag, look(bag))
        with self._lock:
            if (made := self._made.get(key)) and made.is_dir():
                self._made.move_to_end(key)
                return made
            self._made[key] = made = self._make(bag)
            while len(self._made) > _KEPT:
                shutil.rmtree(self._made.popitem(last=False)[1].parent, ignore_errors=True)
            return made

    def stop(self) -> None:
        """Remove all copies."""
        if self._home:
            shutil.rmtree(self._home, ignore_errors=True)

    def _make(self, bag: Path) -> Path:
        original = source(bag)
        if original.octets > _LARGEST:
            raise Refused(f"it names other bags, and is larger than {_LARGEST:,} bytes: too large for a copy made here")
        try:
            self._home = self._home or Path(tempfile.mkdtemp(prefix="archiver-serve-"))
            home = Path(tempfile.mkdtemp(dir=self._home))
            uuid = str(uuid5(NAMESPACE_URL, f"{original.seal} without secrets"))
            day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            return redact(original, StagedBag(home, copy_name(original), uuid), day).path
        except Refused as error:
            raise Refused(f"it names other bags, and no copy without them can be made: {error}") from error
        except OSError as error:
            raise StorageError.from_os("make an access copy", error) from error
