"""archiver beside a librarian's tools, in one run on the same pages: the goals of speed, and the text's F1 beside each.

    python bench/compare.py [--corpus DIR] [--seeds N] [--rounds N]

Needs nginx and wget (Debian), and the corpus. Prints a table and writes every figure as JSON into bench/out/. What is
measured, and how it is kept fair, says bench/README.md.
"""

import argparse
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from batch import Cost, bagit, cost, flatten, trafilatura, wget
from cluster import cluster
from press import Printed, delayed, print_pages, served

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / "shared" / "corpus"
BIN = Path(sys.executable).parent
SINGLY = 12
"""How many pages the tools are called for one by one."""
LATENCY = 0.1
GOALS = (
    ("archiver, 2 processes", "batch, a bag a page", 2.5),
    ("archiver, 2 processes", "batch, one bag for all", 1.5),
    ("archiver, 2 processes", "one by one", 30.0),
    ("archiver, 100 ms away", "archiver, 2 processes", 0.8),
    ("archiver, Dask, 2 workers", "archiver, 2 processes", 0.85),
    ("stored pages, 2 processes", "stored pages, 1 process", 1.8),
    ("recorder", "requests + capture_http", 4.0),
)
"""Which contender should do so many times the seeds a second of which other."""
BOUNDS = (
    ("stored pages, 1 process", "ms CPU", 5.0),
    ("archiver, 1 process", "peak MiB", 150.0),
    ("archiver, 2 processes", "peak MiB", 150.0),
    ("archiver, 100 ms away", "peak MiB", 150.0),
)
"""What a contender should stay within."""
LEAST = (("validate, 2 processes", 200.0),)
"""And how many bags a second one should do."""
WARM = 8
"""Seeds of a first job, not counted, that a cluster's workers import the program for."""


