"""The benchmark: archiver on the corpus of real pages, beside the librarian's batch, in the same run.

    python bench/corpus.py [--corpus DIR] [--limit N] [--rounds N]

Prints tables and writes everything measured as JSON into bench/out/. What is measured, and how, says bench/README.md.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from batch import Cost, bagit, cost, trafilatura, wget

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / "shared" / "corpus"
BIN = Path(sys.executable).parent
SINGLY = 20
"""How many bags are made with a call of bagit.py each."""


WITHOUT_DELAY = """
import runpy, socketserver, sys
sys.argv.pop(0)
socketserver.StreamRequestHandler.disable_nagle_algorithm = True
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Python's server writes headers and chunks piece by piece; with Nagle's algorithm each page waits 40 ms for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The corpus, served: its seeds, and how they are reached."""

    seeds: Path
    urls: list[str]
    proxy: str
    roots: Path


def main() -> int:
    args = arguments()
    if not (args.corpus / "web.py").is_file():
        print(f"{args.corpus} holds no web.py: name the folder of the corpus with --corpus DIR", file=sys.stderr)
        return 2
    has_wget = shutil.which("wget") is not None
    if not has_wget:
        print("wget is not installed: archiver is measured alone (Debian: apt-get install wget)", file=sys.stderr)
    rounds: list[dict[str, Cost]] = []
    stages: list[dict[str, Any]] = []
    loads: list[float] = []
    with tempfile.TemporaryDirectory(prefix="archiver-bench-") as folder, served(args, Path(folder)) as site:
        for number in range(1, args.rounds + 1):
            work = Path(folder) / f"round-{number}"
            work.mkdir()
            if number == 1:  # the server makes a certificate for each host when first asked: nobody's time
                timed_stages(work / "warm", site)
            loads.append(os.getloadavg()[0])
            rounds.append(one_round(work, site, has_wget=has_wget, turn=number))
            stages.append(timed_stages(work, site))
            shutil.rmtree(work)
    result = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("archiver", "trafilatura", "bagit", "lxml", "requests")},
        "seeds": len(site.urls),
        "rounds": [{name: asdict(each) for name, each in measured.items()} for measured in rounds],
        "stages": stages,
        "load_before_round": loads,
    }
    for line in told(result):
        print(line)
    out = HERE / "out" / f"corpus-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"\nall figures: {out}")
    bad = {name for measured in rounds for name, each in measured.items() if each.code not in EXIT_CODES.get(name, {0})}
    if bad:
        print(f"ended with an error, do not believe its figures: {', '.join(sorted(bad))}", file=sys.stderr)
    return 1 if bad else 0


EXIT_CODES = {"archiver, 1 process": {0, 1}, "archiver, 2 processes": {0, 1}, "wget --warc-file": {0, 8}}
"""Other than 0 that is no fault of the run: a seed not captured, a page answered with an error."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help=f"default: {CORPUS}")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pages, for a quick look")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="medians are taken over them (default: 3)")
    return parser.parse_args()


@contextmanager
def served(args: argparse.Namespace, folder: Path) -> Iterator[Site]:
    """The corpus's web server and the proxy before it, each a process of its own, so that no GIL is shared."""
    seeds = folder / "seeds"
    limit = ["--limit", str(args.limit)] if args.limit else []
    web = [sys.executable, "-c", WITHOUT_DELAY, str(args.corpus.resolve() / "web.py")]
    with child([*web, "--seeds", str(seeds), *limit]) as lines:
        options = next((line for line in lines if "--ca-bundle" in line), "")
        found = re.search(r":443:127\.0\.0\.1:(\d+) .*:80:127\.0\.0\.1:(\d+) --ca-bundle (\S+)", options)
        if found is None:
            raise SystemExit("web.py of the corpus did not start; it needs trustme (make test installs it)")
        with child([sys.executable, str(HERE / "proxy.py"), found[1], found[2]]) as more:
            proxy = f"http://127.0.0.1:{next(more).strip()}"
            texts = [path.read_text("utf-8") for path in sorted(seeds.glob("*.txt"))]
            urls = [text.rpartition("<")[2].rstrip(">\n ") for text in texts]
            yield Site(seeds=seeds, urls=urls, proxy=proxy, roots=Path(found[3]))


