"""What the coordinator of a job can take, and how long politeness takes: `python bench/scale.py [--seeds N …]`.

Two measurements, whose assumptions docs/capture/scale.md states; figures go as JSON into `bench/out/`. With
`--cluster N` a third one instead: a real job of so many made-up seeds on four Dask workers, which are killed, as is
their scheduler (`soaking/cluster.py`).

- The coordinator alone: a real job with a stage that does nothing. Reading ahead, queues, backlog, ledger and results
  are real; with `--folders` each seed makes a folder with a file, which is published. Each size in its own process.
- The clock of a job: the real queue of hosts, driven by a simulated clock. Seeds come mixed; the share of a host
  follows Zipf's law. Nothing is fetched: a page takes `--page` seconds, and then its host rests.
"""

import argparse
import heapq
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from itertools import accumulate, count
from pathlib import Path
from typing import Any

from archiver.bag.staging import STAGING
from archiver.config import Config
from archiver.digest import sha256
from archiver.job import coordinator
from archiver.job.queue.disk_queue import Backlog
from archiver.job.queue.host_queue import HostQueue
from archiver.job.result import Archived
from archiver.job.run_job import run_job
from archiver.job.sinks import local
from archiver.model import Bag, Seed

DOCUMENT = 3000
"""Bytes of a seed document."""
EXPONENT = 1.0
SIMULATED = 300
SMALLER = 5
"""Bytes of a document under the simulated clock, to spare the disk, and by how much its record in the backlog is less
for that: 610 bytes instead of 3,310."""


def hosts_of(seeds: int, hosts: int) -> Iterator[str]:
    """The host of each of so many seeds, mixed; the same ones each time."""
    shares = list(accumulate(1 / rank**EXPONENT for rank in range(1, hosts + 1)))
    dice = random.Random(1)
    for _ in range(seeds):
        yield f"newspaper{bisect(shares, dice.random() * shares[-1])}.example"


def seeds_of(number: int, hosts: int, size: int = DOCUMENT) -> Iterator[Seed]:
    """Seeds as a folder of documents gives them."""
    for n, host in enumerate(hosts_of(number, hosts)):
        url = f"http://www.{host}/politics/2026/11/23/the-headline-of-report-number-{n}.html"
        data = f"{n:<{size}}".encode()
        yield Seed(
            origin=f"/srv/seeds/2026/report-{n:09}.txt", name=f"report-{n:09}.txt", data=data, sha256=sha256(data),
            encoding="utf-8", lines=1, url=url, url_line=1, headline=None, date=None, caption=None, paragraphs=(),
            front_matter={}, parts=(),
        )  # fmt: skip


