"""Shares responses between the captures of a job: robots.txt files and page resources, as WARC records.

A newspaper's style sheet is fetched once a job and copied into each bag: the same records with their ids, dates and
the warcinfo they belong to, as whole gzip members. The cache lies beside the bags, in files that appear whole, so that
all processes of a job share it; a new job begins with an empty one.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from archiver.digest import sha256
from archiver.errors import StorageError

LARGEST = 4 << 20
"""Bytes of the recorded response of one address; larger ones are fetched each time."""
PATIENCE = 10.0
"""Seconds to wait for another capture that is asking for the same address."""
_IN_MEMORY = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedResponse:
    """One captured address: the members of its records, the warcinfo's member, and where they were captured first."""

    url: str
    bag: str | None
    """None where that capture made no bag in the end."""
    captured: str
    """WARC-Date of the records."""
    record_id: str
    status: int
    payload_sha256: str | None
    content_type: str
    response_length: int
    """Bytes of the response record's member, the last of `members`."""
    warcinfo: bytes
    members: bytes
    body: bytes = b""
    """The decoded payload, kept for robots.txt, style sheets and modules, whose content is read again."""

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.warcinfo) + len(self.members) + len(self.body)


class SharedCache:
    """The responses that captures of one job share, as files. Safe among threads and processes."""

    def __init__(self, folder: Path, *, patience: float = PATIENCE) -> None:
        self._folder, self._patience = folder, patience
        self._known: dict[str, CachedResponse] = {}
        self._bytes = 0
        self._declined: set[str] = set()
        self._lock = threading.Lock()

    def get(self, url: str) -> CachedResponse | None:
        """What is known of an address; None where nothing is, or a file is damaged."""
        with self._lock:
            if url in self._known:
                return self._known[url]
        try:
            data = self._path(url).read_bytes()
        except OSError:
            return None
        cached = _cached(data)
        return self._remember(cached) if cached and cached.url == url else None

    @contextmanager
    def turn(
        self, url: str, fits: Callable[[CachedResponse], bool] = lambda _: True
    ) -> Iterator[CachedResponse | None]:
        """What is known of an address, where it `fits`; otherwise the block is the one that asks and puts, while other
        captures that need the same wait for it, for a time. Raises StorageError."""
        cached = self.get(url)
        if (cached and fits(cached)) or url in self._declined:
            yield cached if cached and fits(cached) else None
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._path(url).with_suffix(".lock").open("wb")
        except OSError as error:
            raise StorageError.from_os("keep a shared requisite", error) from error
        with file:
            _wait_for(file, self._patience)
            with self._lock:
                self._forget(url)  # another process may have put a younger one meanwhile
            cached = self.get(url)
            yield cached if cached and fits(cached) else None

    def decline(self, url: str) -> None:
        """Note that an address cannot be shared: nobody waits for it again."""
        if len(self._declined) < 100_000:
            self._declined.add(url)

    def put(self, cached: CachedResponse) -> None:
        """Store a response for the captures to come, in place of what was known of it. Raises StorageError."""
        if len(cached.members) > LARGEST:
            return
        facts = {key: value for key, value in asdict(cached).items() if not isinstance(value, bytes)}
        blobs = (cached.warcinfo, cached.members, cached.body)
        facts["sizes"] = [len(each) for each in blobs]
        path = self._path(cached.url)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(json.dumps(facts).encode() + b"\n" + b"".join(blobs))
            temporary.replace(path)
        except OSError as error:
            raise StorageError.from_os("keep a shared requisite", error) from error
        self._remember(cached)

    def disown(self, url: str, bag: str) -> None:
        """Forget the bag's name where the capture that fetched an address made no bag. Raises StorageError."""
        cached = self.get(url)
        if cached and cached.bag == bag:
            self.put(replace(cached, bag=None))

    def _remember(self, cached: CachedResponse) -> CachedResponse:
        with self._lock:
            self._forget(cached.url)
            self._known[cached.url] = cached
            self._bytes += cached.size
            while self._bytes > _IN_MEMORY or len(self._known) > 4096:
                self._forget(next(iter(self._known)))
        return cached

    def _forget(self, url: str) -> None:
        if cached := self._known.pop(url, None):
            self._bytes -= cached.size

    def _path(self, url: str) -> Path:
        return self._folder / sha256(url.encode("utf-8", "surrogatepass"))


def _cached(data: bytes) -> CachedResponse | None:
    """What a file of the cache holds; None for a damaged one."""
    head, _, rest = data.partition(b"\n")
    try:
        facts = json.loads(head)
        warcinfo, members, body = facts.pop("sizes")
        if warcinfo + members + body != len(rest):
            return None
        ends = warcinfo, warcinfo + members
        return CachedResponse(**facts, warcinfo=rest[: ends[0]], members=rest[ends[0] : ends[1]], body=rest[ends[1] :])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _wait_for(file: IO[bytes], seconds: float) -> None:
    """Until no other capture holds the file, or patience ends; a lock dies with its process."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.01)
        else:
            return
