"""One job in this process, its stages timed from outside: the functions that `archiver.job` calls are wrapped.

    python bench/stages.py SEEDS BAGS PROXY CA_BUNDLE      prints one JSON object

Times are CPU seconds of the thread that ran the stage (`time.thread_time`), so that waiting, also for the GIL, is no
part of them. `rest` is what the process used beyond the stages: the coordinator, reading seeds, switching threads.
Imports are made before the clock starts.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trafilatura  # noqa: F401 - the extractor is imported at first use; here, before the clock starts

from archiver.bag.write import StagedBag
from archiver.capture.fetch import Fetcher
from archiver.config import Config
from archiver.job import pipeline, run
from archiver.job.ledger import Ledger
from archiver.seeds.sources import read_seeds

STAGES: tuple[tuple[Any, str, str], ...] = (
    (Fetcher, "fetch", "fetch and WARC"),
    (pipeline, "read", "read and compare"),
    (pipeline, "stands_instead", "read and compare"),
    (pipeline, "build_record", "bag"),
    (pipeline, "record_bytes", "bag"),
    (pipeline, "bag_info", "bag"),
    (StagedBag, "add", "bag"),
    (StagedBag, "seal", "bag"),
    (run, "publish", "settle"),
    (Ledger, "settle", "settle"),
    (Ledger, "waiting", "settle"),
)


def timed(function: Callable[..., Any], stage: str, spent: dict[str, float], lock: Any) -> Callable[..., Any]:
    """`function`, its thread's CPU seconds added to `stage`."""

    def call(*args: Any, **named: Any) -> Any:
        before = time.thread_time()
        try:
            return function(*args, **named)
        finally:
            with lock:
                spent[stage] += time.thread_time() - before

    return call


def main() -> None:
    seeds, bags, proxy, roots = sys.argv[1:]
    config = Config(bags=Path(bags), pace=0.0, proxy=proxy, ca_bundle=Path(roots), requisites=False, robots="ignore")
    spent = dict.fromkeys((stage for _, _, stage in STAGES), 0.0)
    lock = threading.Lock()
    for owner, name, stage in STAGES:
        setattr(owner, name, timed(getattr(owner, name), stage, spent, lock))
    process, wall = time.process_time(), time.perf_counter()
    summary = run.run_job(config, read_seeds([seeds], limits=config.limits))
    process, wall = time.process_time() - process, time.perf_counter() - wall
    stages = {**spent, "rest": process - sum(spent.values())}
    print(json.dumps({"seeds": sum(summary.counts.values()), "wall": wall, "cpu": process, "stages": stages}))


if __name__ == "__main__":
    main()