class Instant(Executor):
    """Each seed is archived at once; with `folders` into a staged folder."""

    def __init__(self, bags: Path, *, folders: bool) -> None:
        self._bags, self._folders = bags, folders

    def submit(self, _: Any, /, *args: Any, **__: Any) -> Future[Any]:
        (seed,) = args
        name = f"{seed.name.removesuffix('.txt')}-20261123T120000Z-{seed.sha256[:8]}"
        path = self._bags / STAGING / name
        if self._folders:
            path.mkdir()
            (path / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n")
        future: Future[Any] = Future()
        bag = Bag(name=name, path=path, identifier=f"urn:uuid:{name}")
        future.set_result(Archived(bag=bag, outcome="captured", verdict="typographic", reason=None, status=200))
        return future


def coordinating(number: int, *, folders: bool) -> dict[str, float]:
    """Run a job of so many seeds in this process."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        bags = Path(folder)
        vars(coordinator)["executor_for"] = lambda *_: Instant(bags, folders=folders)
        vars(coordinator)["capacity"] = lambda *_: (64, 64)
        if not folders:
            vars(local)["publish"] = lambda *_: []
        before, wall, cpu = peak(), time.perf_counter(), time.process_time()
        summary = run_job(Config(bags=bags, pace=0.0), seeds_of(number, hosts_for(number)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert summary.counts == {"captured": number}
        ledger = sum(each.stat().st_size for each in (bags / ".archiver").glob("ledger.sqlite*"))
        started = time.perf_counter()
        run_job(Config(bags=bags, pace=0.0), [])
        restart = time.perf_counter() - started
    return {"seeds": number, "wall": wall, "rate": number / wall, "cpu_us": 1e6 * cpu / number, "memory": peak(),
            "memory_before": before, "ledger": ledger / number, "restart": restart}  # fmt: skip


def hosts_for(number: int) -> int:
    return max(50, round(number**0.6))


def clock(number: int, hosts: int, *, seats: int, page: float, pace: float) -> dict[str, float]:
    """The simulated seconds of a job, and the least that its largest host and its seats allow."""
    with tempfile.TemporaryDirectory() as folder:
        backlog = Backlog(Path(folder))
        queue, coming, moves, under_way = (
            HostQueue(pace, backlog),
            seeds_of(number, hosts, SIMULATED),
            count(),
            [],
        )
        now, more, largest, done, mostly = 0.0, True, 0, 0, 0.0
        while more or queue or under_way:
            while more and queue.held < coordinator.WINDOW and backlog.bytes < coordinator.BACKLOG_BYTES // SMALLER:
                if (seed := next(coming, None)) is None:
                    more = False
                else:
                    queue.put(seed, now)
            while len(under_way) < seats and (seed := queue.take(now)) is not None:
                heapq.heappush(under_way, (now + page, next(moves), seed.url))
            free = len(under_way) < seats and len(queue)
            ready = now + queue.wait(now) if free else float("inf")
            if under_way and under_way[0][0] <= ready:
                now, _, url = heapq.heappop(under_way)
                queue.rest(url, now)
                done += 1
                mostly = now if done <= 0.9 * number else mostly
            else:
                now = ready
            largest = max(largest, backlog.bytes)
        backlog.close()
    crowd = max(Counter(hosts_of(number, hosts)).values())
    return {"seeds": number, "hosts": hosts, "slots": seats, "hours": now / 3600, "hours_90": mostly / 3600,
            "largest_host": crowd, "least_by_host": crowd * (page + pace) / 3600,
            "least_by_seats": number * page / seats / 3600, "backlog_mib": largest / (1 << 20)}  # fmt: skip


def peak() -> float:
    """MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def on_a_cluster(args: argparse.Namespace) -> int:
    """Run the job on the cluster; 1 where anything was wrong."""
    sys.path.insert(0, str(Path(__file__).parent))
    from soaking import cluster

    work = args.work or Path(f"/tmp/cluster-{os.getpid()}")
    facts = cluster.run(args.cluster, work, every=args.every, dice=random.Random(1))
    print(json.dumps(facts, indent=1))
    return 1 if facts["faults"] else 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--folders", action="store_true", help="a folder a seed, published")
    options.add_argument("--only", choices=("coordinator", "clock"), help="one of the two")
    options.add_argument("--page", type=float, default=0.5, help="seconds a page takes (default: 0.5)")
    options.add_argument("--pace", type=float, default=1.0, help="seconds a host rests (default: 1)")
    options.add_argument("--cluster", type=int, metavar="N", help="a job of N seeds on a cluster that is killed")
    options.add_argument("--every", type=float, default=20.0, help="seconds between two deaths (default: 20)")
    options.add_argument("--work", type=Path, help="an empty folder for the cluster (default: a new one in /tmp)")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.one:
        print(json.dumps(coordinating(args.one, folders=args.folders)))
        return
    if args.cluster:
        sys.exit(on_a_cluster(args))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    found: dict[str, list[dict[str, float]]] = {"coordinator": [], "clock": []}
    print("   seeds   seeds/s  CPU us/seed  peak MiB  ledger bytes/seed  next start s")
    for number in args.seeds if args.only != "clock" else ():
        command = [sys.executable, __file__, "--one", str(number), *(["--folders"] if args.folders else [])]
        done = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        found["coordinator"].append(done)
        print("{seeds:8} {rate:9.0f} {cpu_us:12.0f} {memory:9.0f} {ledger:18.0f} {restart:13.2f}".format_map(done))
    if args.only != "coordinator":
        print("   seeds  hosts  seats  hours  to 90%  least: largest host  least: seats  backlog MiB")
        for number in args.seeds:
            for seats in (16, 256):
                done = clock(number, hosts_for(number), seats=seats, page=args.page, pace=args.pace)
                found["clock"].append(done)
                print("{seeds:8} {hosts:6} {seats:6} {hours:6.2f} {hours_90:7.2f} {least_by_host:20.2f} "
                      "{least_by_seats:13.2f} {backlog_mib:12.1f}".format_map(done))  # fmt: skip
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / f"scale-{time.strftime('%Y%m%dT%H%M%S')}.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