class Bench:
    """The pages, where they are served, and every contender over them."""

    def __init__(self, corpus: Path, work: Path, printed: Sequence[Printed], ports: tuple[int, int]) -> None:
        self.work, self.printed, self.ports = work, printed, ports
        self.bags: Path | None = None
        """Some that were made."""
        self.truth = json.loads((corpus / "truth.json").read_text("utf-8"))
        spec = importlib.util.spec_from_file_location("evaluate", corpus / "evaluate.py")
        assert spec is not None and spec.loader is not None
        self.judge: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.judge)

    def contenders(self) -> dict[str, Callable[[Path], dict[str, Any]]]:
        """Name -> a function of an empty folder that gives its figures."""
        near, far = self.ports
        return {
            "batch, a bag a page": self.batch,
            "batch, one bag for all": lambda folder: self.batch(folder, together=True),
            "one by one": self.one_by_one,
            "archiver, 1 process": lambda folder: self.archiver(folder, near, "--jobs", "1"),
            "archiver, 2 processes": lambda folder: self.archiver(folder, near, "--jobs", "2"),
            "archiver, 100 ms away": lambda folder: self.archiver(folder, far, "--jobs", "2"),
            "archiver, Dask, 2 workers": self.on_a_cluster,
            "validate, 2 processes": self.validate,
            "stored pages, 1 process": lambda folder: self.stage(folder, "stored", "1"),
            "stored pages, 2 processes": lambda folder: self.stage(folder, "stored", "2"),
            "recorder": lambda folder: self.stage(folder, "recorder"),
            "requests + capture_http": lambda folder: self.stage(folder, "capture_http"),
        }

    def archiver(self, folder: Path, port: int, *options: str, seeds: Path | None = None) -> dict[str, Any]:
        """The command, from its start to its end, imports and durable bags included."""
        common = ["--pace", "0", "--robots", "ignore", "--quiet", "--connect-to", f":80:127.0.0.1:{port}"]
        command = [BIN / "archiver", "run", seeds or self.work / "seeds", "--bags", folder / "bags", *common, *options]
        spent = cost(command, cwd=folder, log=folder / "log")
        self.bags = self.bags or (folder / "bags" if seeds is None else None)
        texts = {each.parents[2].name[:5]: each for each in (folder / "bags").glob("*/data/text/article.txt")}
        return self.figures(spent, len(self.printed), [texts.get(each.url[-10:-5]) for each in self.printed])

    def on_a_cluster(self, folder: Path) -> dict[str, Any]:
        """The command with a scheduler and two workers beside it, which stand already; their CPU time is counted."""
        with cluster(folder, 2) as there:
            first = folder / "first"
            first.mkdir()
            for each in sorted((self.work / "seeds").iterdir())[:WARM]:
                shutil.copyfile(each, first / each.name)
            self.archiver(first, self.ports[0], "--executor", there.address, seeds=first)
            before = there.cpu()
            found = self.archiver(folder, self.ports[0], "--executor", there.address)
            return {**found, "cpu": found["cpu"] + there.cpu() - before}

    def validate(self, folder: Path) -> dict[str, Any]:
        """`archiver validate` with every check, over the bags of another contender, or of one that is not counted."""
        if self.bags is None:
            self.archiver(folder, self.ports[0], "--jobs", "2")
        assert self.bags is not None
        command = [BIN / "archiver", "validate", self.bags, "--jobs", "2", "--quiet"]
        return self.figures(cost(command, cwd=folder, log=folder / "validate.log"), len(self.printed), None)

    def batch(self, folder: Path, *, together: bool = False) -> dict[str, Any]:
        """Each tool called once for all pages; their bags are one a page, or one for all `together`."""
        spent = wget(folder, [each.url for each in self.printed], proxy=f"http://127.0.0.1:{self.ports[0]}")
        pages = flatten(folder, [each.url for each in self.printed])
        spent += trafilatura(folder, BIN / "trafilatura", processes=2)
        spent += bagit(folder, BIN / "bagit.py", pages, together=together)
        return self.figures(spent, len(pages), [folder / "text" / f"{page.stem}.txt" for page in pages])

    def one_by_one(self, folder: Path) -> dict[str, Any]:
        """Each tool called for each page, as a loop in a shell does."""
        spent, texts = Cost(wall=0, cpu=0, peak=0, code=0), []
        few = self.printed[:SINGLY]
        for number, each in enumerate(few):
            place = folder / str(number)
            place.mkdir()
            spent += wget(place, [each.url], proxy=f"http://127.0.0.1:{self.ports[0]}")
            pages = flatten(place, [each.url])
            spent += trafilatura(place, BIN / "trafilatura", processes=1)
            spent += bagit(place, BIN / "bagit.py", pages)
            texts.append(place / "text" / f"{pages[0].stem}.txt")
        return self.figures(spent, len(few), texts)

    def stage(self, folder: Path, name: str, *more: str) -> dict[str, Any]:
        """A part of the work in a process of its own (`compare_stage.py`), which says its own time."""
        (folder / "urls").write_text("\n".join(each.url for each in self.printed), "utf-8")
        command = [sys.executable, HERE / "compare_stage.py", name, self.work, folder, self.ports[0], *more]
        spent = cost(list(map(str, command)), cwd=folder, log=folder / "log")
        said = json.loads((folder / "result.json").read_text("utf-8")) if spent.code == 0 else {"wall": 0.0, "cpu": 0.0}
        inner = Cost(wall=said["wall"], cpu=said["cpu"], peak=spent.peak, code=spent.code)
        return self.figures(inner, len(self.printed), None)

    def figures(self, spent: Cost, seeds: int, texts: Sequence[Path | None] | None) -> dict[str, Any]:
        """Costs and, where there are texts, their F1."""
        f1 = None
        if texts is not None:
            scores = []
            for each, text in zip(self.printed, texts, strict=False):
                said = text.read_text("utf-8") if text is not None and text.is_file() else ""
                scores.append(self.judge.score_page(self.truth[each.key]["articleBody"], said))
            f1 = self.judge.summary(scores)["f1"]
        return {**asdict(spent), "seeds": seeds, "rate": seeds / spent.wall if spent.wall else 0.0, "f1": f1}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help=f"default: {CORPUS}")
    parser.add_argument("--seeds", type=int, default=928, metavar="N", help="pages to fetch (default: 928)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="medians are taken over them (default: 3)")
    parser.add_argument("--only", metavar="WORDS", help="contenders with one of these in their names: batch,2 proc")
    args = parser.parse_args()
    if not (args.corpus / "truth.json").is_file():
        raise SystemExit(f"{args.corpus} holds no truth.json: name the folder of the corpus with --corpus DIR")
    if not shutil.which("wget"):
        raise SystemExit("wget is not installed (Debian: apt-get install wget)")
    # Installed programs have their bytecode, as the other contenders do: archiver gets it in a source tree too.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-m", "compileall", "-q", HERE.parent / "archiver"], check=True)
    rounds: list[dict[str, Any]] = []
    loads = []
    with tempfile.TemporaryDirectory(prefix="archiver-bench-") as name:
        work = Path(name)
        printed = print_pages(args.corpus, work, args.seeds)
        with served(work) as near, delayed(near, LATENCY) as far:
            bench = Bench(args.corpus, work, printed, (near, far))
            wanted = [w for w in (args.only or "").split(",") if w]
            contenders = {n: f for n, f in bench.contenders().items() if not wanted or any(w in n for w in wanted)}
            for turn in range(args.rounds):
                loads.append(os.getloadavg()[0])
                rounds.append(one_round(work, list(contenders.items()), turn))
    result = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("archiver", "trafilatura", "bagit", "lxml", "requests")},
        "starts": starts(args.rounds + 2),
        "load_before_round": loads,
        "rounds": rounds,
    }
    print("\n".join(lines_of(result)))
    out = HERE / "out" / f"compare-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"\nall figures: {out}")
    bad = sorted({name for each in rounds for name, figures in each.items() if figures["code"] not in (0, 1, 8)})
    if bad:
        print(f"ended with an error, do not believe its figures: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


def one_round(
    work: Path, contenders: list[tuple[str, Callable[[Path], dict[str, Any]]]], turn: int
) -> dict[str, dict[str, Any]]:
    """Every contender once; the order is turned from round to round, so that none is always first on a warm machine.
    What they leave stays to the end: ext4 looks long for inodes where many were given back a moment ago."""
    first = turn * 3 % len(contenders)
    measured: dict[str, dict[str, Any]] = {}
    for name, contender in contenders[first:] + contenders[:first]:
        folder = Path(tempfile.mkdtemp(dir=work))
        measured[name] = contender(folder)
        print(f"round {turn + 1}: {name}: {measured[name]['rate']:.1f} seeds/s", file=sys.stderr)
    return measured


def starts(times: int) -> dict[str, float]:
    """Seconds to the end of the commands that must answer at once, median."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cost([BIN / "archiver", "demo", folder / "bags", "--quiet"], cwd=folder, log=folder / "log")
        bag = next((folder / "bags").glob("hale-light-*"))  # an article; an answer without one asks trafilatura too
        commands: dict[str, list[str | Path]] = {
            "archiver --help": [BIN / "archiver", "--help"],
            "archiver validate BAG": [BIN / "archiver", "validate", bag],
            "python -c pass": [sys.executable, "-c", "pass"],
        }
        return {
            name: statistics.median(cost(command, cwd=folder, log=folder / "log").wall for _ in range(times))
            for name, command in commands.items()
        }


def lines_of(result: Mapping[str, Any]) -> Iterator[str]:
    """The tables, medians over the rounds."""
    rounds = result["rounds"]
    yield f"{len(rounds)} rounds, medians; {result['machine']['cores']} cores; page and two requisites from nginx"
    yield "load of the machine before each round: " + ", ".join(f"{each:.1f}" for each in result["load_before_round"])
    yield ""
    yield f"  {'':<34} {'seeds/s':>8} {'ms wall':>8} {'ms CPU':>8} {'peak MiB':>9} {'text F1':>8}"

    def median(name: str, key: str) -> float:
        return statistics.median(each[name][key] for each in rounds)

    for name in rounds[0]:
        seeds, f1 = rounds[0][name]["seeds"], rounds[0][name]["f1"]
        wall, cpu = (median(name, key) / seeds * 1000 for key in ("wall", "cpu"))
        quality = f"{f1:.4f}" if f1 is not None else ""
        rate, peak = median(name, "rate"), median(name, "peak")
        yield f"  {name:<34} {rate:>8.1f} {wall:>8.1f} {cpu:>8.1f} {peak:>9.0f} {quality:>8}"
    yield ""
    for name, other, goal in GOALS:
        if name in rounds[0] and other in rounds[0]:
            ratio = statistics.median(each[name]["rate"] / (each[other]["rate"] or 1) for each in rounds)
            word = "reached" if ratio >= goal else "missed"
            yield f"  {name}: {ratio:.2f} times {other} (goal {goal:g}: {word})"
    for name, unit, most in BOUNDS:
        if name in rounds[0]:
            key, factor = ("peak", 1.0) if unit == "peak MiB" else ("cpu", 1000 / rounds[0][name]["seeds"])
            value = median(name, key) * factor
            yield f"  {name}: {value:.1f} {unit} (goal at most {most:g}: {'reached' if value <= most else 'missed'})"
    for name, least in LEAST:
        if name in rounds[0]:
            rate = median(name, "rate")
            yield f"  {name}: {rate:.1f} bags a second (goal {least:g}: {'reached' if rate >= least else 'missed'})"
    yield ""
    for name, seconds in result["starts"].items():
        yield f"  {name:<34} {seconds * 1000:>8.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
