"""archiver's capture beside `wget -p --warc-file`: `python bench/capture.py [--pages N] [--rounds N]`.

Pages per second and CPU for each with all that the pages need, what the recorder adds to plain requests, and the peak
memory that a body of 1 GiB takes. Prints tables and puts every figure as JSON into `bench/out/`.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from batch import Cost, cost
from newsstand import PHOTOS, REQUISITES, print_pages, python_stand, stand
from warcio.archiveiterator import ArchiveIterator

HERE = Path(__file__).resolve().parent
ARCHIVER = Path(sys.executable).parent / "archiver"
STAGE = [sys.executable, HERE / "capture_stage.py"]
MEMORY_MIB, RECORDER = 150, 0.15
"""What we hold ourselves to."""
SEED = "\nA report\n\nMarch 4, 2024\n\n{text}\n\nOriginal url:\n\n<{url}>"


def by_wget(folder: Path, urls: Path) -> Cost:
    """All pages with what they need into one WARC, and as files, which wget writes too."""
    options = ["--no-verbose", "--tries=1", "--force-directories", "--directory-prefix=pages", "--no-proxy"]
    command = [
        "wget",
        "--page-requisites",
        *options,
        "--execute=robots=off",
        "--warc-file=pages",
        f"--input-file={urls}",
    ]
    return cost(command, cwd=folder, log=folder / "log")


def by_capture(folder: Path, urls: Path, sharing: str = "shared") -> Cost:
    """The capture alone: a WARC for each page, no bags."""
    return cost([*STAGE, "pages", urls, folder, sharing], cwd=folder, log=folder / "log")


def by_run(folder: Path, urls: Path, root: Path) -> Cost:
    """The whole of archiver: the pages in `root` read and compared with seeds that say the same, valid bags."""
    seeds = folder / "seeds"
    seeds.mkdir()
    for n, url in enumerate(urls.read_text("utf-8").split()):
        page = root / url.rpartition("/")[2]
        text = page.read_text("utf-8") if page.is_file() else "<p>Nothing that the page says.</p>"
        said = "\n\n".join(re.findall("<p>([^<]*)", text))
        (seeds / f"{n:04}.txt").write_text(SEED.format(text=said, url=url), "utf-8")
    options = ["--quiet", "--pace", "0", "--robots", "ignore", "--allow-private", "--bags", folder / "bags"]
    return cost([ARCHIVER, "run", *options, seeds], cwd=folder, log=folder / "log")


def responses(folder: Path) -> int:
    """The response records with status 200 in all WARC files of a folder, so that the contenders are judged alike."""
    found = 0
    for path in folder.rglob("*.warc.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                found += record.rec_type == "response" and record.http_headers.get_statuscode() == "200"
    return found


def pages(work: Path, root: Path, urls: Path, count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Medians over rounds in which the contenders take turns, in another order each."""
    contenders: dict[str, Callable[[Path, Path], Cost]] = {
        "archiver, capture alone": by_capture,
        "archiver, capture alone, nothing shared": lambda folder, urls: by_capture(folder, urls, "alone"),
        "archiver run, to bags": lambda folder, urls: by_run(folder, urls, root),
    }
    if shutil.which("wget"):
        contenders = {"wget -p --warc-file": by_wget} | contenders
    else:
        print("wget is not installed: archiver is measured alone")
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name in sorted(contenders, reverse=bool(number % 2)):
            folder = work / "turn"
            folder.mkdir()
            used = contenders[name](folder, urls)
            if used.code:
                raise SystemExit(f"{name} ended with {used.code}: {(folder / 'log').read_text()[-400:]}")
            if number:  # the first round warms the page cache
                taken[name].append({"wall": used.wall, "cpu": used.cpu, "peak": used.peak, "got": responses(folder)})
            shutil.rmtree(folder)
    found = {name: {key: statistics.median(e[key] for e in each) for key in each[0]} for name, each in taken.items()}
    print(f"\n{'':42}  pages/s  CPU ms/page  peak MiB  responses")
    for name, each in found.items():
        rates = f"{count / each['wall']:9.1f} {each['cpu'] / count * 1000:12.2f} {each['peak']:9.0f}"
        print(f"  {name:40} {rates} {each['got']:10.0f}")
    return found


def recorder(at: str, files: dict[str, int], count: int, rounds: int) -> dict[str, Any]:
    """What the recorder adds to requests, by size of the body."""
    print(f"\n{'CPU ms a request':32} requests  and SHA-256  recorder    added  beside the hash   added wall")
    found = {}
    for path, size in files.items():
        each = measured(*STAGE, "recorder", at + path, count, rounds)
        plain, hashed, ours = (each[name]["cpu"] for name in each)
        added, beside = ours / plain - 1, ours / hashed - 1
        wall = each["under the recorder"]["wall"] / each["requests alone"]["wall"] - 1
        found[f"{size} bytes"] = {**each, "added": added, "added_beside_the_hash": beside, "added_wall": wall}
        verdict = "" if added < RECORDER else f"  over the aim of {RECORDER:.0%}"
        costs = f"{plain * 1000:8.3f} {hashed * 1000:12.3f} {ours * 1000:9.3f}"
        print(f"  {f'{size} bytes':30} {costs} {added:8.1%} {beside:16.1%} {wall:12.1%}{verdict}")
    return found


def memory(work: Path, at: str) -> dict[str, float]:
    """Peak RSS for 1 GiB: by getrusage in the capture's own process, and of all of `archiver run` by wait4."""
    print(f"\n{'1 GiB of zeros, streamed':42} peak MiB   seconds")
    found = {}
    for path in ("zeros.html", "zeros.bin"):
        folder = work / path
        folder.mkdir()
        alone = measured(*STAGE, "body", f"{at}/{path}", folder)
        assert alone["bytes"] > 1 << 30, "the body did not come whole"
        (folder / "urls").write_text(f"{at}/{path}")
        run = by_run(folder, folder / "urls", folder)
        assert responses(folder / "bags") == 1, (folder / "log").read_text()
        for name, peak, seconds in [("capture alone", alone["peak"], alone["seconds"]), ("run", run.peak, run.wall)]:
            found[f"{path}, {name}"] = peak
            verdict = "" if peak < MEMORY_MIB else f"  over the bound of {MEMORY_MIB} MiB"
            print(f"  {f'{path}, {name}':40} {peak:8.0f} {seconds:9.1f}{verdict}")
    return found


def measured(*command: object) -> Any:
    """The JSON that a program prints."""
    done = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        root = work / "root"
        paths = print_pages(root, args.pages)
        with stand(root, work / "server") as (server, at):
            load = os.getloadavg()[0]
            print(f"{args.pages} pages of {REQUISITES} requisites ({PHOTOS} photos of their own), by {server}")
            print(f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
            urls = work / "urls.txt"
            urls.write_text("".join(f"{at}{path}\n" for path in paths), "utf-8")
            found: dict[str, Any] = {"server": server, "pages": args.pages, "load": load, "cores": os.cpu_count()}
            found["capture"] = pages(work, root, urls, args.pages, args.rounds)
            files = {
                f"/{each}": (root / each).stat().st_size for each in ("print.css", "0000.html", "photo-0000-0.jpg")
            }
            found["recorder"] = recorder(at, files, 100, args.rounds * 6)
        with python_stand(root) as at:
            (work / "large").mkdir()
            found["memory"] = memory(work / "large", at)
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    (out / f"capture-{time.strftime('%Y%m%dT%H%M%S')}.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