@contextmanager
def child(command: Sequence[str]) -> Iterator[Iterator[str]]:
    """A process and the lines it prints; ended with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield iter(process.stdout or ())
        finally:
            process.terminate()


def one_round(work: Path, site: Site, *, has_wget: bool, turn: int) -> dict[str, Cost]:
    """Every contender once; the order is turned from round to round, so that none is always first on a warm machine."""

    def archiver(jobs: int) -> Cost:
        options = ["--jobs", str(jobs), "--pace", "0", "--proxy", site.proxy, "--ca-bundle", str(site.roots)]
        options += ["--no-requisites", "--robots", "ignore"]  # the page alone, as wget fetches it
        folder = work / f"jobs-{jobs}"
        command: list[str | Path] = [BIN / "archiver", "run", site.seeds, "--bags", folder, "--quiet", *options]
        return cost(command, cwd=work, log=work / "archiver.log")

    def the_batch() -> dict[str, Cost]:
        return {
            "wget --warc-file": wget(work, site.urls, proxy=site.proxy, roots=site.roots),
            "trafilatura, 2 processes": trafilatura(work, BIN / "trafilatura", processes=2),
            "trafilatura, 1 process": trafilatura(work, BIN / "trafilatura", processes=1),
            "bagit.py, one call": bagit(work, BIN / "bagit.py"),
            f"bagit.py, {SINGLY} calls": bagit(work, BIN / "bagit.py", singly=SINGLY),
        }

    contenders: list[Callable[[], dict[str, Cost]]] = [
        lambda: {"archiver, 1 process": archiver(1)},
        lambda: {"archiver, 2 processes": archiver(2)},
        *([the_batch] if has_wget else []),
    ]
    first = turn % len(contenders)
    measured: dict[str, Cost] = {}
    for contender in contenders[first:] + contenders[:first]:
        measured |= (found := contender())
        print(f"round {turn}: {', '.join(found)}", file=sys.stderr)
    return measured


def timed_stages(work: Path, site: Site) -> dict[str, Any]:
    """What bench/stages.py measures, in a process of its own."""
    command = [sys.executable, HERE / "stages.py", site.seeds, work / "stages", site.proxy, site.roots]
    made = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The tables, medians over the rounds."""
    seeds, rounds = result["seeds"], result["rounds"]
    yield f"{seeds} seeds, {len(rounds)} rounds, medians; {result['machine']['cores']} cores"
    yield "load of the machine before each round: " + ", ".join(f"{each:.1f}" for each in result["load_before_round"])
    yield ""
    yield f"  {'':<26} {'seeds/s':>8} {'ms wall':>8} {'ms CPU':>8} {'peak MiB':>9}"
    for name in sorted(rounds[0]):
        count = SINGLY if name.startswith(f"bagit.py, {SINGLY}") else seeds
        wall, cpu, peak = (statistics.median(each[name][key] for each in rounds) for key in ("wall", "cpu", "peak"))
        row = f"{count / wall:>8.1f} {wall / count * 1000:>8.1f} {cpu / count * 1000:>8.1f} {peak:>9.0f}"
        yield f"  {name:<26} {row}"
    yield ""
    if "wget --warc-file" in rounds[0]:
        for processes in ("1 process", "2 processes"):
            mine, parts = (
                f"archiver, {processes}",
                ("wget --warc-file", f"trafilatura, {processes}", "bagit.py, one call"),
            )
            ratios = {
                key: statistics.median(each[mine][key] / sum(each[part][key] for part in parts) for each in rounds)
                for key in ("wall", "cpu")
            }
            yield f"  {mine}: {ratios['wall']:.2f} of the batch's time, {ratios['cpu']:.2f} of its CPU"
        yield ""
    yield "  where one process of archiver spends its CPU, ms a seed"
    for stage in result["stages"][0]["stages"]:
        spent = statistics.median(each["stages"][stage] / each["seeds"] * 1000 for each in result["stages"])
        share = statistics.median(each["stages"][stage] / each["cpu"] for each in result["stages"])
        yield f"  {stage:<26} {spent:>8.1f} {share:>8.0%}"


if __name__ == "__main__":
    sys.exit(main())
