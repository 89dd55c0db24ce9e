"""Parts of the work for `compare.py`, each in a process of its own.

    python bench/compare_stage.py stored|recorder|capture_http WORK FOLDER PORT [PROCESSES]

Reads FOLDER/urls; leaves FOLDER/result.json: seconds and CPU seconds, from after the imports to the end. `stored` reads
pages from disk (text, claims, credits, comparison with the seed) in so many processes; `recorder` fetches three given
addresses a page by our recorder into a WARC for each page, `capture_http` by requests and warcio into one for all.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

NEEDED = ("/paper.css", "/photo.jpg")


def stored(work: Path, urls: list[str], processes: int) -> Callable[[], None]:
    """Read every page and compare it with its seed, in processes that are tuned as a job's are."""
    from archiver.job.workers.worker import tune

    tasks = [(str(work), url) for url in urls]
    pool = ProcessPoolExecutor(processes, get_context("fork"), initializer=tune)
    list(pool.map(read_stored, tasks[: 2 * processes]))  # the workers are up and warm

    def go() -> None:
        for _ in pool.map(read_stored, tasks, chunksize=8):
            pass
        pool.shutdown()

    return go


def read_stored(task: tuple[str, str]) -> int:
    """One page from disk, beside its seed; the number of its paragraphs."""
    from archiver.article.analyse import read
    from archiver.config import Limits
    from archiver.model import Page, Seed
    from archiver.seeds.sources import read_seeds

    work, url = Path(task[0]), task[1]
    parts = urlsplit(url)
    seed = next(iter(read_seeds([str(work / "seeds" / f"{Path(parts.path).stem}.txt")], limits=Limits())))
    assert isinstance(seed, Seed)
    body = (work / "pages" / str(parts.hostname) / parts.path.lstrip("/")).read_bytes()
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return len(read(seed, Page(url=url, status=200, headers=headers, body=body)).article.paragraphs)


def recorder(port: int, folder: Path, urls: list[str]) -> Callable[[], None]:
    """Our recorder and WARC writer: the three exchanges of a page into one WARC."""
    from capture_stage import FolderFiles

    from archiver.capture.capture_writer import Recording
    from archiver.capture.single_exchange import attempt
    from archiver.capture.wire.recorder import Recorder
    from archiver.config import Config, ConnectTo

    to = (ConnectTo.from_text(f":80:127.0.0.1:{port}"),)
    own = Recorder(Config(bags=folder, pace=0, robots="ignore", connect_to=to))

    def go() -> None:
        for number, url in enumerate(urls):
            origin = f"http://{urlsplit(url).netloc}"
            files = FolderFiles(folder, f"{number:05}")
            recording = Recording(files)
            visit = own.visit()
            for each in (url, *(origin + path for path in NEEDED)):
                now = datetime.now(UTC)
                done = attempt(
                    own, visit, each, "seed", asked=now, keep=8 << 20, limits=own.config.limits, spool=folder
                )
                assert done.fault is None
                recording.keep(done)
            files.close()

    return go


def capture_http(port: int, folder: Path, urls: list[str]) -> Callable[[], None]:
    """requests under warcio's capture_http, which must be imported before requests."""
    from warcio.capture_http import capture_http as capturing

    import requests  # isort: skip

    proxies = {"http": f"http://127.0.0.1:{port}"}

    def go() -> None:
        with capturing(str(folder / "pages.warc.gz"), warc_version="1.1"), requests.Session() as session:
            for url in urls:
                origin = f"http://{urlsplit(url).netloc}"
                for each in (url, *(origin + path for path in NEEDED)):
                    session.get(each, proxies=proxies, timeout=30).content  # noqa: B018 - the body is read

    return go


def main() -> None:
    name, work, folder, port = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    urls = (folder / "urls").read_text("utf-8").split()
    if name == "stored":
        go = stored(work, urls, int(sys.argv[5]))
    else:
        go = {"recorder": recorder, "capture_http": capture_http}[name](port, folder, urls)
    wall, before = time.perf_counter(), os.times()
    go()
    wall, after = time.perf_counter() - wall, os.times()
    spent = sum(after[:4]) - sum(before[:4])
    (folder / "result.json").write_text(json.dumps({"wall": wall, "cpu": spent}), "utf-8")


if __name__ == "__main__":
    main()
