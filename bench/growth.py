"""How the cost of a seed grows with everything that can be many: `python bench/growth.py [--largest N] [--write]`.

Four things grow, one at a time: the seeds of a job and their hosts, the bags in the folder, the size of a page, the
paragraphs of a seed. Each cell is a process of its own, and says CPU time, which a busy machine changes less than
seconds. What is left out where the whole would take hours is said in docs/capture/growth.md, which `--write` makes
anew, with its plot; figures go as JSON into `bench/out/`."""

import argparse
import contextlib
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from growth_page import page_of, plot
from scale import Instant, peak, seeds_of

from archiver.config import Config, ConnectTo
from archiver.model import Seed

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
SEEDS = (10, 100, 1_000, 10_000, 100_000)
HOSTS = (1, 30, 1_000)
BAGS = (0, 100, 1_000, 10_000, 100_000)
PAGE_BYTES = (10_000, 100_000, 1_000_000, 10_000_000)
PARAGRAPHS = (10, 100, 1_000, 10_000)
SENTENCE = "The harbour board of the town said on day {0} that berth {1} would open again after {2} weeks of dredging, "
WORDS = (
    "tide",
    "quay",
    "crane",
    "ferry",
    "salt",
    "harbour",
    "pilot",
    "light",
    "wind",
    "rope",
    "mast",
    "anchor",
    "gull",
)
FRAME = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Berths</title></head><body>{}</body></html>'


def sentence(number: int) -> str:
    """A paragraph of made-up words, another one for each number."""
    said = " ".join(WORDS[(number * step + step) % len(WORDS)] for step in range(1, 24))
    return f"{SENTENCE.format(number, number % 97, number % 13)}{said}."


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    before = time.process_time()
    work()
    return time.process_time() - before


def job(seeds: int, hosts: int) -> dict[str, float]:
    """A job whose seeds are archived at once: reading ahead, queues, ledger, results; then the same job again, which
    finds all done, and what `status` says of it. Microseconds of CPU a seed."""
    with tempfile.TemporaryDirectory() as folder:
        bags = Path(folder)
        run = instant(bags)
        run(iter(()))
        first = cpu(lambda: run(seeds_of(seeds, hosts)))
        names(bags, seeds)
        again = cpu(lambda: run(seeds_of(seeds, hosts)))
        asked = min(cpu(lambda: status(bags)) for _ in range(2))
    return {"first": 1e6 * first / seeds, "again": 1e6 * again / seeds, "status": 1e6 * asked / seeds, "memory": peak()}


