"""archiver's capture alone, in a process of its own: `capture.py` starts it and reads the JSON that it prints.

python bench/capture_stage.py pages FILE FOLDER shared|alone    capture the addresses in FILE, a WARC each
python bench/capture_stage.py body ADDRESS FOLDER               one address; its bytes and this process's peak memory
python bench/capture_stage.py recorder ADDRESS REQUESTS ROUNDS  requests alone and under the recorder, in turn
"""

import hashlib
import json
import resource
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from archiver.capture.fetch import Fetcher
from archiver.capture.shared_cache import SharedCache
from archiver.capture.warc import CopiedRecords, WarcFile
from archiver.capture.wire.recorder import Recorder
from archiver.config import Config
from archiver.model import Capture

AT_ONCE = 8
"""Pages under way, as in a worker of a job."""


class FolderFiles:
    """The files of one capture in a folder, without a bag around them."""

    def __init__(self, folder: Path, name: str) -> None:
        self.spool, self.name = folder, name
        self._warc: WarcFile | None = None
        self._shared: CopiedRecords | None = None
        self._open: list[Any] = []

    def _file(self, name: str) -> Any:
        self._open.append((self.spool / name).open("wb"))
        return self._open[-1]

    def warc(self) -> WarcFile:
        if self._warc is None:
            name = f"{self.name}.warc.gz"
            started, info = datetime.now(UTC), {"software": "archiver/bench"}
            new_id = lambda: str(uuid.uuid4())  # noqa: E731
            self._warc = WarcFile(self._file(name), name=name, info=info, started=started, new_id=new_id)
        return self._warc

    def shared(self) -> CopiedRecords:
        if self._shared is None:
            name = f"{self.name}-shared.warc.gz"
            self._shared = CopiedRecords(self._file(name), name)
        return self._shared

    def close(self) -> None:
        for each in self._open:
            each.close()


def capture(fetcher: Fetcher, url: str, folder: Path, name: str) -> Capture:
    """One page with what it needs. Ends the program where it is not captured whole."""
    files = FolderFiles(folder, name)
    done = fetcher.fetch(url, files)
    files.close()
    if not isinstance(done, Capture) or done.outcome != "captured" or done.reason:
        raise SystemExit(f"{url}: {done.reason}")
    return done


def pages(addresses: Path, folder: Path, *, shared: bool) -> dict[str, Any]:
    """Capture them all, some at a time."""
    recorder = Recorder(Config(allow_private=True, shared=shared, robots="ignore"))
    fetcher = Fetcher(recorder, cache=SharedCache(folder / "cache") if shared else None)
    urls = addresses.read_text("utf-8").split()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = list(threads.map(lambda n: capture(fetcher, urls[n], folder, f"{n:04}"), range(len(urls))))
    recorder.close()
    needs = [each.requisites for each in done if each.requisites]
    fetched, cached = sum(each.fetched for each in needs), sum(len(each.shared) for each in needs)
    return {"pages": len(done), "requisites": fetched, "borrowed": cached, "failed": sum(len(e.failed) for e in needs)}


def body(url: str, folder: Path) -> dict[str, Any]:
    """One large body into a WARC. RSS as getrusage has it; the imports are in it."""
    begun = time.perf_counter()
    recorder = Recorder(Config(allow_private=True, robots="ignore"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = capture(Fetcher(recorder), url, folder, "body")
    recorder.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time.perf_counter() - begun
    return {"bytes": done.exchanges[0].bytes, "before": before / 1024, "peak": peak / 1024, "seconds": seconds}


def compare(url: str, count: int, rounds: int) -> dict[str, Any]:
    """Seconds and CPU seconds of a request: alone, with the one hash that any recorder must make, and recorded."""
    recorder = Recorder(Config(allow_private=True, robots="ignore"))
    visit = recorder.visit()
    with requests.Session() as session, tempfile.TemporaryDirectory() as spool:
        session.trust_env, session.headers = False, requests.structures.CaseInsensitiveDict(visit.headers)

        def plain() -> None:
            assert session.get(url, allow_redirects=False).content

        def hashed() -> None:
            assert hashlib.sha256(session.get(url, allow_redirects=False).content).digest()

        def recorded() -> None:
            raw, fault = recorder.exchange(visit, url, Path(spool))
            assert fault is None
            assert raw.size
            raw.close()

        ways: dict[str, Callable[[], None]] = {
            "requests alone": plain,
            "requests and SHA-256": hashed,
            "under the recorder": recorded,
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name in sorted(ways, reverse=bool(number % 2)):
                wall, cpu = time.perf_counter(), time.process_time()
                for _ in range(count):
                    ways[name]()
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                if number:  # the first round warms up
                    taken[name].append((wall / count, cpu / count))
    recorder.close()
    return {name: dict(zip(("wall", "cpu"), map(statistics.median, zip(*each)))) for name, each in taken.items()}


def main() -> None:
    match sys.argv[1:]:
        case ["pages", addresses, folder, sharing]:
            found = pages(Path(addresses), Path(folder), shared=sharing == "shared")
        case ["body", url, folder]:
            found = body(url, Path(folder))
        case ["recorder", url, count, rounds]:
            found = compare(url, int(count), int(rounds))
        case _:
            raise SystemExit(__doc__)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
