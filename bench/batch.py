"""The librarian's batch, on the same pages: `wget --warc-file`, the trafilatura command line, `bagit.py`.

Each tool is called once for all pages, which is the kindest way to it; `bagit(singly=N)` makes a call for each bag, as
a script in a loop would. What lies between the tools (a folder for each page) is not timed.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took: seconds, CPU seconds and peak memory in MiB of its largest process, its exit code."""

    wall: float
    cpu: float
    peak: float
    code: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            wall=self.wall + other.wall,
            cpu=self.cpu + other.cpu,
            peak=max(self.peak, other.peak),
            code=max(self.code, other.code),
        )


def cost(command: Sequence[str | Path], *, cwd: Path, log: Path) -> Cost:
    """Run a command to its end. CPU and memory are those of its process and of all it waited for (wait4)."""
    with log.open("ab") as out:
        started = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), cwd=cwd, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # Popen must not wait for what is gone
    unit = 1 << 20 if os.uname().sysname == "Darwin" else 1 << 10
    return Cost(wall=wall, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss / unit, code=process.returncode)


def wget(work: Path, urls: Sequence[str], *, proxy: str, roots: Path) -> Cost:
    """All addresses into `work/pages/` and one `work/pages.warc.gz`."""
    (work / "urls.txt").write_text("\n".join(urls) + "\n", "utf-8")
    proxied = [part for scheme in ("http", "https") for part in ("-e", f"{scheme}_proxy={proxy}")]
    options = ["--no-verbose", "--tries=1", "--force-directories", "--directory-prefix=pages", "--compression=auto"]
    files = ["--warc-file=pages", f"--ca-certificate={roots}", "--input-file=urls.txt"]
    return cost(["wget", *options, "-e", "use_proxy=on", *proxied, *files], cwd=work, log=work / "wget.log")


def trafilatura(work: Path, tool: Path, *, processes: int) -> Cost:
    """`work/flat/*.html` into `work/text/*.txt`."""
    flat = work / "flat"
    if not flat.is_dir():
        flat.mkdir()
        pages = sorted(path for path in (work / "pages").rglob("*") if path.is_file())
        for number, page in enumerate(pages):
            shutil.copyfile(page, flat / f"{number:04d}.html")
    shutil.rmtree(work / "text", ignore_errors=True)
    # Called in the folder itself: with --keep-dirs it repeats a folder's name in the path and finds no such place.
    options = ["--input-dir", ".", "--output-dir", "../text", "--keep-dirs", "--no-comments", "--parallel", processes]
    return cost([tool, *map(str, options)], cwd=flat, log=work / "trafilatura.log")


def bagit(work: Path, tool: Path, *, singly: int = 0) -> Cost:
    """A bag of each page and its text, in one call; with `singly`, a call each for the first so many pages."""
    folder = work / ("singly" if singly else "bags")
    for page in sorted((work / "flat").glob("*.html"))[: singly or None]:
        bag = folder / page.stem
        bag.mkdir(parents=True)
        text = work / "text" / f"{page.stem}.txt"
        for file in (page, text) if text.is_file() else (page,):
            shutil.copyfile(file, bag / file.name)
    bags = sorted(folder.iterdir())
    calls = [[bag] for bag in bags] if singly else [bags]
    total = Cost(wall=0, cpu=0, peak=0, code=0)
    for each in calls:
        total += cost([tool, "--quiet", "--sha256", "--sha512", *each], cwd=work, log=work / "bagit.log")
    return total