def folder_of_bags(bags: int, _: int) -> dict[str, float]:
    """The start of a job without seeds, a job of one new seed, and `status`, in milliseconds of CPU, where so many bags
    lie already."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run = instant(place)
        run(seeds_of(bags, 50))
        names(place, bags)
        start = min(cpu(lambda: run(iter(()))) for _ in range(3))
        more = list(islice(seeds_of(bags + 1, 50), bags, None))
        new = cpu(lambda: run(iter(more)))
        asked = min(cpu(lambda: status(place)) for _ in range(2))
    return {"start": 1e3 * start, "new": 1e3 * new, "status": 1e3 * asked, "memory": peak()}


def instant(bags: Path) -> Callable[[Iterator[Seed]], object]:
    """A real job whose seeds are archived at once; its bags are not published."""
    from archiver.job import coordinator
    from archiver.job.run_job import run_job
    from archiver.job.sinks import local

    vars(coordinator)["executor_for"] = lambda *_: Instant(bags, folders=False)
    vars(coordinator)["capacity"] = lambda *_: (64, 64)
    vars(local)["publish"] = lambda *_: []
    return lambda seeds: run_job(Config(bags=bags, pace=0.0), seeds)


def names(bags: Path, count: int) -> None:
    """The folders of those bags, with the one file by which a bag is known."""
    for seed in seeds_of(count, 1):
        folder = bags / f"{seed.name.removesuffix('.txt')}-20261123T120000Z-{seed.sha256[:8]}"
        folder.mkdir(exist_ok=True)
        (folder / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n")


def status(bags: Path) -> None:
    """`archiver status`."""
    from archiver.cli import main as archiver

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        archiver(["status", "--bags", str(bags)])


def page(size: int, _: int) -> dict[str, float]:
    """A seed of twenty paragraphs whose page has so many bytes: the article, and teasers, links and lists around it."""
    article = "".join(f"<p>{sentence(number)}</p>" for number in range(20))
    around, number = [], 0
    while sum(map(len, around[-1:])) * len(around) + len(article) < size:
        link = f'<li class="teaser"><a href="/news/{number}.html">{sentence(number + 1_000)[:70]}</a></li>'
        around.append(f'<div class="box"><h3>Berth {number}</h3><ul>{link * 3}</ul></div>')
        number += 1
    return archived(range(20), f"<main><h1>Berths</h1><article>{article}</article></main>{''.join(around)}")


def paragraphs(count: int, _: int) -> dict[str, float]:
    """A seed of so many paragraphs, and its page."""
    article = "".join(f"<p>{sentence(number)}</p>\n" for number in range(count))
    return archived(range(count), f"<main><h1>Berths</h1><article>{article}</article></main>")


def archived(said: range, body: str) -> dict[str, float]:
    """A seed through the real pipeline, and its bag through `validate`, once each: milliseconds of CPU."""
    from archiver.bag.staging import STAGING
    from archiver.job.pipeline import archive
    from archiver.job.workers import worker
    from archiver.seeds.document import read_document
    from archiver.verification.demands import Demands
    from archiver.verification.judge import judge

    html = FRAME.format(body).encode()
    text = "\n\n".join(["Berths", *map(sentence, said), "Original url: <http://paper.example/page.html>"]) + "\n"
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), html) as port:
        bags = Path(folder, "bags")
        (bags / STAGING).mkdir(parents=True)
        to = (ConnectTo.from_text(f":80:127.0.0.1:{port}"),)
        worker.equip(
            Config(bags=bags, pace=0, robots="ignore", connect_to=to, browser="never", private="stated"), "urn:uuid:job"
        )
        tools = worker._tools
        assert tools is not None
        first = read_document(
            f"Berths\n\n{sentence(100_000)}\n\nOriginal url: <http://paper.example/first.html>\n".encode(),
            origin="first.txt",
            name="first.txt",
        )
        judge(archive(first, tools).bag.path, Demands())  # patterns, tables and templates are made ready
        seeds: list[Any] = []
        made: list[Any] = []
        read = cpu(lambda: seeds.append(read_document(text.encode(), origin="seed.txt", name="seed.txt")))
        run = cpu(lambda: made.append(archive(seeds[0], tools)))
        checked = cpu(lambda: judge(made[0].bag.path, Demands()))
        assert made[0].outcome == "captured", made[0]
        worker.release()
    times = {"read seed": read, "archive": run, "validate": checked}
    return {"bytes": len(html), **{name: 1e3 * seconds for name, seconds in times.items()}, "memory": peak()}


@contextlib.contextmanager
def serving(folder: Path, html: bytes) -> Iterator[int]:
    """The page from a process of its own, so that its CPU time is not counted."""
    (folder / "pages").mkdir()
    (folder / "pages" / "page.html").write_bytes(html)
    (folder / "pages" / "first.html").write_bytes(FRAME.format(f"<p>{sentence(100_000)}</p>" * 3).encode())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder / "pages"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            yield port
        finally:
            child.terminate()


CELLS: dict[str, Callable[[int, int], dict[str, float]]] = {
    "job": job,
    "folder": folder_of_bags,
    "page": page,
    "paragraphs": paragraphs,
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--largest", type=int, default=10_000, help="seeds and bags at most (default: 10,000)")
    options.add_argument("--page", type=int, default=10_000_000, help="bytes of a page at most (default: 10 million)")
    options.add_argument("--only", choices=tuple(CELLS), action="append", help="one of the four, or some")
    options.add_argument("--write", action="store_true", help="make docs/capture/growth.md and its plot anew")
    options.add_argument("--cell", nargs=3, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.cell:
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        print(json.dumps(CELLS[args.cell[0]](int(args.cell[1]), int(args.cell[2]))))
        return
    wanted = args.only or list(CELLS)
    sizes: dict[str, list[tuple[int, int]]] = {
        "job": [(n, h) for h in HOSTS for n in SEEDS if n <= args.largest and h <= n],
        "folder": [(n, 0) for n in BAGS if n <= args.largest],
        "page": [(n, 0) for n in PAGE_BYTES if n <= args.page],
        "paragraphs": [(n, 0) for n in PARAGRAPHS if n <= args.largest],
    }
    found: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "load": [round(os.getloadavg()[0], 1)],
        "largest": args.largest,
        "cells": {},
    }
    for name in wanted:
        found["cells"][name] = []
        for size, hosts in sizes[name]:
            command = [sys.executable, __file__, "--cell", name, str(size), str(hosts)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            cell = {"size": size, "hosts": hosts, **json.loads(done)}
            found["cells"][name].append(cell)
            print(name, json.dumps({key: round(value, 1) for key, value in cell.items()}), flush=True)
    found["load"].append(round(os.getloadavg()[0], 1))
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    (out / f"growth-{time.strftime('%Y%m%dT%H%M%S')}.json").write_text(json.dumps(found, indent=1))
    if args.write:
        (DOCS / "capture/growth.md").write_text(page_of(found), "utf-8")
        (DOCS / "images" / "growth.svg").write_text(plot(found["cells"]), "utf-8")


if __name__ == "__main__":
    main()
