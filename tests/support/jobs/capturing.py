"""Runs captures against a loopback server and takes the WARC apart, record by record, without archiver's help."""

import functools
import io
import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builders.bags import base32
from servers.wire import Answer, Server

from archiver.capture.fetch import Fetcher
from archiver.capture.requisites.fetch import Concurrency
from archiver.capture.warc import CONFORMS_TO, CopiedRecords, WarcFile
from archiver.capture.wire import recorder
from archiver.config import Config, ConnectTo, Limits
from archiver.model import Capture, Failure
from archiver.network.address_guard import Guard, Resolver

NOW = datetime(2026, 3, 1, 10, 0, 0, 123456, UTC)
# Reading the roots takes longer than most tests; a job reads them once.
recorder.trusted_roots = functools.cache(recorder.trusted_roots)
SITE = "http://news.example"
QUICK: dict[str, Any] = {"connect_seconds": 2.0, "read_seconds": 5.0, "exchange_seconds": 10.0, "retries": 0}


@dataclass
class Record:
    """One record, from one gzip member of its own."""

    fields: list[tuple[str, str]]
    block: bytes

    def __getitem__(self, name: str) -> str:
        found = self.all(name)
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


def records(data: bytes) -> list[Record]:
    """Every record of a WARC file; fails unless each is exactly one gzip member and a whole record."""
    found = []
    while data:
        inflater = zlib.decompressobj(31)
        member = inflater.decompress(data) + inflater.flush()
        assert inflater.eof, "the last member is cut short"
        data = inflater.unused_data
        head, _, rest = member.partition(b"\r\n\r\n")
        version, *lines = head.decode("utf-8").split("\r\n")
        assert version == "WARC/1.1"
        record = Record([(key, value) for key, _, value in (line.partition(": ") for line in lines)], rest[:-4])
        assert rest.endswith(b"\r\n\r\n")
        assert int(record["Content-Length"]) == len(record.block)
        assert record["WARC-Block-Digest"] == base32(record.block)
        found.append(record)
    return found


class MemoryFiles:
    """`capture.recording.CaptureFiles` in memory, with a folder for the spool."""

    def __init__(self, spool: Path) -> None:
        self.spool, self.out, self._warc = spool, io.BytesIO(), None
        self.name, self.shared_out = "test-bag", io.BytesIO()
        self._shared = CopiedRecords(self.shared_out, "t-shared.warc.gz")
        self._ids = (f"00000000-0000-4000-8000-{n:012}" for n in itertools.count())

    def warc(self) -> WarcFile:
        if self._warc is None:
            info = {"software": "archiver/test", "conformsTo": CONFORMS_TO}
            self._warc = WarcFile(self.out, name="t.warc.gz", info=info, started=NOW, new_id=lambda: next(self._ids))
        return self._warc

    def shared(self) -> CopiedRecords:
        return self._shared

    def written(self, name: str) -> io.BytesIO:
        return io.BytesIO((self.shared_out if name == "t-shared.warc.gz" else self.out).getvalue())

    @property
    def records(self) -> list[Record]:
        return records(self.out.getvalue())

    def of(self, kind: str) -> list[Record]:
        return [each for each in self.records if each["WARC-Type"] == kind]


@dataclass
class Bench:
    """A recorder with its clock and its pauses; every host name leads to `server` unless settings say otherwise."""

    spool: Path
    server: Server | None = None
    resolver: Resolver | None = None
    now: datetime | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    concurrency: Concurrency = field(default_factory=Concurrency)

    def __post_init__(self) -> None:
        limits = Limits(**QUICK | self.settings.pop("limits", {}))
        if self.server and "proxy" not in self.settings and "connect_to" not in self.settings:
            to = ConnectTo(host=None, port=None, to_host="127.0.0.1", to_port=self.server.port)
            self.settings["connect_to"] = (to,)
        self.config = Config(limits=limits, **{"requisites": False, "robots": "ignore"} | self.settings)
        guard = None
        if self.resolver:
            guard = Guard(connect_to=self.config.connect_to, resolver=self.resolver)
        clock: dict[str, Any] = {"now": lambda: self.now} if self.now else {}
        self.fetcher = Fetcher(
            recorder.Recorder(self.config, guard), sleep=self.slept.append, concurrency=self.concurrency, **clock
        )

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.fetcher.recorder.close()

    def fetch(self, url: str) -> tuple[Capture | Failure, MemoryFiles]:
        files = MemoryFiles(self.spool)
        result = self.fetcher.fetch(url, files)
        assert not list(self.spool.iterdir()), "something is left in the spool"
        responses = len(files.of("response"))
        assert responses == (len(result.exchanges) if isinstance(result, Capture) else 0)
        return result, files

    def capture(self, url: str = SITE + "/") -> tuple[Capture, MemoryFiles]:
        result, files = self.fetch(url)
        assert isinstance(result, Capture), result
        return result, files

    def failure(self, url: str = SITE + "/") -> Failure:
        result, files = self.fetch(url)
        assert isinstance(result, Failure), result
        assert not files.out.getvalue()
        return result


def one(answer: Answer | Sequence[Answer], spool: Path, **limits: Any) -> tuple[Capture, MemoryFiles]:
    """The capture of one address that gives this answer, or these in turn."""
    answers = answer if isinstance(answer, list) else [answer]
    with Server({"/": answers}) as server, Bench(spool, server, settings={"limits": limits}) as bench:
        return bench.capture()
