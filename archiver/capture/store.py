"""What one capture of a job may lend the next: robots.txt files and shared requisites, as WARC records.

A newspaper's style sheet is fetched once a job and copied into each bag: the same records with their ids, dates and
the warcinfo they belong to, as whole gzip members. The store lies beside the bags, in files that appear whole, so that
all processes of a job share it; a new job begins with an empty one.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import StorageError

LARGEST = 4 << 20
"""Bytes of the compressed records of one address; larger ones are fetched each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """One captured address: the members of its records, the warcinfo's member, and where they were captured first."""

    url: str
    bag: str
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
    """The decoded payload, kept for robots.txt and style sheets, whose content is read again."""


class Store:
    """The lending shelf of one job. Getting and putting are safe among threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Lent] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> Lent | None:
        """What is known of an address; None where nothing is, or a file is damaged."""
        with self._lock:
            if url in self._known:
                return self._known[url]
        try:
            data = self._path(url).read_bytes()
        except OSError:
            return None
        head, _, rest = data.partition(b"\n")
        try:
            facts = json.loads(head)
            sizes = facts.pop("sizes")
            parts, at = [], 0
            for size in sizes:
                parts.append(rest[at : at + size])
                at += size
            lent = Lent(**facts, warcinfo=parts[0], members=parts[1], body=parts[2])
        except (ValueError, TypeError, KeyError, IndexError):
            return None
        if at != len(rest) or lent.url != url:
            return None
        return self._remember(lent)

    def put(self, lent: Lent) -> None:
        """Lend an address to the captures to come; the first one stays. Raises StorageError."""
        if len(lent.members) > LARGEST or self.get(lent.url) is not None:
            return
        facts = {key: value for key, value in asdict(lent).items() if not isinstance(value, bytes)}
        blobs = (lent.warcinfo, lent.members, lent.body)
        facts["sizes"] = [len(each) for each in blobs]
        path = self._path(lent.url)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(json.dumps(facts).encode() + b"\n" + b"".join(blobs))
            temporary.replace(path)
        except OSError as error:
            raise StorageError.from_os("keep a shared requisite", error) from error
        self._remember(lent)

    def _remember(self, lent: Lent) -> Lent:
        with self._lock:
            if len(self._known) >= 256:
                self._known.pop(next(iter(self._known)))
            self._known[lent.url] = lent
        return lent

    def _path(self, url: str) -> Path:
        return self._folder / sha256(url.encode("utf-8", "surrogatepass"))
